#include "models/required_tensor.h"

#include "base/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace triptych {

const at::Tensor& requiredTensor(const NamedTensors& weights, const std::string& name, const std::vector<std::int64_t>& shape, std::string_view source,
                                 std::string_view ifMissing) {
    constexpr const char* kSameModel = "The weights and config.json must be of the same model.";
    const auto found = weights.find(name);
    if (found == weights.end()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor '{}'", source, name),
                    ifMissing.empty() ? std::string(kSameModel) : std::string(ifMissing));
    }
    const at::IntArrayRef is = found->second.sizes();
    const auto fits = [](std::int64_t size, std::int64_t wanted) { return wanted == -1 ? size > 0 : size == wanted; };
    if (!std::equal(is.begin(), is.end(), shape.begin(), shape.end(), fits)) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}': tensor '{}' has shape [{}] where config.json asks for [{}]", source, name, fmt::join(is, ", "), fmt::join(shape, ", ")),
                    kSameModel);
    }
    if (found->second.scalar_type() != at::kFloat)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor '{}' is not float32", source, name));
    return found->second;
}

} // namespace triptych
