#pragma once

#include "text/char_trie.h"
#include "text/token_model.h"
#include "text/vocabulary.h"

#include <string>
#include <vector>

namespace triptych {

/// Unigram language model (Kudo 2018): of all ways to cut a word the one with the largest sum of scores. Time grows
/// with the length of the word times that of the longest token.
class Unigram final : public TokenModel {
public:
    /// How a token takes part, as vocabularies that are handed in by hand say it.
    enum class Role : std::uint8_t {
        Normal,
        Rare,   ///< has its score, but does not count for that of unknown characters
        Fixed,  ///< has the score 0
        Hidden, ///< is never found in a text
    };

    /// From the object "model" of tokenizer.json: vocab (pairs of token and score), unk_id, byte_fallback. Throws
    /// Error{InvalidInput} naming the key.
    explicit Unigram(const JsonFields& fields);
    /// scores and roles by id. `where` names file and section in complaints.
    Unigram(const JsonFields& where, Vocabulary vocabulary, std::vector<double> scores, const std::vector<Role>& roles,
            std::optional<std::int32_t> unknown, bool byteFallback);

    void tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const override;
    int vocabularySize() const override { return m_vocabulary.size(); }
    std::optional<std::int32_t> tokenId(std::string_view token) const override { return m_vocabulary.find(token); }
    std::string_view token(std::int32_t id) const override { return m_vocabulary.token(id); }

private:
    struct Entries {
        std::vector<std::string> tokens;
        std::vector<double> scores;
    };
    static Entries readEntries(const JsonFields& fields);
    Unigram(const JsonFields& fields, Entries entries);
    void pushUnknown(std::u32string_view word, TextSpan range, std::vector<TokenPiece>& pieces) const;

    Vocabulary m_vocabulary;
    std::vector<double> m_scores;
    CharTrie m_trie;
    std::vector<std::int32_t> m_bytes; ///< empty without byte fallback
    double m_unknownScore = 0;
    std::int32_t m_unknown = -1;
    std::string m_source;
};

} // namespace triptych
