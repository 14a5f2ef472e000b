#pragma once

#include "knowledge/analyzer.h"
#include "knowledge/embedder.h"

#include <cstdint>
#include <vector>

namespace triptych {

/// How common features are in a base: the part of a HashingEmbedder that is stored with the base, since vectors are
/// only comparable under the same weights.
class FeatureFrequencies {
public:
    FeatureFrequencies();
    /// Counts the features of further texts, each once a text.
    void add(std::string_view text, const Analyzer& analyzer);
    /// Inverse document frequency; 1 for all while nothing was counted.
    float idf(std::uint64_t feature) const;

    /// 64 KB and a little.
    std::string bytes() const;
    /// Throws Error{Corrupt} unless bytes() wrote it.
    static FeatureFrequencies fromBytes(std::string_view bytes);

private:
    std::vector<std::uint32_t> m_counts; ///< texts that have a feature, by its hash
    std::uint32_t m_texts = 0;
};

/// Vectors without a model, for any language: words and the character n-grams inside of them, weighted by their rarity in
/// the base, each at sixteen places of the vector with signs that follow from its hash (Weinberger et al. 2009; Achlioptas
/// 2003). Cosines come near those of the TF-IDF vectors. Equal on every machine.
class HashingEmbedder final : public Embedder {
public:
    static constexpr int kDimension = 512;
    /// For fuse(): a noisy copy of the lexical part, good for what that has no word of, misspelt ones above all.
    static constexpr double kReliability = 0;
    HashingEmbedder(Analyzer analyzer, FeatureFrequencies frequencies);

    int dimension() const override { return kDimension; }
    /// Length 1, or 0 for a text without any feature.
    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token& stop = {}) override;

private:
    Analyzer m_analyzer;
    FeatureFrequencies m_frequencies;
};

} // namespace triptych
