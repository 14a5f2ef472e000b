#pragma once

#include "text/tokenizer.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Words of a text by a tokenizer: pieces that continue a word ("##ing") stay with it; a Chinese character is a word.
std::vector<std::string> wordsOf(std::string_view text, const Tokenizer& tokenizer);

/// Unlabelled variants of texts, after Tang et al. 2019 (section 3.3: masking and n-gram sampling) and with words and
/// parts of other texts in place of the replacement by part of speech. They need no label, since the teacher gives one:
/// most keep the sense, some fall between two classes, and there the teacher's doubt is what the student learns.
/// `perText` variants of each text, in order; the same from the same seed. Texts without a word give none of their own.
std::vector<std::string> unlabelledVariants(std::span<const std::string> texts, const Tokenizer& tokenizer, int perText, std::uint64_t seed);

} // namespace triptych
