#pragma once

#include <cstdint>
#include <stop_token>
#include <string_view>
#include <vector>

namespace triptych {

class Tokenizer;

/// Code points of a text, [begin, end).
struct TokenRange {
    std::int32_t begin = 0;
    std::int32_t end = 0;
};

/// What the size of a chunk is counted in.
class TokenCounter {
public:
    virtual ~TokenCounter() = default;
    /// The tokens of a text, in order. Called with pieces of at most some ten thousand code points.
    virtual std::vector<TokenRange> tokens(std::string_view utf8) const = 0;
};

/// Those of a model, without its special ones. The tokenizer has to outlive it.
class ModelTokenCounter : public TokenCounter {
public:
    explicit ModelTokenCounter(const Tokenizer& tokenizer) : m_tokenizer(tokenizer) {}
    std::vector<TokenRange> tokens(std::string_view utf8) const override;

private:
    const Tokenizer& m_tokenizer;
};

/// Without a model: a word, a sign and a character of Chinese, Japanese or Korean are one each; of a longer word every 16
/// letters.
class WordCounter : public TokenCounter {
public:
    std::vector<TokenRange> tokens(std::string_view utf8) const override;
};

/// Where the tokens of a whole text begin, in order: code points, several at one where one character is several tokens. The
/// text goes to the counter piece by piece, so that the time is linear whatever the tokenizer makes of an endless line. A
/// token above 64 code points (an unknown word) counts as one for every 4 of them, and so does what the counter passes over
/// other than white space: no part of a text is without size.
std::vector<std::int32_t> tokenBegins(std::u32string_view text, const TokenCounter& counter, const std::stop_token& stop);

} // namespace triptych
