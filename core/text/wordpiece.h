#pragma once

#include "text/json_fields.h"
#include "text/token_model.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace triptych {

/// Greedy longest match first (Schuster and Nakajima 2012, as in BERT). A word that cannot be covered, or has
/// more than max_input_chars_per_word characters, is the unknown token as a whole.
class WordPiece final : public TokenModel {
public:
    /// From the object "model" of tokenizer.json: vocab, unk_token, continuing_subword_prefix,
    /// max_input_chars_per_word. Throws Error{InvalidInput} naming the key.
    explicit WordPiece(const JsonFields& fields);

    void tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const override;
    int vocabularySize() const override { return static_cast<int>(m_tokens.size()); }
    std::optional<std::int32_t> tokenId(std::string_view token) const override;
    std::string_view token(std::int32_t id) const override;

private:
    using Lookup = std::unordered_map<std::string_view, std::int32_t>;

    std::vector<std::string> m_tokens; ///< by id
    Lookup m_whole;                    ///< views into m_tokens
    Lookup m_continuing;               ///< those with the prefix, without it
    std::size_t m_longestWhole = 0;    ///< bytes
    std::size_t m_longestContinuing = 0;
    std::size_t m_maxWordChars = 0;
    std::int32_t m_unknown = 0;
};

} // namespace triptych
