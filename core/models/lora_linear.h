#pragma once

#include "models/linear.h"
#include "models/lora_adapter.h"

#include <memory>

// Legend: N = rows of a batch.

namespace triptych {

/// A LoRA adapter beside another matrix, which stays as it is stored: x Wᵀ + scaling · (x downᵀ) upᵀ + bias.
class LoraLinear final : public Linear {
public:
    /// `bias` (out) is added behind all of it and may be undefined; a module with a magnitude must have the bias here and not in
    /// `base`, and the matrix (out, in) is unpacked once to find its lengths. A module without up and down adds its bias alone.
    LoraLinear(std::shared_ptr<const Linear> base, LoraAdapter::Module module, at::Tensor bias);
    at::Tensor forward(const at::Tensor& x) const override;
    at::Tensor rows(const at::Tensor& ids) const override;

private:
    std::shared_ptr<const Linear> m_base;
    LoraAdapter::Module m_module;
    at::Tensor m_bias;
    at::Tensor m_rowScale, m_columnScale; ///< of a magnitude: (out), of a table (in)
};

} // namespace triptych
