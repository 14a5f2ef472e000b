#include "models/decoder_layers.h"

#include "models/decoder_kernels.h"
#include "models/dense.h"

#include <ATen/Parallel.h>
#include <ATen/ops/add.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/sub.h>

namespace triptych {

at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& gain, double epsilon, double offset) {
    if (needsGraph(x, gain)) {
        const at::Tensor scaled = at::mul(x, at::rsqrt(at::add(at::mean(at::mul(x, x), -1, true), epsilon)));
        return at::mul(scaled, at::add(gain, offset));
    }
    const at::Tensor input = x.contiguous();
    at::Tensor out = at::empty_like(input);
    const kernels::RmsNormForward args = {input.const_data_ptr<float>(), gain.const_data_ptr<float>(), out.mutable_data_ptr<float>(),
                                          input.size(1), epsilon, static_cast<float>(offset)};
    at::parallel_for(0, input.size(0), 64, [&](std::int64_t begin, std::int64_t end) { kernels::rmsNormForward(args, begin, end); });
    return out;
}

at::Tensor rotate(const at::Tensor& x, const at::Tensor& cosines, const at::Tensor& sines, std::int64_t heads) {
    const std::int64_t headSize = 2 * cosines.size(1);
    if (needsGraph(x)) {
        const at::Tensor halves = x.view({x.size(0), heads, 2, headSize / 2});
        const at::Tensor first = halves.select(2, 0), second = halves.select(2, 1); // (T, A, D / 2)
        const at::Tensor c = cosines.unsqueeze(1), s = sines.unsqueeze(1);          // (T, 1, D / 2)
        return at::cat({at::sub(at::mul(first, c), at::mul(second, s)), at::add(at::mul(second, c), at::mul(first, s))}, -1).view(x.sizes());
    }
    const at::Tensor turned = x.contiguous();
    const kernels::Rotation args = {turned.mutable_data_ptr<float>(), cosines.const_data_ptr<float>(), sines.const_data_ptr<float>(), heads,
                                    headSize};
    at::parallel_for(0, turned.size(0), 32, [&](std::int64_t begin, std::int64_t end) { kernels::rotate(args, begin, end); });
    return turned;
}

} // namespace triptych
