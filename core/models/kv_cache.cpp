#include "models/kv_cache.h"

#include "base/error.h"

#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

constexpr std::int64_t kSmallest = 32;

} // namespace

KvCache::KvCache(const DecoderConfig& config, std::size_t sequences)
    : m_layers(config.num_hidden_layers), m_heads(config.num_key_value_heads), m_headDim(config.head_dim), m_sequences(sequences) {}

const KvCache::Sequence& KvCache::at(std::size_t sequence) const {
    if (sequence >= m_sequences.size())
        throw Error(ErrorCode::InvalidArgument, fmt::format("sequence {} is outside the {} of the cache", sequence, m_sequences.size()));
    return m_sequences[sequence];
}

std::int64_t KvCache::length(std::size_t sequence) const { return at(sequence).length; }

void KvCache::reserve(std::size_t sequence, std::int64_t tokens) {
    at(sequence);
    Sequence& place = m_sequences[sequence];
    if (tokens <= place.capacity)
        return;
    const std::int64_t capacity = std::max({tokens, 2 * place.capacity, kSmallest});
    at::Tensor store;
    try {
        store = at::empty({m_layers, 2, m_heads, capacity, m_headDim}, at::TensorOptions().dtype(at::kFloat));
    } catch (const c10::Error&) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("there is no memory for the keys and values of {} tokens", capacity),
                    "Generate fewer tokens, or for fewer prompts at once.");
    }
    if (place.length > 0)
        store.narrow(3, 0, place.length).copy_(place.store.narrow(3, 0, place.length));
    place.store = store;
    place.capacity = capacity;
}

void KvCache::truncate(std::size_t sequence, std::int64_t length) {
    if (length < 0 || length > at(sequence).length) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("sequence {} has {} tokens in the cache and cannot keep {}", sequence, at(sequence).length, length));
    }
    m_sequences[sequence].length = length;
}

std::int64_t KvCache::bytes() const {
    std::int64_t sum = 0;
    for (const Sequence& sequence : m_sequences)
        sum += sequence.capacity * m_layers * 2 * m_heads * m_headDim * std::int64_t(sizeof(float));
    return sum;
}

KvCache::Head KvCache::head(std::size_t sequence, int layer, int keyHead) const {
    const Sequence& place = at(sequence);
    float* const layerStart = place.store.mutable_data_ptr<float>() + layer * 2 * m_heads * place.capacity * m_headDim;
    const std::int64_t offset = keyHead * place.capacity * m_headDim;
    return {layerStart + offset, layerStart + m_heads * place.capacity * m_headDim + offset};
}

void KvCache::advance(std::size_t sequence, std::int64_t tokens) { m_sequences[sequence].length += tokens; }

} // namespace triptych
