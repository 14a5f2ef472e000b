#include "text/scored_bpe.h"

#include "text/pair_merging.h"
#include "text/unicode.h"

namespace triptych {

ScoredBpe::ScoredBpe(const JsonFields& where, Vocabulary vocabulary, std::vector<float> scores, std::optional<std::int32_t> unknown)
    : m_vocabulary(std::move(vocabulary)), m_scores(std::move(scores)), m_bytes(m_vocabulary.byteTokens()), m_unknown(unknown.value_or(-1)) {
    for (std::int32_t id = 0; id < m_vocabulary.size(); ++id) {
        if (!m_vocabulary.token(id).empty())
            m_trie.insert(decodeUtf8(m_vocabulary.token(id)), id);
    }
    if (m_bytes.empty() && m_unknown < 0)
        where.fail("tokens", "has neither the bytes <0x00> to <0xFF> nor an unknown token");
}

void ScoredBpe::tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const {
    static thread_local MergeScratch scratch;
    scratch.clear();
    // A symbol's id is its place in the trie; its index is that of its first character.
    for (const char32_t c : word)
        scratch.add(static_cast<std::int32_t>(m_trie.step(CharTrie::kRoot, c)), 1);
    mergePairs(scratch, [&](const MergeSymbol& left, const MergeSymbol& right) -> std::optional<PairMerge> {
        const auto at = static_cast<std::size_t>(&right - scratch.symbols.data());
        const CharTrie::Node node = m_trie.walk(static_cast<CharTrie::Node>(left.id), word.substr(at, static_cast<std::size_t>(right.length)));
        const std::int32_t id = m_trie.value(node);
        if (id < 0)
            return std::nullopt;
        return PairMerge{-static_cast<double>(m_scores[static_cast<std::size_t>(id)]), static_cast<std::int32_t>(node)};
    });
    std::int32_t begin = 0;
    for (const MergeSymbol& symbol : scratch.symbols) {
        if (symbol.length == 0)
            continue;
        const TextSpan range{begin, begin + symbol.length};
        begin = range.end;
        const std::int32_t id = m_trie.value(static_cast<CharTrie::Node>(symbol.id));
        if (id >= 0 || m_bytes.empty()) {
            pieces.push_back({id >= 0 ? id : m_unknown, range});
            continue;
        }
        std::uint8_t bytes[4];
        const int length = utf8Bytes(word[static_cast<std::size_t>(range.begin)], bytes);
        for (int i = 0; i < length; ++i)
            pieces.push_back({m_bytes[bytes[i]], range});
    }
}

} // namespace triptych
