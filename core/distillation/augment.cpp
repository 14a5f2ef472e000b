#include "distillation/augment.h"

#include "base/random.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace triptych {

namespace {

constexpr double kMixShare = 0.25;     ///< a part of the text beside a part of another
constexpr double kNGramShare = 0.15;   ///< a part of the text alone
constexpr double kDropRate = 0.15;     ///< of each word, otherwise
constexpr double kReplaceRate = 0.15;  ///< of each word that stays: by a word of any text

using Words = std::vector<std::string>;

/// Byte offset of every code point, and of the end.
std::vector<std::size_t> codePointOffsets(std::string_view text) {
    std::vector<std::size_t> offsets;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80)
            offsets.push_back(i);
    }
    offsets.push_back(text.size());
    return offsets;
}

std::span<const std::string> part(const Words& words, std::size_t least, Random& random) {
    const std::size_t count = std::min(words.size(), least + random.below(std::max<std::size_t>(1, words.size() / 2)));
    const std::size_t first = random.below(words.size() - count + 1);
    return std::span(words).subspan(first, count);
}

Words variant(const Words& words, const std::vector<Words>& all, Random& random) {
    const double kind = random.uniform();
    const Words& other = all[random.below(all.size())];
    Words result;
    if (kind < kMixShare && !other.empty()) {
        for (const Words* source : {&words, &other}) {
            const auto taken = part(*source, std::max<std::size_t>(1, source->size() / 3), random);
            result.insert(result.end(), taken.begin(), taken.end());
        }
        return result;
    }
    if (kind < kMixShare + kNGramShare) {
        const auto taken = part(words, std::max<std::size_t>(1, words.size() / 2), random);
        return {taken.begin(), taken.end()};
    }
    for (const std::string& word : words) {
        if (random.uniform() < kDropRate)
            continue;
        const Words& source = all[random.below(all.size())];
        const bool replace = random.uniform() < kReplaceRate && !source.empty();
        result.push_back(replace ? source[random.below(source.size())] : word);
    }
    return result.empty() ? words : result;
}

} // namespace

std::vector<std::string> wordsOf(std::string_view text, const Tokenizer& tokenizer) {
    const Encoding encoding = tokenizer.encode(text, false);
    const std::vector<std::size_t> bytes = codePointOffsets(text);
    std::vector<std::pair<std::int32_t, std::int32_t>> spans;
    for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
        const auto [begin, end] = encoding.offsets[i];
        if (begin >= end || static_cast<std::size_t>(end) >= bytes.size())
            continue;
        if (!spans.empty() && tokenizer.token(encoding.ids[i]).starts_with("##"))
            spans.back().second = std::max(spans.back().second, end);
        else
            spans.emplace_back(begin, end);
    }
    std::vector<std::string> words;
    for (const auto& [begin, end] : spans) {
        const std::size_t first = bytes[static_cast<std::size_t>(begin)];
        words.emplace_back(text.substr(first, bytes[static_cast<std::size_t>(end)] - first));
    }
    return words;
}

std::vector<std::string> unlabelledVariants(std::span<const std::string> texts, const Tokenizer& tokenizer, int perText, std::uint64_t seed) {
    std::vector<Words> all;
    for (const std::string& text : texts)
        all.push_back(wordsOf(text, tokenizer));
    std::vector<std::string> variants;
    Random random(seed);
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (int j = 0; j < perText; ++j)
            variants.push_back(all[i].empty() ? texts[i] : fmt::format("{}", fmt::join(variant(all[i], all, random), " ")));
    }
    return variants;
}

} // namespace triptych
