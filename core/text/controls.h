#pragma once

#include <string>
#include <string_view>

namespace triptych {

/// Text from outside as it may be shown. Controls are what steers a terminal or turns the order of a text round instead of being
/// seen: C0 but line feed and tab, DEL, C1, and the embeddings, overrides and isolates of writing from right to left. What is no
/// UTF-8 becomes U+FFFD: to some terminals a byte alone is a control too.
/// Written out, as \x1b and \u202e.
std::string controlsEscaped(std::string_view text);
/// Left out.
std::string controlsRemoved(std::string_view text);

} // namespace triptych
