#include "models/t5.h"

#include "base/error.h"
#include "formats/safetensors_set.h"
#include "models/dense.h"
#include "models/lora_encoder.h"
#include "models/required_tensor.h"

#include <ATen/ops/add.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/softmax.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace triptych {

namespace {

std::string partName(const char* side, int block, int layer, const std::string& part) {
    return fmt::format("{}.block.{}.layer.{}.{}.weight", side, block, layer, part);
}

std::string biasName(const char* side) { return partName(side, 0, 0, "SelfAttention.relative_attention_bias"); }

std::vector<std::int64_t> upTo(std::int64_t count) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), std::int64_t(0));
    return numbers;
}

/// Bucket of a distance (key - query), as T5 has it: exact near by, logarithmic up to `maxDistance`.
std::int64_t bucketOf(std::int64_t distance, bool both, int buckets, int maxDistance) {
    std::int64_t base = 0;
    if (both) {
        buckets /= 2;
        base = distance > 0 ? buckets : 0;
        distance = std::abs(distance);
    } else {
        distance = std::max<std::int64_t>(0, -distance);
    }
    const int exact = buckets / 2;
    if (distance < exact)
        return base + distance;
    // float32, as the reference rounds
    const float far = std::log(static_cast<float>(distance) / static_cast<float>(exact)) /
                      static_cast<float>(std::log(static_cast<double>(maxDistance) / exact)) * static_cast<float>(buckets - exact);
    return base + std::min<std::int64_t>(exact + static_cast<std::int64_t>(far), buckets - 1);
}

} // namespace

std::map<std::string, std::vector<std::int64_t>> t5Shapes(const T5Config& config) {
    const std::int64_t hidden = config.d_model, attention = static_cast<std::int64_t>(config.num_heads) * config.d_kv;
    std::map<std::string, std::vector<std::int64_t>> shapes = {{"shared.weight", {config.vocab_size, hidden}}};
    for (const bool decoder : {false, true}) {
        const char* const side = decoder ? "decoder" : "encoder";
        shapes[biasName(side)] = {config.relative_attention_num_buckets, config.num_heads};
        shapes[fmt::format("{}.final_layer_norm.weight", side)] = {hidden};
        for (int i = 0; i < (decoder ? config.num_decoder_layers : config.num_layers); ++i) {
            const int last = decoder ? 2 : 1;
            for (int layer = 0; layer < last; ++layer) {
                const char* const kind = layer == 0 ? "SelfAttention" : "EncDecAttention";
                for (const char* part : {"q", "k", "v"})
                    shapes[partName(side, i, layer, fmt::format("{}.{}", kind, part))] = {attention, hidden};
                shapes[partName(side, i, layer, fmt::format("{}.o", kind))] = {hidden, attention};
                shapes[partName(side, i, layer, "layer_norm")] = {hidden};
            }
            shapes[partName(side, i, last, "layer_norm")] = {hidden};
            shapes[partName(side, i, last, "DenseReluDense.wo")] = {hidden, config.d_ff};
            if (config.gated) {
                shapes[partName(side, i, last, "DenseReluDense.wi_0")] = {config.d_ff, hidden};
                shapes[partName(side, i, last, "DenseReluDense.wi_1")] = {config.d_ff, hidden};
            } else {
                shapes[partName(side, i, last, "DenseReluDense.wi")] = {config.d_ff, hidden};
            }
        }
    }
    return shapes;
}

