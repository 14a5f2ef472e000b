#include "base/error.h"
#include "formats/gguf.h"
#include "models/decoder_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace triptych {

namespace {

using namespace decoder_limits;

/// The keys of one architecture, which stand behind its name.
class Keys {
public:
    Keys(const GgufFile& file, std::string_view source, std::string arch) : m_file(file), m_source(source), m_arch(std::move(arch)) {}
    std::string key(std::string_view name) const { return fmt::format("{}.{}", m_arch, name); }
    const GgufFile& file() const { return m_file; }
    const std::string& arch() const { return m_arch; }
    bool has(std::string_view name) const { return m_file.has(key(name)); }
    int size(std::string_view name, std::int64_t most) const { return static_cast<int>(m_file.integer(key(name), 1, most)); }
    int size(std::string_view name, std::int64_t most, std::int64_t fallback) const {
        return static_cast<int>(m_file.integer(key(name), 1, most, fallback));
    }
    double positive(std::string_view name, double fallback, double most = 1e12) const {
        const double value = m_file.number(key(name), fallback);
        if (!(value > 0 && value <= most)) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("'{}': key '{}' is {}; it must be above 0 and at most {}", m_source, key(name), value, most));
        }
        return value;
    }
    [[noreturn]] void unsupported(std::string_view name, std::string_view what) const {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': key '{}' {}", m_source, name, what));
    }
    bool hasTensor(std::string_view name) const { return m_file.tensors().contains(name); }
    std::string_view source() const { return m_source; }

private:
    const GgufFile& m_file;
    std::string_view m_source;
    std::string m_arch;
};

/// Divisors of the frequencies (headDim / 2), with which converters write Llama 3's stretching.
std::vector<float> frequencyFactors(const Keys& keys, int headDim) {
    const std::string name = "rope_freqs.weight";
    if (!keys.hasTensor(name))
        return {};
    const GgufTensor& tensor = keys.file().tensor(name);
    if (tensor.shape != std::vector<std::int64_t>{headDim / 2}) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}': tensor '{}' must have {} values, half of a head", keys.source(), name, headDim / 2));
    }
    std::vector<float> factors(static_cast<std::size_t>(headDim / 2));
    keys.file().dequantize(name, factors);
    if (!std::all_of(factors.begin(), factors.end(), [](float value) { return value > 0 && std::isfinite(value); }))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor '{}' holds a value that is not above 0", keys.source(), name));
    return factors;
}

void readRope(const Keys& keys, DecoderConfig& config) {
    RopeConfig& rope = config.rope;
    rope.rope_theta = keys.positive("rope.freq_base", 10000);
    if (keys.size("rope.dimension_count", kMostWidth, config.head_dim) != config.head_dim)
        keys.unsupported(keys.key("rope.dimension_count"), fmt::format("is not the whole head of {}", config.head_dim));
    // Without a type a factor is linear; the oldest files call it scale_linear.
    const std::string type(keys.file().string(keys.key("rope.scaling.type"), "linear"));
    const char* name = keys.has("rope.scaling.factor") ? "rope.scaling.factor" : "rope.scale_linear";
    const bool scaled = keys.has(name) && keys.file().number(keys.key(name)) != 0;
    if (type == "yarn") {
        if (rope.rope_theta <= 1)
            keys.unsupported(keys.key("rope.freq_base"), "is not above 1, which yarn needs");
        rope.scaling = RopeScaling::Yarn;
        rope.factor = scaled ? keys.positive(name, 1) : 1;
        rope.original_max_position_embeddings =
            keys.size("rope.scaling.original_context_length", kMostPositions, config.max_position_embeddings);
        rope.beta_fast = keys.positive("rope.scaling.yarn_beta_fast", 32);
        rope.beta_slow = keys.positive("rope.scaling.yarn_beta_slow", 1);
        rope.attention_factor = keys.positive("rope.scaling.attn_factor", 1) * (rope.factor <= 1 ? 1 : 0.1 * std::log(rope.factor) + 1);
    } else if (type == "linear") {
        if (scaled && keys.positive(name, 1) != 1) {
            rope.scaling = RopeScaling::Linear;
            rope.factor = keys.positive(name, 1);
        }
    } else if (type != "none") {
        keys.unsupported(keys.key("rope.scaling.type"), fmt::format("is '{}'; known are none, linear and yarn", type));
    }
    rope.frequency_factors = frequencyFactors(keys, config.head_dim);
    config.slidingRope = rope;
}

void readGpt2(const Keys&, DecoderConfig& config) {
    config.layout = WeightLayout::Gpt2;
    config.activation = Activation::GeluTanh;
    config.gatedFeedForward = false;
    config.layerNorm = config.learnedPositions = true;
    config.queryKeyValueBias = config.outputBias = config.feedForwardBias = true;
}

void readLlama(const Keys& keys, DecoderConfig& config) {
    // Mistral's window, where a converter wrote it down.
    if (keys.has("attention.sliding_window")) {
        config.sliding_window = keys.size("attention.sliding_window", kMostPositions);
        config.slidingLayers.assign(static_cast<std::size_t>(config.num_hidden_layers), true);
    }
}

void readQwen3(const Keys&, DecoderConfig& config) { config.queryKeyNorms = true; }

