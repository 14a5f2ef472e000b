#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

// Legend: N = rows of a batch.

namespace triptych {

/// A weight matrix as blocks see it: what is multiplied with, however it is stored. Quantised kernels and adapters
/// are further subclasses.
class Linear {
public:
    virtual ~Linear() = default;
    /// x (N, in), float32, to (N, out): x Wᵀ + bias. Differentiable where the weights are.
    virtual at::Tensor forward(const at::Tensor& x) const = 0;
    /// Rows of W (out, in) by number, as a table of embeddings: ids (N), int64, to (N, in).
    virtual at::Tensor rows(const at::Tensor& ids) const = 0;
};

/// The plain one. Holds the tensors, does not copy them.
class FloatLinear final : public Linear {
public:
    /// weight (out, in), or (in, out) if `inputsFirst`, as GPT-2 stores it; bias (out) or undefined.
    FloatLinear(at::Tensor weight, at::Tensor bias, bool inputsFirst = false);
    at::Tensor forward(const at::Tensor& x) const override;
    at::Tensor rows(const at::Tensor& ids) const override;

private:
    at::Tensor m_weight, m_bias;
    bool m_inputsFirst;
};

} // namespace triptych
