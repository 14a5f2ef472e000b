#pragma once

#include "models/bert_config.h"
#include "models/kernels.h"
#include "models/precision.h"
#include "text/tokenizer.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Legend: B = sequences, T = tokens of the whole batch, H = hidden size, L = layers, U = distinct tokens.

namespace triptych {

/// Weights by their Hugging Face names, float32.
using NamedTensors = std::map<std::string, at::Tensor>;

/// Name without the family's prefix and shape of every weight of the body, a pooler not among them.
std::map<std::string, std::vector<std::int64_t>> bertShapes(const BertConfig& config);

/// A batch without padding: the sequences one after another.
struct PackedBatch {
    at::Tensor ids;                   ///< (T), int64
    at::Tensor type_ids;              ///< (T), int64
    at::Tensor positions;             ///< (T), int64: row of the position table
    std::vector<std::int64_t> starts; ///< B + 1; sequence i is rows starts[i] to starts[i + 1]
    std::int64_t sequences() const { return static_cast<std::int64_t>(starts.size()) - 1; }
    std::int64_t tokens() const { return starts.back(); }
};
/// The rows of the word table that a batch uses, as a leaf of its own: its gradient is (U, H), not (V, H).
struct WordRows {
    at::Tensor values; ///< (U, H)
    at::Tensor index;  ///< (T), int64: row of each token
};

/// BERT (Devlin et al. 2019) and the families of its shape (RoBERTa, XLM-R, DistilBERT) over a packed batch. Holds the tensors,
/// does not copy them: an optimizer that changes them in place changes the model.
class Bert {
public:
    /// `weights` under their names without the family's prefix; every one must be there with its shape, float32 and contiguous.
    /// With Fast the matrices of the layers are rounded, which leaves no gradient and takes them out of weights().
    /// Throws Error{InvalidInput} naming source and tensor.
    Bert(BertConfig config, NamedTensors weights, std::string_view source, Precision precision = Precision::Exact);

    const BertConfig& config() const { return m_config; }
    const NamedTensors& weights() const { return m_weights; }
    /// Encodings as they are, not cut. Throws Error{InvalidArgument} for an empty one: a tokenizer adds its special tokens.
    PackedBatch pack(std::span<const Encoding* const> encodings) const;
    /// One encoding without the tokens that `attention` hides; the others keep their positions. Throws as above.
    PackedBatch packVisible(const Encoding& encoding, const std::vector<bool>& attention) const;

    /// Last hidden state (T, H). Differentiable in every weight that requires a gradient. `dropout` of rate 0
    /// drops nothing; else the rates are the configuration's. `words` replaces the look-up in the word table.
    /// Throws Error{InvalidArgument} if an id or a length is out of range.
    at::Tensor forward(const PackedBatch& batch, const kernels::DropoutMask& dropout = {},
                       const WordRows* words = nullptr) const;
    /// Last hidden state of each sequence's first token (B, H), as `forward` gives it; the last layer computes nothing else.
    at::Tensor firstTokens(const PackedBatch& batch, const kernels::DropoutMask& dropout = {}, const WordRows* words = nullptr) const;

private:
    struct Dense {
        at::Tensor weight; // (out, in)
        at::Tensor bias;   // (out)
    };
    struct Layer {
        Dense query, key, value, attentionOutput, intermediate, output;
        Dense attentionNorm, outputNorm; // gain and bias
    };
    at::Tensor run(const PackedBatch& batch, const kernels::DropoutMask& dropout, const WordRows* words, bool firstOnly) const;
    at::Tensor take(const std::string& name, std::vector<std::int64_t> shape, std::string_view source) const;

    BertConfig m_config;
    NamedTensors m_weights;
    at::Tensor m_words, m_positions, m_types;
    Dense m_embeddingNorm;
    std::vector<Layer> m_layers;
};

/// Reads float tensors (F32, F16, BF16) as float32 copies: of a safetensors file, of an index with its shards, or of the
/// folder that holds either. Other dtypes are left out (position_ids of old files). `shapesOnly`: zeros that take no memory.
NamedTensors readWeights(const std::filesystem::path& path, bool shapesOnly = false);

/// config.json and safetensors of a Hugging Face folder with a body of BERT's shape, or of a PEFT folder, whose adapter is merged. With `others` given, the weights
/// that are not of the body go there, under the names they have in a model with a head ("bert.pooler.dense.weight").
/// Throws Error{NotFound | InvalidInput | Unsupported} naming file, key or tensor.
Bert openBert(const std::filesystem::path& folder, NamedTensors* others = nullptr, Precision precision = Precision::Exact);

} // namespace triptych
