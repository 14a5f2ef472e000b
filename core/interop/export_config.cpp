#include "interop/export_config.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace triptych {

namespace {

[[noreturn]] void unsupported(std::string_view source, const std::string& what) {
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': {}", source, what));
}

bool isNear(double a, double b) { return std::abs(a - b) <= 1e-6 * std::max({1e-30, std::abs(a), std::abs(b)}); }

/// A number that a file held as float32, without the digits that only float64 has.
double tidy(double value) {
    const auto narrow = static_cast<float>(value);
    return static_cast<double>(narrow) == value ? std::stod(fmt::format("{}", narrow)) : value;
}

bool isGemma(const DecoderConfig& config) { return config.model_type == "gemma3_text"; }

/// Qwen and Gemma mix sliding and full layers.
bool slides(const DecoderConfig& config) {
    return config.sliding_window > 0 && std::find(config.slidingLayers.begin(), config.slidingLayers.end(), true) != config.slidingLayers.end();
}

bool allSlide(const DecoderConfig& config) {
    return config.sliding_window > 0 && std::find(config.slidingLayers.begin(), config.slidingLayers.end(), false) == config.slidingLayers.end();
}

/// Every n-th layer is a full one; 0 if there is no such n.
int slidingPeriod(const std::vector<bool>& sliding) {
    const auto full = std::find(sliding.begin(), sliding.end(), false);
    const auto period = static_cast<std::size_t>(full - sliding.begin()) + 1; // behind the last layer it may be anything
    for (std::size_t i = 0; i < sliding.size(); ++i) {
        if (sliding[i] != ((i + 1) % period != 0))
            return 0;
    }
    return static_cast<int>(period);
}

/// Of 1 / attentionScale², what config.json of Gemma calls query_pre_attn_scalar.
double scoreScalar(const DecoderConfig& config) { return 1 / (config.attentionScale * config.attentionScale); }

std::vector<float> plainFrequencies(const DecoderConfig& config) {
    RopeConfig plain;
    plain.rope_theta = config.rope.rope_theta;
    return ropeFrequencies(plain, config.head_dim);
}

/// The parameters of Llama 3's stretching behind the divisors that a converter wrote; they do not stand in the file.
RopeConfig llama3Behind(const DecoderConfig& config, std::string_view source) {
    const std::vector<float> wanted = ropeFrequencies(config.rope, config.head_dim);
    RopeConfig guess;
    guess.rope_theta = config.rope.rope_theta;
    guess.scaling = RopeScaling::Llama3;
    guess.factor = *std::max_element(config.rope.frequency_factors.begin(), config.rope.frequency_factors.end());
    for (int original = 16; original <= config.max_position_embeddings; original *= 2) {
        guess.original_max_position_embeddings = original;
        const std::vector<float> frequencies = ropeFrequencies(guess, config.head_dim);
        if (std::equal(wanted.begin(), wanted.end(), frequencies.begin(), [](float a, float b) { return isNear(a, b); }))
            return guess;
    }
    unsupported(source, "the tensor 'rope_freqs.weight' is not that of Llama 3's frequencies, and config.json has no key for others");
}

/// rope_scaling of transformers 4, which 5 reads too; null where nothing is stretched.
Json ropeScaling(const DecoderConfig& config, std::string_view source) {
    const RopeConfig rope = config.rope.frequency_factors.empty() ? config.rope : llama3Behind(config, source);
    switch (rope.scaling) {
    case RopeScaling::None: return nullptr;
    case RopeScaling::Linear: return {{"rope_type", "linear"}, {"factor", tidy(rope.factor)}};
    case RopeScaling::Llama3:
        return {{"rope_type", "llama3"},
                {"factor", tidy(rope.factor)},
                {"low_freq_factor", tidy(rope.low_freq_factor)},
                {"high_freq_factor", tidy(rope.high_freq_factor)},
                {"original_max_position_embeddings", rope.original_max_position_embeddings}};
    case RopeScaling::Yarn:
        return {{"rope_type", "yarn"},
                {"factor", tidy(rope.factor)},
                {"original_max_position_embeddings", rope.original_max_position_embeddings},
                {"beta_fast", tidy(rope.beta_fast)},
                {"beta_slow", tidy(rope.beta_slow)},
                {"truncate", rope.truncate},
                {"attention_factor", tidy(rope.attention_factor)}};
    }
    return nullptr;
}

Json layerTypes(const DecoderConfig& config) {
    Json types = Json::array();
    for (int i = 0; i < config.num_hidden_layers; ++i)
        types.push_back(slides(config) && config.slidingLayers[static_cast<std::size_t>(i)] ? "sliding_attention" : "full_attention");
    return types;
}

Json gpt2Config(const DecoderConfig& config) {
    return {{"architectures", {"GPT2LMHeadModel"}},
            {"model_type", "gpt2"},
            {"activation_function", config.activation == Activation::GeluTanh ? "gelu_new" : "gelu"},
            {"n_embd", config.hidden_size},
            {"n_inner", config.intermediate_size},
            {"n_layer", config.num_hidden_layers},
            {"n_head", config.num_attention_heads},
            {"n_positions", config.max_position_embeddings},
            {"layer_norm_epsilon", tidy(config.norm_eps)}};
}

void addSliding(const DecoderConfig& config, Json& json) {
    if (!slides(config))
        return;
    json["use_sliding_window"] = true;
    json["sliding_window"] = config.sliding_window;
    json["layer_types"] = layerTypes(config);
}

} // namespace

