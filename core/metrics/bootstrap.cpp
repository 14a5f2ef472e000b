#include "metrics/bootstrap.h"

#include "metrics/classification.h"

#include "base/random.h"

namespace triptych {

Interval percentileInterval(std::vector<double> values, double level) {
    const double tail = (1 - level) / 2;
    return {quantile(values, tail), quantile(values, 1 - tail)};
}

std::vector<double> bootstrapRows(std::size_t n, int resamples, std::uint64_t seed,
                                  const std::function<double(std::span<const std::uint32_t>)>& statistic) {
    Random random(seed);
    std::vector<std::uint32_t> rows(n);
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(resamples));
    for (int i = 0; i < resamples; ++i) {
        for (auto& row : rows)
            row = static_cast<std::uint32_t>(random.below(n));
        values.push_back(statistic(rows));
    }
    return values;
}

} // namespace triptych
