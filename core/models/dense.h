#pragma once

#include "models/activation.h"

#include <ATen/core/Tensor.h>

namespace triptych {

/// x may be overwritten.
at::Tensor activate(Activation activation, const at::Tensor& x);

/// True if autograd has to see what is done with these.
bool needsGraph(const at::Tensor& a, const at::Tensor& b = {}, const at::Tensor& c = {});

/// activation(x wᵀ + b): x (N, in) to (N, out); weight (out, in), float32 or bfloat16; bias (out) of its type or undefined. x is
/// brought to the weight's type, which is the result's. Differentiable once, in all three. oneDNN's product, which makes a program
/// for each number of rows N at its first call: callers whose N is any number round it up.
at::Tensor dense(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, Activation activation = Activation::None);

} // namespace triptych
