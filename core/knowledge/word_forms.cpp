#include "knowledge/word_forms.h"

#include "base/error.h"
#include "knowledge/language.h"
#include "text/unicode.h"

#include <libstemmer.h>
#include <unicode/normalizer2.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <unordered_map>

namespace triptych {

namespace {

constexpr std::size_t kMaxTermBytes = 64;
constexpr std::size_t kRememberedWords = 1 << 16;

bool isAscii(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::string normalized(std::string_view text, const icu::Normalizer2* normalizer) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::UnicodeString source = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    std::string result;
    normalizer->normalize(source, status).toUTF8String(result);
    return U_SUCCESS(status) ? result : std::string(text);
}

std::string caseFolded(std::string_view text) {
    std::string result(text);
    if (isAscii(text)) {
        for (char& c : result)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c;
        return result;
    }
    static const icu::Normalizer2* const normalizer = [] {
        UErrorCode status = U_ZERO_ERROR;
        return icu::Normalizer2::getNFKCCasefoldInstance(status);
    }();
    return normalized(result, normalizer);
}

/// Marks of Latin, Greek and Cyrillic letters, and the vowel points that Arabic and Hebrew mostly leave out. In other
/// scripts marks are letters of their own.
bool isAccent(char32_t c) {
    return (c >= 0x300 && c <= 0x36f) || (c >= 0x591 && c <= 0x5c7) || (c >= 0x64b && c <= 0x655);
}

/// Letters with a stroke or of two letters, which no normal form takes apart.
struct Letters {
    char32_t from;
    std::string_view to;
};
constexpr std::array kLetters = {Letters{U'ø', "o"}, Letters{U'ł', "l"}, Letters{U'đ', "d"}, Letters{U'ð', "d"}, Letters{U'þ', "th"},
                                 Letters{U'ħ', "h"}, Letters{U'ı', "i"}, Letters{U'æ', "ae"}, Letters{U'œ', "oe"}};

std::string withoutAccents(std::string_view text) {
    if (isAscii(text))
        return std::string(text);
    UErrorCode status = U_ZERO_ERROR;
    static const icu::Normalizer2* const decompose = icu::Normalizer2::getNFDInstance(status);
    static const icu::Normalizer2* const compose = icu::Normalizer2::getNFCInstance(status);
    std::string bare;
    for (const char32_t c : decodeUtf8(normalized(text, decompose))) {
        const auto letters = std::find_if(kLetters.begin(), kLetters.end(), [c](const Letters& entry) { return entry.from == c; });
        if (letters != kLetters.end())
            bare += letters->to;
        else if (!isAccent(c))
            appendUtf8(bare, c);
    }
    return normalized(bare, compose);
}

void cut(std::string& term) {
    if (term.size() <= kMaxTermBytes)
        return;
    std::size_t end = kMaxTermBytes;
    while (end > 0 && (static_cast<unsigned char>(term[end]) & 0xc0) == 0x80)
        --end;
    term.resize(end);
}

struct ScriptLanguage {
    UScriptCode script;
    std::string_view common;                  ///< stemmed so unless the base's language is another of the script
    std::array<std::string_view, 22> written; ///< languages that are written in it
};
constexpr std::array kScripts = {
    ScriptLanguage{USCRIPT_LATIN, "en", {"en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "ro", "hu", "tr", "ca", "eu", "ga", "id", "lt", "pl", "cs", "vi"}},
    ScriptLanguage{USCRIPT_CYRILLIC, "ru", {"ru", "uk", "sr", "bg"}},
    ScriptLanguage{USCRIPT_GREEK, "el", {"el"}},
    ScriptLanguage{USCRIPT_ARABIC, "ar", {"ar", "fa", "ur"}},
    ScriptLanguage{USCRIPT_DEVANAGARI, "hi", {"hi", "ne", "mr"}},
    ScriptLanguage{USCRIPT_ARMENIAN, "hy", {"hy"}},
    ScriptLanguage{USCRIPT_TAMIL, "ta", {"ta"}},
};

std::string_view languageOfWord(std::string_view word, std::string_view language) {
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = isAscii(word) ? USCRIPT_LATIN : uscript_getScript(static_cast<UChar32>(decodeUtf8(word).front()), &status);
    for (const ScriptLanguage& entry : kScripts) {
        if (entry.script == script)
            return std::find(entry.written.begin(), entry.written.end(), language) == entry.written.end() ? entry.common : language;
    }
    return {};
}

struct StemmerDeleter {
    void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

/// A Snowball stemmer has a state of its own and serves one thread. Null for a language that it does not know.
sb_stemmer* stemmerOf(std::string_view language) {
    thread_local std::map<std::string, std::unique_ptr<sb_stemmer, StemmerDeleter>, std::less<>> stemmers;
    auto found = stemmers.find(language);
    if (found == stemmers.end()) {
        const std::string name(language);
        found = stemmers.emplace(name, sb_stemmer_new(name.c_str(), nullptr)).first;
    }
    return found->second.get();
}

WordForm makeWordForm(std::string_view word, std::string_view language) {
    WordForm form;
    const std::string folded = caseFolded(word);
    if (folded.empty())
        return form;
    const std::string_view own = languageOfWord(folded, language);
    form.stopWord = isStopWord(folded, own);
    form.term = folded;
    // A stop word keeps its form, so that it never meets the stem of another word.
    if (sb_stemmer* stemmer = form.stopWord || own.empty() || folded.size() > kMaxTermBytes ? nullptr : stemmerOf(own)) {
        // The letters with their accents: they are what the suffixes are told by.
        const auto* stemmed = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(folded.data()), static_cast<int>(folded.size()));
        if (!stemmed)
            throw Error(ErrorCode::OutOfMemory, "no memory to stem a word");
        const std::string_view stem(reinterpret_cast<const char*>(stemmed), static_cast<std::size_t>(sb_stemmer_length(stemmer)));
        if (!stem.empty())
            form.term = stem;
    }
    form.term = withoutAccents(form.term);
    cut(form.term);
    return form;
}

struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

} // namespace

const WordForm& wordForm(std::string_view word, const std::string& language) {
    using Words = std::unordered_map<std::string, WordForm, StringHash, std::equal_to<>>;
    thread_local std::map<std::string, Words, std::less<>> remembered;
    Words& words = remembered[language];
    if (const auto found = words.find(word); found != words.end())
        return found->second;
    if (words.size() >= kRememberedWords)
        words.clear();
    return words.emplace(word, makeWordForm(word, language)).first->second;
}

std::string foldedForm(std::string_view text) {
    std::string term = withoutAccents(caseFolded(text));
    cut(term);
    return term;
}

} // namespace triptych
