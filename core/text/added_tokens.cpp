#include "text/added_tokens.h"

#include "text/unicode.h"
#include "text/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace triptych {

AddedTokens::AddedTokens(const std::vector<JsonFields>& entries, const TokenModel& model, const Normalizer* normalizer) {
    std::set<std::int32_t> ids;
    std::set<std::string> contents;
    std::vector<AddedToken> tokens;
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
        tokens.push_back(std::move(token));
    }
    *this = AddedTokens(std::move(tokens), normalizer);
}

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer) : m_tokens(std::move(tokens)) {
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
        const AddedToken& token = m_tokens[i];
        m_byId.emplace(token.id, i);
        m_byContent.emplace(token.content, i);
        std::u32string content = decodeUtf8(token.content);
        if (token.normalized && normalizer) {
            AlignedText text = AlignedText::of(std::move(content));
            normalizer->apply(text);
            content = std::move(text.chars);
        }
        CharTrie& trie = token.normalized ? m_inNormalized : m_inRaw;
        if (!content.empty() && trie.value(trie.walk(CharTrie::kRoot, content)) < 0)
            trie.insert(content, static_cast<std::int32_t>(i));
    }
}

const AddedToken* AddedTokens::find(std::int32_t id) const {
    const auto found = m_byId.find(id);
    return found == m_byId.end() ? nullptr : &m_tokens[found->second];
}

const AddedToken* AddedTokens::find(std::string_view content) const {
    const auto found = m_byContent.find(std::string(content));
    return found == m_byContent.end() ? nullptr : &m_tokens[found->second];
}

std::vector<TextPart> AddedTokens::split(const std::u32string& text, bool normalized) const {
    const CharTrie& trie = normalized ? m_inNormalized : m_inRaw;
    std::vector<TextPart> parts;
    const std::u32string_view view = text;
    std::size_t done = 0; // end of the last part
    for (std::size_t at = 0; at < view.size();) {
        std::int32_t match = -1;
        std::size_t matchEnd = at;
        CharTrie::Node node = trie.step(CharTrie::kRoot, view[at]);
        for (std::size_t i = at + 1; node != CharTrie::kNone; node = i < view.size() ? trie.step(node, view[i]) : CharTrie::kNone, ++i) {
            if (const std::int32_t value = trie.value(node); value >= 0) {
                match = value;
                matchEnd = i;
            }
        }
        if (match < 0) {
            ++at;
            continue;
        }
        const AddedToken& token = m_tokens[static_cast<std::size_t>(match)];
        std::size_t begin = std::max(at, done);
        std::size_t end = std::max(matchEnd, done);
        const bool touchesWord =
            (begin > 0 && isWordCharacter(view[begin - 1])) || (end < view.size() && isWordCharacter(view[end]));
        at = matchEnd;
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
