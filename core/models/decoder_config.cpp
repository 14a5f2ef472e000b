#include "models/decoder_config.h"

#include "base/error.h"
#include "models/config_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace triptych {

namespace {

using namespace decoder_limits;

[[noreturn]] void unsupported(const JsonFields& fields, std::string_view key, std::string_view what, std::string hint = {}) {
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' {}", fields.source(), fields.pathOf(key), what), std::move(hint));
}

int size(const JsonFields& fields, std::string_view key, std::int64_t most) { return static_cast<int>(fields.integer(key, 1, most)); }

int size(const JsonFields& fields, std::string_view key, std::int64_t most, std::int64_t fallback) {
    return static_cast<int>(fields.integer(key, 1, most, fallback));
}

void refuse(const JsonFields& fields, std::string_view key) {
    if (fields.boolean(key, false))
        unsupported(fields, key, "is true, which is not computed");
}

Activation activationOf(const JsonFields& fields, std::string_view key, std::string_view fallback) {
    const std::string name = fields.string(key, fallback);
    if (name == "silu" || name == "swish")
        return Activation::Silu;
    if (name == "gelu")
        return Activation::Gelu;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast")
        return Activation::GeluTanh;
    unsupported(fields, key, fmt::format("is '{}'; known are silu, gelu, gelu_new and gelu_pytorch_tanh", name));
}

double yarnMagnitude(double factor, double scale) { return factor <= 1 ? 1 : 0.1 * scale * std::log(factor) + 1; }

/// `fields`: rope_parameters of transformers 5, or the rope_scaling of 4, which lacks rope_theta.
void readScaling(const JsonFields& fields, const JsonFields& whole, const DecoderConfig& config, RopeConfig& rope) {
    // Oldest files call it "type".
    const char* key = fields.has("rope_type") ? "rope_type" : "type";
    const std::string type = fields.string(key, "default");
    if (fields.number("partial_rotary_factor", 1) != 1)
        unsupported(fields, "partial_rotary_factor", "is not 1");
    if (type == "default")
        return;
    const auto original = [&] {
        const JsonFields& from = fields.has("original_max_position_embeddings") ? fields : whole;
        return size(from, "original_max_position_embeddings", kMostPositions, config.max_position_embeddings);
    };
    if (type == "linear") {
        rope.scaling = RopeScaling::Linear;
        fields.at("factor");
        rope.factor = fields.positive("factor", 1);
    } else if (type == "llama3") {
        rope.scaling = RopeScaling::Llama3;
        for (const char* needed : {"factor", "low_freq_factor", "high_freq_factor"})
            fields.at(needed);
        rope.factor = fields.positive("factor", 1);
        rope.low_freq_factor = fields.positive("low_freq_factor", 1);
        rope.high_freq_factor = fields.positive("high_freq_factor", 4);
        if (rope.high_freq_factor <= rope.low_freq_factor)
            fields.fail("high_freq_factor", fmt::format("is {}, not above low_freq_factor {}", rope.high_freq_factor, rope.low_freq_factor));
        rope.original_max_position_embeddings = original();
    } else if (type == "yarn") {
        rope.scaling = RopeScaling::Yarn;
        if (rope.rope_theta <= 1)
            fields.fail(key, fmt::format("is 'yarn', which needs a rope_theta above 1, not {}", rope.rope_theta));
        rope.original_max_position_embeddings = original();
        rope.factor = fields.positive("factor", double(config.max_position_embeddings) / rope.original_max_position_embeddings);
        rope.beta_fast = fields.positive("beta_fast", 32);
        rope.beta_slow = fields.positive("beta_slow", 1);
        rope.truncate = fields.boolean("truncate", true);
        const double mscale = fields.number("mscale", 0), all = fields.number("mscale_all_dim", 0);
        rope.attention_factor = fields.positive("attention_factor", mscale != 0 && all != 0
                                                                        ? yarnMagnitude(rope.factor, mscale) / yarnMagnitude(rope.factor, all)
                                                                        : yarnMagnitude(rope.factor, 1));
    } else {
        unsupported(fields, key, fmt::format("is '{}'; known are default, linear, llama3 and yarn", type),
                    type == "dynamic" ? "Take the model without it: up to its own length, 'dynamic' changes nothing." : "");
    }
}

void readRope(const JsonFields& fields, DecoderConfig& config, double theta) {
    if (fields.number("partial_rotary_factor", 1) != 1)
        unsupported(fields, "partial_rotary_factor", "is not 1");
    refuse(fields, "rope_interleaved");
    const auto read = [&](const JsonFields& parameters, RopeConfig& rope, double otherwise) {
        rope.rope_theta = parameters.positive("rope_theta", otherwise);
        readScaling(parameters, fields, config, rope);
    };
    const double top = fields.positive("rope_theta", theta);
    const bool apart = fields.has("rope_local_base_freq") || config.model_type == "gemma3_text";
    const double local = fields.positive("rope_local_base_freq", 10000);
    if (fields.has("rope_parameters")) {
        const JsonFields parameters = fields.object("rope_parameters");
        if (parameters.has("full_attention")) {
            read(parameters.object("full_attention"), config.rope, top);
            config.slidingRope = config.rope;
            if (parameters.has("sliding_attention")) {
                config.slidingRope = {};
                read(parameters.object("sliding_attention"), config.slidingRope, local);
            }
            return;
        }
        read(parameters, config.rope, top);
    } else {
        config.rope.rope_theta = top;
        if (fields.has("rope_scaling"))
            readScaling(fields.object("rope_scaling"), fields, config, config.rope);
    }
    config.slidingRope = config.rope;
    if (apart) {
        config.slidingRope = {};
        config.slidingRope.rope_theta = local;
    }
}

/// The layers that `layer_types` calls sliding. Empty without the key.
std::vector<bool> readLayerTypes(const JsonFields& fields, int layers) {
    std::vector<bool> sliding;
    if (!fields.has("layer_types"))
        return sliding;
    const std::vector<std::string> types = fields.strings("layer_types");
    if (types.size() != static_cast<std::size_t>(layers))
        fields.fail("layer_types", fmt::format("has {} entries for {} layers", types.size(), layers));
    for (const std::string& type : types) {
        if (type != "full_attention" && type != "sliding_attention")
            unsupported(fields, "layer_types", fmt::format("has '{}'; known are full_attention and sliding_attention", type));
        sliding.push_back(type == "sliding_attention");
    }
    return sliding;
}

void slide(DecoderConfig& config, int window, std::vector<bool> layers) {
    config.sliding_window = window;
    config.slidingLayers = std::move(layers);
}

void readEnds(const JsonFields& fields, DecoderConfig& config) {
    if (!fields.has("eos_token_id"))
        return;
    for (const std::int64_t id : fields.integers("eos_token_id", 0, kMostTokens - 1))
        config.eos_token_id.push_back(static_cast<std::int32_t>(id));
}

/// What a family's reader starts from; the numbers are what transformers takes where the file has no key.
struct Defaults {
    int heads = 0; ///< num_key_value_heads; 0: as many as num_attention_heads
    int headDim = 0; ///< 0: hidden_size / num_attention_heads
    int positions = 2048;
    double theta = 10000;
    bool tied = false;
    const char* activationKey = "hidden_act";
    const char* activation = "silu";
};

/// The keys that Llama and those after it share.
void readLlamaLike(const JsonFields& fields, DecoderConfig& config, const Defaults& defaults) {
    config.vocab_size = size(fields, "vocab_size", kMostTokens);
    config.hidden_size = size(fields, "hidden_size", kMostWidth);
    config.intermediate_size = size(fields, "intermediate_size", kMostWidth * 8);
    config.num_hidden_layers = size(fields, "num_hidden_layers", kMostLayers);
    config.num_attention_heads = size(fields, "num_attention_heads", kMostHeads);
    config.num_key_value_heads = size(fields, "num_key_value_heads", kMostHeads,
                                      defaults.heads && !fields.json().contains("num_key_value_heads") ? defaults.heads
                                                                                                       : config.num_attention_heads);
    const int even = std::max(1, config.hidden_size / config.num_attention_heads);
    config.head_dim = size(fields, "head_dim", kMostWidth, defaults.headDim && !fields.json().contains("head_dim") ? defaults.headDim : even);
    config.max_position_embeddings = size(fields, "max_position_embeddings", kMostPositions, defaults.positions);
    config.norm_eps = fields.positive("rms_norm_eps", 1e-6, 1);
    config.tie_word_embeddings = fields.boolean("tie_word_embeddings", defaults.tied);
    config.activation = activationOf(fields, defaults.activationKey, defaults.activation);
    config.attentionScale = 1 / std::sqrt(double(config.head_dim));
    readRope(fields, config, defaults.theta);
}

void setAttentionBias(const JsonFields& fields, DecoderConfig& config) {
    config.queryKeyValueBias = config.outputBias = fields.boolean("attention_bias", false);
}

void readLlama(const JsonFields& fields, DecoderConfig& config) {
    readLlamaLike(fields, config, {});
    setAttentionBias(fields, config);
    config.feedForwardBias = fields.boolean("mlp_bias", false);
}

void readMistral(const JsonFields& fields, DecoderConfig& config) {
    readLlamaLike(fields, config, {.heads = 8, .positions = 131072});
    // Absent means 4096, null that there is none.
    if (fields.json().contains("sliding_window") && !fields.has("sliding_window"))
        return;
    slide(config, size(fields, "sliding_window", kMostPositions, 4096),
          std::vector<bool>(static_cast<std::size_t>(config.num_hidden_layers), true));
}

void readQwenWindow(const JsonFields& fields, DecoderConfig& config) {
    if (!fields.boolean("use_sliding_window", false) || (fields.json().contains("sliding_window") && !fields.has("sliding_window")))
        return;
    std::vector<bool> layers = readLayerTypes(fields, config.num_hidden_layers);
    if (layers.empty()) {
        const std::int64_t full = fields.integer("max_window_layers", 0, kMostLayers, 28);
        for (int i = 0; i < config.num_hidden_layers; ++i)
            layers.push_back(i >= full);
    }
    slide(config, size(fields, "sliding_window", kMostPositions, 4096), std::move(layers));
}

void readQwen2(const JsonFields& fields, DecoderConfig& config) {
    readLlamaLike(fields, config, {.heads = 32, .positions = 32768});
    config.queryKeyValueBias = true;
    readQwenWindow(fields, config);
}

void readQwen3(const JsonFields& fields, DecoderConfig& config) {
    readLlamaLike(fields, config, {.heads = 32, .headDim = 128, .positions = 32768});
    config.queryKeyNorms = true;
    setAttentionBias(fields, config);
    readQwenWindow(fields, config);
}

void readGemma3(const JsonFields& fields, DecoderConfig& config) {
    readLlamaLike(fields, config,
                  {.heads = 4, .headDim = 256, .positions = 131072, .theta = 1e6, .tied = true, .activationKey = "hidden_activation",
                   .activation = "gelu_pytorch_tanh"});
    config.normOffset = 1;
    config.postNorms = true;
    config.queryKeyNorms = true;
    setAttentionBias(fields, config);
    config.embeddingScale = std::sqrt(double(config.hidden_size));
    config.attentionScale = 1 / std::sqrt(fields.positive("query_pre_attn_scalar", 256));
    refuse(fields, "use_bidirectional_attention");
    if (fields.has("attn_logit_softcapping"))
        unsupported(fields, "attn_logit_softcapping", "is set, which is not computed");
    if (fields.has("final_logit_softcapping"))
        config.final_logit_softcapping = fields.positive("final_logit_softcapping", 1);
    std::vector<bool> layers = readLayerTypes(fields, config.num_hidden_layers);
    if (layers.empty()) {
        const char* key = fields.has("sliding_window_pattern") ? "sliding_window_pattern" : "_sliding_window_pattern";
        const std::int64_t pattern = fields.integer(key, 1, kMostLayers, 6);
        for (std::int64_t i = 1; i <= config.num_hidden_layers; ++i)
            layers.push_back(i % pattern != 0);
    }
    if (fields.json().contains("sliding_window") && !fields.has("sliding_window"))
        return;
    slide(config, size(fields, "sliding_window", kMostPositions, 4096), std::move(layers));
}

void readGpt2(const JsonFields& fields, DecoderConfig& config) {
    config.layout = WeightLayout::Gpt2;
    config.vocab_size = size(fields, "vocab_size", kMostTokens);
    config.hidden_size = size(fields, "n_embd", kMostWidth);
    config.intermediate_size = size(fields, "n_inner", kMostWidth * 8, 4 * std::int64_t(config.hidden_size));
    config.num_hidden_layers = size(fields, "n_layer", kMostLayers);
    config.num_attention_heads = size(fields, "n_head", kMostHeads);
    config.num_key_value_heads = config.num_attention_heads;
    if (config.hidden_size % config.num_attention_heads != 0)
        fields.fail("n_embd", fmt::format("is {}, not a multiple of n_head {}", config.hidden_size, config.num_attention_heads));
    config.head_dim = config.hidden_size / config.num_attention_heads;
    config.max_position_embeddings = size(fields, fields.has("n_positions") ? "n_positions" : "n_ctx", kMostPositions, 1024);
    config.norm_eps = fields.positive("layer_norm_epsilon", 1e-5, 1);
    config.tie_word_embeddings = fields.boolean("tie_word_embeddings", true);
    config.activation = activationOf(fields, "activation_function", "gelu_new");
    config.attentionScale = fields.boolean("scale_attn_weights", true) ? 1 / std::sqrt(double(config.head_dim)) : 1;
    refuse(fields, "scale_attn_by_inverse_layer_idx");
    refuse(fields, "add_cross_attention");
    config.gatedFeedForward = false;
    config.layerNorm = config.learnedPositions = true;
    config.queryKeyValueBias = config.outputBias = config.feedForwardBias = true;
}

/// A further family is a reader above and a line here.
using FamilyReader = void (*)(const JsonFields&, DecoderConfig&);
constexpr std::pair<std::string_view, FamilyReader> kFamilies[] = {
    {"gemma3_text", readGemma3}, {"gpt2", readGpt2}, {"llama", readLlama}, {"mistral", readMistral}, {"qwen2", readQwen2}, {"qwen3", readQwen3},
};

FamilyReader familyReader(std::string_view name) {
    const auto found = std::find_if(std::begin(kFamilies), std::end(kFamilies), [&](const auto& family) { return family.first == name; });
    return found == std::end(kFamilies) ? nullptr : found->second;
}

} // namespace

