#include "knowledge/analyzer.h"

#include "knowledge/language.h"
#include "knowledge/word_forms.h"
#include "text/unicode.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace triptych {

namespace {

/// What a longer run of word characters and joiners is: text without blanks, not a name. Only its parts are terms.
constexpr std::size_t kMaxCompound = 100;

enum class Kind : std::uint8_t { Other, Lower, Upper, Digit, Unspaced };

/// Scripts that put no blanks between words; Hangul among them, whose particles stick to the words.
bool isUnspaced(char32_t c) {
    struct Range {
        char32_t first, last;
    };
    constexpr std::array kRanges = {Range{0x0e00, 0x0fff}, Range{0x1000, 0x109f}, Range{0x1100, 0x11ff}, Range{0x1780, 0x17ff},
                                    Range{0x3005, 0x3007}, Range{0x3021, 0x3029}, Range{0x3031, 0x318f}, Range{0x31a0, 0x31bf},
                                    Range{0x31f0, 0x31ff}, Range{0x3400, 0x4dbf}, Range{0x4e00, 0x9fff}, Range{0xa960, 0xa97f},
                                    Range{0xac00, 0xd7ff}, Range{0xf900, 0xfaff}, Range{0xff66, 0xffdc}, Range{0x20000, 0x3ffff}};
    return c >= 0x0e00 && std::any_of(kRanges.begin(), kRanges.end(), [c](const Range& range) { return c >= range.first && c <= range.last; });
}

Kind kindOf(char32_t c) {
    if (c < 0x80) {
        if (c >= 'a' && c <= 'z')
            return Kind::Lower;
        if (c >= 'A' && c <= 'Z')
            return Kind::Upper;
        return c >= '0' && c <= '9' ? Kind::Digit : Kind::Other;
    }
    const auto character = static_cast<UChar32>(c);
    const std::uint32_t category = U_GET_GC_MASK(character);
    if (!(category & (U_GC_L_MASK | U_GC_ND_MASK | U_GC_NL_MASK | U_GC_MN_MASK | U_GC_MC_MASK)))
        return Kind::Other;
    if (isUnspaced(c))
        return Kind::Unspaced;
    if (category & U_GC_ND_MASK)
        return Kind::Digit;
    return category & (U_GC_LU_MASK | U_GC_LT_MASK) ? Kind::Upper : Kind::Lower;
}

class Analysis {
public:
    Analysis(std::string_view text, const std::string& language, const Analyzer::Receiver& receive)
        : m_text(decodeUtf8(text)), m_language(language), m_receive(receive) {
        m_kinds.resize(m_text.size());
        std::transform(m_text.begin(), m_text.end(), m_kinds.begin(), kindOf);
    }

    void run() {
        for (std::size_t at = 0; at < m_text.size();) {
            std::size_t end = at + 1;
            if (m_kinds[at] == Kind::Unspaced) {
                while (end < m_text.size() && m_kinds[end] == Kind::Unspaced)
                    ++end;
                unspaced(at, end);
            } else if (m_kinds[at] != Kind::Other) {
                end = compoundEnd(at);
                compound(at, end);
            }
            at = end;
        }
    }

private:
    bool isWordAt(std::size_t at) const { return at < m_text.size() && m_kinds[at] != Kind::Other && m_kinds[at] != Kind::Unspaced; }
    bool isDigitAt(std::size_t at) const { return at < m_text.size() && m_kinds[at] == Kind::Digit; }

    /// Length of what joins the word characters on both sides into one compound; 0 if nothing does.
    std::size_t joinerAt(std::size_t at) const {
        const char32_t c = m_text[at];
        if (c == ':' && at + 1 < m_text.size() && m_text[at + 1] == ':')
            return isWordAt(at + 2) ? 2 : 0;
        if (!isWordAt(at + 1))
            return 0;
        const bool betweenDigits = isDigitAt(at - 1) && isDigitAt(at + 1);
        if (c == ',') // 1,000 but not 1,2
            return betweenDigits && isDigitAt(at + 2) && isDigitAt(at + 3) && !isDigitAt(at + 4) ? 1 : 0;
        if (c == ':')
            return betweenDigits ? 1 : 0;
        return c == '_' || c == '-' || c == '.' || c == '@' || c == '&' || c == U'‐' || c == U'‑' ? 1 : 0;
    }

