#pragma once

#include "text/char_trie.h"
#include "text/json_fields.h"
#include "text/token_model.h"
#include "text/vocabulary.h"

#include <vector>

namespace triptych {

/// Byte-pair encoding as sentencepiece does it: no list of merges, the neighbours whose joined text is the token with
/// the highest score merge first. Characters without a token become bytes.
class ScoredBpe final : public TokenModel {
public:
    /// scores by id. `where` names file and section in complaints. Throws Error{InvalidInput}.
    ScoredBpe(const JsonFields& where, Vocabulary vocabulary, std::vector<float> scores, std::optional<std::int32_t> unknown);

    void tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const override;
    int vocabularySize() const override { return m_vocabulary.size(); }
    std::optional<std::int32_t> tokenId(std::string_view token) const override { return m_vocabulary.find(token); }
    std::string_view token(std::int32_t id) const override { return m_vocabulary.token(id); }

private:
    Vocabulary m_vocabulary;
    std::vector<float> m_scores;
    CharTrie m_trie;
    std::vector<std::int32_t> m_bytes;
    std::int32_t m_unknown = -1;
};

} // namespace triptych
