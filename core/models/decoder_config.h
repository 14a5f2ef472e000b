#pragma once

#include "base/json.h"
#include "models/activation.h"
#include "models/rope.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

class GgufFile;

/// What both readers refuse to go beyond: above everything that exists, and low enough that no product of two overflows.
namespace decoder_limits {
constexpr std::int64_t kMostTokens = 1 << 22;
constexpr std::int64_t kMostWidth = 1 << 18;
constexpr std::int64_t kMostLayers = 1024;
constexpr std::int64_t kMostHeads = 1 << 12;
constexpr std::int64_t kMostPositions = 1 << 27;
} // namespace decoder_limits

/// Names and orientation of the weights: those of Llama, which nearly every family took over, or GPT-2's.
enum class WeightLayout { Llama, Gpt2 };

/// What the arithmetic of a decoder-only transformer depends on. What config.json has keys for stands under those
/// keys; the switches below them are what a family means by its name.
struct DecoderConfig {
    std::string model_type; ///< the family: "llama", "gemma3_text", ...
    std::string dtype;      ///< as config.json says, for display; the arithmetic is float32
    int vocab_size = 0;
    int hidden_size = 0;
    int intermediate_size = 0;
    int num_hidden_layers = 0;
    int num_attention_heads = 0;
    int num_key_value_heads = 0; ///< divides num_attention_heads
    int head_dim = 0;
    int max_position_embeddings = 0;
    double norm_eps = 1e-6; ///< rms_norm_eps or layer_norm_epsilon
    bool tie_word_embeddings = false;
    std::vector<std::int32_t> eos_token_id; ///< any of them ends a text
    int sliding_window = 0;                 ///< keys that a query of a sliding layer sees, itself included; 0: no such layer
    std::vector<bool> slidingLayers;        ///< (num_hidden_layers)
    double final_logit_softcapping = 0;     ///< 0: none

    WeightLayout layout = WeightLayout::Llama;
    Activation activation = Activation::Silu;
    bool gatedFeedForward = true;
    bool layerNorm = false;       ///< LayerNorm with a bias instead of RMSNorm
    double normOffset = 0;        ///< 1: the gain is 1 + weight
    bool postNorms = false;       ///< also a norm behind attention and feed-forward, before they are added
    bool queryKeyNorms = false;   ///< RMSNorm over each head's queries and keys
    bool queryKeyValueBias = false;
    bool outputBias = false;      ///< of the projection behind attention
    bool feedForwardBias = false;
    bool learnedPositions = false; ///< a table of positions instead of RoPE
    double embeddingScale = 1;
    double attentionScale = 1;     ///< on the products of queries and keys
    RopeConfig rope;
    RopeConfig slidingRope; ///< of the sliding layers

    /// True if a sequence cannot be longer than max_position_embeddings; with RoPE it only gets worse.
    bool hasHardLimit() const { return learnedPositions; }
};

/// From a Hugging Face config.json, with the key names of transformers 4 and 5. Throws Error{InvalidInput} naming source and key,
/// {Unsupported} for a family or an option that is not computed.
DecoderConfig decoderConfigFromJson(const Json& value, std::string_view source);

/// From the metadata of a GGUF file and the presence of some tensors. Throws likewise.
DecoderConfig decoderConfigFromGguf(const GgufFile& file, std::string_view source);

/// Whether config.json is of a family that decoderConfigFromJson reads; looks at model_type alone.
bool isDecoderFamily(const Json& value);

/// What neither reader leaves undone: sizes against each other. Throws Error{InvalidInput} naming source and key.
void checkDecoderConfig(const DecoderConfig& config, std::string_view source);

} // namespace triptych
