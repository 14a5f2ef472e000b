#pragma once

#include <span>
#include <string>
#include <string_view>

namespace triptych {

/// What every way to a model's outputs asks before it hands them on. `model` is its folder or file.
/// Throws Error{InvalidInput} naming it if one of the values is NaN or infinite.
void requireFiniteOutputs(std::span<const float> values, const std::string& model);

/// "<who> gives outputs that ...". Throws Error{InvalidInput}.
[[noreturn]] void failNonFinite(std::string_view who);

} // namespace triptych
