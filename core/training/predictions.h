#pragma once

#include "prediction/predictor.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace triptych {

/// Softmax of logits (N, K) as one prediction a row.
std::vector<Prediction> predictionsFromLogits(const at::Tensor& logits, const std::vector<std::string>& labels);

} // namespace triptych
