#pragma once

#include "models/decoder_config.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

// Legend: L = layers, K = key-value heads, C = tokens that there is room for, D = size of a head.

namespace triptych {

/// Keys and values of several sequences, each of a length of its own; storage grows by doubling. A pass of the decoder
/// writes behind the length and moves it when all layers are done, so that a pass that failed leaves no trace.
class KvCache {
public:
    KvCache(const DecoderConfig& config, std::size_t sequences);

    std::size_t sequences() const { return m_sequences.size(); }
    /// Tokens that the sequence has. Throws Error{InvalidArgument} if there is no such sequence, as the others do.
    std::int64_t length(std::size_t sequence) const;
    /// Room for so many tokens at once, where the number is known.
    void reserve(std::size_t sequence, std::int64_t tokens);
    /// Forgets all behind the first `length` tokens.
    void truncate(std::size_t sequence, std::int64_t length);
    std::int64_t bytes() const;

    /// For the decoder. (C, D) of a head; the first length() rows are set.
    struct Head {
        float* keys;
        float* values;
    };
    Head head(std::size_t sequence, int layer, int keyHead) const;
    void advance(std::size_t sequence, std::int64_t tokens);

private:
    struct Sequence {
        at::Tensor store; // (L, 2, K, C, D): keys, then values
        std::int64_t length = 0;
        std::int64_t capacity = 0;
    };
    const Sequence& at(std::size_t sequence) const;

    std::int64_t m_layers, m_heads, m_headDim;
    std::vector<Sequence> m_sequences;
};

} // namespace triptych
