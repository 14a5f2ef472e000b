#include "models/linear.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/mm.h>

#include <utility>

namespace triptych {

FloatLinear::FloatLinear(at::Tensor weight, at::Tensor bias, bool inputsFirst)
    : m_weight(std::move(weight)), m_bias(std::move(bias)), m_inputsFirst(inputsFirst) {}

at::Tensor FloatLinear::forward(const at::Tensor& x) const {
    const at::Tensor matrix = m_inputsFirst ? m_weight : m_weight.t(); // (in, out)
    return m_bias.defined() ? at::addmm(m_bias, x, matrix) : at::mm(x, matrix);
}

at::Tensor FloatLinear::rows(const at::Tensor& ids) const {
    return at::embedding(m_inputsFirst ? m_weight.t().contiguous() : m_weight, ids);
}

} // namespace triptych
