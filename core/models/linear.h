#pragma once

#include "models/precision.h"
#include "models/products.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

// Legend: N = rows of a batch.

namespace triptych {

/// A weight matrix as blocks see it: what is multiplied with, however it is stored. Adapters are further subclasses.
class Linear {
public:
    virtual ~Linear() = default;
    /// x (N, in), float32, to (N, out): x Wᵀ + bias. Differentiable in x, and in the weights where they are tensors.
    virtual at::Tensor forward(const at::Tensor& x) const = 0;
    /// Rows of W (out, in) by number, as a table of embeddings: ids (N), int64, to (N, in).
    virtual at::Tensor rows(const at::Tensor& ids) const = 0;
};

/// The plain one, float32 or bfloat16. Holds the tensors, does not copy them.
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

/// Weights that stay where they are, in the blocks of a mapped file: quantised ones and halves. Few rows are multiplied straight
/// from the blocks, which costs what reading them costs; for many, a part of the matrix at a time becomes float32, or bfloat16
/// with Precision::Fast. Only a gradient to x makes a float32 copy of the whole.
class StoredLinear final : public Linear {
public:
    /// `matrix` as kernels::StoredMatrix has it, but for its order: `order` (out), empty if as stored. bias (out), float32, or undefined.
    /// `file` is kept as long as this.
    StoredLinear(kernels::StoredMatrix matrix, std::vector<std::int32_t> order, at::Tensor bias, std::shared_ptr<const void> file, Precision precision);
    at::Tensor forward(const at::Tensor& x) const override;
    at::Tensor rows(const at::Tensor& ids) const override;

    /// Whether a matrix of so many columns can be used in this way.
    static bool fits(std::int64_t in) { return in % 32 == 0; }

private:
    at::Tensor unpacked(std::int64_t begin, std::int64_t end, bool bfloat16) const; // rows of W: (end - begin, in)

    std::vector<std::int32_t> m_order;
    kernels::StoredMatrix m_matrix;
    at::Tensor m_bias;
    std::shared_ptr<const void> m_file;
    bool m_bfloat16;
};

} // namespace triptych
