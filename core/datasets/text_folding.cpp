#include "datasets/text_folding.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace triptych {

namespace {

bool isSpace(UChar32 c) { return u_isUWhiteSpace(c) || c == 0xFEFF; }

bool isPlainAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string withSingleBlanks(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    bool pending = false;
    const auto length = static_cast<std::int32_t>(text.size());
    for (std::int32_t at = 0; at < length;) {
        const std::int32_t begin = at;
        UChar32 c = 0;
        U8_NEXT(text.data(), at, length, c);
        if (c >= 0 && isSpace(c)) {
            pending = !result.empty();
            continue;
        }
        if (pending)
            result += ' ';
        pending = false;
        result.append(text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin)));
    }
    return result;
}

} // namespace

std::string_view trimmed(std::string_view utf8) {
    const auto length = static_cast<std::int32_t>(utf8.size());
    std::int32_t begin = 0;
    while (begin < length) {
        std::int32_t next = begin;
        UChar32 c = 0;
        U8_NEXT(utf8.data(), next, length, c);
        if (c < 0 || !isSpace(c))
            break;
        begin = next;
    }
    std::int32_t end = length;
    while (end > begin) {
        std::int32_t previous = end - 1;
        while (previous > begin && (static_cast<unsigned char>(utf8[static_cast<std::size_t>(previous)]) & 0xC0) == 0x80)
            --previous;
        std::int32_t next = previous;
        UChar32 c = 0;
        U8_NEXT(utf8.data(), next, end, c);
        if (c < 0 || next != end || !isSpace(c))
            break;
        end = previous;
    }
    return utf8.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

std::string foldedText(std::string_view utf8) {
    if (isPlainAscii(utf8)) {
        std::string text = withSingleBlanks(utf8);
        for (char& c : text) {
            if (c >= 'A' && c <= 'Z')
                c = static_cast<char>(c + ('a' - 'A'));
        }
        return text;
    }
    icu::UnicodeString text = icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())});
    text.foldCase();
    std::string folded;
    text.toUTF8String(folded);
    return withSingleBlanks(folded);
}

std::optional<std::size_t> invalidUtf8At(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        if (static_cast<unsigned char>(bytes[at]) < 0x80) {
            ++at;
            continue;
        }
        // A character has at most four bytes; the window keeps the index in ICU's 32 bits.
        const std::string_view window = bytes.substr(at, 4);
        std::int32_t next = 0;
        UChar32 c = 0;
        U8_NEXT(window.data(), next, static_cast<std::int32_t>(window.size()), c);
        if (c < 0)
            return at;
        at += static_cast<std::size_t>(next);
    }
    return std::nullopt;
}

std::string withValidUtf8(std::string_view bytes) {
    std::string result;
    while (const auto bad = invalidUtf8At(bytes)) {
        result.append(bytes.substr(0, *bad));
        result += "\xEF\xBF\xBD";
        bytes.remove_prefix(*bad + 1);
    }
    return result.append(bytes);
}

std::string quotedValue(std::string_view utf8) {
    constexpr std::size_t kMaxBytes = 60;
    std::string value(utf8.substr(0, kMaxBytes));
    if (utf8.size() > kMaxBytes) {
        while (!value.empty() && (static_cast<unsigned char>(value.back()) & 0xC0) == 0x80)
            value.pop_back();
        if (!value.empty() && static_cast<unsigned char>(value.back()) >= 0x80)
            value.pop_back();
        value += "…";
    }
    for (char& c : value) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            c = ' ';
    }
    return "'" + withValidUtf8(value) + "'";
}

} // namespace triptych
