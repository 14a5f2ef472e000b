#pragma once

#include "knowledge/lexical_segment.h"

#include <cmath>

namespace triptych {

/// BM25 in whole numbers: what one term adds to the score of one row.
class LexicalScoring {
public:
    static constexpr float kUnit = 16384;
    static constexpr std::size_t kMaxQueryTerms = 512; ///< keeps a score below 2^31

    LexicalScoring(const Bm25Settings& settings, double meanLength)
        : m_base(settings.k1 * (1 - settings.b)), m_perLength(meanLength > 0 ? static_cast<float>(settings.k1 * settings.b / meanLength) : 0),
          m_k1(settings.k1), m_meanLength(meanLength) {}

    float weight(double idf, std::uint32_t repeats) const {
        return static_cast<float>(idf * repeats * (static_cast<double>(m_k1) + 1) * static_cast<double>(kUnit));
    }
    /// At least 1, so that a row with a term is found however common the term is. fma, so that every compiler rounds alike.
    std::uint32_t points(float weight, float count, std::uint32_t length) const {
        const float norm = std::fma(m_perLength, static_cast<float>(length), m_base);
        return 1 + static_cast<std::uint32_t>(static_cast<std::int32_t>(weight * count / (count + norm)));
    }
    /// At least the points of every posting of a block. Its bound was made with the segment's own mean length; with a longer
    /// mean no value grows by more than the ratio of the two. The last factor is for the rounding.
    std::uint32_t bound(float weight, float blockBound, double segmentMean) const {
        const double growth = segmentMean > 0 ? std::max(1.0, m_meanLength / segmentMean) : 1.0;
        const double fraction = std::min(1.0, static_cast<double>(blockBound) * growth * 1.00001);
        return 2 + static_cast<std::uint32_t>(static_cast<double>(weight) * fraction);
    }

private:
    float m_base, m_perLength, m_k1;
    double m_meanLength;
};

} // namespace triptych
