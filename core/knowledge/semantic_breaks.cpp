#include "knowledge/semantic_breaks.h"

#include "knowledge/embedder.h"
#include "text/unicode.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

namespace triptych {

namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kMostCodePoints = 2000; ///< of a text to embed; more than any encoder reads
constexpr std::size_t kFewSentences = 4;

double distance(std::span<const float> a, std::span<const float> b) {
    double product = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        product += double{a[i]} * b[i];
        aa += double{a[i]} * a[i];
        bb += double{b[i]} * b[i];
    }
    return aa > 0 && bb > 0 ? 1 - product / std::sqrt(aa * bb) : 1;
}

} // namespace

std::vector<std::size_t> semanticBreaks(std::u32string_view text, const std::vector<Cut>& cuts, double percentile, Embedder& embedder, const std::stop_token& stop) {
    std::vector<std::size_t> begins; // of the sentences, and the end of the text
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        if (cuts[i] >= Cut::Sentence)
            begins.push_back(i);
    }
    const std::size_t n = begins.size() - 1;
    if (n < kFewSentences)
        return {};
    const auto dimension = static_cast<std::size_t>(embedder.dimension());
    std::vector<double> distances(n - 1); // between sentence i and i + 1
    std::vector<float> last;
    for (std::size_t at = 0; at < n; at += kBatch) {
        std::vector<std::string> texts;
        for (std::size_t i = at; i < std::min(n, at + kBatch); ++i) {
            const std::size_t begin = begins[i == 0 ? 0 : i - 1], end = begins[std::min(n, i + 2)];
            texts.push_back(encodeUtf8(text.substr(begin, std::min(kMostCodePoints, end - begin))));
        }
        const std::vector<float> vectors = embedder.embed(texts, stop);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const std::span vector = std::span(vectors).subspan(i * dimension, dimension);
            if (at + i > 0)
                distances[at + i - 1] = distance(last, vector);
            last.assign(vector.begin(), vector.end());
        }
    }
    std::vector<double> sorted = distances;
    const auto rank = static_cast<std::size_t>(std::ceil(percentile / 100 * static_cast<double>(sorted.size())));
    const auto threshold = sorted.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
    std::nth_element(sorted.begin(), threshold, sorted.end());
    std::vector<std::size_t> breaks;
    for (std::size_t i = 0; i < distances.size(); ++i) {
        if (distances[i] > *threshold)
            breaks.push_back(begins[i + 1]);
    }
    return breaks;
}

} // namespace triptych
