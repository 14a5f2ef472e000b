#include "text/normalizer.h"

#include "base/error.h"
#include "text/replacing_normalizers.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include <algorithm>

namespace triptych {

namespace {

/// Reference implementations decompose by the tables of Unicode 9 (see unicode.h).
constexpr int kNormalizationVersion = 9;

bool isKnownToNormalization(char32_t c) {
    UVersionInfo age;
    u_charAge(static_cast<UChar32>(c), age);
    return age[0] <= kNormalizationVersion;
}

const UNormalizer2* normalizer(bool compatibility) {
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2* instance = compatibility ? unorm2_getNFKCInstance(&error) : unorm2_getNFCInstance(&error);
    if (U_FAILURE(error))
        throw Error(ErrorCode::Internal, fmt::format("the Unicode library has no normalization data: {}", u_errorName(error)));
    return instance;
}

/// Appends the full decomposition of each character, marks in canonical order.
std::vector<Change> decompose(const std::u32string& chars, bool compatibility) {
    const UNormalizer2* data = normalizer(compatibility);
    std::vector<Change> changes;
    changes.reserve(chars.size() + chars.size() / 4);
    std::vector<std::pair<std::uint8_t, Change>> marks; // since the last starter
    const auto flush = [&] {
        std::stable_sort(marks.begin(), marks.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const auto& [unused, change] : marks)
            changes.push_back(change);
        marks.clear();
    };
    const auto push = [&](char32_t c, int change) {
        const std::uint8_t order = c < 0x300 ? 0 : unorm2_getCombiningClass(data, static_cast<UChar32>(c));
        if (order == 0) {
            if (!marks.empty())
                flush();
            changes.emplace_back(c, change);
        } else {
            marks.emplace_back(order, Change(c, change));
        }
    };
    for (const char32_t c : chars) {
        UChar buffer[32];
        UErrorCode error = U_ZERO_ERROR;
        const int32_t length =
            c < 0xa0 || !isKnownToNormalization(c) ? -1 : unorm2_getDecomposition(data, static_cast<UChar32>(c), buffer, 32, &error);
        if (length < 0 || U_FAILURE(error)) {
            push(c, 0);
            continue;
        }
        for (int32_t i = 0; i < length;) {
            const bool first = i == 0;
            UChar32 part = 0;
            U16_NEXT(buffer, i, length, part);
            push(static_cast<char32_t>(part), first ? 0 : 1);
        }
    }
    flush();
    return changes;
}

/// Canonical composition of decomposed text; a composed character drops what it swallowed.
std::vector<Change> compose(const std::vector<Change>& decomposed, bool compatibility) {
    const UNormalizer2* data = normalizer(compatibility);
    std::vector<Change> result;
    std::ptrdiff_t starter = -1; // last one in result
    int lastClass = -1;          // of what follows it; -1: nothing yet
    for (const auto& [c, change] : decomposed) {
        const int order = unorm2_getCombiningClass(data, static_cast<UChar32>(c));
        if (starter >= 0 && lastClass < (order == 0 ? 0 : order)) {
            Change& base = result[static_cast<std::size_t>(starter)];
            const UChar32 composed = unorm2_composePair(data, static_cast<UChar32>(base.first), static_cast<UChar32>(c));
            if (composed >= 0 && isKnownToNormalization(static_cast<char32_t>(composed))) {
                base = {static_cast<char32_t>(composed), base.second + change - 1};
                continue;
            }
        }
        result.emplace_back(c, change);
        if (order == 0) {
            starter = static_cast<std::ptrdiff_t>(result.size()) - 1;
            lastClass = -1;
        } else {
            lastClass = order;
        }
    }
    return result;
}

bool isAllBelow(const std::u32string& chars, char32_t limit) {
    return std::all_of(chars.begin(), chars.end(), [limit](char32_t c) { return c < limit; });
}

void lowerCase(AlignedText& text) {
    bool grows = false;
    for (char32_t& c : text.chars) {
        const LowerCase lower = toLowerCase(c);
        if (lower.second != 0)
            grows = true;
        else
            c = lower.first;
    }
    if (!grows)
        return;
    AlignedText result;
    for (std::size_t i = 0; i < text.chars.size(); ++i) {
        const LowerCase lower = toLowerCase(text.chars[i]);
        result.push(lower.first, text.origins[i]);
        if (lower.second != 0)
            result.push(lower.second, text.origins[i]);
    }
    text = std::move(result);
}

enum class Form { Nfc, Nfd, Nfkc, Nfkd };

class UnicodeForm final : public Normalizer {
public:
    explicit UnicodeForm(Form form) : m_form(form) {}
    void apply(AlignedText& text) const override {
        if (isAllBelow(text.chars, 0x80))
            return;
        const bool compatibility = m_form == Form::Nfkc || m_form == Form::Nfkd;
        std::vector<Change> changes = decompose(text.chars, compatibility);
        if (m_form == Form::Nfc || m_form == Form::Nfkc)
            changes = compose(changes, compatibility);
        applyChanges(text, changes);
    }

private:
    Form m_form;
};

class Lowercase final : public Normalizer {
public:
    void apply(AlignedText& text) const override { lowerCase(text); }
};

class StripAccents final : public Normalizer {
public:
    void apply(AlignedText& text) const override {
        if (!isAllBelow(text.chars, 0x300))
            keepOnly(text, [](char32_t c) { return !isCombiningMark(c); });
    }
};

class BertNormalizer final : public Normalizer {
public:
    explicit BertNormalizer(const JsonFields& fields)
        : m_cleanText(fields.boolean("clean_text", true)), m_isolateIdeographs(fields.boolean("handle_chinese_chars", true)),
          m_lowercase(fields.boolean("lowercase", true)), m_stripAccents(fields.boolean("strip_accents", m_lowercase)) {}

