#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace triptych {

struct Interval {
    double low = 0;
    double high = 0;
};

/// Percentile interval of values that the bootstrap gave; 0.025 and 0.975 for `level` 0.95.
Interval percentileInterval(std::vector<double> values, double level = 0.95);

/// Draws `resamples` times n row numbers with replacement and hands each draw to `statistic`; the values in
/// order of the draws. Seeded: statistics over the same n and seed see the same draws, so that differences
/// of two calls are paired. n > 0.
std::vector<double> bootstrapRows(std::size_t n, int resamples, std::uint64_t seed,
                                  const std::function<double(std::span<const std::uint32_t> rows)>& statistic);

} // namespace triptych
