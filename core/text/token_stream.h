#pragma once

#include "text/tokenizer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace triptych {

/// Text of tokens that come one by one, as from a model that generates. Never gives half a character: bytes wait until
/// theirs is whole. What the calls give, joined, is what Tokenizer::decode gives for all tokens.
class TokenStream {
public:
    explicit TokenStream(const Tokenizer& tokenizer, bool skipSpecialTokens = true) : m_tokenizer(tokenizer), m_skip(skipSpecialTokens) {}
    /// The text that a further token has made certain, often empty.
    std::string push(std::int32_t id);
    /// The rest, where bytes without an end are U+FFFD.
    std::string finish();

private:
    std::string decode(std::size_t from) const;
    std::string take(std::string text);

    const Tokenizer& m_tokenizer;
    bool m_skip;
    std::vector<std::int32_t> m_ids; ///< those of the last text given, then those that wait
    std::size_t m_waiting = 0;       ///< index of the first that waits
    std::string m_given;             ///< text of those before
};

} // namespace triptych
