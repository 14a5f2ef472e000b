#include "models/finite_outputs.h"

#include "base/error.h"
#include "formats/quantized_blocks.h"

#include <fmt/format.h>

namespace triptych {

void requireFiniteOutputs(std::span<const float> values, const std::string& model) {
    if (!allFinite(GgmlType::F32, std::as_bytes(values)))
        failNonFinite(fmt::format("'{}'", model));
}

void failNonFinite(std::string_view who) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} gives outputs that are NaN or infinite: its weights hold such values, or ones so large that sums overflow", who),
                "The model is damaged, or its training went astray: take it from where it came again. `model import` names a weight that is no number.");
}

} // namespace triptych
