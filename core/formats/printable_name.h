#pragma once

#include <string>
#include <string_view>

namespace triptych {

/// A name out of a file as it may stand in a message: control characters escaped, cut after 80 bytes.
std::string printableName(std::string_view name);

} // namespace triptych
