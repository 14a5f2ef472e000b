#include "distillation/soft_target_loss.h"

#include "base/error.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/div.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace triptych {

at::Tensor softTargetLoss(const at::Tensor& student, const at::Tensor& teacher, double temperature) {
    if (student.dim() != 2 || student.sizes() != teacher.sizes() || !(temperature > 0)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("soft targets of shape [{}] do not fit logits of shape [{}] at temperature {}",
                                                            fmt::join(teacher.sizes(), ", "), fmt::join(student.sizes(), ", "), temperature));
    }
    const at::Tensor target = at::log_softmax(at::div(teacher.detach(), temperature), 1); // (B, K)
    const at::Tensor given = at::log_softmax(at::div(student, temperature), 1);
    const at::Tensor divergence = at::sum(at::mul(target.exp(), at::sub(target, given)));
    return at::mul(divergence, temperature * temperature / static_cast<double>(student.size(0)));
}

at::Tensor hardLabelLoss(const at::Tensor& student, const at::Tensor& labels) {
    constexpr std::int64_t kMean = 1;
    constexpr std::int64_t kNoLabel = -1;
    if (labels.numel() == 0 || labels.max().item<std::int64_t>() < 0)
        return at::zeros({}, student.options());
    return at::cross_entropy_loss(student, labels, {}, kMean, kNoLabel);
}

} // namespace triptych
