#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace triptych {

struct LbfgsResult {
    at::Tensor x;
    double value = 0;
    std::int64_t iterations = 0;
};

/// Minimum of a smooth convex function (Liu, Nocedal 1989; Nocedal, Wright 2006, algorithm 7.5) from `x` on, by
/// backtracking to the Armijo condition. Ends when no entry of the gradient is above `tolerance`, when the value no
/// longer falls by more than float32 sums can tell, or after `mostIterations`. `evaluate` gives the value and fills the gradient; `each` is called after
/// every iteration and may throw. Throws Error{InvalidInput} if the value at `x` is not finite.
LbfgsResult minimise(at::Tensor x, const std::function<double(const at::Tensor& x, at::Tensor& gradient)>& evaluate,
                     double tolerance, std::int64_t mostIterations,
                     const std::function<void(std::int64_t iteration, double value)>& each);

} // namespace triptych
