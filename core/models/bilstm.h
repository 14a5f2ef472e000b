#pragma once

#include "models/piece_table.h"
#include "models/sentence_modules.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

// Legend: B = sequences, T = tokens of the whole batch, E = embedding size, H = hidden size of one direction, K = labels.

namespace triptych {

/// Written to config.json under these names, with model_type "triptych_bilstm".
struct BiLstmConfig : PieceConfig {
    int hidden_size = 128; ///< of each direction
    int num_layers = 1;    ///< 1 or 2
    Pooling pooling = Pooling::Max; ///< or Mean, over the states of all tokens
};
Json biLstmConfigToJson(const BiLstmConfig& config, const std::vector<std::string>& labels);
/// Throws Error{InvalidInput | Unsupported} naming source and key.
BiLstmConfig biLstmConfigFromJson(const Json& value, std::string_view source);

/// A bidirectional LSTM (Hochreiter, Schmidhuber 1997; Graves, Schmidhuber 2005) as a sentence classifier: embedding, one or two
/// layers, the states of both directions pooled over time, dropout, one linear layer. The student of Tang et al. 2019, with
/// pooling in place of the last states. Holds its tensors as Bert does.
class BiLstm {
public:
    /// Weights: embedding.weight (pieces + 2, E), those of torch.nn.LSTM(bidirectional=True) behind "lstm.", gates in the order
    /// input, forget, cell, output: weight_ih_l0 (4H, E), weight_hh_l0 (4H, H), bias_ih_l0 (4H), bias_hh_l0 (4H), each once more
    /// with _reverse, layer 1 from 2H; classifier.weight (K, 2H), classifier.bias (K). Throws Error{InvalidInput} naming source
    /// and tensor.
    BiLstm(BiLstmConfig config, NamedTensors weights, std::string_view source);
    static BiLstm random(const BiLstmConfig& config, std::uint64_t seed);
    /// config.json and model.safetensors of a folder.
    static BiLstm open(const std::filesystem::path& folder);

    const BiLstmConfig& config() const { return m_config; }
    const NamedTensors& weights() const { return m_weights; }

    /// Rows of the embedding for a tokenizer's ids: cut at max_length, one at least.
    std::vector<std::int64_t> rowsOf(std::span<const std::int32_t> ids) const;
    /// Logits (B, K) of a batch of rowsOf(), differentiable; `table` as Bert's WordRows, may be null. The sequences run side by
    /// side, the longest first, none with padding.
    at::Tensor forward(const PieceBatch& batch, const kernels::DropoutMask& dropout = {}, const WordRows* table = nullptr) const;

private:
    BiLstmConfig m_config;
    NamedTensors m_weights;
    PieceTable m_table;
};

/// The same network for one text at a time, in plain loops: no graph, no dispatch, weights laid out for it.
class BiLstmInference {
public:
    explicit BiLstmInference(const BiLstm& model);
    /// Logits (K) for rowsOf() of one text; `out` has room for K.
    void classify(std::span<const std::int64_t> rows, std::span<float> out);

private:
    struct Direction {
        at::Tensor input, state, bias; // (in, 4H), (H, 4H), (4H)
    };
    void run(const Direction& direction, std::int64_t length, bool reverse, float* states);

    BiLstmConfig m_config;
    at::Tensor m_embedding, m_classifier, m_bias; // classifier (2H, K)
    std::vector<Direction> m_directions;          // forward and backward of each layer
    std::vector<float> m_input, m_states, m_gates, m_step, m_cell, m_pooled;
};

} // namespace triptych
