#pragma once

#include "text/aligned_text.h"
#include "text/char_trie.h"
#include "text/json_fields.h"
#include "text/normalizer.h"
#include "text/token_model.h"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace triptych {

/// A token that is found in the text as a whole, before the model sees it.
struct AddedToken {
    std::int32_t id = 0;
    std::string content;
    bool special = false;
    bool single_word = false; ///< only where no word character touches it
    bool lstrip = false;      ///< takes the white space before it
    bool rstrip = false;      ///< takes the white space after it
    bool normalized = false;  ///< looked for in the normalized text, else in the raw text
};

/// A part of a text: an added token, or what lies between two.
struct TextPart {
    std::optional<std::int32_t> id;
    std::size_t begin = 0, end = 0; ///< characters
};

class AddedTokens {
public:
    AddedTokens() = default;
    /// From the array "added_tokens" of tokenizer.json. A token of the model's vocabulary must have its id, another
    /// one an id that is free. Throws Error{InvalidInput} naming the entry.
    AddedTokens(const std::vector<JsonFields>& entries, const TokenModel& model, const Normalizer* normalizer);
    /// Ids and contents must be distinct.
    AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer);

    /// Leftmost, then longest match; the parts cover the text. `normalized` chooses the tokens to look for.
    std::vector<TextPart> split(const std::u32string& text, bool normalized) const;
    bool empty(bool normalized) const { return (normalized ? m_inNormalized : m_inRaw).empty(); }
    const std::vector<AddedToken>& tokens() const { return m_tokens; }
    /// Null if there is none.
    const AddedToken* find(std::int32_t id) const;
    const AddedToken* find(std::string_view content) const;

private:
    std::vector<AddedToken> m_tokens;
    std::unordered_map<std::int32_t, std::size_t> m_byId; ///< index into m_tokens
    std::unordered_map<std::string, std::size_t> m_byContent;
    CharTrie m_inRaw; ///< values are indices into m_tokens
    CharTrie m_inNormalized;
};

} // namespace triptych
