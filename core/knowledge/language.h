#pragma once

#include <span>
#include <string>
#include <string_view>

namespace triptych {

/// Languages by ISO 639-1 code: "en", "de", "zh", ... Cheap knowledge about them for the lexical index.

/// `word` case-folded, accents as they are written. English's list holds for every language without its own.
bool isStopWord(std::string_view word, std::string_view language);

/// The language of most of these texts: by script, among Latin and Cyrillic letters by stop words. Looks at the first
/// 2,000 characters of each text. "en" where nothing tells.
std::string guessLanguage(std::span<const std::string_view> texts);

} // namespace triptych
