#include "text/pre_tokenizer.h"

#include "base/error.h"
#include "text/rewriting_pre_tokenizers.h"
#include "text/splitting.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <unicode/uscript.h>

#include <optional>

namespace triptych {

namespace {

/// How a run of characters is cut: dropped, a word with its neighbours of the same class, or alone.
enum class Cut { Drop, Run, Alone };

/// Cuts by a class of characters: equal neighbours stay together unless their class says Drop or Alone.
template <typename Classify>
void splitByClass(const AlignedText& text, std::vector<TextSpan>& words, Classify classify) {
    std::vector<TextSpan> result;
    result.reserve(words.size() + text.chars.size() / 4);
    for (const TextSpan& word : words) {
        std::int32_t begin = word.begin;
        int open = -1; // class of the run that begins at `begin`; -1: none
        const auto close = [&](std::int32_t end) {
            if (open >= 0 && begin < end)
                result.push_back({begin, end});
            open = -1;
        };
        for (std::int32_t i = word.begin; i < word.end; ++i) {
            const std::pair<Cut, int> what = classify(text.chars[static_cast<std::size_t>(i)]);
            if (what.first == Cut::Run && what.second == open)
                continue;
            close(i);
            if (what.first == Cut::Run) {
                begin = i;
                open = what.second;
            } else if (what.first == Cut::Alone) {
                result.push_back({i, i + 1});
            }
        }
        close(word.end);
    }
    words = std::move(result);
}

class BertPreTokenizer final : public PreTokenizer {
public:
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        splitByClass(text, words, [](char32_t c) {
            return std::pair(isWhiteSpace(c) ? Cut::Drop : isPunctuation(c) ? Cut::Alone : Cut::Run, 0);
        });
    }
};

/// The regular expression \w+|[^\w\s]+
class Whitespace final : public PreTokenizer {
public:
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        splitByClass(text, words, [](char32_t c) {
            return isWordCharacter(c) ? std::pair(Cut::Run, 0) : std::pair(isWhiteSpace(c) ? Cut::Drop : Cut::Run, 1);
        });
    }
};

class WhitespaceSplit final : public PreTokenizer {
public:
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        splitByClass(text, words, [](char32_t c) { return std::pair(isWhiteSpace(c) ? Cut::Drop : Cut::Run, 0); });
    }
};

class Punctuation final : public PreTokenizer {
public:
    explicit Punctuation(const JsonFields& fields) : m_behavior(readSplitBehavior(fields, "behavior", SplitBehavior::Isolated)) {}
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        splitAtCharacters(text, words, m_behavior, isPunctuation);
    }

private:
    SplitBehavior m_behavior;
};

class Digits final : public PreTokenizer {
public:
    explicit Digits(const JsonFields& fields)
        : m_behavior(fields.boolean("individual_digits", false) ? SplitBehavior::Isolated : SplitBehavior::Contiguous) {}
    void split(AlignedText& text, std::vector<TextSpan>& words) const override { splitAtCharacters(text, words, m_behavior, isNumeric); }

private:
    SplitBehavior m_behavior;
};

class CharDelimiterSplit final : public PreTokenizer {
public:
    explicit CharDelimiterSplit(const JsonFields& fields) : m_delimiter(fields.character("delimiter")) {}
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        splitAtCharacters(text, words, SplitBehavior::Removed, [this](char32_t c) { return c == m_delimiter; });
    }

private:
    char32_t m_delimiter;
};

/// Cuts where the script changes; the Japanese ones count as Han, a space as any.
class UnicodeScripts final : public PreTokenizer {
public:
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        std::vector<TextSpan> result;
        for (const TextSpan& word : words) {
            int last = kAny;
            std::int32_t begin = -1; // what stands before the first script is dropped, as in the reference
            for (std::int32_t i = word.begin; i < word.end; ++i) {
                const int script = scriptOf(text.chars[static_cast<std::size_t>(i)]);
                if (script != kAny && (begin < 0 || script != last)) {
                    if (begin >= 0)
                        result.push_back({begin, i});
                    begin = i;
                }
                if (script != kAny)
                    last = script;
            }
            if (begin >= 0)
                result.push_back({begin, word.end});
        }
        words = std::move(result);
    }

private:
    static constexpr int kAny = -1;
    static int scriptOf(char32_t c) {
        if (c == U' ')
            return kAny;
        UErrorCode error = U_ZERO_ERROR;
        const UScriptCode script = c == 0x30fc ? USCRIPT_HAN : uscript_getScript(static_cast<UChar32>(c), &error);
        if (script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA)
            return USCRIPT_HAN;
        return U_FAILURE(error) || script == USCRIPT_UNKNOWN ? kAny : script;
    }
};

class PreTokenizerSequence final : public PreTokenizer {
public:
    explicit PreTokenizerSequence(std::vector<std::unique_ptr<PreTokenizer>> parts) : m_parts(std::move(parts)) {}
    void split(AlignedText& text, std::vector<TextSpan>& words) const override {
        for (const auto& part : m_parts)
            part->split(text, words);
    }

private:
    std::vector<std::unique_ptr<PreTokenizer>> m_parts;
};

} // namespace

std::unique_ptr<PreTokenizer> makePreTokenizer(const JsonFields& fields) {
    const std::string type = fields.string("type");
    if (type == "BertPreTokenizer")
        return std::make_unique<BertPreTokenizer>();
    if (type == "Whitespace")
        return std::make_unique<Whitespace>();
    if (type == "WhitespaceSplit")
        return std::make_unique<WhitespaceSplit>();
    if (type == "Punctuation")
        return std::make_unique<Punctuation>(fields);
    if (type == "Digits")
        return std::make_unique<Digits>(fields);
    if (type == "CharDelimiterSplit")
        return std::make_unique<CharDelimiterSplit>(fields);
    if (type == "UnicodeScripts")
        return std::make_unique<UnicodeScripts>();
    if (auto rewriting = makeRewritingPreTokenizer(fields, type))
        return rewriting;
    if (type == "Sequence") {
        std::vector<std::unique_ptr<PreTokenizer>> parts;
        for (const JsonFields& part : fields.objects("pretokenizers"))
            parts.push_back(makePreTokenizer(part));
        return std::make_unique<PreTokenizerSequence>(std::move(parts));
    }
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' is '{}', a pre-tokenizer that this version does not have", fields.source(),
                                                    fields.pathOf("type"), type));
}

} // namespace triptych
