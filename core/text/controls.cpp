#include "text/controls.h"

#include "text/unicode.h"

#include <fmt/format.h>

namespace triptych {

namespace {

bool isControlling(char32_t c) {
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

template <typename Replace>
std::string replaced(std::string_view text, Replace replace) {
    std::string shown;
    for (const char32_t c : decodeUtf8(text)) {
        if (isControlling(c))
            shown += replace(c);
        else
            appendUtf8(shown, c);
    }
    return shown;
}

} // namespace

std::string controlsEscaped(std::string_view text) {
    return replaced(text, [](char32_t c) {
        const auto code = static_cast<std::uint32_t>(c);
        return c < 0x100 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
    });
}

std::string controlsRemoved(std::string_view text) {
    return replaced(text, [](char32_t) { return std::string(); });
}

} // namespace triptych
