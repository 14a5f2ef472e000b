#pragma once

#include "text/aligned_text.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace triptych {

/// A token inside a word; the range counts characters of that word.
struct TokenPiece {
    std::int32_t id = 0;
    TextSpan range;
};

/// Third stage of a tokenizer: cuts a word into tokens of its vocabulary.
class TokenModel {
public:
    virtual ~TokenModel() = default;
    /// Appends the tokens of a word that is not empty.
    virtual void tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const = 0;
    /// Largest id and one.
    virtual int vocabularySize() const = 0;
    virtual std::optional<std::int32_t> tokenId(std::string_view token) const = 0;
    /// Empty for an id that no token has.
    virtual std::string_view token(std::int32_t id) const = 0;
};

} // namespace triptych
