#include "models/decoder.h"

#include "base/error.h"
#include "models/decoder_kernels.h"
#include "models/decoder_layers.h"
#include "models/dense.h"
#include "models/packed_layers.h"

#include <ATen/Parallel.h>
#include <ATen/ops/add.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/tanh.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace triptych {

namespace {

/// Names of the parts in a layout; those of a layer behind its prefix and number.
struct Names {
    const char* words;
    const char* positions;
    const char* layer;
    const char* lastNorm;
    const char* attentionNorm;
    const char* attentionOutput;
    const char* up;
    const char* down;
};
constexpr Names kLlamaNames = {"model.embed_tokens", nullptr, "model.layers", "model.norm", "input_layernorm", "self_attn.o_proj", "mlp.up_proj",
                               "mlp.down_proj"};
constexpr Names kGpt2Names = {"transformer.wte", "transformer.wpe", "transformer.h", "transformer.ln_f", "ln_1", "attn.c_proj", "mlp.c_fc",
                              "mlp.c_proj"};

constexpr std::int64_t kNoWindow = std::numeric_limits<std::int64_t>::max() / 2;

} // namespace

/// What all layers of one pass share.
struct Decoder::Pass {
    struct Rotation {
        at::Tensor cosines, sines; // (T, D / 2)
    };
    const TokenBatch& batch;
    KvCache* cache;
    std::vector<std::int64_t> firsts; // (B): positions of the sequences' first tokens
    Rotation rotation, slidingRotation;
};

TokenBatch packTokens(std::span<const std::span<const std::int32_t>> sequences, std::vector<std::size_t> places) {
    TokenBatch batch;
    batch.starts.push_back(0);
    for (const auto& sequence : sequences) {
        if (sequence.empty())
            throw Error(ErrorCode::InvalidArgument, "a sequence without tokens cannot be decoded");
        batch.starts.push_back(batch.starts.back() + static_cast<std::int64_t>(sequence.size()));
    }
    batch.ids = at::empty({batch.tokens()}, at::TensorOptions().dtype(at::kLong));
    auto* ids = batch.ids.mutable_data_ptr<std::int64_t>();
    for (const auto& sequence : sequences)
        ids = std::copy(sequence.begin(), sequence.end(), ids);
    batch.places = std::move(places);
    for (std::size_t i = batch.places.size(); i < sequences.size(); ++i)
        batch.places.push_back(i);
    return batch;
}

Decoder::Decoder(DecoderConfig config, const DecoderWeights& weights) : m_config(std::move(config)) {
    const bool gpt2 = m_config.layout == WeightLayout::Gpt2;
    const Names& names = gpt2 ? kGpt2Names : kLlamaNames;
    const std::int64_t hidden = m_config.hidden_size;
    const std::int64_t inner = m_config.intermediate_size;
    const std::int64_t queries = std::int64_t(m_config.num_attention_heads) * m_config.head_dim;
    const std::int64_t keys = std::int64_t(m_config.num_key_value_heads) * m_config.head_dim;
    const auto norm = [&](const std::string& name, std::int64_t width) {
        return Norm{weights.tensor(name + ".weight", {width}), m_config.layerNorm ? weights.tensor(name + ".bias", {width}) : at::Tensor()};
    };

    m_words = weights.linear({names.words, m_config.vocab_size, hidden});
    if (m_config.learnedPositions)
        m_positions = weights.tensor(fmt::format("{}.weight", names.positions), {m_config.max_position_embeddings, hidden});
    for (int i = 0; i < m_config.num_hidden_layers; ++i) {
        const auto name = [&](const char* part) { return fmt::format("{}.{}.{}", names.layer, i, part); };
        const auto matrix = [&](const char* part, std::int64_t out, std::int64_t in, bool bias) {
            return weights.linear({name(part), out, in, bias, gpt2});
        };
        Layer layer;
        if (gpt2) {
            layer.queryKeyValue = matrix("attn.c_attn", queries + 2 * keys, hidden, m_config.queryKeyValueBias);
        } else {
            layer.query = matrix("self_attn.q_proj", queries, hidden, m_config.queryKeyValueBias);
            layer.key = matrix("self_attn.k_proj", keys, hidden, m_config.queryKeyValueBias);
            layer.value = matrix("self_attn.v_proj", keys, hidden, m_config.queryKeyValueBias);
        }
        layer.attentionOutput = matrix(names.attentionOutput, hidden, queries, m_config.outputBias);
        if (m_config.gatedFeedForward)
            layer.gate = matrix("mlp.gate_proj", inner, hidden, m_config.feedForwardBias);
        layer.up = matrix(names.up, inner, hidden, m_config.feedForwardBias);
        layer.down = matrix(names.down, hidden, inner, m_config.feedForwardBias);
        layer.attentionNorm = norm(name(names.attentionNorm), hidden);
        if (m_config.postNorms) {
            layer.attentionPostNorm = norm(name("post_attention_layernorm"), hidden);
            layer.feedForwardNorm = norm(name("pre_feedforward_layernorm"), hidden);
            layer.feedForwardPostNorm = norm(name("post_feedforward_layernorm"), hidden);
        } else {
            layer.feedForwardNorm = norm(name(gpt2 ? "ln_2" : "post_attention_layernorm"), hidden);
        }
        if (m_config.queryKeyNorms) {
            layer.queryNorm = norm(name("self_attn.q_norm"), m_config.head_dim);
            layer.keyNorm = norm(name("self_attn.k_norm"), m_config.head_dim);
        }
        m_layers.push_back(std::move(layer));
    }
    m_lastNorm = norm(names.lastNorm, hidden);
    m_head = m_config.tie_word_embeddings ? m_words : weights.linear({"lm_head", m_config.vocab_size, hidden});
    if (!m_config.learnedPositions) {
        m_frequencies = ropeFrequencies(m_config.rope, m_config.head_dim);
        m_slidingFrequencies = ropeFrequencies(m_config.slidingRope, m_config.head_dim);
    }
}

