#pragma once

#include "models/bert.h"
#include "models/t5_config.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Legend: S = tokens of the source, N = new tokens of the target, H = model size, A = heads, D = head size, V = vocabulary.

namespace triptych {

/// Name and shape of every weight; lm_head.weight, which may stand beside them, not among them.
std::map<std::string, std::vector<std::int64_t>> t5Shapes(const T5Config& config);

/// T5 has no limit of its own, but each layer compares all tokens with all: what takes texts from outside refuses more.
inline constexpr std::size_t kMostT5Tokens = 8192;

/// T5 (Raffel et al. 2020), v1.1 and mT5 of one text at a time, float32, for inference.
class T5 {
public:
    /// Throws Error{InvalidInput} naming source and tensor if one is absent or has another shape.
    T5(T5Config config, NamedTensors weights, std::string_view source);
    /// A Hugging Face folder. Throws Error{NotFound | InvalidInput | Unsupported} naming file, key or tensor.
    static T5 open(const std::filesystem::path& folder);

    const T5Config& config() const { return m_config; }

    /// What decoding knows of its source and of the target so far.
    struct State {
        struct Layer {
            at::Tensor keys, values;             ///< (A, tokens so far, D)
            at::Tensor sourceKeys, sourceValues; ///< (A, S, D)
        };
        std::vector<Layer> layers;
        std::int64_t position = 0; ///< tokens so far
    };
    /// Last hidden state (S, H) of a text's tokens. Throws Error{InvalidArgument} if there is none or one is outside the vocabulary.
    /// `positions` in ascending order where tokens between them are hidden, else 0 to S - 1.
    at::Tensor encode(std::span<const std::int32_t> ids, std::span<const std::int64_t> positions = {}) const;
    State begin(const at::Tensor& source) const;
    /// Further target tokens, the first of all decoder_start_token_id: logits (N, V). `hidden` takes the decoder's last hidden
    /// state (N, H). Throws as encode does.
    at::Tensor step(State& state, std::span<const std::int32_t> ids, at::Tensor* hidden = nullptr) const;

private:
    struct Attention {
        at::Tensor query, key, value, output; ///< (A · D, H), the last (H, A · D)
    };
    struct Block {
        at::Tensor selfNorm, crossNorm, innerNorm; ///< gains (H)
        Attention self, cross;
        at::Tensor in, gate, out; ///< (d_ff, H), undefined without a gate, (H, d_ff)
    };
    at::Tensor embed(std::span<const std::int32_t> ids) const;
    at::Tensor inner(const Block& block, const at::Tensor& x) const;
    at::Tensor bias(const at::Tensor& table, std::span<const std::int64_t> queries, std::span<const std::int64_t> keys, bool both) const;
    at::Tensor normalised(const at::Tensor& x, const at::Tensor& gain) const;
    at::Tensor heads(const at::Tensor& x) const;
    at::Tensor attend(const Attention& attention, const at::Tensor& x, const at::Tensor& keys, const at::Tensor& values, const at::Tensor& bias) const;

    T5Config m_config;
    at::Tensor m_words, m_head;                    ///< (V, H)
    at::Tensor m_encoderBias, m_decoderBias;       ///< (buckets, A)
    at::Tensor m_encoderNorm, m_decoderNorm;       ///< (H)
    std::vector<Block> m_encoder, m_decoder;
};

} // namespace triptych
