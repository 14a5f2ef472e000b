#include "text/character_map.h"

#include "text/graphemes.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

constexpr std::size_t kMaxGraphemeBytes = 6; ///< from here on a grapheme is looked up by characters, as in the reference

/// Empty if it is not base64.
std::optional<std::string> decodeBase64(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    int count = 0;
    while (!text.empty() && text.back() == '=')
        text.remove_suffix(1);
    for (const char c : text) {
        const int value = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '+' ? 62 : c == '/' ? 63 : -1;
        if (value < 0)
            return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>((bits >> count) & 0xff);
        }
    }
    return bytes;
}

std::uint32_t unitAt(std::string_view bytes, std::size_t at) {
    std::uint32_t unit = 0;
    for (std::size_t i = 0; i < 4; ++i)
        unit |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[at + i])) << (8 * i);
    return unit;
}

// The fields of a unit of Darts-clone.
std::size_t offsetOf(std::uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); }
std::uint32_t labelOf(std::uint32_t unit) { return unit & ((1u << 31) | 0xff); }
bool hasLeaf(std::uint32_t unit) { return ((unit >> 8) & 1) != 0; }
std::uint32_t valueOf(std::uint32_t unit) { return unit & ((1u << 31) - 1); }

/// Appends the replacement of `oldCount` characters: the last of the new ones are insertions, or the last one swallows
/// what is too much. With nothing to swallow, what was before does, and at the very beginning nobody: the reference's
/// alignment is off by one then, and so is this one.
void replace(std::vector<Change>& changes, std::ptrdiff_t oldCount, std::string_view with) {
    const std::size_t before = changes.size();
    for (const char32_t c : decodeUtf8(with))
        changes.emplace_back(c, 0);
    const auto difference = static_cast<int>(static_cast<std::ptrdiff_t>(changes.size() - before) - oldCount);
    for (int i = 0; i < difference; ++i)
        changes[changes.size() - 1 - static_cast<std::size_t>(i)].second = 1;
    if (difference < 0 && !changes.empty())
        changes.back().second += difference;
}

} // namespace

CharacterMap::CharacterMap(std::string_view bytes, const JsonFields& where, std::string_view key) {
    if (bytes.empty())
        return;
    const std::size_t size = bytes.size() < 4 ? bytes.size() : unitAt(bytes, 0);
    if (size % 4 != 0 || bytes.size() < 4 || size > bytes.size() - 4)
        where.fail(key, fmt::format("is no character map: {} bytes with a trie of {}", bytes.size(), size));
    m_units.reserve(size / 4);
    for (std::size_t at = 4; at < 4 + size; at += 4)
        m_units.push_back(unitAt(bytes, at));
    m_texts = bytes.substr(4 + size);
    if (!isUtf8(m_texts))
        where.fail(key, "is no character map: its texts are not UTF-8");
    for (std::size_t c = 0; c < m_changesAscii.size(); ++c)
        m_changesAscii[c] = find(std::string(1, static_cast<char>(c))).has_value();
}

CharacterMap CharacterMap::fromJson(const JsonFields& fields, std::string_view key) {
    if (fields.has(key) && fields.at(key).is_binary()) {
        const std::vector<std::uint8_t>& bytes = fields.at(key).get_binary();
        return CharacterMap(std::string(bytes.begin(), bytes.end()), fields, key);
    }
    const auto bytes = decodeBase64(fields.string(key, ""));
    if (!bytes)
        fields.fail(key, "is not base64");
    return CharacterMap(*bytes, fields, key);
}

std::optional<std::string_view> CharacterMap::find(std::string_view text) const {
    if (m_units.empty())
        return std::nullopt;
    std::size_t node = offsetOf(m_units[0]);
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        node ^= byte;
        if (byte == 0 || node >= m_units.size() || labelOf(m_units[node]) != byte)
            return std::nullopt;
        const std::uint32_t unit = m_units[node];
        node ^= offsetOf(unit);
        if (hasLeaf(unit)) {
            const std::size_t at = node < m_units.size() ? valueOf(m_units[node]) : m_texts.size();
            if (at >= m_texts.size())
                return std::nullopt;
            return std::string_view(m_texts).substr(at, std::min(m_texts.find('\0', at), m_texts.size()) - at);
        }
    }
    return std::nullopt;
}

void CharacterMap::apply(AlignedText& text) const {
    const std::u32string_view chars = text.chars;
    const auto isPlain = [&](std::size_t at) { return chars[at] < 0x80 && chars[at] != U'\r' && !m_changesAscii[chars[at]]; };
    std::vector<Change> changes;
    changes.reserve(chars.size());
    bool changed = false;
    std::string bytes;
    for (std::size_t begin = 0; begin < chars.size();) {
        if (isPlain(begin) && (begin + 1 == chars.size() || chars[begin + 1] < 0x80)) {
            changes.emplace_back(chars[begin++], 0);
            continue;
        }
        const std::size_t end = graphemeEnd(chars, begin);
        const auto lookUp = [&](std::size_t from, std::size_t to) -> std::optional<std::string_view> {
            bytes.clear();
            for (std::size_t i = from; i < to; ++i)
                appendUtf8(bytes, chars[i]);
            return find(bytes);
        };
        std::size_t size = 0;
        for (std::size_t i = begin; i < end; ++i)
            size += static_cast<std::size_t>(utf8Length(chars[i]));
        const auto whole = size < kMaxGraphemeBytes ? lookUp(begin, end) : std::nullopt;
        if (whole) {
            replace(changes, static_cast<std::ptrdiff_t>(end - begin), *whole);
            changed = true;
        }
        for (std::size_t i = begin; !whole && i < end; ++i) {
            if (const auto single = lookUp(i, i + 1)) {
                replace(changes, 1, *single);
                changed = true;
            } else {
                changes.emplace_back(chars[i], 0);
            }
        }
        begin = end;
    }
    if (changed)
        applyChanges(text, changes);
}

} // namespace triptych
