#include "models/linear.h"

#include "models/dense.h"

#include <ATen/Parallel.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>

namespace triptych {

namespace {

/// So often the blocks are unpacked anew before a part of the matrix pays for being written out.
constexpr std::int64_t kUnpackings = 2;
/// Weights written out at once: 4 MiB of float32, which a product is long enough for and which stays near the processor.
constexpr std::int64_t kPartWeights = 1 << 20;
/// Weights that are worth a second thread.
constexpr std::int64_t kGrainWeights = 1 << 14;

} // namespace

FloatLinear::FloatLinear(at::Tensor weight, at::Tensor bias, bool inputsFirst)
    : m_weight(std::move(weight)), m_bias(std::move(bias)), m_inputsFirst(inputsFirst) {}

at::Tensor FloatLinear::forward(const at::Tensor& x) const {
    return dense(x, m_inputsFirst ? m_weight.t() : m_weight, m_bias).to(at::kFloat);
}

at::Tensor FloatLinear::rows(const at::Tensor& ids) const {
    return at::embedding(m_inputsFirst ? m_weight.t().contiguous() : m_weight, ids).to(at::kFloat);
}

StoredLinear::StoredLinear(kernels::StoredMatrix matrix, std::vector<std::int32_t> order, at::Tensor bias, std::shared_ptr<const void> file,
                           Precision precision)
    : m_order(std::move(order)), m_matrix(matrix), m_bias(std::move(bias)), m_file(std::move(file))
    , m_bfloat16(precision == Precision::Fast && kernels::hasBfloat16Products()) {
    m_matrix.order = m_order.empty() ? nullptr : m_order.data();
}

at::Tensor StoredLinear::unpacked(std::int64_t begin, std::int64_t end, bool bfloat16) const {
    const at::Tensor part = at::empty({end - begin, m_matrix.in}, at::TensorOptions().dtype(bfloat16 ? at::kBFloat16 : at::kFloat));
    const std::int64_t grain = std::max<std::int64_t>(1, kGrainWeights / m_matrix.in);
    at::parallel_for(begin, end, grain, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t row = first; row < last; ++row) {
            const std::int64_t offset = (row - begin) * m_matrix.in;
            if (bfloat16)
                kernels::products().unpackStoredBfloat16(m_matrix, row, static_cast<std::uint16_t*>(part.mutable_data_ptr()) + offset);
            else
                kernels::products().unpackStored(m_matrix, row, part.mutable_data_ptr<float>() + offset);
        }
    });
    return part;
}

at::Tensor StoredLinear::forward(const at::Tensor& x) const {
    if (needsGraph(x))
        return dense(x, unpacked(0, m_matrix.out, false), m_bias);
    const std::int64_t n = x.size(0);
    if (n <= kUnpackings * kernels::products().vectorsAtOnce) {
        const at::Tensor input = x.contiguous();
        at::Tensor y = at::empty({n, m_matrix.out}, x.options());
        const float* from = input.const_data_ptr<float>();
        const float* bias = m_bias.defined() ? m_bias.const_data_ptr<float>() : nullptr;
        float* to = y.mutable_data_ptr<float>();
        at::parallel_for(0, m_matrix.out, std::max<std::int64_t>(1, kGrainWeights / m_matrix.in), [&](std::int64_t begin, std::int64_t end) {
            kernels::products().multiplyStored(m_matrix, from, n, bias, to, begin, end);
        });
        return y;
    }
    // A multiple of 16 rows: see dense().
    const at::Tensor input = at::constant_pad_nd(m_bfloat16 ? x.to(at::kBFloat16) : x, {0, 0, 0, -n & 15});
    const std::int64_t rows = std::max<std::int64_t>(1, kPartWeights / m_matrix.in);
    const auto part = [&](std::int64_t begin, std::int64_t end) {
        return dense(input, unpacked(begin, end, m_bfloat16), m_bias.defined() ? m_bias.narrow(0, begin, end - begin) : m_bias);
    };
    if (m_matrix.out <= rows)
        return part(0, m_matrix.out).narrow(0, 0, n).to(at::kFloat);
    at::Tensor y = at::empty({n, m_matrix.out}, x.options());
    for (std::int64_t begin = 0; begin < m_matrix.out; begin += rows) {
        const std::int64_t end = std::min(begin + rows, m_matrix.out);
        y.narrow(1, begin, end - begin).copy_(part(begin, end).narrow(0, 0, n));
    }
    return y;
}

at::Tensor StoredLinear::rows(const at::Tensor& ids) const {
    at::Tensor values = at::empty({ids.size(0), m_matrix.in}, at::TensorOptions().dtype(at::kFloat));
    const auto* from = ids.const_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < ids.size(0); ++i)
        kernels::products().unpackStored(m_matrix, from[i], values.mutable_data_ptr<float>() + i * m_matrix.in);
    return values;
}

} // namespace triptych