void Decoder::check(const TokenBatch& batch, const KvCache* cache) const {
    if (batch.sequences() < 1 || batch.tokens() != batch.ids.numel() || batch.places.size() != static_cast<std::size_t>(batch.sequences()))
        throw Error(ErrorCode::InvalidArgument, "a batch needs sequences, and a place in the cache for each");
    const std::span ids(batch.ids.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(batch.ids.numel()));
    for (const std::int64_t id : ids) {
        if (id < 0 || id >= m_config.vocab_size) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("token id {} is outside the model's {}", id, m_config.vocab_size),
                        "Tokenizer and weights must be of the same model.");
        }
    }
    std::vector<std::size_t> places = batch.places;
    std::sort(places.begin(), places.end());
    if (const auto twice = std::adjacent_find(places.begin(), places.end()); twice != places.end())
        throw Error(ErrorCode::InvalidArgument, fmt::format("two sequences of a batch have the place {} in the cache", *twice));
    for (std::size_t i = 0; i < batch.places.size(); ++i) {
        const std::int64_t end = batch.starts[i + 1] - batch.starts[i] + (cache ? cache->length(batch.places[i]) : 0);
        if (m_config.hasHardLimit() && end > m_config.max_position_embeddings) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("a sequence has {} tokens, the model takes {}", end, m_config.max_position_embeddings),
                        "Cut the text at the model's length.");
        }
    }
}

DecoderOutput Decoder::forward(const TokenBatch& batch, KvCache* cache, LogitsOf logitsOf, bool keepLayers) const {
    check(batch, cache);
    Pass pass = {batch, cache, {}, {}, {}};
    const auto tokens = static_cast<std::size_t>(batch.tokens());
    std::vector<std::int64_t> positions(tokens);
    for (std::size_t i = 0; i < batch.places.size(); ++i) {
        const std::int64_t first = cache ? cache->length(batch.places[i]) : 0;
        pass.firsts.push_back(first);
        for (std::int64_t row = batch.starts[i]; row < batch.starts[i + 1]; ++row)
            positions[static_cast<std::size_t>(row)] = first + row - batch.starts[i];
        if (cache)
            cache->reserve(batch.places[i], first + batch.starts[i + 1] - batch.starts[i]);
    }

    at::Tensor x = m_words->rows(batch.ids); // (T, H)
    if (m_config.embeddingScale != 1)
        x = at::mul(x, m_config.embeddingScale);
    if (m_positions.defined()) {
        at::Tensor rows = at::empty({batch.tokens()}, at::TensorOptions().dtype(at::kLong));
        std::copy(positions.begin(), positions.end(), rows.mutable_data_ptr<std::int64_t>());
        x = at::add(x, at::embedding(m_positions, rows));
    } else {
        const auto table = [&](const RopeConfig& rope, std::span<const float> frequencies) {
            const auto options = at::TensorOptions().dtype(at::kFloat);
            Pass::Rotation rotation = {at::empty({batch.tokens(), m_config.head_dim / 2}, options),
                                       at::empty({batch.tokens(), m_config.head_dim / 2}, options)};
            ropeTable(rope, frequencies, positions, rotation.cosines.mutable_data_ptr<float>(), rotation.sines.mutable_data_ptr<float>());
            return rotation;
        };
        pass.rotation = table(m_config.rope, m_frequencies);
        pass.slidingRotation = m_config.sliding_window > 0 ? table(m_config.slidingRope, m_slidingFrequencies) : pass.rotation;
    }

    DecoderOutput output;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const Layer& layer = m_layers[i];
        if (keepLayers)
            output.layers.push_back(x);
        at::Tensor part = attention(layer, static_cast<int>(i), normalise(x, layer.attentionNorm), pass);
        if (layer.attentionPostNorm.gain.defined())
            part = normalise(part, layer.attentionPostNorm);
        x = at::add(x, part);
        part.reset(); // not beside what the wide layers need
        part = feedForward(layer, normalise(x, layer.feedForwardNorm));
        if (layer.feedForwardPostNorm.gain.defined())
            part = normalise(part, layer.feedForwardPostNorm);
        x = at::add(x, part);
    }
    if (cache) {
        for (std::size_t i = 0; i < batch.places.size(); ++i)
            cache->advance(batch.places[i], batch.starts[i + 1] - batch.starts[i]);
    }
    if (keepLayers)
        output.layers.push_back(normalise(x, m_lastNorm));
    if (logitsOf == LogitsOf::Last) {
        at::Tensor rows = at::empty({batch.sequences()}, at::TensorOptions().dtype(at::kLong));
        std::transform(batch.starts.begin() + 1, batch.starts.end(), rows.mutable_data_ptr<std::int64_t>(), [](std::int64_t end) { return end - 1; });
        x = at::index_select(x, 0, rows); // (B, H)
    }
    output.hidden = normalise(x, m_lastNorm);
    if (logitsOf != LogitsOf::None)
        output.logits = logits(output.hidden);
    return output;
}

