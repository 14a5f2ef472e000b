#include "models/t5_config.h"

#include "base/error.h"
#include "models/config_fields.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>

namespace triptych {

namespace {

constexpr int kMostLayers = 1000;
constexpr int kMostSize = 1 << 24;

Activation activationOf(const std::string& name, std::string_view source) {
    if (name == "relu")
        return Activation::Relu;
    if (name == "gelu")
        return Activation::Gelu;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh")
        return Activation::GeluTanh;
    if (name == "silu" || name == "swish")
        return Activation::Silu;
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': feed_forward_proj: the activation '{}' is none of relu, gelu, gelu_new and silu", source, name));
}

} // namespace

T5Config t5ConfigFromJson(const Json& value, std::string_view source) {
    const JsonFields fields = configFields(value, std::string(source));
    const auto whole = [&](const char* key, std::optional<int> otherwise = std::nullopt, int low = 1, int most = kMostSize) {
        return static_cast<int>(otherwise ? fields.integer(key, low, most, *otherwise) : fields.integer(key, low, most));
    };
    const std::string type = fields.string("model_type", "t5");
    if (type != "t5" && type != "mt5")
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': model_type '{}' is neither t5 nor mt5", source, type));
    T5Config config;
    config.vocab_size = whole("vocab_size");
    config.d_model = whole("d_model");
    config.d_kv = whole("d_kv");
    config.d_ff = whole("d_ff");
    config.num_layers = whole("num_layers", std::nullopt, 1, kMostLayers);
    config.num_decoder_layers = whole("num_decoder_layers", config.num_layers, 1, kMostLayers);
    config.num_heads = whole("num_heads");
    config.relative_attention_num_buckets = whole("relative_attention_num_buckets", 32, 4);
    config.relative_attention_max_distance = whole("relative_attention_max_distance", 128);
    if (static_cast<std::int64_t>(config.num_heads) * config.d_kv > (1 << 24))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': num_heads {} times d_kv {} is too large", source, config.num_heads, config.d_kv));
    if (config.relative_attention_max_distance <= config.relative_attention_num_buckets / 2)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': relative_attention_max_distance {} is within the exact buckets", source, config.relative_attention_max_distance));
    config.layer_norm_epsilon = fields.positive("layer_norm_epsilon", 1e-6, 1);

    const std::string projection = fields.string("feed_forward_proj", type == "mt5" ? "gated-gelu" : "relu");
    config.gated = projection.starts_with("gated-");
    // The gelu of gated-gelu is the tanh one, whatever its name says.
    config.activation = projection == "gated-gelu" ? Activation::GeluTanh : activationOf(config.gated ? projection.substr(6) : projection, source);
    // Newer files say it; of older ones those that do not tie their word table.
    const bool tied = fields.boolean("tie_word_embeddings", true);
    config.scale_decoder_outputs = fields.boolean("scale_decoder_outputs", tied) && type == "t5";
    config.untied = !tied;
    config.decoder_start_token_id = whole("decoder_start_token_id", 0, 0);
    config.eos_token_id = whole("eos_token_id", 1, 0);
    if (config.decoder_start_token_id >= config.vocab_size)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': decoder_start_token_id {} is outside the vocabulary", source, config.decoder_start_token_id));
    return config;
}

} // namespace triptych
