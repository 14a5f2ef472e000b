#include "text/wordpiece.h"

#include "text/unicode.h"

#include <fmt/format.h>

#include <limits>

namespace triptych {

WordPiece::WordPiece(const JsonFields& fields) : m_vocabulary(fields, "vocab") {
    const std::string prefix = fields.string("continuing_subword_prefix", "##");
    for (std::int32_t id = 0; id < m_vocabulary.size(); ++id) {
        const std::string_view token = m_vocabulary.token(id);
        if (token.empty())
            continue;
        m_whole.insert(decodeUtf8(token), id);
        if (token.starts_with(prefix) && token.size() > prefix.size())
            m_continuing.insert(decodeUtf8(token.substr(prefix.size())), id);
    }
    m_maxWordChars = static_cast<std::size_t>(fields.integer("max_input_chars_per_word", 1, 1'000'000, 100));
    const std::string unknown = fields.string("unk_token", "[UNK]");
    const auto found = m_vocabulary.find(unknown);
    if (!found)
        fields.fail("unk_token", fmt::format("is '{}', which 'vocab' does not have", unknown));
    m_unknown = *found;
}

WordPiece::WordPiece(Vocabulary vocabulary, std::string_view mark, std::int32_t unknown)
    : m_vocabulary(std::move(vocabulary)), m_maxWordChars(std::numeric_limits<std::size_t>::max()), m_unknown(unknown) {
    for (std::int32_t id = 0; id < m_vocabulary.size(); ++id) {
        const std::string_view token = m_vocabulary.token(id);
        if (token.size() > mark.size() && token.starts_with(mark))
            m_whole.insert(decodeUtf8(token.substr(mark.size())), id);
        else if (!token.empty())
            m_continuing.insert(decodeUtf8(token), id);
    }
}

void WordPiece::tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const {
    const TextSpan whole{0, static_cast<std::int32_t>(word.size())};
    if (word.size() > m_maxWordChars) {
        pieces.push_back({m_unknown, whole});
        return;
    }
    const std::size_t firstPiece = pieces.size();
    for (std::size_t begin = 0; begin < word.size();) {
        const CharTrie& trie = begin == 0 ? m_whole : m_continuing;
        std::int32_t best = -1;
        std::size_t bestEnd = begin;
        CharTrie::Node node = CharTrie::kRoot;
        for (std::size_t end = begin; end < word.size();) {
            node = trie.step(node, word[end++]);
            if (node == CharTrie::kNone)
                break;
            if (const std::int32_t id = trie.value(node); id >= 0) {
                best = id;
                bestEnd = end;
            }
        }
        if (best < 0) {
            pieces.resize(firstPiece);
            pieces.push_back({m_unknown, whole});
            return;
        }
        pieces.push_back({best, {static_cast<std::int32_t>(begin), static_cast<std::int32_t>(bestEnd)}});
        begin = bestEnd;
    }
}

} // namespace triptych
