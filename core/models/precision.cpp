#include "models/precision.h"

#include "base/error.h"

#include <fmt/format.h>

namespace triptych {

std::string_view precisionName(Precision precision) { return precision == Precision::Fast ? "fast" : "exact"; }

Precision precisionFromName(std::string_view name) {
    if (name != "exact" && name != "fast")
        throw Error(ErrorCode::InvalidArgument, fmt::format("there is no precision '{}'", name), "Say exact or fast.");
    return name == "fast" ? Precision::Fast : Precision::Exact;
}

} // namespace triptych
