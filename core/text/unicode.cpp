#include "text/unicode.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace triptych {

namespace {

constexpr int kCategoryVersion = 8;
constexpr int kNormalizationVersion = 9;

bool isNewerThan(char32_t c, int version) {
    UVersionInfo age;
    u_charAge(static_cast<UChar32>(c), age);
    return age[0] > version;
}

std::uint32_t categoryMask(char32_t c) { return U_GET_GC_MASK(static_cast<UChar32>(c)); }

} // namespace

std::u32string decodeUtf8(std::string_view text) {
    std::u32string result;
    result.reserve(text.size());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto size = static_cast<std::int64_t>(text.size());
    for (std::int64_t i = 0; i < size;) {
        if (bytes[i] < 0x80) {
            result.push_back(bytes[i++]);
            continue;
        }
        UChar32 c = 0;
        U8_NEXT_OR_FFFD(bytes, i, size, c);
        result.push_back(static_cast<char32_t>(c));
    }
    return result;
}

bool isUtf8(std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto size = static_cast<std::int64_t>(text.size());
    for (std::int64_t i = 0; i < size;) {
        UChar32 c = 0;
        U8_NEXT(bytes, i, size, c);
        if (c < 0)
            return false;
    }
    return true;
}

int utf8Bytes(char32_t c, std::uint8_t* bytes) {
    const int length = utf8Length(c);
    constexpr std::uint8_t kLead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = length - 1; i > 0; --i, c >>= 6)
        bytes[i] = static_cast<std::uint8_t>(0x80 | (c & 0x3f));
    bytes[0] = static_cast<std::uint8_t>(kLead[length == 1 ? 0 : length] | c);
    return length;
}

void appendUtf8(std::string& text, char32_t c) {
    if (c < 0x80) {
        text += static_cast<char>(c);
        return;
    }
    std::uint8_t bytes[4];
    text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(utf8Bytes(c, bytes)));
}

std::string encodeUtf8(std::u32string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char32_t c : text)
        appendUtf8(result, c);
    return result;
}

std::string_view firstCharacters(std::string_view utf8, std::size_t count) {
    std::size_t at = 0;
    while (at < utf8.size() && count-- > 0) {
        do
            ++at;
        while (at < utf8.size() && (static_cast<unsigned char>(utf8[at]) & 0xc0) == 0x80);
    }
    return utf8.substr(0, at);
}

bool isWhiteSpace(char32_t c) {
    if (c < 0x80)
        return c == ' ' || (c >= 9 && c <= 13);
    return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

bool isControl(char32_t c) {
    if (c < 0x80)
        return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
    const std::uint32_t mask = categoryMask(c);
    if (mask & (U_GC_CC_MASK | U_GC_CO_MASK | U_GC_CS_MASK))
        return true;
    return (mask & U_GC_CF_MASK) != 0 && !isNewerThan(c, kCategoryVersion);
}

bool isPunctuation(char32_t c) {
    if (c < 0x80)
        return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
    if (c == 0x166d || c == 0x111c9) // punctuation until Unicode 11
        return true;
    return (categoryMask(c) & U_GC_P_MASK) != 0 && !isNewerThan(c, kCategoryVersion);
}

bool isNonspacingMark(char32_t c) {
    switch (c) {
    case 0x1734: // a mark until Unicode 13
        return true;
    case 0x1885: // letters, a spacing mark and punctuation in Unicode 8
    case 0x1886:
    case 0xa9bd:
    case 0x111c9:
        return false;
    default:
        return c >= 0x300 && (categoryMask(c) & U_GC_MN_MASK) != 0 && !isNewerThan(c, kCategoryVersion);
    }
}

bool isCombiningMark(char32_t c) {
    if (c == 0x1cf2 || c == 0x1cf3) // spacing marks until Unicode 11
        return true;
    return c >= 0x300 && c != 0x111c9 && (categoryMask(c) & U_GC_M_MASK) != 0 && !isNewerThan(c, kNormalizationVersion);
}

bool isIdeograph(char32_t c) {
    if (c < 0x3400)
        return false;
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x20000 && c <= 0x2a6df) ||
           (c >= 0x2a700 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0x2f800 && c <= 0x2fa1f);
}

bool isWordCharacter(char32_t c) {
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_ALPHABETIC) ||
           u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_JOIN_CONTROL) ||
           (categoryMask(c) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0;
}

bool isNumeric(char32_t c) {
    if (c < 0x80)
        return c >= '0' && c <= '9';
    return (categoryMask(c) & U_GC_N_MASK) != 0;
}

LowerCase toLowerCase(char32_t c) {
    if (c < 0x80)
        return {c >= 'A' && c <= 'Z' ? c + 32 : c, 0};
    if (c == 0x130) // the only character whose full lower case is longer
        return {U'i', 0x307};
    return {static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))), 0};
}

} // namespace triptych
