#include "text/replacing_normalizers.h"

#include "base/error.h"
#include "text/byte_level.h"
#include "text/character_map.h"
#include "text/regex.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

/// A few replacements one after another could otherwise multiply a text without end.
constexpr std::size_t kMostCharacters = 64'000'000;

/// What replaces a match stands for the last character of it.
class Replace final : public Normalizer {
public:
    explicit Replace(const JsonFields& fields)
        : m_regex(Regex::fromJson(fields, "pattern")), m_content(decodeUtf8(fields.string("content"))), m_source(fields.source()) {}
    void apply(AlignedText& text) const override {
        if (text.chars.empty()) // where even an empty match does not count
            return;
        AlignedText result;
        std::size_t done = 0;
        const auto copyUpTo = [&](std::size_t end) {
            result.chars.append(text.chars, done, end - done);
            result.origins.insert(result.origins.end(), text.origins.begin() + static_cast<std::ptrdiff_t>(done),
                                  text.origins.begin() + static_cast<std::ptrdiff_t>(end));
            done = end;
        };
        Regex::Matches matches(m_regex);
        matches.start(text.chars);
        bool changed = false;
        while (const auto match = matches.next()) {
            changed = true;
            copyUpTo(static_cast<std::size_t>(match->begin));
            if (result.chars.size() + m_content.size() > kMostCharacters) {
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}': its normalizer blows a text up to more than {} characters", m_source,
                                                                 kMostCharacters));
            }
            const TextSpan origin = match->end > 0 ? text.origins[static_cast<std::size_t>(match->end) - 1] : TextSpan{};
            for (const char32_t c : m_content)
                result.push(c, origin);
            done = static_cast<std::size_t>(match->end);
        }
        if (!changed)
            return;
        copyUpTo(text.chars.size());
        text = std::move(result);
    }

private:
    Regex m_regex;
    std::u32string m_content;
    std::string m_source;
};

class Prepend final : public Normalizer {
public:
    explicit Prepend(const JsonFields& fields) : m_content(decodeUtf8(fields.string("prepend"))) {}
    void apply(AlignedText& text) const override {
        if (text.chars.empty())
            return;
        text.origins.insert(text.origins.begin(), m_content.size(), TextSpan(text.origins.front()));
        text.chars.insert(0, m_content);
    }

private:
    std::u32string m_content;
};

class Strip final : public Normalizer {
public:
    explicit Strip(const JsonFields& fields) : m_left(fields.boolean("strip_left", true)), m_right(fields.boolean("strip_right", true)) {}
    void apply(AlignedText& text) const override {
        std::size_t begin = 0;
        std::size_t end = text.chars.size();
        while (m_left && begin < end && isWhiteSpace(text.chars[begin]))
            ++begin;
        while (m_right && end > begin && isWhiteSpace(text.chars[end - 1]))
            --end;
        if (begin > 0 || end < text.chars.size())
            text = text.part(begin, end);
    }

private:
    bool m_left;
    bool m_right;
};

/// The rules of sentencepiece for machine translation: control characters go, rare spaces become plain ones.
class Nmt final : public Normalizer {
public:
    void apply(AlignedText& text) const override {
        keepOnly(text, [](char32_t c) {
            return !((c >= 1 && c <= 8) || c == 0xb || (c >= 0xe && c <= 0x1f) || c == 0x7f || c == 0x8f || c == 0x9f);
        });
        for (char32_t& c : text.chars) {
            if (c == 9 || c == 0xa || c == 0xc || c == 0xd || c == 0x1680 || (c >= 0x200b && c <= 0x200f) || c == 0x2028 || c == 0x2029 ||
                c == 0x2581 || c == 0xfeff || c == 0xfffd)
                c = U' ';
        }
    }
};

class ByteLevelNormalizer final : public Normalizer {
public:
    void apply(AlignedText& text) const override {
        AlignedText bytes;
        for (std::size_t i = 0; i < text.chars.size(); ++i)
            pushBytes(bytes, text.chars[i], text.origins[i]);
        text = std::move(bytes);
    }
};

class Precompiled final : public Normalizer {
public:
    explicit Precompiled(const JsonFields& fields) : m_map(CharacterMap::fromJson(fields, "precompiled_charsmap")) {}
    void apply(AlignedText& text) const override { m_map.apply(text); }

private:
    CharacterMap m_map;
};

} // namespace

std::unique_ptr<Normalizer> makeReplacingNormalizer(const JsonFields& fields, std::string_view type) {
    if (type == "Replace")
        return std::make_unique<Replace>(fields);
    if (type == "Prepend")
        return std::make_unique<Prepend>(fields);
    if (type == "Strip")
        return std::make_unique<Strip>(fields);
    if (type == "Nmt")
        return std::make_unique<Nmt>();
    if (type == "ByteLevel")
        return std::make_unique<ByteLevelNormalizer>();
    if (type == "Precompiled")
        return std::make_unique<Precompiled>(fields);
    return nullptr;
}

} // namespace triptych