    std::size_t compoundEnd(std::size_t at) const {
        while (at < m_text.size()) {
            if (isWordAt(at))
                ++at;
            else if (const std::size_t joiner = joinerAt(at))
                at += joiner;
            else
                break;
        }
        return at;
    }

    std::string bytes(std::size_t begin, std::size_t end) const { return encodeUtf8(std::u32string_view(m_text).substr(begin, end - begin)); }
    void emit(std::string_view term, std::size_t begin, std::size_t end, bool weak) const {
        if (!term.empty())
            m_receive({term, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), weak});
    }
    void whole(std::size_t begin, std::size_t end) const {
        std::string term = foldedForm(bytes(begin, end));
        std::erase(term, ','); // of thousands
        emit(term, begin, end, false);
    }
    void word(std::size_t begin, std::size_t end, bool isPart) const {
        const WordForm& form = wordForm(bytes(begin, end), m_language);
        emit(form.term, begin, end, form.stopWord || (isPart && end - begin == 1));
    }

    void unspaced(std::size_t begin, std::size_t end) const {
        // A normal form may have more or fewer characters (half-width kana); then positions are those of the run.
        const std::u32string run = decodeUtf8(foldedForm64(begin, end));
        const bool sameLength = run.size() == end - begin;
        std::string term;
        for (std::size_t i = 0; i < run.size(); ++i) {
            const std::size_t at = sameLength ? begin + i : begin;
            const auto until = [&](std::size_t length) { return sameLength ? at + length : end; };
            term.clear();
            appendUtf8(term, run[i]);
            const bool alone = run.size() == 1;
            emit(term, at, until(1), !alone || isStopWord(term, "zh") || isStopWord(term, "ja"));
            if (i + 1 < run.size()) {
                appendUtf8(term, run[i + 1]);
                emit(term, at, until(2), false);
            }
        }
    }
    /// Folding cuts at the length of a term, a run may be a whole paragraph; the common characters need none.
    std::string foldedForm64(std::size_t begin, std::size_t end) const {
        std::string result;
        for (std::size_t at = begin; at < end;) {
            std::size_t next = at;
            while (next < end && m_text[next] >= 0x4e00 && m_text[next] < 0xa000)
                appendUtf8(result, m_text[next++]);
            at = next;
            while (next < end && next - at < 16 && (m_text[next] < 0x4e00 || m_text[next] >= 0xa000))
                ++next;
            if (next > at)
                result += foldedForm(bytes(at, next));
            at = next;
        }
        return result;
    }

    /// "HnswIndex::build": the whole, its segments between joiners, and what letters, capitals and digits cut these into.
    void compound(std::size_t begin, std::size_t end) {
        bool letters = false, digits = false, code = false, camel = false;
        for (std::size_t i = begin; i < end; ++i) {
            digits |= m_kinds[i] == Kind::Digit;
            letters |= m_kinds[i] == Kind::Lower || m_kinds[i] == Kind::Upper;
            const char32_t c = m_text[i];
            code |= m_kinds[i] == Kind::Other && c != '-' && c != U'‐' && c != U'‑';
            camel |= i > begin && m_kinds[i] == Kind::Upper && m_kinds[i - 1] == Kind::Lower;
        }
        // C++ and C#, but not an F at the end of a sentence with signs.
        if (end - begin == 1 && letters && end < m_text.size()) {
            const bool plus = m_text[end] == '+' && end + 1 < m_text.size() && m_text[end + 1] == '+' && !isWordAt(end + 2);
            const bool sharp = m_text[end] == '#' && !isWordAt(end + 1);
            if (plus || sharp)
                return whole(begin, end + (plus ? 2 : 1));
        }
        bool joined = std::any_of(m_kinds.begin() + static_cast<std::ptrdiff_t>(begin), m_kinds.begin() + static_cast<std::ptrdiff_t>(end),
                                  [](Kind kind) { return kind == Kind::Other; });
        if (joined && (code || digits || camel) && end - begin <= kMaxCompound)
            whole(begin, end);
        else if (!joined)
            return segment(begin, end, Place::Alone);
        for (std::size_t at = begin; at < end;) {
            std::size_t next = at;
            // A point or comma between digits stays: 3.11 in python3.11.
            while (next < end && (m_kinds[next] != Kind::Other ||
                                  ((m_text[next] == '.' || m_text[next] == ',') && isDigitAt(next - 1) && isDigitAt(next + 1))))
                ++next;
            if (next > at)
                segment(at, next, at == begin && next == end ? Place::Compound : Place::Part);
            at = next + 1;
        }
    }

