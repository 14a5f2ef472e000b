#pragma once

#include "base/json.h"

#include <ATen/core/Tensor.h>

#include <cmath>
#include <cstdint>

namespace triptych {

/// Greatest difference of a matrix (N, M) to rows of numbers; infinite if the shapes differ or a value is not a number.
inline double distance(const at::Tensor& got, const Json& want) {
    if (got.dim() != 2 || got.size(0) != static_cast<std::int64_t>(want.size()))
        return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < want.size(); ++i) {
        if (got.size(1) != static_cast<std::int64_t>(want[i].size()))
            return INFINITY;
        for (std::size_t j = 0; j < want[i].size(); ++j) {
            const double off = std::abs(got[std::int64_t(i)][std::int64_t(j)].item<double>() - want[i][j].get<double>());
            if (!(off <= largest)) // not a number, too
                largest = std::isfinite(off) ? off : INFINITY;
        }
    }
    return largest;
}

} // namespace triptych
