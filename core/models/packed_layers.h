#pragma once

#include "models/kernels.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

// Legend: B = sequences, T = tokens of the whole batch, one sequence after another; H = hidden size.

namespace triptych {

/// LayerNorm(residual + dropout(x)); x, residual (T, H), gain, bias (H). residual may be undefined.
/// Differentiable in x, residual, gain and bias.
at::Tensor addAndNormalise(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& gain,
                           const at::Tensor& bias, double epsilon, const kernels::DropoutMask& dropout);

/// Multi-head self-attention inside each sequence: k, v (T, H); sequence i is rows starts[i] to starts[i + 1], rows behind the last
/// one are nobody's and become zero. q (T, H), or (B, H) where only the first token of each sequence asks; the result has q's shape. Dropout
/// falls on the probabilities. Differentiable in q, k and v. Throws Error{InvalidArgument} if q has neither number of rows.
at::Tensor packedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           std::span<const std::int64_t> starts, int heads, const kernels::DropoutMask& dropout);

/// x with some values dropped and the others scaled up; x (N, C). Differentiable.
at::Tensor dropout(const at::Tensor& x, const kernels::DropoutMask& mask);

} // namespace triptych
