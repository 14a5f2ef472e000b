#include "knowledge/hashing_embedder.h"

#include "base/error.h"
#include "base/progress.h"
#include "text/unicode.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

namespace triptych {

namespace {

constexpr std::size_t kBuckets = 1 << 14;
constexpr int kPlaces = 16;
/// All n-grams of a word together weigh as much as this part of the word itself.
constexpr float kGramShare = 0.5f;
constexpr std::string_view kMagic = "TriIDF01";

std::uint64_t mixed(std::uint64_t z) { // of SplitMix64
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

std::uint64_t hashOf(std::u32string_view text, std::uint64_t kind) {
    std::uint64_t hash = 0xcbf29ce484222325u + kind;
    for (const char32_t c : text)
        hash = (hash ^ c) * 0x100000001b3u;
    return mixed(hash);
}

/// Calls receive(feature, weight) for a term and the 3- and 4-grams of it with its ends marked.
template <typename Receive> void featuresOf(const Term& term, Receive receive) {
    const std::u32string letters = decodeUtf8(term.text);
    receive(hashOf(letters, 1), 1.0f);
    if (letters.size() < 3)
        return;
    const std::u32string marked = U'^' + letters + U'$';
    const std::size_t grams = (marked.size() - 2) + (marked.size() - 3);
    const float weight = kGramShare / std::sqrt(static_cast<float>(grams));
    for (std::size_t length = 3; length <= 4; ++length) {
        for (std::size_t at = 0; at + length <= marked.size(); ++at)
            receive(hashOf(std::u32string_view(marked).substr(at, length), 2), weight);
    }
}

} // namespace

FeatureFrequencies::FeatureFrequencies() : m_counts(kBuckets) {}

void FeatureFrequencies::add(std::string_view text, const Analyzer& analyzer) {
    std::vector<std::size_t> seen;
    analyzer.analyze(text, [&](const Term& term) {
        if (!term.weak)
            featuresOf(term, [&](std::uint64_t feature, float) { seen.push_back(feature % kBuckets); });
    });
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const std::size_t bucket : seen)
        ++m_counts[bucket];
    ++m_texts;
}

float FeatureFrequencies::idf(std::uint64_t feature) const {
    const double count = m_counts[feature % kBuckets];
    // Rounded, so that another C library's last digit of the logarithm does not matter.
    return static_cast<float>(std::round(64 * (1 + std::log((m_texts + 1.0) / (count + 1.0)))) / 64);
}

std::string FeatureFrequencies::bytes() const {
    std::string result(kMagic);
    const auto append = [&](std::uint32_t value) {
        for (int i = 0; i < 4; ++i)
            result += static_cast<char>(value >> (8 * i));
    };
    append(m_texts);
    for (const std::uint32_t count : m_counts)
        append(count);
    return result;
}

FeatureFrequencies FeatureFrequencies::fromBytes(std::string_view bytes) {
    if (bytes.size() != kMagic.size() + 4 * (kBuckets + 1) || !bytes.starts_with(kMagic))
        throw Error(ErrorCode::Corrupt, "the weights of the hashing embedder are damaged or of another version", "Embed the base again.");
    const auto number = [&](std::size_t i) {
        std::uint32_t value = 0;
        for (std::size_t b = 4; b-- > 0;)
            value = value << 8 | static_cast<unsigned char>(bytes[kMagic.size() + 4 * i + b]);
        return value;
    };
    FeatureFrequencies result;
    result.m_texts = number(0);
    for (std::size_t i = 0; i < kBuckets; ++i) {
        result.m_counts[i] = number(i + 1);
        if (result.m_counts[i] > result.m_texts)
            throw Error(ErrorCode::Corrupt, "the weights of the hashing embedder are damaged", "Embed the base again.");
    }
    return result;
}

HashingEmbedder::HashingEmbedder(Analyzer analyzer, FeatureFrequencies frequencies)
    : m_analyzer(std::move(analyzer)), m_frequencies(std::move(frequencies)) {}

std::vector<float> HashingEmbedder::embed(std::span<const std::string> texts, const std::stop_token& stop) {
    std::vector<float> vectors(texts.size() * kDimension);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        throwIfStopped(stop);
        float* vector = vectors.data() + i * kDimension;
        std::unordered_map<std::string, int> counts;
        std::vector<const std::string*> order; // sums follow the text, so that they are the same everywhere
        bool strong = false;
        m_analyzer.analyze(texts[i], [&](const Term& term) { strong |= !term.weak; });
        m_analyzer.analyze(texts[i], [&](const Term& term) {
            if (term.weak && strong)
                return;
            const auto [entry, fresh] = counts.emplace(std::string(term.text), 0);
            if (fresh)
                order.push_back(&entry->first);
            ++entry->second;
        });
        for (const std::string* text : order) {
            const float repeats = std::sqrt(static_cast<float>(counts.at(*text)));
            featuresOf(Term{*text}, [&](std::uint64_t feature, float weight) {
                const float value = repeats * weight * m_frequencies.idf(feature);
                std::uint64_t bits = 0;
                for (int place = 0; place < kPlaces; ++place) {
                    if (place % 6 == 0) // ten bits a place
                        bits = mixed(feature + static_cast<std::uint64_t>(place) * 0x9e3779b97f4a7c15u);
                    vector[bits % kDimension] += bits & kDimension ? value : -value;
                    bits >>= 10;
                }
            });
        }
        double squares = 0;
        for (int j = 0; j < kDimension; ++j)
            squares += static_cast<double>(vector[j]) * static_cast<double>(vector[j]);
        const auto length = static_cast<float>(std::sqrt(squares));
        for (int j = 0; j < kDimension && length > 0; ++j)
            vector[j] /= length;
    }
    return vectors;
}

} // namespace triptych
