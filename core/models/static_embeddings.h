#pragma once

#include "models/piece_table.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

// Legend: B = sequences, T = tokens of the whole batch, E = embedding size, D = width of the layer before the last, K = labels.

namespace triptych {

/// Written to config.json under these names, with model_type "triptych_static".
struct StaticEmbeddingsConfig : PieceConfig {
    int head_size = 0; ///< D; 0: one linear layer
};
Json staticEmbeddingsConfigToJson(const StaticEmbeddingsConfig& config, const std::vector<std::string>& labels);
/// Throws Error{InvalidInput | Unsupported} naming source and key.
StaticEmbeddingsConfig staticEmbeddingsConfigFromJson(const Json& value, std::string_view source);

/// Static token embeddings as a sentence classifier: the mean of a text's token vectors, then one linear layer or two with a
/// ReLU between. The model of Model2Vec (Tulkens, van Dongen 2024), whose table starts as what a transformer makes of every
/// token alone; that it weighs frequent tokens less is in the length of its vectors. Here the table is trained further, with
/// the classifier. Holds its tensors as Bert does.
class StaticEmbeddings {
public:
    /// Weights: embedding.weight (pieces + 2, E), classifier.weight (K, D or E), classifier.bias (K) and, where D is not 0,
    /// dense.weight (D, E), dense.bias (D). Throws Error{InvalidInput} naming source and tensor.
    StaticEmbeddings(StaticEmbeddingsConfig config, NamedTensors weights, std::string_view source);
    static StaticEmbeddings random(const StaticEmbeddingsConfig& config, std::uint64_t seed);
    /// config.json and model.safetensors of a folder.
    static StaticEmbeddings open(const std::filesystem::path& folder);

    const StaticEmbeddingsConfig& config() const { return m_config; }
    const NamedTensors& weights() const { return m_weights; }

    /// Rows of the embedding for a tokenizer's ids: cut at max_length, one at least.
    std::vector<std::int64_t> rowsOf(std::span<const std::int32_t> ids) const;
    /// Logits (B, K) of a batch of rowsOf(), differentiable; `table` as Bert's WordRows, may be null.
    at::Tensor forward(const PieceBatch& batch, const kernels::DropoutMask& dropout = {}, const WordRows* table = nullptr) const;

private:
    StaticEmbeddingsConfig m_config;
    NamedTensors m_weights;
    PieceTable m_table;
};

/// The same network for one text at a time, in plain loops: no graph, no dispatch, weights laid out for it.
class StaticEmbeddingsInference {
public:
    explicit StaticEmbeddingsInference(const StaticEmbeddings& model);
    /// Logits (K) for rowsOf() of one text; `out` has room for K.
    void classify(std::span<const std::int64_t> rows, std::span<float> out);

private:
    StaticEmbeddingsConfig m_config;
    at::Tensor m_embedding, m_dense, m_denseBias, m_classifier, m_bias; // dense (E, D), classifier (D or E, K)
    std::vector<float> m_mean, m_inner;
};

} // namespace triptych
