#include "datasets/object_name.h"

#include "datasets/text_folding.h"

#include "base/error.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>

namespace triptych {

namespace {

/// Two names that look alike must not be two names, and a name is one line of a list.
bool isInvisible(char32_t c) {
    const auto type = u_charType(static_cast<UChar32>(c));
    return type == U_CONTROL_CHAR || type == U_FORMAT_CHAR || type == U_LINE_SEPARATOR || type == U_PARAGRAPH_SEPARATOR;
}

std::string faultOf(std::string_view name, std::size_t mostBytes) {
    if (name.empty())
        return "it is empty";
    if (name.size() > mostBytes)
        return fmt::format("it has {} bytes, more than {}", name.size(), mostBytes);
    if (const auto bad = invalidUtf8At(name))
        return fmt::format("byte {} is not UTF-8", *bad + 1);
    if (name.front() == '.' || name.front() == '-')
        return fmt::format("it begins with a {}", name.front() == '.' ? "dot" : "dash");
    for (const char32_t c : decodeUtf8(name)) {
        if (c == U'/')
            return "it holds a slash";
        if (isInvisible(c))
            return fmt::format("it holds the invisible character U+{:04X}", static_cast<std::uint32_t>(c));
    }
    return trimmed(name).size() == name.size() ? std::string() : "there is a blank at its beginning or end";
}

} // namespace

void checkObjectName(std::string_view name, std::string_view kind, std::size_t mostBytes) {
    if (const std::string fault = faultOf(name, mostBytes); !fault.empty()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} cannot be the name of a {}: {}", quotedValue(name), kind, fault),
                    fmt::format("Use 1 to {} bytes of visible characters without slashes, no blank at either end, and neither a dot nor a dash as the first.", mostBytes));
    }
}

std::string namableWish(std::string_view wish, std::size_t mostBytes) {
    std::string name;
    for (const char32_t c : decodeUtf8(wish)) {
        if (name.size() + static_cast<std::size_t>(utf8Length(c)) > mostBytes)
            break;
        appendUtf8(name, c == U'/' || isInvisible(c) ? U'-' : c);
    }
    for (std::string before; name != before;) { // a blank may stand behind a dot
        before = name;
        name = trimmed(name);
        name.erase(0, std::min(name.size(), name.find_first_not_of(".-")));
    }
    return name.empty() ? "model" : name;
}

} // namespace triptych
