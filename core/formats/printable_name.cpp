#include "formats/printable_name.h"

#include <fmt/format.h>

namespace triptych {

std::string printableName(std::string_view name) {
    std::string text;
    for (const char c : name.substr(0, 80)) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            text += c;
    }
    // A cut must not leave half a character behind.
    while (name.size() > 80 && !text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80)
        text.pop_back();
    if (name.size() > 80 && !text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0)
        text.pop_back();
    return name.size() > 80 ? text + "..." : text;
}

} // namespace triptych