at::Tensor Decoder::logits(const at::Tensor& hidden) const {
    at::Tensor logits = m_head->forward(hidden);
    if (m_config.final_logit_softcapping > 0)
        logits = at::mul(at::tanh(at::mul(logits, 1 / m_config.final_logit_softcapping)), m_config.final_logit_softcapping);
    return logits;
}

at::Tensor Decoder::normalise(const at::Tensor& x, const Norm& norm) const {
    if (m_config.layerNorm)
        return addAndNormalise(x, {}, norm.gain, norm.bias, m_config.norm_eps, {});
    return rmsNorm(x, norm.gain, m_config.norm_eps, m_config.normOffset);
}

at::Tensor Decoder::attention(const Layer& layer, int number, const at::Tensor& x, Pass& pass) const {
    const std::int64_t queries = std::int64_t(m_config.num_attention_heads) * m_config.head_dim;
    const std::int64_t keys = std::int64_t(m_config.num_key_value_heads) * m_config.head_dim;
    at::Tensor q, k, v; // (T, A D), (T, K D), (T, K D)
    if (layer.queryKeyValue) {
        const at::Tensor all = layer.queryKeyValue->forward(x);
        q = all.narrow(1, 0, queries);
        k = all.narrow(1, queries, keys);
        v = all.narrow(1, queries + keys, keys);
    } else {
        q = layer.query->forward(x);
        k = layer.key->forward(x);
        v = layer.value->forward(x);
    }
    if (m_config.queryKeyNorms) {
        const auto normaliseHeads = [&](const at::Tensor& heads, const Norm& norm) {
            return rmsNorm(heads.view({-1, m_config.head_dim}), norm.gain, m_config.norm_eps, m_config.normOffset).view(heads.sizes());
        };
        q = normaliseHeads(q, layer.queryNorm);
        k = normaliseHeads(k, layer.keyNorm);
    }
    if (!m_config.learnedPositions) {
        const bool sliding = m_config.sliding_window > 0 && m_config.slidingLayers[static_cast<std::size_t>(number)];
        const Pass::Rotation& rotation = sliding ? pass.slidingRotation : pass.rotation;
        q = rotate(q, rotation.cosines, rotation.sines, m_config.num_attention_heads);
        k = rotate(k, rotation.cosines, rotation.sines, m_config.num_key_value_heads);
    }
    return layer.attentionOutput->forward(attend(q, k, v, number, pass));
}

