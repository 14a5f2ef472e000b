#pragma once

#include "base/progress.h"
#include "knowledge/knowledge_base.h"
#include "metrics/metric.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// What the graph finds at one ef.
struct HonestyPoint {
    int ef = 0;
    double recall = 0;
    double ms = 0; ///< a query
};

/// How much of what a comparison of all vectors finds the graph finds too: the loss of the index alone, whatever the embedder is worth.
struct IndexHonesty {
    std::int64_t queries = 0;
    int k = 10;
    Metric recall;            ///< recall@k of the graph as it is set, over the queries
    double exact_ms = 0, graph_ms = 0; ///< a query
    bool graph = false;       ///< false: the base compares all vectors, nothing can get lost
    bool forced = false;      ///< the figures are those of a graph that was made for them
    HnswSettings settings;
    std::vector<HonestyPoint> frontier; ///< by ef; empty without a graph
};

struct HonestyOptions {
    int k = 10;          ///< 1 to 1,000
    bool forced = false; ///< measure a graph even where the base has so few vectors that it uses none
    std::size_t sample = 200; ///< queries out of the base's own chunks where none are given
    std::uint64_t seed = 13;
};

/// Asks every query of the visible vectors twice and once more for each point of the frontier. A vector that scores as well as
/// the last of the exact ones is right too. Without queries: pieces of chunks from all over the base. Throws Error{InvalidArgument}
/// for a base without vectors or texts, {Cancelled}, what the embedder throws.
IndexHonesty indexHonesty(const KnowledgeBase& base, const KnowledgeStore& store, std::span<const std::string> queries, const HonestyOptions& options,
                          ProgressSink& progress, const std::stop_token& stop);

/// Queries that the base's own chunks answer: a sentence or a half of each of so many chunks from all over it.
std::vector<std::string> sampledQueries(const KnowledgeBase& base, const KnowledgeStore& store, std::size_t count, std::uint64_t seed);

Json honestyToJson(const IndexHonesty& honesty);

} // namespace triptych