bool isDecoderFamily(const Json& value) {
    const auto found = value.is_object() ? value.find("model_type") : value.end();
    return value.is_object() && found != value.end() && found->is_string() && familyReader(found->get<std::string>());
}

DecoderConfig decoderConfigFromJson(const Json& value, std::string_view source) {
    const JsonFields fields = configFields(value, std::string(source));
    DecoderConfig config;
    config.model_type = fields.string("model_type");
    const FamilyReader reader = familyReader(config.model_type);
    if (!reader) {
        unsupported(fields, "model_type", fmt::format("is '{}', which is not a decoder family that is computed", config.model_type),
                    "Choose a model of GPT-2, Llama, Mistral, Qwen2, Qwen3 or Gemma 3 (text).");
    }
    if (fields.has("quantization_config"))
        unsupported(fields, "quantization_config", "is set: the weights are packed", "Take the model's unquantised weights, or a GGUF file.");
    config.dtype = fields.string(fields.has("dtype") ? "dtype" : "torch_dtype", "float32");
    reader(fields, config);
    readEnds(fields, config);
    checkDecoderConfig(config, source);
    return config;
}

void checkDecoderConfig(const DecoderConfig& config, std::string_view source) {
    const auto fail = [&](const std::string& what) { throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {}", source, what)); };
    if (config.num_attention_heads % config.num_key_value_heads != 0) {
        fail(fmt::format("num_attention_heads {} is not a multiple of num_key_value_heads {}", config.num_attention_heads,
                         config.num_key_value_heads));
    }
    if (!config.learnedPositions && config.head_dim % 2 != 0)
        fail(fmt::format("head_dim {} is odd, which rotary positions do not allow", config.head_dim));
    if (std::int64_t(config.num_attention_heads) * config.head_dim > kMostWidth) {
        fail(fmt::format("num_attention_heads {} times head_dim {} is more than {}", config.num_attention_heads, config.head_dim, kMostWidth));
    }
    if (config.sliding_window > 0 && config.slidingLayers.size() != static_cast<std::size_t>(config.num_hidden_layers))
        fail(fmt::format("sliding_window is set, but not for {} layers", config.num_hidden_layers));
}

} // namespace triptych
