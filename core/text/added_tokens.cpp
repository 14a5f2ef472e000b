#include "text/added_tokens.h"

#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace triptych {

AddedTokens::AddedTokens(const std::vector<JsonFields>& entries, const TokenModel& model, const Normalizer* normalizer) {
    constexpr std::int64_t kMaxTokenId = 10'000'000;
    std::set<std::int32_t> ids;
    std::set<std::string> contents;
    for (const JsonFields& entry : entries) {
        AddedToken token;
        token.id = static_cast<std::int32_t>(entry.integer("id", 0, kMaxTokenId));
        token.content = entry.string("content");
        token.special = entry.boolean("special", false);
        token.single_word = entry.boolean("single_word", false);
        token.lstrip = entry.boolean("lstrip", false);
        token.rstrip = entry.boolean("rstrip", false);
        token.normalized = entry.boolean("normalized", !token.special);
        if (token.content.empty())
            entry.fail("content", "is empty");
        if (!contents.insert(token.content).second)
            entry.fail("content", fmt::format("is '{}', which an entry before it has too", token.content));
        const auto known = model.tokenId(token.content);
        if (known && *known != token.id)
            entry.fail("id", fmt::format("is {}, but the vocabulary gives '{}' the id {}", token.id, token.content, *known));
        if (!ids.insert(token.id).second || (!known && !model.token(token.id).empty()))
            entry.fail("id", fmt::format("is {}, which another token has", token.id));

        std::u32string content = decodeUtf8(token.content);
        if (token.normalized && normalizer) {
            AlignedText text = AlignedText::of(std::move(content));
            normalizer->apply(text);
            content = std::move(text.chars);
        }
        m_tokens.push_back(std::move(token));
        if (!content.empty()) {
            auto& patterns = (m_tokens.back().normalized ? m_inNormalized : m_inRaw)[content.front()];
            patterns.push_back({std::move(content), m_tokens.size() - 1});
        }
    }
    for (Patterns* patterns : {&m_inRaw, &m_inNormalized}) {
        for (auto& [unused, list] : *patterns) {
            std::stable_sort(list.begin(), list.end(),
                             [](const Pattern& a, const Pattern& b) { return a.content.size() > b.content.size(); });
        }
    }
}

std::vector<TextPart> AddedTokens::split(const std::u32string& text, bool normalized) const {
    const Patterns& patterns = normalized ? m_inNormalized : m_inRaw;
    std::vector<TextPart> parts;
    const std::u32string_view view = text;
    std::size_t done = 0; // end of the last part
    for (std::size_t at = 0; at < view.size() && !patterns.empty();) {
        const auto candidates = patterns.find(view[at]);
        const Pattern* match = nullptr;
        if (candidates != patterns.end()) {
            for (const Pattern& pattern : candidates->second) {
                if (view.substr(at).starts_with(pattern.content)) {
                    match = &pattern;
                    break;
                }
            }
        }
        if (!match) {
            ++at;
            continue;
        }
        const AddedToken& token = m_tokens[match->token];
        std::size_t begin = std::max(at, done);
        std::size_t end = std::max(at + match->content.size(), done);
        const bool touchesWord =
            (begin > 0 && isWordCharacter(view[begin - 1])) || (end < view.size() && isWordCharacter(view[end]));
        at += match->content.size();
        if (token.single_word && touchesWord)
            continue;
        while (token.lstrip && begin > done && isWhiteSpace(view[begin - 1]))
            --begin;
        while (token.rstrip && end < view.size() && isWhiteSpace(view[end]))
            ++end;
        if (begin > done)
            parts.push_back({std::nullopt, done, begin});
        parts.push_back({token.id, begin, end});
        done = end;
    }
    if (done < view.size() || parts.empty())
        parts.push_back({std::nullopt, done, view.size()});
    return parts;
}

} // namespace triptych