    void apply(AlignedText& text) const override {
        if (m_cleanText) {
            keepOnly(text, [](char32_t c) { return c != 0 && c != 0xfffd && !isControl(c); });
            for (char32_t& c : text.chars) {
                if (isWhiteSpace(c))
                    c = U' ';
            }
        }
        const bool ascii = isAllBelow(text.chars, 0x80);
        if (m_isolateIdeographs && !ascii)
            isolateIdeographs(text);
        if (m_stripAccents && !ascii) {
            applyChanges(text, decompose(text.chars, false));
            keepOnly(text, [](char32_t c) { return !isNonspacingMark(c); });
        }
        if (m_lowercase)
            lowerCase(text);
    }

private:
    static void isolateIdeographs(AlignedText& text) {
        if (std::none_of(text.chars.begin(), text.chars.end(), isIdeograph))
            return;
        AlignedText result;
        for (std::size_t i = 0; i < text.chars.size(); ++i) {
            const bool alone = isIdeograph(text.chars[i]);
            if (alone)
                result.push(U' ', text.origins[i]);
            result.push(text.chars[i], text.origins[i]);
            if (alone)
                result.push(U' ', text.origins[i]);
        }
        text = std::move(result);
    }

    bool m_cleanText;
    bool m_isolateIdeographs;
    bool m_lowercase;
    bool m_stripAccents;
};

class NormalizerSequence final : public Normalizer {
public:
    explicit NormalizerSequence(std::vector<std::unique_ptr<Normalizer>> parts) : m_parts(std::move(parts)) {}
    void apply(AlignedText& text) const override {
        for (const auto& part : m_parts)
            part->apply(text);
    }

private:
    std::vector<std::unique_ptr<Normalizer>> m_parts;
};

} // namespace

std::unique_ptr<Normalizer> makeNormalizer(const JsonFields& fields) {
    const std::string type = fields.string("type");
    if (type == "BertNormalizer")
        return std::make_unique<BertNormalizer>(fields);
    if (type == "NFC")
        return std::make_unique<UnicodeForm>(Form::Nfc);
    if (type == "NFD")
        return std::make_unique<UnicodeForm>(Form::Nfd);
    if (type == "NFKC")
        return std::make_unique<UnicodeForm>(Form::Nfkc);
    if (type == "NFKD")
        return std::make_unique<UnicodeForm>(Form::Nfkd);
    if (type == "Lowercase")
        return std::make_unique<Lowercase>();
    if (type == "StripAccents")
        return std::make_unique<StripAccents>();
    if (auto replacing = makeReplacingNormalizer(fields, type))
        return replacing;
    if (type == "Sequence") {
        std::vector<std::unique_ptr<Normalizer>> parts;
        for (const JsonFields& part : fields.objects("normalizers"))
            parts.push_back(makeNormalizer(part));
        return std::make_unique<NormalizerSequence>(std::move(parts));
    }
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' is '{}', a normalizer that this version does not have", fields.source(),
                                                    fields.pathOf("type"), type));
}

} // namespace triptych
