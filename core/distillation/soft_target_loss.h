#pragma once

#include <ATen/core/Tensor.h>

// Legend: B = rows, K = labels.

namespace triptych {

/// Soft-target loss (Hinton et al. 2015, section 2): T² KL(softmax(teacher / T) to softmax(student / T)), mean over rows;
/// the factor keeps the size of its gradient when T changes. student, teacher: logits (B, K). temperature > 0.
/// A scalar; the gradient goes to the student alone. Throws Error{InvalidArgument} naming the shapes if they differ.
at::Tensor softTargetLoss(const at::Tensor& student, const at::Tensor& teacher, double temperature);

/// Cross-entropy, mean over the rows with a label of 0 or more; a zero without a gradient if there is none. labels (B), int64.
at::Tensor hardLabelLoss(const at::Tensor& student, const at::Tensor& labels);

} // namespace triptych
