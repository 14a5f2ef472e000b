#include "charts/decimate.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace triptych::ui {

std::vector<QPointF> decimateMinMax(std::span<const double> x, std::span<const double> y, double low, double high,
                                    int columns) {
    const std::size_t count = std::min(x.size(), y.size());
    std::vector<QPointF> points;
    if (count == 0 || columns <= 0)
        return points;
    const auto begin = x.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    auto first = static_cast<std::size_t>(std::lower_bound(begin, end, low) - begin);
    auto last = static_cast<std::size_t>(std::upper_bound(begin, end, high) - begin);
    first = first > 0 ? first - 1 : 0;
    last = std::min(last + 1, count);

    const auto take = [&](std::size_t i) {
        if (std::isfinite(y[i]))
            points.emplace_back(x[i], y[i]);
    };
    if (last - first <= static_cast<std::size_t>(columns) * 2) {
        for (std::size_t i = first; i < last; ++i)
            take(i);
        return points;
    }

    points.reserve(static_cast<std::size_t>(columns) * 4 + 2);
    const double width = high > low ? (high - low) / columns : 1.0;
    std::size_t i = first;
    while (i < last) {
        const double column = std::floor((x[i] - low) / width);
        const std::size_t from = i;
        std::size_t lowest = from, highest = from, to = from;
        for (; i < last && std::floor((x[i] - low) / width) == column; ++i) {
            // A value that is not finite never wins, unless the slice has no other.
            if (y[i] < y[lowest] || !std::isfinite(y[lowest]))
                lowest = i;
            if (y[i] > y[highest] || !std::isfinite(y[highest]))
                highest = i;
            to = i;
        }
        std::array<std::size_t, 4> kept = {from, lowest, highest, to};
        std::sort(kept.begin(), kept.end());
        for (std::size_t k = 0; k < kept.size(); ++k) {
            if (k == 0 || kept[k] != kept[k - 1])
                take(kept[k]);
        }
    }
    return points;
}

} // namespace triptych::ui
