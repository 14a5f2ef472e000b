#pragma once

#include "base/progress.h"
#include "datasets/retrieval_set.h"
#include "knowledge/knowledge_base.h"
#include "metrics/metric.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// Knowledge base over the documents of a retrieval set, made with these settings; kept in `cache`/<hash of texts, settings and
/// embedder>, so that a second evaluation embeds nothing. Throws what ingest and KnowledgeBase::open throw.
KnowledgeBase evaluationBase(const std::filesystem::path& cache, const RetrievalSet& set, const Json& settings, const BaseEmbedder& base,
                             ProgressSink& progress, const std::stop_token& stop);

struct RetrievalEvaluation {
    SearchMode mode = SearchMode::Hybrid;
    Metrics metrics; ///< recall@1, @5, @10, @20, mrr@10, ndcg@10
    std::vector<Ranking> rankings; ///< of 20 documents at most, in the order of the queries
    double seconds_per_query = 0;  ///< without embedding the query
    std::vector<Metric> curve;     ///< recall@1 to @20; at 1, 5, 10 and 20 what `metrics` has
};

/// Every query in each of these modes; a document counts by its best chunk. Queries are embedded once.
/// Throws Error{Cancelled}, and what search and embedder throw.
std::vector<RetrievalEvaluation> evaluateRetrieval(const KnowledgeBase& base, const RetrievalSet& set, std::span<const SearchMode> modes, std::uint64_t seed,
                                                   ProgressSink& progress, const std::stop_token& stop);

/// recall@1, @2, … @most, each over the same resamples.
std::vector<Metric> recallCurve(std::span<const Ranking> rankings, std::span<const Judgments> judgments, std::size_t most, std::uint64_t seed);

/// {metrics, curve: [{k, value, low, high}], ms: a query}
Json evaluationToJson(const RetrievalEvaluation& evaluation);

/// Chunk sizes and overlaps to try with everything else as it is.
struct SweepGrid {
    std::vector<int> chunk_sizes, overlaps;
    SearchMode mode = SearchMode::Hybrid;
    std::string metric = "recall@5"; ///< what the best cell has most of
};
struct SweepCell {
    int chunk_size = 0, overlap = 0;
    std::int64_t chunks = 0;
    Metrics metrics;
};
struct Sweep {
    std::vector<SweepCell> cells;    ///< by size, then overlap; without those that checkChunkerSettings() refuses
    std::optional<std::size_t> best; ///< of equal ones that with the fewest chunks; empty where the metric is undefined everywhere
};
/// One evaluationBase() a cell, so that what was tried before is not embedded again. Progress counts settings. Throws as
/// evaluateRetrieval does, {InvalidArgument} for a metric that is none and where no combination is possible.
Sweep sweepChunking(const std::filesystem::path& cache, const RetrievalSet& set, const Json& settings, const BaseEmbedder& base, const SweepGrid& grid, std::uint64_t seed,
                    ProgressSink& progress, const std::stop_token& stop);
/// {cells: [{chunk_size, overlap, chunks, metrics}], best: {chunk_size, overlap} or null}
Json sweepToJson(const Sweep& sweep);

} // namespace triptych
