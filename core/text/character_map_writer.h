#pragma once

#include <map>
#include <string>

namespace triptych {

/// The bytes of a sentencepiece character map ("precompiled_charsmap"), as CharacterMap reads them, that replaces each
/// key by its text; an empty text deletes. Keys are characters; U+0000 cannot be one. Throws Error{InvalidArgument} for
/// more than 65,536 of them.
std::string writeCharacterMap(const std::map<char32_t, std::u32string>& replacements);

} // namespace triptych
