#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// One term of a text, as the lexical index stores and looks it up.
struct Term {
    std::string_view text;
    std::uint32_t begin = 0, end = 0; ///< code points of the text that it stands for
    /// Stop words, single characters of unspaced scripts, digits inside a number: to be found, but no part of a text's
    /// length, and asked for only by a query that has nothing better.
    bool weak = false;
};

/// Turns texts into terms; document and query the same way. Words are case-folded, stemmed by Snowball and stripped of
/// accents; what looks like code, a number or a version ("HnswIndex::build", "foo_bar", "3.11", "AB-1234") is a term as
/// a whole and in its parts; Chinese, Japanese, Korean and other scripts that write no blanks are cut into overlapping
/// pairs of characters. Any text is allowed; what is not UTF-8 separates words.
class Analyzer {
public:
    /// `language`: ISO 639-1, as guessLanguage() gives it; it says how the words of its script are stemmed. Words of
    /// other scripts are stemmed by that script's most common language, English for Latin letters.
    explicit Analyzer(std::string language = "en");
    const std::string& language() const { return m_language; }

    using Receiver = std::function<void(const Term& term)>;
    /// In the order of the text; the views live until the receiver returns. Thread-safe.
    void analyze(std::string_view text, const Receiver& receive) const;

private:
    std::string m_language;
};

/// The spans of `text` whose terms are among `terms`, ascending, in code points, overlapping ones merged: what to highlight.
struct TermSpan {
    std::uint32_t begin = 0, end = 0;
    bool operator==(const TermSpan&) const = default;
};
std::vector<TermSpan> matchedSpans(const Analyzer& analyzer, std::string_view text, const std::vector<std::string>& terms);

} // namespace triptych
