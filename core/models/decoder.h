#pragma once

#include "models/decoder_config.h"
#include "models/decoder_weights.h"
#include "models/kv_cache.h"
#include "models/linear.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

// Legend: B = sequences, T = tokens of the whole batch, H = hidden size, V = vocabulary, L = layers, A = attention
// heads, K = key-value heads, D = size of a head, I = width of the feed-forward part.

namespace triptych {

/// Tokens of several sequences one after another, without padding.
struct TokenBatch {
    at::Tensor ids;                   ///< (T), int64
    std::vector<std::int64_t> starts; ///< B + 1; sequence i is rows starts[i] to starts[i + 1]
    std::vector<std::size_t> places;  ///< B: where in the cache each goes on, all different
    std::int64_t sequences() const { return static_cast<std::int64_t>(starts.size()) - 1; }
    std::int64_t tokens() const { return starts.back(); }
};
/// Places are 0, 1, ... unless given. Throws Error{InvalidArgument} for a sequence without tokens.
TokenBatch packTokens(std::span<const std::span<const std::int32_t>> sequences, std::vector<std::size_t> places = {});

enum class LogitsOf { None, Last, All };

struct DecoderOutput {
    at::Tensor hidden; ///< behind the last norm: (T, H), or (B, H) of the last tokens with LogitsOf::Last
    at::Tensor logits; ///< (T, V), (B, V) or undefined
    /// If asked for, L + 1 of (T, H) as transformers gives them: the embeddings, then what each layer gives, the last one
    /// behind the last norm.
    std::vector<at::Tensor> layers;
};

/// A decoder-only transformer, put together as its configuration says, over packed batches. Where no weight wants a
/// gradient it runs on plain loops and ATen's products; else all of it is ATen's operators, and no cache may be given.
class Decoder {
public:
    /// Takes every weight, checked against the configuration. Throws Error{InvalidInput | Unsupported} naming source and tensor.
    Decoder(DecoderConfig config, const DecoderWeights& weights);

    const DecoderConfig& config() const { return m_config; }
    /// With a cache each sequence goes on behind what its place in the cache holds, else at position 0.
    /// Throws Error{InvalidArgument} for an id out of range, a bad batch, or learned positions that are used up.
    DecoderOutput forward(const TokenBatch& batch, KvCache* cache = nullptr, LogitsOf logits = LogitsOf::All,
                          bool keepLayers = false) const;
    /// hidden (N, H), as `forward` gives it, to logits (N, V).
    at::Tensor logits(const at::Tensor& hidden) const;

private:
    using Matrix = std::shared_ptr<const Linear>;
    struct Norm {
        at::Tensor gain, bias; // (H) or (D); the bias of LayerNorm alone
    };
    struct Layer {
        Matrix queryKeyValue;            // H to (A + 2 K) D, or
        Matrix query, key, value;        // three
        Matrix attentionOutput;          // A D to H
        Matrix gate, up, down;           // H to I, H to I, I to H; gate only of gated ones
        Norm attentionNorm, feedForwardNorm;
        Norm attentionPostNorm, feedForwardPostNorm; // may be undefined
        Norm queryNorm, keyNorm;                     // may be undefined
    };
    struct Pass;

    at::Tensor normalise(const at::Tensor& x, const Norm& norm) const;
    at::Tensor attention(const Layer& layer, int number, const at::Tensor& x, Pass& pass) const;
    at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int number, Pass& pass) const;
    at::Tensor attendWithGraph(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t window, const Pass& pass) const;
    at::Tensor feedForward(const Layer& layer, const at::Tensor& x) const;
    void check(const TokenBatch& batch, const KvCache* cache) const;

    DecoderConfig m_config;
    Matrix m_words;          // (V, H)
    at::Tensor m_positions;  // (max_position_embeddings, H) or undefined
    std::vector<Layer> m_layers;
    Norm m_lastNorm;
    Matrix m_head;           // H to V
    std::vector<float> m_frequencies, m_slidingFrequencies; // (D / 2)
};

/// What the functions below take for a decoder's folder: its one GGUF file where it has no config.json, else the folder.
std::filesystem::path decoderPath(const std::filesystem::path& folder);

/// A Hugging Face folder or a GGUF file, whose matrices stay in the mapped file as they are stored, or a PEFT folder, whose adapter
/// stays beside the matrices of its base. A file must not be changed in place as long as the decoder is open, only replaced. Throws Error{NotFound | InvalidInput | Unsupported} naming file and key or tensor.
Decoder openDecoder(const std::filesystem::path& path, Precision precision = Precision::Exact);

/// Reads configuration and headers alone, and throws as openDecoder does if the weights do not fit.
void checkDecoder(const std::filesystem::path& path);

/// Its configuration alone, with the ends of text that generation_config.json adds.
DecoderConfig readDecoderConfig(const std::filesystem::path& path);

} // namespace triptych
