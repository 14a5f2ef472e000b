#include "text/rewriting_pre_tokenizers.h"

#include "text/byte_level.h"
#include "text/regex.h"
#include "text/splitting.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace triptych {

namespace {

constexpr std::string_view kGpt2Pattern = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

void splitByRegex(const AlignedText& text, std::vector<TextSpan>& words, const Regex& regex, SplitBehavior behavior, bool inverted) {
    std::vector<TextSpan> result;
    result.reserve(words.size() + text.chars.size() / 4);
    SplitPieces pieces(behavior);
    Regex::Matches matches(regex);
    for (const TextSpan& word : words) {
        pieces.start(word);
        matches.start(std::u32string_view(text.chars).substr(static_cast<std::size_t>(word.begin), static_cast<std::size_t>(word.end - word.begin)));
        while (const std::optional<TextSpan> match = matches.next())
            pieces.separator({word.begin + match->begin, word.begin + match->end});
        pieces.finish(inverted, result);
    }
    words = std::move(result);
}

/// Puts a character before each word for which `wanted` says so; it stands for the same as the word's first one.
template <typename Wanted>
void prepend(AlignedText& text, std::vector<TextSpan>& words, char32_t c, Wanted wanted) {
    if (std::none_of(words.begin(), words.end(), wanted))
        return;
    AlignedText result;
    result.chars.reserve(text.chars.size() + words.size());
    result.origins.reserve(text.chars.size() + words.size());
    for (TextSpan& word : words) {
        const auto begin = static_cast<std::int32_t>(result.chars.size());
        if (wanted(word))
            result.push(c, text.origins[static_cast<std::size_t>(word.begin)]);
        result.chars.append(text.chars, static_cast<std::size_t>(word.begin), static_cast<std::size_t>(word.end - word.begin));
        result.origins.insert(result.origins.end(), text.origins.begin() + word.begin, text.origins.begin() + word.end);
        word = {begin, static_cast<std::int32_t>(result.chars.size())};
    }
    text = std::move(result);
}

class Split final : public PreTokenizer {
public:
    explicit Split(const JsonFields& fields)
        : m_regex(Regex::fromJson(fields, "pattern")), m_behavior(readSplitBehavior(fields, "behavior", SplitBehavior::Isolated)),
          m_inverted(fields.boolean("invert", false)) {}
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        splitByRegex(text, words, m_regex, m_behavior, m_inverted);
    }

private:
    Regex m_regex;
    SplitBehavior m_behavior;
    bool m_inverted;
};

class ByteLevel final : public PreTokenizer {
public:
    explicit ByteLevel(const JsonFields& fields) : m_addPrefixSpace(fields.boolean("add_prefix_space", true)) {
        if (fields.boolean("use_regex", true))
            m_regex.emplace(kGpt2Pattern, fields, "use_regex");
    }
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        if (m_addPrefixSpace)
            prepend(text, words, U' ', [&text](const TextSpan& word) { return text.chars[static_cast<std::size_t>(word.begin)] != U' '; });
        if (m_regex)
            splitByRegex(text, words, *m_regex, SplitBehavior::Isolated, false);
        AlignedText bytes;
        bytes.chars.reserve(text.chars.size() + text.chars.size() / 8);
        bytes.origins.reserve(bytes.chars.capacity());
        for (TextSpan& word : words) {
            const auto begin = static_cast<std::int32_t>(bytes.chars.size());
            for (auto i = static_cast<std::size_t>(word.begin); i < static_cast<std::size_t>(word.end); ++i)
                pushBytes(bytes, text.chars[i], text.origins[i]);
            word = {begin, static_cast<std::int32_t>(bytes.chars.size())};
        }
        text = std::move(bytes);
    }

private:
    bool m_addPrefixSpace;
    std::optional<Regex> m_regex;
};

class Metaspace final : public PreTokenizer {
public:
    explicit Metaspace(const JsonFields& fields)
        : m_replacement(fields.character("replacement", kMetaspace)), m_scheme(readPrependScheme(fields)), m_split(fields.boolean("split", true)) {}
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        std::replace(text.chars.begin(), text.chars.end(), U' ', m_replacement);
        if (m_scheme != PrependScheme::Never) {
            prepend(text, words, m_replacement, [&](const TextSpan& word) {
                const auto first = static_cast<std::size_t>(word.begin);
                return text.chars[first] != m_replacement && (m_scheme == PrependScheme::Always || text.origins[first].begin == 0);
            });
        }
        if (m_split)
            splitAtCharacters(text, words, SplitBehavior::MergedWithNext, [this](char32_t c) { return c == m_replacement; });
    }

private:
    char32_t m_replacement;
    PrependScheme m_scheme;
    bool m_split;
};

} // namespace

PrependScheme readPrependScheme(const JsonFields& fields) {
    if (!fields.has("prepend_scheme"))
        return fields.boolean("add_prefix_space", true) ? PrependScheme::Always : PrependScheme::Never;
    const std::string scheme = fields.string("prepend_scheme");
    if (scheme == "always")
        return PrependScheme::Always;
    if (scheme == "first")
        return PrependScheme::First;
    if (scheme == "never")
        return PrependScheme::Never;
    fields.fail("prepend_scheme", fmt::format("is '{}'; it may be always, first or never", scheme));
}

std::unique_ptr<PreTokenizer> makeRewritingPreTokenizer(const JsonFields& fields, std::string_view type) {
    if (type == "Split")
        return std::make_unique<Split>(fields);
    if (type == "ByteLevel")
        return std::make_unique<ByteLevel>(fields);
    if (type == "Metaspace")
        return std::make_unique<Metaspace>(fields);
    return nullptr;
}

} // namespace triptych
