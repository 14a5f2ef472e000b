#pragma once

#include "base/progress.h"
#include "datasets/retrieval_set.h"
#include "knowledge/knowledge_base.h"
#include "metrics/metric.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
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
};

/// Every query in each of these modes; a document counts by its best chunk. Queries are embedded once.
/// Throws Error{Cancelled}, and what search and embedder throw.
std::vector<RetrievalEvaluation> evaluateRetrieval(const KnowledgeBase& base, const RetrievalSet& set, std::span<const SearchMode> modes, std::uint64_t seed,
                                                   ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