Json huggingFaceConfig(const DecoderConfig& config, std::string_view source) {
    Json json;
    if (config.layout == WeightLayout::Gpt2) {
        json = gpt2Config(config);
    } else {
        json = {{"hidden_size", config.hidden_size},
                {"intermediate_size", config.intermediate_size},
                {"num_hidden_layers", config.num_hidden_layers},
                {"num_attention_heads", config.num_attention_heads},
                {"num_key_value_heads", config.num_key_value_heads},
                {"head_dim", config.head_dim},
                {"max_position_embeddings", config.max_position_embeddings},
                {"rms_norm_eps", tidy(config.norm_eps)},
                {"rope_theta", tidy(config.rope.rope_theta)},
                {"rope_scaling", ropeScaling(config, source)}};
        const bool qwen = config.model_type == "qwen2" || config.model_type == "qwen3";
        const bool mistral = !qwen && !isGemma(config) && slides(config);
        json["model_type"] = mistral ? "mistral" : config.model_type;
        if (config.queryKeyValueBias != config.outputBias && config.model_type != "qwen2")
            unsupported(source, "biases on queries, keys and values without one behind attention have no key in config.json");
        if (isGemma(config)) {
            json["architectures"] = {"Gemma3ForCausalLM"};
            json["hidden_activation"] = "gelu_pytorch_tanh";
            json["query_pre_attn_scalar"] = std::round(scoreScalar(config) * 1e6) / 1e6;
            json["rope_local_base_freq"] = tidy(config.slidingRope.rope_theta);
            json["sliding_window"] = config.sliding_window;
            json["layer_types"] = layerTypes(config);
            json["sliding_window_pattern"] = std::max(1, slidingPeriod(config.slidingLayers));
            json["attention_bias"] = config.queryKeyValueBias;
            if (config.final_logit_softcapping > 0)
                json["final_logit_softcapping"] = tidy(config.final_logit_softcapping);
        } else {
            json["hidden_act"] = "silu";
            json["architectures"] = {config.model_type == "qwen2" ? "Qwen2ForCausalLM" : config.model_type == "qwen3" ? "Qwen3ForCausalLM"
                                     : mistral ? "MistralForCausalLM" : "LlamaForCausalLM"};
            if (qwen)
                addSliding(config, json);
            if (mistral)
                json["sliding_window"] = config.sliding_window;
            if (config.model_type != "qwen2")
                json["attention_bias"] = config.queryKeyValueBias;
            if (!qwen)
                json["mlp_bias"] = config.feedForwardBias;
        }
    }
    json["vocab_size"] = config.vocab_size;
    json["tie_word_embeddings"] = config.tie_word_embeddings;
    // What was left unsaid would show as a difference.
    const std::string difference = differenceOf(arithmeticOf(config), arithmeticOf(decoderConfigFromJson(json, source)));
    if (!difference.empty())
        unsupported(source, fmt::format("config.json cannot say this of '{}': {}", json["model_type"].get<std::string>(), difference));
    return json;
}

std::string ggufArchitecture(const DecoderConfig& config) {
    if (isGemma(config))
        return "gemma3";
    return config.model_type == "mistral" ? "llama" : config.model_type;
}

