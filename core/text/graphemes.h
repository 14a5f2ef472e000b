#pragma once

#include <cstddef>
#include <string_view>

namespace triptych {

/// End of the extended grapheme cluster (UAX #29) that begins at `begin`.
std::size_t graphemeEnd(std::u32string_view text, std::size_t begin);

} // namespace triptych
