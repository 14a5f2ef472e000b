#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace triptych {

/// How good a place is to cut a text at, from worst to best.
enum class Cut : std::uint8_t {
    Never,     ///< inside of what a reader sees as one character
    Character,
    Word,      ///< behind a blank, or beside a character of a script without blanks
    Sentence,
    Line,      ///< at a line end that means something; where a paragraph is broken into lines it means nothing
    Paragraph,
};

/// For every place of a text, its begin and end included: how good it is to cut before the code point there. Sentences are
/// Unicode's (UAX #29), as ICU finds them, Chinese and Japanese signs included. Linear.
std::vector<Cut> cutsOf(std::u32string_view text);

} // namespace triptych