at::Tensor Decoder::attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int number, Pass& pass) const {
    const bool sliding = m_config.sliding_window > 0 && m_config.slidingLayers[static_cast<std::size_t>(number)];
    const std::int64_t window = sliding ? m_config.sliding_window : kNoWindow;
    if (needsGraph(q, k, v)) {
        if (pass.cache)
            throw Error(ErrorCode::InvalidArgument, "a cache cannot be used where gradients are wanted");
        return attendWithGraph(q, k, v, window, pass);
    }
    const at::Tensor queries = q.contiguous(), keys = k.contiguous(), values = v.contiguous();
    at::Tensor out = at::empty(queries.sizes(), queries.options());
    const std::int64_t size = m_config.head_dim;
    const std::int64_t queryRow = queries.size(1), keyRow = keys.size(1);
    const std::int64_t group = m_config.num_attention_heads / m_config.num_key_value_heads;
    const auto* ks = keys.const_data_ptr<float>();
    const auto* vs = values.const_data_ptr<float>();

    // A sequence with one new token has a unit of work for each key head, whose query heads read the keys once; others have one
    // for each query head.
    struct Unit {
        std::size_t sequence;
        std::int64_t head;
        bool whole;
    };
    std::vector<Unit> units;
    std::int64_t longest = 0;
    for (std::size_t i = 0; i < pass.firsts.size(); ++i) {
        const std::int64_t length = pass.batch.starts[i + 1] - pass.batch.starts[i];
        longest = std::max(longest, pass.firsts[i] + length);
        const bool whole = length == 1 && group <= 32;
        for (std::int64_t head = 0; head < (whole ? m_config.num_key_value_heads : m_config.num_attention_heads); ++head)
            units.push_back({i, head, whole});
        if (!pass.cache)
            continue;
        for (int head = 0; head < m_config.num_key_value_heads; ++head) {
            const KvCache::Head to = pass.cache->head(pass.batch.places[i], number, head);
            for (std::int64_t row = 0; row < length; ++row) {
                const std::int64_t from = (pass.batch.starts[i] + row) * keyRow + head * size;
                const std::int64_t at = (pass.firsts[i] + row) * size;
                std::copy_n(ks + from, size, to.keys + at);
                std::copy_n(vs + from, size, to.values + at);
            }
        }
    }
    at::parallel_for(0, static_cast<std::int64_t>(units.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        const auto scratch = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(kernels::causalScratch(longest, size)));
        for (std::int64_t i = begin; i < end; ++i) {
            const Unit& unit = units[static_cast<std::size_t>(i)];
            const std::int64_t start = pass.batch.starts[unit.sequence];
            const std::int64_t length = pass.batch.starts[unit.sequence + 1] - start;
            const std::int64_t keyHead = unit.whole ? unit.head : unit.head / group;
            const std::int64_t queryHead = unit.whole ? unit.head * group : unit.head;
            const std::int64_t offset = start * queryRow + queryHead * size;
            const float* fromKeys = ks + start * keyRow + keyHead * size;
            const float* fromValues = vs + start * keyRow + keyHead * size;
            if (pass.cache) {
                const KvCache::Head stored = pass.cache->head(pass.batch.places[unit.sequence], number, static_cast<int>(keyHead));
                fromKeys = stored.keys;
                fromValues = stored.values;
            }
            const kernels::CausalHead head = {unit.whole ? group : length, unit.whole ? size : queryRow, pass.firsts[unit.sequence], unit.whole,
                                              window, size, pass.cache ? size : keyRow, static_cast<float>(m_config.attentionScale)};
            kernels::causalAttention(head, queries.const_data_ptr<float>() + offset, fromKeys, fromValues, out.mutable_data_ptr<float>() + offset,
                                     scratch.get());
        }
    });
    return out;
}

at::Tensor Decoder::attendWithGraph(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t window, const Pass& pass) const {
    std::vector<at::Tensor> parts;
    for (std::size_t i = 0; i < pass.firsts.size(); ++i) {
        const std::int64_t start = pass.batch.starts[i];
        const std::int64_t length = pass.batch.starts[i + 1] - start;
        const auto heads = [&](const at::Tensor& rows) { // (T, heads D) to (1, heads, length, D)
            return rows.narrow(0, start, length).reshape({length, -1, m_config.head_dim}).transpose(0, 1).unsqueeze(0);
        };
        std::optional<at::Tensor> mask; // (length, length), true where a query sees a key
        if (window < length) {
            const at::Tensor numbers = at::arange(length, at::TensorOptions().dtype(at::kLong));
            const at::Tensor distance = at::sub(numbers.unsqueeze(1), numbers.unsqueeze(0));
            mask = at::logical_and(at::ge(distance, 0), at::lt(distance, window));
        }
        const at::Tensor out = at::scaled_dot_product_attention(heads(q), heads(k), heads(v), mask, 0.0, !mask, m_config.attentionScale,
                                                                m_config.num_attention_heads != m_config.num_key_value_heads);
        parts.push_back(out.squeeze(0).transpose(0, 1).reshape({length, -1}));
    }
    return at::cat(parts, 0);
}

at::Tensor Decoder::feedForward(const Layer& layer, const at::Tensor& x) const {
    at::Tensor inner; // (T, I)
    if (layer.gate) {
        inner = activate(m_config.activation, layer.gate->forward(x));
        const at::Tensor up = layer.up->forward(x);
        inner = needsGraph(inner, up) ? at::mul(inner, up) : inner.mul_(up);
    } else {
        inner = activate(m_config.activation, layer.up->forward(x));
    }
    return layer.down->forward(inner);
}

} // namespace triptych
