#pragma once

#include "models/bert.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// The float32 tensor of a name, of this shape, where -1 stands for any size above 0. `ifMissing` is the hint where there is none; empty: that
/// weights and configuration are of different models. Throws Error{InvalidInput} naming source and tensor.
const at::Tensor& requiredTensor(const NamedTensors& weights, const std::string& name, const std::vector<std::int64_t>& shape, std::string_view source,
                                 std::string_view ifMissing = {});

} // namespace triptych
