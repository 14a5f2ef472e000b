#pragma once

#include "models/piece_table.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

// Legend: B = sequences, T = tokens of the whole batch, E = embedding size, F = filters of each width, K = labels.

namespace triptych {

/// Written to config.json under these names, with model_type "triptych_textcnn".
struct TextCnnConfig : PieceConfig {
    int filters = 128; ///< of each width
    std::vector<std::int64_t> widths = {2, 3, 4, 5};
};
Json textCnnConfigToJson(const TextCnnConfig& config, const std::vector<std::string>& labels);
/// Throws Error{InvalidInput | Unsupported} naming source and key.
TextCnnConfig textCnnConfigFromJson(const Json& value, std::string_view source);

/// A convolutional sentence classifier (Kim 2014): embedding, filters of several widths, maximum over time, ReLU,
/// dropout, one linear layer. Holds its tensors as Bert does.
class TextCnn {
public:
    /// Weights: embedding.weight (pieces + 2, E), convolution.weight (F · sum of widths, E), convolution.bias (F · widths),
    /// classifier.weight (K, F · widths), classifier.bias (K). Throws Error{InvalidInput} naming source and tensor.
    TextCnn(TextCnnConfig config, NamedTensors weights, std::string_view source);
    static TextCnn random(const TextCnnConfig& config, std::uint64_t seed);
    /// config.json and model.safetensors of a folder.
    static TextCnn open(const std::filesystem::path& folder);

    const TextCnnConfig& config() const { return m_config; }
    const NamedTensors& weights() const { return m_weights; }

    /// Rows of the embedding for a tokenizer's ids: cut at max_length, filled up to the widest filter.
    std::vector<std::int64_t> rowsOf(std::span<const std::int32_t> ids) const;

    /// Logits (B, K) of a batch of rowsOf(), differentiable; `table` as Bert's WordRows, may be null.
    at::Tensor forward(const PieceBatch& batch, const kernels::DropoutMask& dropout = {}, const WordRows* table = nullptr) const;

private:
    TextCnnConfig m_config;
    NamedTensors m_weights;
    PieceTable m_table;
};

/// The same network for one text at a time, in plain loops: no graph, no dispatch, weights laid out for it.
class TextCnnInference {
public:
    explicit TextCnnInference(const TextCnn& model);
    /// Logits (K) for rowsOf() of one text; `out` has room for K.
    void classify(std::span<const std::int64_t> rows, std::span<float> out);

private:
    TextCnnConfig m_config;
    at::Tensor m_embedding, m_bank, m_bankBias, m_classifier, m_bias; // bank (E, C), classifier (F · widths, K)
    std::vector<float> m_input, m_taps, m_pooled, m_scratch;
};

} // namespace triptych
