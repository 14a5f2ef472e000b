#pragma once

#include "text/aligned_text.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace triptych {

/// The 256 printable characters that stand for bytes in byte-level vocabularies (GPT-2): a space is U+0120.
char32_t byteCharacter(std::uint8_t byte);
/// The byte that a character stands for, -1 for none.
int byteOfCharacter(char32_t c);

/// Appends the bytes of a character, as the characters that stand for them.
void pushBytes(AlignedText& text, char32_t c, TextSpan origin);
/// The bytes that a token stands for; a token with other characters stands for itself.
std::string bytesOfToken(std::string_view token);

} // namespace triptych
