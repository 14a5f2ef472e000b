#include "models/bert.h"

#include "base/error.h"
#include "models/packed_layers.h"

#include <ATen/ops/add.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tanh.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace triptych {

namespace {

/// Sites of dropout inside one pass; a layer has three.
constexpr std::uint64_t kEmbeddingSite = 0;
constexpr std::uint64_t kFirstLayerSite = 8;
constexpr std::uint64_t kSitesPerLayer = 4;

int positive(const Json& value, const char* key, std::string_view source) {
    const auto found = value.find(key);
    if (found == value.end() || !found->is_number_integer() || found->get<std::int64_t>() < 1 ||
        found->get<std::int64_t>() > (1 << 24)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': '{}' is missing or not a positive whole number", source, key),
                    "Use the config.json that came with the model.");
    }
    return found->get<int>();
}

double rateOf(const Json& value, const char* key, double otherwise, std::string_view source) {
    const auto found = value.find(key);
    if (found == value.end() || found->is_null())
        return otherwise;
    if (!found->is_number() || found->get<double>() < 0 || found->get<double>() >= 1)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': '{}' is not a number in [0, 1)", source, key));
    return found->get<double>();
}

kernels::DropoutMask site(const kernels::DropoutMask& mask, double rate, std::uint64_t number) {
    if (mask.rate <= 0 || rate <= 0)
        return {};
    kernels::DropoutMask result = mask.at(number);
    result.rate = rate;
    return result;
}

/// Row of each sequence's first token (B), int64.
at::Tensor firstRows(const PackedBatch& batch) {
    at::Tensor rows = at::empty({batch.sequences()}, at::TensorOptions().dtype(at::kLong));
    std::copy(batch.starts.begin(), batch.starts.end() - 1, rows.mutable_data_ptr<std::int64_t>());
    return rows;
}

std::string layerName(int layer, const char* rest) { return fmt::format("encoder.layer.{}.{}", layer, rest); }

} // namespace

BertConfig bertConfigFromJson(const Json& value, std::string_view source) {
    if (!value.is_object())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a JSON object", source));
    const auto text = [&](const char* key, const char* otherwise) {
        const auto found = value.find(key);
        return found != value.end() && found->is_string() ? found->get<std::string>() : std::string(otherwise);
    };
    if (const std::string type = text("model_type", "bert"); type != "bert") {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': model_type '{}' is not 'bert'", source, type),
                    "Choose a model of the BERT family, such as all-MiniLM-L6-v2.");
    }
    if (const std::string act = text("hidden_act", "gelu"); act != "gelu")
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': hidden_act '{}' is not 'gelu'", source, act));
    if (const std::string kind = text("position_embedding_type", "absolute"); kind != "absolute")
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': position_embedding_type '{}' is not 'absolute'", source, kind));

    BertConfig config;
    config.vocab_size = positive(value, "vocab_size", source);
    config.hidden_size = positive(value, "hidden_size", source);
    config.num_hidden_layers = positive(value, "num_hidden_layers", source);
    // Names and shapes of all layers are listed before the weights are looked at.
    if (config.num_hidden_layers > 1000)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': 'num_hidden_layers' is {}, more than 1000", source, config.num_hidden_layers));
    config.num_attention_heads = positive(value, "num_attention_heads", source);
    config.intermediate_size = positive(value, "intermediate_size", source);
    config.max_position_embeddings = positive(value, "max_position_embeddings", source);
    config.type_vocab_size = value.contains("type_vocab_size") ? positive(value, "type_vocab_size", source) : 2;
    if (config.hidden_size % config.num_attention_heads != 0) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': hidden_size {} is not a multiple of num_attention_heads {}",
                                                         source, config.hidden_size, config.num_attention_heads));
    }
    const auto eps = value.find("layer_norm_eps");
    if (eps != value.end() && eps->is_number())
        config.layer_norm_eps = eps->get<double>();
    config.hidden_dropout_prob = rateOf(value, "hidden_dropout_prob", 0.1, source);
    config.attention_probs_dropout_prob = rateOf(value, "attention_probs_dropout_prob", 0.1, source);
    config.classifier_dropout = rateOf(value, "classifier_dropout", config.hidden_dropout_prob, source);
    return config;
}

