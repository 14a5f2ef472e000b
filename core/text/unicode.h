#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace triptych {

/// Code points of a text; what is not UTF-8 reads as U+FFFD, one for each maximal broken part.
std::u32string decodeUtf8(std::string_view text);
bool isUtf8(std::string_view text);
void appendUtf8(std::string& text, char32_t c);
/// Writes the bytes of a code point and returns how many.
int utf8Bytes(char32_t c, std::uint8_t* bytes);
constexpr int utf8Length(char32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }
std::string encodeUtf8(std::u32string_view text);
/// The first so many code points of valid UTF-8.
std::string_view firstCharacters(std::string_view utf8, std::size_t count);

/// Character classes as the reference tokenizers see them. Their category tables stand at Unicode 8 and
/// their decompositions at Unicode 9; a character that came later has no class and no decomposition there,
/// whatever the ICU in use knows about it.
bool isWhiteSpace(char32_t c);
bool isControl(char32_t c);         ///< Cc, Cf, Co; tab, line feed and carriage return are not
bool isPunctuation(char32_t c);     ///< P* and the ASCII symbols
bool isNonspacingMark(char32_t c);  ///< Mn
bool isCombiningMark(char32_t c);   ///< Mn, Mc, Me
bool isIdeograph(char32_t c);       ///< the CJK blocks that BERT isolates
bool isWordCharacter(char32_t c);   ///< \w of a regular expression (UTS #18)
bool isNumeric(char32_t c);         ///< Nd, Nl, No
/// Full lower case of one character, at most two code points; without context, so no final sigma.
struct LowerCase {
    char32_t first = 0;
    char32_t second = 0; ///< 0 if there is none
};
LowerCase toLowerCase(char32_t c);

} // namespace triptych
