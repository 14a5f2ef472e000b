#include "text/pre_tokenizer.h"

#include "base/error.h"
#include "text/unicode.h"

#include <fmt/format.h>

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
    void split(const AlignedText& text, std::vector<TextSpan>& words) const override {
        splitByClass(text, words, [](char32_t c) {
            return std::pair(isWhiteSpace(c) ? Cut::Drop : isPunctuation(c) ? Cut::Alone : Cut::Run, 0);
        });
    }
};

/// The regular expression \w+|[^\w\s]+
class Whitespace final : public PreTokenizer {
public:
    void split(const AlignedText& text, std::vector<TextSpan>& words) const override {
        splitByClass(text, words, [](char32_t c) {
            return isWordCharacter(c) ? std::pair(Cut::Run, 0) : std::pair(isWhiteSpace(c) ? Cut::Drop : Cut::Run, 1);
        });
    }
};

class WhitespaceSplit final : public PreTokenizer {
public:
    void split(const AlignedText& text, std::vector<TextSpan>& words) const override {
        splitByClass(text, words, [](char32_t c) { return std::pair(isWhiteSpace(c) ? Cut::Drop : Cut::Run, 0); });
    }
};

class Punctuation final : public PreTokenizer {
public:
    explicit Punctuation(Cut punctuation) : m_punctuation(punctuation) {}
    void split(const AlignedText& text, std::vector<TextSpan>& words) const override {
        splitByClass(text, words, [cut = m_punctuation](char32_t c) {
            return isPunctuation(c) ? std::pair(cut, 1) : std::pair(Cut::Run, 0);
        });
    }

private:
    Cut m_punctuation;
};

class PreTokenizerSequence final : public PreTokenizer {
public:
    explicit PreTokenizerSequence(std::vector<std::unique_ptr<PreTokenizer>> parts) : m_parts(std::move(parts)) {}
    void split(const AlignedText& text, std::vector<TextSpan>& words) const override {
        for (const auto& part : m_parts)
            part->split(text, words);
    }

private:
    std::vector<std::unique_ptr<PreTokenizer>> m_parts;
};

std::unique_ptr<PreTokenizer> makePunctuation(const JsonFields& fields) {
    const std::string behavior = fields.string("behavior", "Isolated");
    if (behavior == "Isolated")
        return std::make_unique<Punctuation>(Cut::Alone);
    if (behavior == "Removed")
        return std::make_unique<Punctuation>(Cut::Drop);
    if (behavior == "Contiguous")
        return std::make_unique<Punctuation>(Cut::Run);
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' is '{}'; this version knows Isolated, Removed and Contiguous",
                                                    fields.source(), fields.pathOf("behavior"), behavior));
}

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
        return makePunctuation(fields);
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