T5::T5(T5Config config, NamedTensors weights, std::string_view source) : m_config(config) {
    auto shapes = t5Shapes(config);
    shapes["lm_head.weight"] = shapes.at("shared.weight");
    const auto take = [&](const std::string& name) { return requiredTensor(weights, name, shapes.at(name), source); };
    m_words = take("shared.weight");
    m_head = config.untied || weights.contains("lm_head.weight") ? take("lm_head.weight") : m_words;
    for (const bool decoder : {false, true}) {
        const char* const side = decoder ? "decoder" : "encoder";
        (decoder ? m_decoderBias : m_encoderBias) = take(biasName(side));
        (decoder ? m_decoderNorm : m_encoderNorm) = take(fmt::format("{}.final_layer_norm.weight", side));
        for (int i = 0; i < (decoder ? config.num_decoder_layers : config.num_layers); ++i) {
            const auto part = [&](int layer, const std::string& rest) { return take(partName(side, i, layer, rest)); };
            const auto attention = [&](int layer, const std::string& kind) {
                return Attention{part(layer, kind + ".q"), part(layer, kind + ".k"), part(layer, kind + ".v"), part(layer, kind + ".o")};
            };
            Block block;
            block.selfNorm = part(0, "layer_norm");
            block.self = attention(0, "SelfAttention");
            if (decoder) {
                block.crossNorm = part(1, "layer_norm");
                block.cross = attention(1, "EncDecAttention");
            }
            const int last = decoder ? 2 : 1;
            block.innerNorm = part(last, "layer_norm");
            block.in = part(last, config.gated ? "DenseReluDense.wi_0" : "DenseReluDense.wi");
            if (config.gated)
                block.gate = part(last, "DenseReluDense.wi_1");
            block.out = part(last, "DenseReluDense.wo");
            (decoder ? m_decoder : m_encoder).push_back(std::move(block));
        }
    }
}

T5 T5::open(const std::filesystem::path& folder) {
    std::optional<LoraAdapter> adapter;
    if (isAdapterFolder(folder))
        adapter.emplace(folder);
    const std::filesystem::path& base = adapter ? adapter->base() : folder;
    const T5Config config = t5ConfigFromJson(adapter ? adaptedConfig(*adapter) : modelConfig(folder), (base / "config.json").string());
    const std::filesystem::path weightsFile = safetensorsIn(base);
    NamedTensors weights = readWeights(weightsFile);
    if (adapter)
        weights = adaptedT5(*adapter, config, std::move(weights));
    return T5(config, std::move(weights), weightsFile.string());
}

at::Tensor T5::embed(std::span<const std::int32_t> ids) const {
    if (ids.empty())
        throw Error(ErrorCode::InvalidArgument, "a sequence without tokens cannot be encoded");
    at::Tensor index = at::empty({static_cast<std::int64_t>(ids.size())}, at::TensorOptions().dtype(at::kLong));
    auto* out = index.mutable_data_ptr<std::int64_t>();
    for (const std::int32_t id : ids) {
        if (id < 0 || id >= m_config.vocab_size) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("token id {} is outside the model's {}", id, m_config.vocab_size),
                        "Tokenizer and weights must be of the same model.");
        }
        *out++ = id;
    }
    return at::embedding(m_words, index);
}

at::Tensor T5::normalised(const at::Tensor& x, const at::Tensor& gain) const {
    const at::Tensor scale = at::rsqrt(at::add(at::mean(at::pow(x, 2), -1, true), m_config.layer_norm_epsilon));
    return at::mul(gain, at::mul(x, scale));
}

at::Tensor T5::heads(const at::Tensor& x) const { // (N, A · D) to (A, N, D)
    return x.view({x.size(0), m_config.num_heads, m_config.d_kv}).transpose(0, 1);
}

at::Tensor T5::bias(const at::Tensor& table, std::span<const std::int64_t> queries, std::span<const std::int64_t> keys, bool both) const {
    const auto rows = static_cast<std::int64_t>(queries.size()), columns = static_cast<std::int64_t>(keys.size());
    const float* const values = table.const_data_ptr<float>(); // (buckets, A)
    at::Tensor result = at::empty({m_config.num_heads, rows, columns}, table.options());
    float* const out = result.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < columns; ++j) {
            const std::int64_t distance = keys[static_cast<std::size_t>(j)] - queries[static_cast<std::size_t>(i)];
            const std::int64_t bucket = bucketOf(distance, both, m_config.relative_attention_num_buckets, m_config.relative_attention_max_distance);
            for (std::int64_t head = 0; head < m_config.num_heads; ++head) {
                out[(head * rows + i) * columns + j] = !both && distance > 0 ? -std::numeric_limits<float>::infinity() // no query sees a later token
                                                                             : values[bucket * m_config.num_heads + head];
            }
        }
    }
    return result; // (A, queries, keys)
}

