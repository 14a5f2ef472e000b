#pragma once

#include <string>
#include <string_view>

namespace triptych {

/// What a word is looked up as.
struct WordForm {
    std::string term;
    bool stopWord = false;
};

/// Case and compatibility forms folded, stemmed, accents dropped, at most 64 bytes. `language`: the base's. Words come
/// again and again, so each thread remembers them; the reference lives until its next call.
const WordForm& wordForm(std::string_view word, const std::string& language);
/// The same without stem and stop words: numbers, identifiers, runs of unspaced scripts.
std::string foldedForm(std::string_view text);

} // namespace triptych
