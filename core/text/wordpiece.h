#pragma once

#include "text/char_trie.h"
#include "text/json_fields.h"
#include "text/token_model.h"
#include "text/vocabulary.h"

#include <vector>

namespace triptych {

/// Greedy longest match first (Schuster and Nakajima 2012, as in BERT). A word that cannot be covered, or has
/// more than max_input_chars_per_word characters, is the unknown token as a whole.
class WordPiece final : public TokenModel {
public:
    /// From the object "model" of tokenizer.json: vocab, unk_token, continuing_subword_prefix,
    /// max_input_chars_per_word. Throws Error{InvalidInput} naming the key.
    explicit WordPiece(const JsonFields& fields);
    /// As GGUF files have it: the tokens that begin a word carry `mark`, the others nothing. No limit on words.
    WordPiece(Vocabulary vocabulary, std::string_view mark, std::int32_t unknown);

    void tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const override;
    int vocabularySize() const override { return m_vocabulary.size(); }
    std::optional<std::int32_t> tokenId(std::string_view token) const override { return m_vocabulary.find(token); }
    std::string_view token(std::int32_t id) const override { return m_vocabulary.token(id); }

private:
    Vocabulary m_vocabulary;
    CharTrie m_whole;
    CharTrie m_continuing; ///< those with the prefix, without it
    std::size_t m_maxWordChars = 0;
    std::int32_t m_unknown = 0;
};

} // namespace triptych