std::vector<float> ggufFrequencyFactors(const DecoderConfig& config) {
    if (!config.rope.frequency_factors.empty())
        return config.rope.frequency_factors;
    if (config.rope.scaling != RopeScaling::Llama3)
        return {};
    const std::vector<float> stretched = ropeFrequencies(config.rope, config.head_dim);
    std::vector<float> factors = plainFrequencies(config);
    for (std::size_t i = 0; i < factors.size(); ++i)
        factors[i] /= stretched[i];
    return factors;
}

GgufMetadataToWrite ggufKeysOf(const DecoderConfig& config, std::string_view source, std::vector<std::string>& notes) {
    const std::string arch = ggufArchitecture(config);
    GgufMetadataToWrite keys;
    const auto add = [&](std::string_view name, GgufValueToWrite value) { keys.emplace_back(fmt::format("{}.{}", arch, name), std::move(value)); };
    const auto count = [&](std::string_view name, int value) { add(name, static_cast<std::uint32_t>(value)); };
    const bool gpt2 = config.layout == WeightLayout::Gpt2;

    const Activation usual = gpt2 || isGemma(config) ? Activation::GeluTanh : Activation::Silu;
    if (config.activation != usual)
        unsupported(source, fmt::format("a GGUF file of '{}' has no key for its activation, which is not the usual one of its family", arch));
    // Only the one with 62 layers, 27B, is known to readers as another scale than its head's.
    const double scalar = isGemma(config) && config.num_hidden_layers == 62 ? double(config.hidden_size) / config.num_attention_heads : config.head_dim;
    if (!isNear(config.attentionScale, 1 / std::sqrt(scalar)))
        unsupported(source, fmt::format("a GGUF file of '{}' has no key for 'query_pre_attn_scalar' {}: readers take {}", arch, scoreScalar(config), scalar));
    if (slides(config) && (arch == "qwen2" || arch == "qwen3") && config.sliding_window < config.max_position_embeddings)
        unsupported(source, fmt::format("a GGUF file of '{}' has no key for 'sliding_window' {}", arch, config.sliding_window));
    if (config.queryKeyValueBias && arch != "llama" && arch != "qwen2" && !gpt2)
        unsupported(source, fmt::format("readers of GGUF know no biases of attention in '{}'", arch));

    count("context_length", config.max_position_embeddings);
    count("embedding_length", config.hidden_size);
    count("block_count", config.num_hidden_layers);
    count("feed_forward_length", config.intermediate_size);
    count("attention.head_count", config.num_attention_heads);
    if (gpt2) {
        add("attention.layer_norm_epsilon", static_cast<float>(config.norm_eps));
        return keys;
    }
    count("attention.head_count_kv", config.num_key_value_heads);
    add("attention.layer_norm_rms_epsilon", static_cast<float>(config.norm_eps));
    count("attention.key_length", config.head_dim);
    count("attention.value_length", config.head_dim);
    count("rope.dimension_count", config.head_dim);
    count("vocab_size", config.vocab_size);
    add("rope.freq_base", static_cast<float>(config.rope.rope_theta));
    const RopeConfig& rope = config.rope;
    if (rope.scaling == RopeScaling::Linear) {
        add("rope.scaling.type", std::string("linear"));
        add("rope.scaling.factor", static_cast<float>(rope.factor));
    } else if (rope.scaling == RopeScaling::Yarn) {
        const double usualFactor = rope.factor <= 1 ? 1 : 0.1 * std::log(rope.factor) + 1;
        if (!rope.truncate)
            unsupported(source, "a GGUF file has no key for 'truncate' false of YaRN");
        add("rope.scaling.type", std::string("yarn"));
        add("rope.scaling.factor", static_cast<float>(rope.factor));
        count("rope.scaling.original_context_length", rope.original_max_position_embeddings);
        if (!isNear(rope.attention_factor, usualFactor))
            add("rope.scaling.attn_factor", static_cast<float>(rope.attention_factor / usualFactor));
        if (rope.beta_fast != 32)
            add("rope.scaling.yarn_beta_fast", static_cast<float>(rope.beta_fast));
        if (rope.beta_slow != 1)
            add("rope.scaling.yarn_beta_slow", static_cast<float>(rope.beta_slow));
    }
    if (isGemma(config)) {
        if (slides(config) && (config.slidingRope.scaling != RopeScaling::None || !config.slidingRope.frequency_factors.empty()))
            unsupported(source, "a GGUF file has no key for stretched frequencies of sliding layers");
        const int period = slidingPeriod(config.slidingLayers);
        if (!slides(config) || period == 0)
            unsupported(source, "a GGUF file of 'gemma3' wants every n-th layer full and the others sliding");
        count("attention.sliding_window", config.sliding_window);
        count("attention.sliding_window_pattern", period);
        add("rope.freq_base_swa", static_cast<float>(config.slidingRope.rope_theta));
        if (config.final_logit_softcapping > 0)
            add("final_logit_softcapping", static_cast<float>(config.final_logit_softcapping));
        if (period != 6)
            notes.push_back(fmt::format("Every {}th layer sees the whole text; older versions of llama.cpp take every 6th.", period));
    } else if (arch == "llama" && slides(config)) {
        if (!allSlide(config))
            unsupported(source, "a GGUF file of 'llama' has no key for sliding layers among full ones");
        count("attention.sliding_window", config.sliding_window);
        if (config.sliding_window < config.max_position_embeddings)
            notes.push_back(fmt::format("llama.cpp takes no notice of the window of {} tokens: beyond it, its answers differ.", config.sliding_window));
    }
    return keys;
}

