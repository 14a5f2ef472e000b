#include "knowledge/hit_selection.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace triptych {

std::vector<std::size_t> diversified(std::span<const double> scores, std::span<const float> vectors, std::size_t k, double balance) {
    const std::size_t n = scores.size();
    if (!(balance >= 0 && balance <= 1) || (n > 0 && (vectors.empty() || vectors.size() % n != 0)))
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} values for {} hits at a balance of {}, which goes from 0 to 1", vectors.size(), n, balance));
    const std::size_t dimension = n > 0 ? vectors.size() / n : 0;
    const auto [low, high] = std::minmax_element(scores.begin(), scores.end());
    std::vector<double> likeness(n, 0); // to the most like of those taken
    std::vector<bool> taken(n);
    std::vector<std::size_t> order;
    while (order.size() < std::min(k, n)) {
        std::size_t best = n;
        double most = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < n; ++i) {
            const double relevance = *high > *low ? (scores[i] - *low) / (*high - *low) : 1;
            const double value = balance * relevance - (1 - balance) * likeness[i];
            if (!taken[i] && value > most) {
                most = value;
                best = i;
            }
        }
        taken[best] = true;
        order.push_back(best);
        for (std::size_t i = 0; i < n; ++i) {
            double product = 0;
            for (std::size_t j = 0; j < dimension; ++j)
                product += static_cast<double>(vectors[i * dimension + j]) * static_cast<double>(vectors[best * dimension + j]);
            likeness[i] = order.size() == 1 ? product : std::max(likeness[i], product);
        }
    }
    return order;
}

std::vector<ChunkRange> withNeighbours(std::span<const ChunkPlace> hits, std::span<const std::int64_t> chunks, std::int64_t around) {
    if (hits.size() != chunks.size() || around < 0)
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} hits, sizes of {} documents, {} neighbours", hits.size(), chunks.size(), around));
    std::vector<ChunkRange> ranges;
    for (std::size_t i = 0; i < hits.size(); ++i) {
        const std::int64_t last = std::max(chunks[i] - 1, hits[i].ordinal);
        ranges.push_back({hits[i].document, std::max<std::int64_t>(hits[i].ordinal - std::min(around, hits[i].ordinal), 0),
                          hits[i].ordinal + std::min(around, last - hits[i].ordinal), i});
    }
    std::sort(ranges.begin(), ranges.end(), [](const ChunkRange& a, const ChunkRange& b) {
        return a.document != b.document ? a.document < b.document : a.first < b.first;
    });
    std::vector<ChunkRange> merged;
    for (const ChunkRange& range : ranges) {
        if (!merged.empty() && merged.back().document == range.document && range.first <= merged.back().last + 1) {
            merged.back().last = std::max(merged.back().last, range.last);
            merged.back().hit = std::min(merged.back().hit, range.hit);
        } else {
            merged.push_back(range);
        }
    }
    std::sort(merged.begin(), merged.end(), [](const ChunkRange& a, const ChunkRange& b) { return a.hit < b.hit; });
    return merged;
}

} // namespace triptych
