#include "models/bert_config.h"

#include "base/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <string>
#include <vector>

namespace triptych {

namespace {

int positive(const Json& value, std::string_view key, std::string_view source) {
    const auto found = value.find(key);
    if (found == value.end() || !found->is_number_integer() || found->get<std::int64_t>() < 1 ||
        found->get<std::int64_t>() > (1 << 24)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': '{}' is missing or not a positive whole number", source, key),
                    "Use the config.json that came with the model.");
    }
    return found->get<int>();
}

double rateOf(const Json& value, std::string_view key, double otherwise, std::string_view source) {
    const auto found = value.find(key);
    if (found == value.end() || found->is_null())
        return otherwise;
    if (!found->is_number() || found->get<double>() < 0 || found->get<double>() >= 1)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': '{}' is not a number in [0, 1)", source, key));
    return found->get<double>();
}

Activation activationOf(const std::string& name, std::string_view key, std::string_view source) {
    if (name == "gelu")
        return Activation::Gelu;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh")
        return Activation::GeluTanh;
    if (name == "relu")
        return Activation::Relu;
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': {} '{}' is none of gelu, gelu_new, gelu_pytorch_tanh and relu", source, key, name));
}

} // namespace

BertConfig bertConfigFromJson(const Json& value, std::string_view source) {
    if (!value.is_object())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a JSON object", source));
    const auto text = [&](std::string_view key, const char* otherwise) {
        const auto found = value.find(key);
        return found != value.end() && found->is_string() ? found->get<std::string>() : std::string(otherwise);
    };
    BertConfig config;
    const std::string type = text("model_type", "bert");
    config.family = bertFamily(type);
    if (!config.family) {
        std::vector<std::string_view> known;
        for (const BertFamily& family : bertFamilies())
            known.push_back(family.model_type);
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': model_type '{}' is none of {}", source, type, fmt::join(known, ", ")),
                    "Choose an encoder of the BERT family, such as all-MiniLM-L6-v2.");
    }
    const BertFamily& family = *config.family;
    config.hidden_act = activationOf(text(family.hidden_act, "gelu"), family.hidden_act, source);
    if (const std::string kind = text("position_embedding_type", "absolute"); kind != "absolute")
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': position_embedding_type '{}' is not 'absolute'", source, kind));

    config.vocab_size = positive(value, "vocab_size", source);
    config.hidden_size = positive(value, family.hidden_size, source);
    config.num_hidden_layers = positive(value, family.num_hidden_layers, source);
    // Names and shapes of all layers are listed before the weights are looked at.
    if (config.num_hidden_layers > 1000)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': '{}' is {}, more than 1000", source, family.num_hidden_layers, config.num_hidden_layers));
    config.num_attention_heads = positive(value, family.num_attention_heads, source);
    config.intermediate_size = positive(value, family.intermediate_size, source);
    config.max_position_embeddings = positive(value, "max_position_embeddings", source);
    config.type_vocab_size = !family.token_types ? 1 : value.contains("type_vocab_size") ? positive(value, "type_vocab_size", source) : 2;
    if (config.hidden_size % config.num_attention_heads != 0) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {} {} is not a multiple of {} {}", source, family.hidden_size, config.hidden_size,
                                                         family.num_attention_heads, config.num_attention_heads));
    }
    const auto eps = value.find("layer_norm_eps");
    if (eps != value.end() && eps->is_number())
        config.layer_norm_eps = eps->get<double>();
    if (!(config.layer_norm_eps > 0 && config.layer_norm_eps <= 1))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': 'layer_norm_eps' is {}; it must be above 0 and at most 1", source, config.layer_norm_eps));
    config.hidden_dropout_prob = rateOf(value, family.hidden_dropout, 0.1, source);
    config.attention_probs_dropout_prob = rateOf(value, family.attention_dropout, 0.1, source);
    config.classifier_dropout = rateOf(value, family.classifier_dropout, config.hidden_dropout_prob, source);
    if (family.positions_by_padding) {
        const auto padding = value.find("pad_token_id");
        config.pad_token_id = 1;
        if (padding != value.end() && !padding->is_null()) {
            if (!padding->is_number_integer() || padding->get<std::int64_t>() < 0 || padding->get<std::int64_t>() > config.max_position_embeddings - 2)
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}': 'pad_token_id' leaves no positions of {}", source, config.max_position_embeddings));
            config.pad_token_id = padding->get<int>();
        }
    }
    return config;
}

} // namespace triptych
