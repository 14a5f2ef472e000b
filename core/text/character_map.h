#pragma once

#include "text/aligned_text.h"
#include "text/json_fields.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// The character map of a sentencepiece model ("precompiled_charsmap"): a double-array trie (Darts) over UTF-8 and
/// the texts that replace what it finds.
class CharacterMap {
public:
    /// `bytes`: size of the trie in bytes (little endian), trie, texts that end with 0. An empty map changes nothing.
    /// Throws Error{InvalidInput} naming the key.
    CharacterMap(std::string_view bytes, const JsonFields& where, std::string_view key);
    /// From base64, or from bytes as they are.
    static CharacterMap fromJson(const JsonFields& fields, std::string_view key);

    void apply(AlignedText& text) const;

private:
    /// What replaces a text, by the shortest beginning of it that the trie has.
    std::optional<std::string_view> find(std::string_view text) const;

    std::vector<std::uint32_t> m_units;
    std::string m_texts;
    std::array<bool, 128> m_changesAscii{}; ///< alone
};

} // namespace triptych