at::Tensor T5::attend(const Attention& attention, const at::Tensor& x, const at::Tensor& keys, const at::Tensor& values, const at::Tensor& bias) const {
    at::Tensor scores = at::bmm(heads(dense(x, attention.query, {})), keys.transpose(1, 2)); // no 1 / sqrt(D): T5's weights hold it
    if (bias.defined())
        scores = at::add(scores, bias);
    const at::Tensor context = at::bmm(at::softmax(scores, -1), values).transpose(0, 1).reshape({x.size(0), -1});
    return dense(context, attention.output, {});
}

at::Tensor T5::inner(const Block& block, const at::Tensor& x) const {
    at::Tensor y = activate(m_config.activation, dense(x, block.in, {}));
    if (block.gate.defined())
        y = at::mul(y, dense(x, block.gate, {}));
    return dense(y, block.out, {});
}

at::Tensor T5::encode(std::span<const std::int32_t> ids, std::span<const std::int64_t> positions) const {
    at::Tensor x = embed(ids);
    const std::vector<std::int64_t> plain = upTo(positions.empty() ? x.size(0) : 0);
    const std::span<const std::int64_t> places = positions.empty() ? plain : positions;
    const at::Tensor relative = bias(m_encoderBias, places, places, true);
    for (const Block& block : m_encoder) {
        const at::Tensor y = normalised(x, block.selfNorm);
        x = at::add(x, attend(block.self, y, heads(dense(y, block.self.key, {})), heads(dense(y, block.self.value, {})), relative));
        x = at::add(x, inner(block, normalised(x, block.innerNorm)));
    }
    return normalised(x, m_encoderNorm);
}

T5::State T5::begin(const at::Tensor& source) const {
    State state;
    for (const Block& block : m_decoder) {
        State::Layer layer;
        layer.sourceKeys = heads(dense(source, block.cross.key, {}));
        layer.sourceValues = heads(dense(source, block.cross.value, {}));
        state.layers.push_back(std::move(layer));
    }
    return state;
}

at::Tensor T5::step(State& state, std::span<const std::int32_t> ids, at::Tensor* hidden) const {
    at::Tensor x = embed(ids);
    const std::int64_t count = x.size(0);
    const std::vector<std::int64_t> all = upTo(state.position + count);
    const at::Tensor relative = bias(m_decoderBias, std::span(all).subspan(static_cast<std::size_t>(state.position)), all, false);
    for (std::size_t i = 0; i < m_decoder.size(); ++i) {
        const Block& block = m_decoder[i];
        State::Layer& layer = state.layers[i];
        at::Tensor y = normalised(x, block.selfNorm);
        const at::Tensor keys = heads(dense(y, block.self.key, {})), values = heads(dense(y, block.self.value, {}));
        layer.keys = layer.keys.defined() ? at::cat({layer.keys, keys}, 1) : keys;
        layer.values = layer.values.defined() ? at::cat({layer.values, values}, 1) : values;
        x = at::add(x, attend(block.self, y, layer.keys, layer.values, relative));
        y = normalised(x, block.crossNorm);
        x = at::add(x, attend(block.cross, y, layer.sourceKeys, layer.sourceValues, {}));
        x = at::add(x, inner(block, normalised(x, block.innerNorm)));
    }
    state.position += count;
    x = normalised(x, m_decoderNorm);
    if (hidden)
        *hidden = x;
    if (m_config.scale_decoder_outputs)
        x = at::mul(x, 1.0 / std::sqrt(static_cast<double>(m_config.d_model)));
    return dense(x, m_head, {});
}

} // namespace triptych
