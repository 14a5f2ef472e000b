#pragma once

#include "text/token_model.h"
#include "text/vocabulary.h"

namespace triptych {

/// A word is a token or the unknown token.
class WordLevel final : public TokenModel {
public:
    /// From the object "model" of tokenizer.json: vocab, unk_token. Throws Error{InvalidInput} naming the key.
    explicit WordLevel(const JsonFields& fields);

    void tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const override;
    int vocabularySize() const override { return m_vocabulary.size(); }
    std::optional<std::int32_t> tokenId(std::string_view token) const override { return m_vocabulary.find(token); }
    std::string_view token(std::int32_t id) const override { return m_vocabulary.token(id); }

private:
    Vocabulary m_vocabulary;
    std::int32_t m_unknown = 0;
};

} // namespace triptych
