#include "metrics/retrieval.h"

#include "metrics/bootstrap.h"
#include "metrics/classification.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace triptych {

namespace {

double gainOf(const std::string& document, const Judgments& judgments) {
    const auto found = judgments.find(document);
    return found == judgments.end() ? 0 : std::max(0.0, found->second);
}

/// Scores above 0, the greatest first.
std::vector<double> relevant(const Judgments& judgments) {
    std::vector<double> gains;
    for (const auto& [document, score] : judgments) {
        if (score > 0)
            gains.push_back(score);
    }
    std::sort(gains.begin(), gains.end(), std::greater<>());
    return gains;
}

double discounted(double gain, std::size_t position) { return gain / std::log2(static_cast<double>(position) + 2); }

} // namespace

std::optional<double> recallAt(const Ranking& ranking, const Judgments& judgments, std::size_t k) {
    const std::size_t all = relevant(judgments).size();
    if (all == 0)
        return std::nullopt;
    const auto end = ranking.begin() + static_cast<std::ptrdiff_t>(std::min(k, ranking.size()));
    const auto found = std::count_if(ranking.begin(), end, [&](const std::string& document) { return gainOf(document, judgments) > 0; });
    return static_cast<double>(found) / static_cast<double>(all);
}

std::optional<double> reciprocalRankAt(const Ranking& ranking, const Judgments& judgments, std::size_t k) {
    if (relevant(judgments).empty())
        return std::nullopt;
    for (std::size_t i = 0; i < std::min(k, ranking.size()); ++i) {
        if (gainOf(ranking[i], judgments) > 0)
            return 1 / static_cast<double>(i + 1);
    }
    return 0;
}

std::optional<double> ndcgAt(const Ranking& ranking, const Judgments& judgments, std::size_t k) {
    const std::vector<double> gains = relevant(judgments);
    if (gains.empty())
        return std::nullopt;
    double ideal = 0, gained = 0;
    for (std::size_t i = 0; i < std::min(k, gains.size()); ++i)
        ideal += discounted(gains[i], i);
    for (std::size_t i = 0; i < std::min(k, ranking.size()); ++i)
        gained += discounted(gainOf(ranking[i], judgments), i);
    return gained / ideal;
}

Metric meanOverQueries(std::span<const std::optional<double>> values, std::uint64_t seed) {
    std::vector<double> defined;
    for (const auto& value : values) {
        if (value)
            defined.push_back(*value);
    }
    Metric metric;
    metric.n = static_cast<std::int64_t>(defined.size());
    metric.undefined = static_cast<std::int64_t>(values.size() - defined.size());
    if (defined.empty())
        return metric;
    const auto n = static_cast<double>(defined.size());
    metric.value = std::accumulate(defined.begin(), defined.end(), 0.0) / n;
    const Interval interval = percentileInterval(bootstrapRows(defined.size(), kBootstrapResamples, seed, [&](std::span<const std::uint32_t> rows) {
        double sum = 0;
        for (const std::uint32_t row : rows)
            sum += defined[row];
        return sum / n;
    }));
    metric.low = interval.low;
    metric.high = interval.high;
    return metric;
}

Metrics retrievalMetrics(std::span<const Ranking> rankings, std::span<const Judgments> judgments, std::uint64_t seed) {
    if (rankings.size() != judgments.size())
        throw Error(ErrorCode::InvalidArgument, fmt::format("retrieval metrics: {} rankings against judgments of {} queries", rankings.size(), judgments.size()));
    using AtK = std::optional<double> (*)(const Ranking&, const Judgments&, std::size_t);
    struct Measure {
        const char* name;
        AtK function;
        std::size_t k;
    };
    Metrics metrics;
    for (const Measure& measure : {Measure{"recall@1", recallAt, 1}, Measure{"recall@5", recallAt, 5}, Measure{"recall@10", recallAt, 10},
                                   Measure{"recall@20", recallAt, 20}, Measure{"mrr@10", reciprocalRankAt, 10}, Measure{"ndcg@10", ndcgAt, 10}}) {
        std::vector<std::optional<double>> values;
        for (std::size_t i = 0; i < rankings.size(); ++i)
            values.push_back(measure.function(rankings[i], judgments[i], measure.k));
        metrics[measure.name] = meanOverQueries(values, seed);
    }
    return metrics;
}

} // namespace triptych
