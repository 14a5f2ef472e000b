#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

// Legend: T = tokens of the whole batch, A = attention heads, D = size of a head.
//
// Each of these has two ways: plain loops, and ATen's operators where a gradient is wanted.

namespace triptych {

/// x / sqrt(mean of squares + epsilon) * (gain + offset); x (N, C), gain (C). (Zhang, Sennrich 2019)
at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& gain, double epsilon, double offset);

/// RoPE over the halves of each head; x (T, A · D), cosines, sines (T, D / 2). x may be overwritten.
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cosines, const at::Tensor& sines, std::int64_t heads);

} // namespace triptych
