#pragma once

#include "models/activation.h"

#include <ATen/core/Tensor.h>

namespace triptych {

/// x may be overwritten.
at::Tensor activate(Activation activation, const at::Tensor& x);

/// True if autograd has to see what is done with these.
bool needsGraph(const at::Tensor& a, const at::Tensor& b = {}, const at::Tensor& c = {});

/// activation(x wᵀ + b): x (N, in) to (N, out); weight (out, in), float32 or bfloat16, any strides; bias (out), float32 or undefined.
/// x is brought to the weight's type, which is the result's. Differentiable once, in all three. oneDNN's product, which makes a
/// program for each number of rows N at its first call (a quarter to one millisecond): large products of any N are rounded up to a
/// multiple of 16 by their callers.
at::Tensor dense(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, Activation activation = Activation::None);

} // namespace triptych
