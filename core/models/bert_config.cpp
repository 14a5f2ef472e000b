#include "models/bert_config.h"

#include "base/error.h"
#include "models/config_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

namespace triptych {

namespace {

constexpr int kMostSize = 1 << 24;
constexpr int kMostLayers = 1000; // names and shapes of all layers are listed before the weights are looked at

Activation activationOf(const JsonFields& fields, std::string_view key) {
    const std::string name = fields.string(key, "gelu");
    if (name == "gelu")
        return Activation::Gelu;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh")
        return Activation::GeluTanh;
    if (name == "relu")
        return Activation::Relu;
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': {} '{}' is none of gelu, gelu_new, gelu_pytorch_tanh and relu", fields.source(), key, name));
}

} // namespace

BertConfig bertConfigFromJson(const Json& value, std::string_view source) {
    const JsonFields fields = configFields(value, std::string(source));
    BertConfig config;
    const std::string type = fields.string("model_type", "bert");
    config.family = bertFamily(type);
    if (!config.family) {
        std::vector<std::string_view> known;
        for (const BertFamily& family : bertFamilies())
            known.push_back(family.model_type);
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': model_type '{}' is none of {}", source, type, fmt::join(known, ", ")),
                    "Choose an encoder of the BERT family, such as all-MiniLM-L6-v2.");
    }
    const BertFamily& family = *config.family;
    config.hidden_act = activationOf(fields, family.hidden_act);
    if (const std::string kind = fields.string("position_embedding_type", "absolute"); kind != "absolute")
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': position_embedding_type '{}' is not 'absolute'", source, kind));

    const auto size = [&](std::string_view key, int most = kMostSize) { return static_cast<int>(fields.integer(key, 1, most)); };
    config.vocab_size = size("vocab_size");
    config.hidden_size = size(family.hidden_size);
    config.num_hidden_layers = size(family.num_hidden_layers, kMostLayers);
    config.num_attention_heads = size(family.num_attention_heads);
    config.intermediate_size = size(family.intermediate_size);
    config.max_position_embeddings = size("max_position_embeddings");
    config.type_vocab_size = family.token_types ? static_cast<int>(fields.integer("type_vocab_size", 1, kMostSize, 2)) : 1;
    if (config.hidden_size % config.num_attention_heads != 0) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {} {} is not a multiple of {} {}", source, family.hidden_size, config.hidden_size,
                                                         family.num_attention_heads, config.num_attention_heads));
    }
    config.layer_norm_eps = fields.positive("layer_norm_eps", 1e-12, 1);
    config.hidden_dropout_prob = fields.fraction(family.hidden_dropout, 0.1);
    config.attention_probs_dropout_prob = fields.fraction(family.attention_dropout, 0.1);
    config.classifier_dropout = fields.fraction(family.classifier_dropout, config.hidden_dropout_prob);
    if (family.positions_by_padding) {
        config.pad_token_id = static_cast<int>(fields.integer("pad_token_id", 0, kMostSize, 1));
        if (config.maxTokens() < 1)
            fields.fail("pad_token_id", fmt::format("is {}, which leaves no positions of {}", config.pad_token_id, config.max_position_embeddings));
    }
    return config;
}

} // namespace triptych
