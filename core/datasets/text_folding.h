#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace triptych {

/// Without the Unicode white space (and zero-width no-break spaces) at both ends.
std::string_view trimmed(std::string_view utf8);

/// Unicode case folding, runs of white space to one blank, trimmed: equal results mean that two texts are
/// the same for the reader.
std::string foldedText(std::string_view utf8);

/// Position of the first byte that is not well-formed UTF-8.
std::optional<std::size_t> invalidUtf8At(std::string_view bytes);

/// The same text with U+FFFD for each byte that is not well-formed UTF-8.
std::string withValidUtf8(std::string_view bytes);

/// A value for an error message: quoted, valid UTF-8, at most 60 bytes cut at a character, control characters replaced.
std::string quotedValue(std::string_view utf8);

} // namespace triptych