    enum class Place : std::uint8_t { Alone, Part, Compound }; ///< the last: the whole is a term already

    /// Word characters without joiners, but for points inside numbers.
    void segment(std::size_t begin, std::size_t end, Place place) const {
        std::vector<std::size_t> cuts;
        bool letters = false, digits = false;
        for (std::size_t i = begin; i < end; ++i) {
            const bool digit = m_kinds[i] == Kind::Digit || m_kinds[i] == Kind::Other;
            (digit ? digits : letters) = true;
            if (i == begin)
                continue;
            const bool wasDigit = m_kinds[i - 1] == Kind::Digit || m_kinds[i - 1] == Kind::Other;
            // fooBar between o and B, HTTPServer between P and S, but PDFs nowhere.
            const bool capital = m_kinds[i] == Kind::Upper && (m_kinds[i - 1] == Kind::Lower ||
                (i + 2 < end && m_kinds[i - 1] == Kind::Upper && m_kinds[i + 1] == Kind::Lower && m_kinds[i + 2] == Kind::Lower));
            if (digit != wasDigit || (!digit && capital))
                cuts.push_back(i);
        }
        if (place != Place::Compound && end - begin <= kMaxCompound) {
            if (!digits)
                word(begin, end, place == Place::Part);
            else if (letters || place == Place::Alone)
                whole(begin, end);
            else // a number inside a name
                emit(foldedForm(bytes(begin, end)), begin, end, true);
        }
        if (cuts.empty())
            return digits ? numberParts(begin, end) : void();
        cuts.push_back(end);
        for (std::size_t at = begin; const std::size_t cut : cuts) {
            if (m_kinds[at] == Kind::Digit) {
                const bool decimal = std::find(m_kinds.begin() + static_cast<std::ptrdiff_t>(at), m_kinds.begin() + static_cast<std::ptrdiff_t>(cut),
                                               Kind::Other) != m_kinds.begin() + static_cast<std::ptrdiff_t>(cut);
                emit(foldedForm(bytes(at, cut)), at, cut, !decimal);
                numberParts(at, cut);
            } else {
                word(at, cut, true);
            }
            at = cut;
        }
    }

    /// 3 and 11 of 3.11.
    void numberParts(std::size_t begin, std::size_t end) const {
        for (std::size_t at = begin; at < end;) {
            std::size_t next = at;
            while (next < end && m_kinds[next] != Kind::Other)
                ++next;
            if (next > at && next - at < end - begin)
                emit(foldedForm(bytes(at, next)), at, next, true);
            at = next + 1;
        }
    }

    std::u32string m_text;
    std::vector<Kind> m_kinds;
    const std::string& m_language;
    const Analyzer::Receiver& m_receive;
};

} // namespace

Analyzer::Analyzer(std::string language) : m_language(std::move(language)) {}

void Analyzer::analyze(std::string_view text, const Receiver& receive) const { Analysis(text, m_language, receive).run(); }

std::vector<TermSpan> matchedSpans(const Analyzer& analyzer, std::string_view text, const std::vector<std::string>& terms) {
    const std::unordered_set<std::string_view> wanted(terms.begin(), terms.end());
    std::vector<TermSpan> spans;
    analyzer.analyze(text, [&](const Term& term) {
        if (wanted.contains(term.text))
            spans.push_back({term.begin, term.end});
    });
    std::sort(spans.begin(), spans.end(), [](const TermSpan& a, const TermSpan& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
    std::vector<TermSpan> merged;
    for (const TermSpan& span : spans) {
        if (!merged.empty() && span.begin < merged.back().end)
            merged.back().end = std::max(merged.back().end, span.end);
        else
            merged.push_back(span);
    }
    return merged;
}

} // namespace triptych