std::map<std::string, std::vector<std::int64_t>> bertShapes(const BertConfig& config, bool pooler) {
    const std::int64_t hidden = config.hidden_size;
    const std::int64_t inner = config.intermediate_size;
    std::map<std::string, std::vector<std::int64_t>> shapes = {
        {"embeddings.word_embeddings.weight", {config.vocab_size, hidden}},
        {"embeddings.position_embeddings.weight", {config.max_position_embeddings, hidden}},
        {"embeddings.token_type_embeddings.weight", {config.type_vocab_size, hidden}},
        {"embeddings.LayerNorm.weight", {hidden}},
        {"embeddings.LayerNorm.bias", {hidden}},
    };
    const auto addDense = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        shapes[name + ".weight"] = {out, in};
        shapes[name + ".bias"] = {out};
    };
    for (int i = 0; i < config.num_hidden_layers; ++i) {
        addDense(layerName(i, "attention.self.query"), hidden, hidden);
        addDense(layerName(i, "attention.self.key"), hidden, hidden);
        addDense(layerName(i, "attention.self.value"), hidden, hidden);
        addDense(layerName(i, "attention.output.dense"), hidden, hidden);
        addDense(layerName(i, "intermediate.dense"), inner, hidden);
        addDense(layerName(i, "output.dense"), hidden, inner);
        for (const char* norm : {"attention.output.LayerNorm", "output.LayerNorm"}) {
            shapes[layerName(i, norm) + ".weight"] = {hidden};
            shapes[layerName(i, norm) + ".bias"] = {hidden};
        }
    }
    if (pooler)
        addDense("pooler.dense", hidden, hidden);
    return shapes;
}

PackedBatch packBatch(std::span<const Encoding* const> encodings) {
    PackedBatch batch;
    batch.starts.reserve(encodings.size() + 1);
    batch.starts.push_back(0);
    for (const Encoding* encoding : encodings) {
        if (encoding->ids.empty())
            throw Error(ErrorCode::InvalidArgument, "a sequence without tokens cannot be encoded");
        batch.starts.push_back(batch.starts.back() + static_cast<std::int64_t>(encoding->ids.size()));
    }
    const auto options = at::TensorOptions().dtype(at::kLong);
    batch.ids = at::empty({batch.tokens()}, options);
    batch.type_ids = at::empty({batch.tokens()}, options);
    batch.positions = at::empty({batch.tokens()}, options);
    auto* ids = batch.ids.mutable_data_ptr<std::int64_t>();
    auto* types = batch.type_ids.mutable_data_ptr<std::int64_t>();
    auto* positions = batch.positions.mutable_data_ptr<std::int64_t>();
    for (const Encoding* encoding : encodings) {
        for (std::size_t i = 0; i < encoding->ids.size(); ++i) {
            *ids++ = encoding->ids[i];
            *types++ = i < encoding->type_ids.size() ? encoding->type_ids[i] : 0;
            *positions++ = static_cast<std::int64_t>(i);
        }
    }
    return batch;
}

Bert::Bert(BertConfig config, NamedTensors weights, std::string_view source)
    : m_config(config), m_weights(std::move(weights)) {
    const std::int64_t hidden = config.hidden_size;
    const std::int64_t inner = config.intermediate_size;
    const auto takeDense = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        return Dense{take(name + ".weight", {out, in}, source), take(name + ".bias", {out}, source)};
    };
    const auto takeNorm = [&](const std::string& name) {
        return Dense{take(name + ".weight", {hidden}, source), take(name + ".bias", {hidden}, source)};
    };
    m_words = take("embeddings.word_embeddings.weight", {config.vocab_size, hidden}, source);
    m_positions = take("embeddings.position_embeddings.weight", {config.max_position_embeddings, hidden}, source);
    m_types = take("embeddings.token_type_embeddings.weight", {config.type_vocab_size, hidden}, source);
    m_embeddingNorm = takeNorm("embeddings.LayerNorm");
    for (int i = 0; i < config.num_hidden_layers; ++i) {
        m_layers.push_back({takeDense(layerName(i, "attention.self.query"), hidden, hidden),
                            takeDense(layerName(i, "attention.self.key"), hidden, hidden),
                            takeDense(layerName(i, "attention.self.value"), hidden, hidden),
                            takeDense(layerName(i, "attention.output.dense"), hidden, hidden),
                            takeDense(layerName(i, "intermediate.dense"), inner, hidden),
                            takeDense(layerName(i, "output.dense"), hidden, inner),
                            takeNorm(layerName(i, "attention.output.LayerNorm")),
                            takeNorm(layerName(i, "output.LayerNorm"))});
    }
    if (m_weights.contains("pooler.dense.weight"))
        m_pooler = takeDense("pooler.dense", hidden, hidden);
}