void readGemma3(const Keys& keys, DecoderConfig& config) {
    config.model_type = "gemma3_text";
    config.activation = Activation::GeluTanh;
    config.postNorms = config.queryKeyNorms = true; // the files hold 1 + weight: no offset
    config.embeddingScale = std::sqrt(double(config.hidden_size));
    // The one with 62 layers, 27B, is the only one whose scale is not that of its head; files do not say so.
    if (config.num_hidden_layers == 62)
        config.attentionScale = 1 / std::sqrt(double(config.hidden_size) / config.num_attention_heads);
    if (keys.has("final_logit_softcapping"))
        config.final_logit_softcapping = keys.positive("final_logit_softcapping", 1);
    config.rope.rope_theta = keys.positive("rope.freq_base", 1e6);
    config.slidingRope = {};
    config.slidingRope.rope_theta = keys.positive("rope.freq_base_swa", 10000);
    config.sliding_window = keys.size("attention.sliding_window", kMostPositions);
    const std::string pattern = keys.key("attention.sliding_window_pattern");
    if (const auto found = keys.file().metadata().find(pattern); found != keys.file().metadata().end() && found->second.isArray) {
        for (const std::int64_t value : keys.file().integers(pattern))
            config.slidingLayers.push_back(value != 0);
    } else {
        const std::int64_t period = keys.file().integer(pattern, 1, kMostLayers, 6);
        for (std::int64_t i = 1; i <= config.num_hidden_layers; ++i)
            config.slidingLayers.push_back(i % period != 0);
    }
    if (config.slidingLayers.size() != static_cast<std::size_t>(config.num_hidden_layers)) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}': key '{}' has {} entries for {} layers", keys.source(), pattern, config.slidingLayers.size(),
                                config.num_hidden_layers));
    }
}

using FamilyReader = void (*)(const Keys&, DecoderConfig&);
constexpr std::pair<std::string_view, FamilyReader> kFamilies[] = {
    {"gemma3", readGemma3}, {"gpt2", readGpt2}, {"llama", readLlama}, {"qwen2", [](const Keys&, DecoderConfig&) {}}, {"qwen3", readQwen3},
};

} // namespace

DecoderConfig decoderConfigFromGguf(const GgufFile& file, std::string_view source) {
    const Keys keys(file, source, std::string(file.string("general.architecture")));
    const auto family = std::find_if(std::begin(kFamilies), std::end(kFamilies), [&](const auto& entry) { return entry.first == keys.arch(); });
    if (family == std::end(kFamilies)) {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("'{}': key 'general.architecture' is '{}', which is not a decoder family that is computed", source, keys.arch()),
                    "Choose a model of gpt2, llama, qwen2, qwen3 or gemma3.");
    }
    if (file.has("split.count") && file.integer("split.count", 0, 1 << 20) > 1)
        keys.unsupported("split.count", "says that the model lies in several files");
    if (keys.has("expert_count") && file.integer(keys.key("expert_count"), 0, 1 << 20) > 0)
        keys.unsupported(keys.key("expert_count"), "is not 0: mixtures of experts are not computed");

    DecoderConfig config;
    config.model_type = keys.arch();
    config.dtype = "gguf";
    config.hidden_size = keys.size("embedding_length", kMostWidth);
    config.intermediate_size = keys.size("feed_forward_length", kMostWidth * 8);
    config.num_hidden_layers = keys.size("block_count", kMostLayers);
    config.num_attention_heads = keys.size("attention.head_count", kMostHeads);
    config.num_key_value_heads = keys.size("attention.head_count_kv", kMostHeads, config.num_attention_heads);
    config.head_dim = keys.size("attention.key_length", kMostWidth, std::max(1, config.hidden_size / config.num_attention_heads));
    if (keys.size("attention.value_length", kMostWidth, config.head_dim) != config.head_dim)
        keys.unsupported(keys.key("attention.value_length"), fmt::format("is not that of the keys, {}", config.head_dim));
    config.max_position_embeddings = keys.size("context_length", kMostPositions);
    const bool layerNorm = keys.has("attention.layer_norm_epsilon");
    config.norm_eps = keys.positive(layerNorm ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon", 1e-5, 1);
    config.attentionScale = 1 / std::sqrt(double(config.head_dim));
    // What a file with another count in `vocab_size` would lack rows for.
    const GgufTensor& words = file.tensor("token_embd.weight");
    if (words.shape.size() != 2 || words.shape[0] < 1 || words.shape[0] > kMostTokens)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor 'token_embd.weight' is no table of at most {} rows", source, kMostTokens));
    config.vocab_size = static_cast<int>(words.shape[0]);
    config.tie_word_embeddings = !keys.hasTensor("output.weight");
    config.queryKeyValueBias = keys.hasTensor("blk.0.attn_q.bias");
    config.outputBias = keys.hasTensor("blk.0.attn_output.bias");
    config.feedForwardBias = keys.hasTensor("blk.0.ffn_down.bias");
    for (const char* name : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
        if (file.has(name)) {
            const auto id = static_cast<std::int32_t>(file.integer(name, 0, kMostTokens));
            if (std::find(config.eos_token_id.begin(), config.eos_token_id.end(), id) == config.eos_token_id.end())
                config.eos_token_id.push_back(id);
        }
    }
    readRope(keys, config);
    family->second(keys, config);
    checkDecoderConfig(config, source);
    return config;
}

} // namespace triptych
