#include "models/lora_linear.h"

#include <ATen/ops/add.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>

#include <utility>

namespace triptych {

LoraLinear::LoraLinear(std::shared_ptr<const Linear> base, LoraAdapter::Module module, at::Tensor bias)
    : m_base(std::move(base)), m_module(std::move(module)), m_bias(std::move(bias)) {
    if (m_module.bias.defined()) {
        const at::Tensor own = at::mul(m_module.bias, m_module.scaling);
        m_bias = m_bias.defined() ? at::add(m_bias, own) : own;
    }
    if (!m_module.magnitude.defined())
        return;
    const at::Tensor weight = m_base->rows(at::arange(m_module.up.size(0), at::TensorOptions().dtype(at::kLong)));
    const at::Tensor sum = at::addmm(weight, m_module.up, m_module.down, 1, m_module.scaling); // (out, in)
    (m_module.table ? m_columnScale : m_rowScale) = magnitudeScale(sum, m_module);
}

at::Tensor LoraLinear::forward(const at::Tensor& input) const {
    const at::Tensor x = m_columnScale.defined() ? at::mul(input, m_columnScale) : input;
    at::Tensor y = m_base->forward(x); // (N, out)
    if (m_module.up.defined())
        y = at::addmm(y, at::mm(x, m_module.down.t()), m_module.up.t(), 1, m_module.scaling);
    if (m_rowScale.defined())
        y = at::mul(y, m_rowScale);
    return m_bias.defined() ? at::add(y, m_bias) : y;
}

at::Tensor LoraLinear::rows(const at::Tensor& ids) const {
    at::Tensor rows = m_base->rows(ids); // (N, in)
    if (m_module.up.defined())
        rows = at::addmm(rows, at::embedding(m_module.up, ids), m_module.down, 1, m_module.scaling);
    if (m_columnScale.defined())
        rows = at::mul(rows, m_columnScale);
    return m_rowScale.defined() ? at::mul(rows, at::index_select(m_rowScale, 0, ids).unsqueeze(1)) : rows;
}

} // namespace triptych