at::Tensor Bert::take(const std::string& name, std::vector<std::int64_t> shape, std::string_view source) const {
    const auto found = m_weights.find(name);
    if (found == m_weights.end()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor '{}'", source, name),
                    "The weights and config.json must be of the same model.");
    }
    const at::Tensor& tensor = found->second;
    if (tensor.sizes() != at::IntArrayRef(shape) || tensor.scalar_type() != at::kFloat || !tensor.is_contiguous()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}': tensor '{}' has shape [{}] where config.json asks for [{}]", source, name,
                                fmt::join(tensor.sizes(), ", "), fmt::join(shape, ", ")),
                    "The weights and config.json must be of the same model.");
    }
    return tensor;
}

at::Tensor dense(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return at::addmm(bias, x, weight.t());
}

at::Tensor Bert::forward(const PackedBatch& batch, const kernels::DropoutMask& dropout, const WordRows* words) const {
    return run(batch, dropout, words, false);
}

at::Tensor Bert::firstTokens(const PackedBatch& batch, const kernels::DropoutMask& dropout, const WordRows* words) const {
    return run(batch, dropout, words, true);
}

at::Tensor Bert::run(const PackedBatch& batch, const kernels::DropoutMask& dropout, const WordRows* words, bool firstOnly) const {
    for (std::int64_t i = 0; i < batch.sequences(); ++i) {
        const std::int64_t length = batch.starts[static_cast<std::size_t>(i) + 1] - batch.starts[static_cast<std::size_t>(i)];
        if (length > m_config.max_position_embeddings) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("a sequence has {} tokens, the model takes {}", length,
                                                                m_config.max_position_embeddings),
                        "Cut the text at the model's length.");
        }
    }
    const auto check = [&](const at::Tensor& ids, int limit, const char* what) {
        const std::span values(ids.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(ids.numel()));
        for (const std::int64_t id : values) {
            if (id < 0 || id >= limit) {
                throw Error(ErrorCode::InvalidArgument, fmt::format("{} {} is outside the model's {}", what, id, limit),
                            "Tokenizer and weights must be of the same model.");
            }
        }
    };
    check(batch.ids, m_config.vocab_size, "token id");
    check(batch.type_ids, m_config.type_vocab_size, "type id");

    const auto rate = m_config.hidden_dropout_prob;
    // (T, H)
    at::Tensor x = words ? at::embedding(words->values, words->index) : at::embedding(m_words, batch.ids);
    x = at::add(x, at::embedding(m_types, batch.type_ids));
    x = at::add(x, at::embedding(m_positions, batch.positions));
    x = addAndNormalise(x, {}, m_embeddingNorm.weight, m_embeddingNorm.bias, m_config.layer_norm_eps, {});
    x = triptych::dropout(x, site(dropout, rate, kEmbeddingSite));

    std::uint64_t number = kFirstLayerSite;
    for (const Layer& layer : m_layers) {
        const at::Tensor keys = dense(x, layer.key.weight, layer.key.bias);
        const at::Tensor values = dense(x, layer.value.weight, layer.value.bias);
        if (firstOnly && &layer == &m_layers.back())
            x = at::index_select(x, 0, firstRows(batch)); // (B, H) from here on
        const at::Tensor context = packedAttention(dense(x, layer.query.weight, layer.query.bias), keys, values, batch.starts,
                                                   m_config.num_attention_heads,
                                                   site(dropout, m_config.attention_probs_dropout_prob, number));
        x = addAndNormalise(dense(context, layer.attentionOutput.weight, layer.attentionOutput.bias), x,
                            layer.attentionNorm.weight, layer.attentionNorm.bias, m_config.layer_norm_eps,
                            site(dropout, rate, number + 1));
        const at::Tensor inner = at::gelu(dense(x, layer.intermediate.weight, layer.intermediate.bias)); // (T, 4H)
        x = addAndNormalise(dense(inner, layer.output.weight, layer.output.bias), x, layer.outputNorm.weight,
                            layer.outputNorm.bias, m_config.layer_norm_eps, site(dropout, rate, number + 2));
        number += kSitesPerLayer;
    }
    return x;
}

at::Tensor Bert::pooled(const at::Tensor& first) const { return at::tanh(dense(first, m_pooler.weight, m_pooler.bias)); }

} // namespace triptych
