#pragma once

#include "metrics/metric.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace triptych {

/// What one query should find: documents with their scores; those above 0 are relevant.
using Judgments = std::unordered_map<std::string, double>;
/// Documents that were found, best first, each at most once.
using Ranking = std::vector<std::string>;

/// Relevant in the first k / all relevant. Undefined without a relevant document, as all of these. k > 0.
std::optional<double> recallAt(const Ranking& ranking, const Judgments& judgments, std::size_t k);
/// 1 / rank of the first relevant document, 0 if none is among the first k (Voorhees 1999).
std::optional<double> reciprocalRankAt(const Ranking& ranking, const Judgments& judgments, std::size_t k);
/// Normalised discounted cumulative gain with linear gain, which is the score itself; the ideal order is that of all
/// judged documents (Järvelin and Kekäläinen 2002).
std::optional<double> ndcgAt(const Ranking& ranking, const Judgments& judgments, std::size_t k);

/// Mean over the queries that have a value, with the percentile bootstrap over them; the others are counted.
Metric meanOverQueries(std::span<const std::optional<double>> values, std::uint64_t seed);

/// recall@1, @5, @10 and @20, mrr@10 and ndcg@10 of queries with their rankings, in one order. Sizes must agree.
Metrics retrievalMetrics(std::span<const Ranking> rankings, std::span<const Judgments> judgments, std::uint64_t seed);

} // namespace triptych