Json arithmeticOf(const DecoderConfig& config) {
    Json json = {{"gpt2_layout", config.layout == WeightLayout::Gpt2},
                 {"vocab_size", config.vocab_size},
                 {"hidden_size", config.hidden_size},
                 {"intermediate_size", config.intermediate_size},
                 {"num_hidden_layers", config.num_hidden_layers},
                 {"num_attention_heads", config.num_attention_heads},
                 {"num_key_value_heads", config.num_key_value_heads},
                 {"head_dim", config.head_dim},
                 {"max_position_embeddings", config.max_position_embeddings},
                 {"norm_eps", config.norm_eps},
                 {"tie_word_embeddings", config.tie_word_embeddings},
                 {"final_logit_softcapping", config.final_logit_softcapping},
                 {"activation", static_cast<int>(config.activation)},
                 {"gated", config.gatedFeedForward},
                 {"layer_norm", config.layerNorm},
                 {"post_norms", config.postNorms},
                 {"query_key_norms", config.queryKeyNorms},
                 {"query_key_value_bias", config.queryKeyValueBias},
                 {"output_bias", config.outputBias},
                 {"feed_forward_bias", config.feedForwardBias},
                 {"learned_positions", config.learnedPositions},
                 {"embedding_scale", config.embeddingScale},
                 {"attention_scale", config.attentionScale}};
    // A window as long as the model's texts is none.
    const bool windowed = slides(config) && (isGemma(config) || config.sliding_window < config.max_position_embeddings);
    json["sliding_window"] = windowed ? config.sliding_window : 0;
    json["layer_types"] = windowed ? layerTypes(config) : Json::array();
    if (!config.learnedPositions) {
        json["rope_frequencies"] = ropeFrequencies(config.rope, config.head_dim);
        json["rope_attention_factor"] = config.rope.attention_factor;
    }
    if (windowed && !config.learnedPositions) {
        json["sliding_rope_frequencies"] = ropeFrequencies(config.slidingRope, config.head_dim);
        json["sliding_rope_attention_factor"] = config.slidingRope.attention_factor;
    }
    return json;
}

std::string differenceOf(const Json& expected, const Json& found) {
    const auto isSame = [](const Json& a, const Json& b) {
        if (a.is_number() && b.is_number())
            return isNear(a.get<double>(), b.get<double>());
        if (!a.is_array() || !b.is_array() || a.size() != b.size())
            return a == b;
        return std::equal(a.begin(), a.end(), b.begin(), [](const Json& x, const Json& y) {
            return x.is_number() && y.is_number() ? isNear(x.get<double>(), y.get<double>()) : x == y;
        });
    };
    const auto shown = [](const Json& value) {
        const std::string text = value.dump();
        return text.size() <= 80 ? text : text.substr(0, 80) + "…";
    };
    for (const auto& [key, value] : expected.items()) {
        const Json other = found.value(key, Json());
        if (!isSame(value, other))
            return fmt::format("'{}' is {} instead of {}", key, shown(other), shown(value));
    }
    return {};
}

} // namespace triptych
