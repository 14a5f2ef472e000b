#include "knowledge/text_cuts.h"

#include "base/error.h"
#include "text/graphemes.h"
#include "text/unicode.h"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <memory>
#include <string>

namespace triptych {

namespace {

bool isEastAsian(char32_t c) { return c >= 0x2E80 && c < 0x1F000 && isWordCharacter(c); }

bool opens(char32_t c) {
    const int type = u_charType(static_cast<UChar32>(c));
    return type == U_START_PUNCTUATION || type == U_INITIAL_PUNCTUATION;
}

void findCharacters(std::u32string_view text, std::vector<Cut>& cuts) {
    constexpr std::size_t kMostMarks = 32; // on one letter; above that it is no character that anyone reads
    for (std::size_t at = 0; at < text.size();) {
        cuts[at] = Cut::Character;
        const bool isPlain = text[at] < 0x300 && text[at] != U'\r' && (at + 1 == text.size() || text[at + 1] < 0x300);
        at = isPlain ? at + 1 : std::min(graphemeEnd(text.substr(0, std::min(text.size(), at + kMostMarks)), at), text.size());
    }
}

void findWords(std::u32string_view text, std::vector<Cut>& cuts) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        const char32_t before = text[i - 1], after = text[i];
        if (cuts[i] == Cut::Never || isWhiteSpace(after))
            continue;
        // A sign that closes belongs to the word before it, one that opens to the word behind.
        const bool besideEastAsian = (isEastAsian(before) && isWordCharacter(after)) || (isEastAsian(after) && !opens(before));
        if (isWhiteSpace(before) || besideEastAsian)
            cuts[i] = Cut::Word;
    }
}

/// Whether the line goes on behind its end because it was only broken to fit a page: it is long, no row of a table or line of code, and what
/// follows is a word at the line's begin.
bool isBrokenLine(std::u32string_view line, std::u32string_view rest) {
    constexpr std::size_t kLongLine = 40;
    constexpr std::size_t kLongEastAsianLine = 20;
    if (rest.empty() || !isWordCharacter(rest.front()) || isNumeric(rest.front()) || line.empty() || std::u32string_view(U";{}:").find(line.back()) != std::u32string_view::npos || line.find(U" | ") != std::u32string_view::npos)
        return false;
    return line.size() >= (isEastAsian(line.back()) || isEastAsian(line.front()) ? kLongEastAsianLine : kLongLine);
}

/// Marks line ends and gives back the text with blanks for those that mean nothing.
std::u32string findLines(std::u32string_view text, std::vector<Cut>& cuts) {
    std::u32string joined(text);
    bool blankBefore = true;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(U'\n', begin), text.size());
        const std::u32string_view line = text.substr(begin, end - begin);
        const bool isBlank = std::all_of(line.begin(), line.end(), isWhiteSpace);
        const std::size_t next = end + 1;
        if (!isBlank && blankBefore && begin > 0)
            cuts[begin] = Cut::Paragraph;
        if (!isBlank && next < text.size()) {
            if (isBrokenLine(line, text.substr(next)))
                joined[end] = U' ';
            else
                cuts[next] = Cut::Line;
        }
        blankBefore = isBlank;
        begin = next;
    }
    return joined;
}

void findSentences(std::u32string_view text, std::vector<Cut>& cuts) {
    std::u16string units;
    units.reserve(text.size());
    for (const char32_t c : text) {
        if (c > 0xFFFF) {
            units += static_cast<char16_t>(U16_LEAD(c));
            units += static_cast<char16_t>(U16_TRAIL(c));
        } else {
            units += static_cast<char16_t>(c);
        }
    }
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<UBreakIterator, decltype(&ubrk_close)> sentences(ubrk_open(UBRK_SENTENCE, "en", units.data(), static_cast<std::int32_t>(units.size()), &status), ubrk_close);
    if (U_FAILURE(status))
        throw Error(ErrorCode::Internal, "the Unicode library has no rules for sentences");
    std::size_t place = 0;
    std::int32_t unit = 0;
    for (std::int32_t end = ubrk_next(sentences.get()); end != UBRK_DONE; end = ubrk_next(sentences.get())) {
        for (; unit < end; ++place)
            unit += text[place] > 0xFFFF ? 2 : 1;
        // By the rules of Unicode a mark that opens closes the sentence before it where no blank stands between, as in Chinese.
        std::size_t begin = place;
        while (begin > 0 && begin < text.size() && opens(text[begin - 1]))
            --begin;
        if (cuts[begin] < Cut::Sentence && cuts[begin] != Cut::Never)
            cuts[begin] = Cut::Sentence;
    }
}

} // namespace

std::vector<Cut> cutsOf(std::u32string_view text) {
    std::vector<Cut> cuts(text.size() + 1, Cut::Never);
    findCharacters(text, cuts);
    findWords(text, cuts);
    findSentences(findLines(text, cuts), cuts);
    cuts.front() = cuts.back() = Cut::Paragraph;
    return cuts;
}

} // namespace triptych
