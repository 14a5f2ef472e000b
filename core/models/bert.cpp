#include "models/bert.h"

#include "base/error.h"
#include "models/dense.h"
#include "models/packed_layers.h"
#include "models/products.h"

#include <ATen/ops/add.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>

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

std::string layerName(const BertFamily& family, int layer, std::string_view part) { return fmt::format("{}{}.{}", family.layer, layer, part); }

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

std::map<std::string, std::vector<std::int64_t>> bertShapes(const BertConfig& config) {
    const std::int64_t hidden = config.hidden_size;
    const std::int64_t inner = config.intermediate_size;
    const BertFamily& family = *config.family;
    std::map<std::string, std::vector<std::int64_t>> shapes = {
        {"embeddings.word_embeddings.weight", {config.vocab_size, hidden}},
        {"embeddings.position_embeddings.weight", {config.max_position_embeddings, hidden}},
        {"embeddings.LayerNorm.weight", {hidden}},
        {"embeddings.LayerNorm.bias", {hidden}},
    };
    if (family.token_types)
        shapes["embeddings.token_type_embeddings.weight"] = {config.type_vocab_size, hidden};
    const auto addDense = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        shapes[name + ".weight"] = {out, in};
        shapes[name + ".bias"] = {out};
    };
    for (int i = 0; i < config.num_hidden_layers; ++i) {
        for (const std::string_view square : {family.query, family.key, family.value, family.attention_output})
            addDense(layerName(family, i, square), hidden, hidden);
        addDense(layerName(family, i, family.intermediate), inner, hidden);
        addDense(layerName(family, i, family.output), hidden, inner);
        for (const std::string_view norm : {family.attention_norm, family.output_norm}) {
            shapes[layerName(family, i, norm) + ".weight"] = {hidden};
            shapes[layerName(family, i, norm) + ".bias"] = {hidden};
        }
    }
    return shapes;
}

Bert::Bert(BertConfig config, NamedTensors weights, std::string_view source, Precision precision)
    : m_config(config), m_weights(std::move(weights)) {
    const std::int64_t hidden = config.hidden_size;
    const std::int64_t inner = config.intermediate_size;
    const bool rounded = precision == Precision::Fast && kernels::hasBfloat16Products();
    const auto takeDense = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        at::Tensor weight = take(name + ".weight", {out, in}, source);
        if (rounded) {
            weight = weight.to(at::kBFloat16);
            m_weights.erase(name + ".weight");
        }
        return Dense{weight, take(name + ".bias", {out}, source)};
    };
    const auto takeNorm = [&](const std::string& name) {
        return Dense{take(name + ".weight", {hidden}, source), take(name + ".bias", {hidden}, source)};
    };
    m_words = take("embeddings.word_embeddings.weight", {config.vocab_size, hidden}, source);
    m_positions = take("embeddings.position_embeddings.weight", {config.max_position_embeddings, hidden}, source);
    const BertFamily& family = *config.family;
    if (family.token_types)
        m_types = take("embeddings.token_type_embeddings.weight", {config.type_vocab_size, hidden}, source);
    m_embeddingNorm = takeNorm("embeddings.LayerNorm");
    for (int i = 0; i < config.num_hidden_layers; ++i) {
        const auto name = [&](std::string_view part) { return layerName(family, i, part); };
        m_layers.push_back({takeDense(name(family.query), hidden, hidden), takeDense(name(family.key), hidden, hidden),
                            takeDense(name(family.value), hidden, hidden), takeDense(name(family.attention_output), hidden, hidden),
                            takeDense(name(family.intermediate), inner, hidden), takeDense(name(family.output), hidden, inner),
                            takeNorm(name(family.attention_norm)), takeNorm(name(family.output_norm))});
    }
}

PackedBatch Bert::pack(std::span<const Encoding* const> encodings) const {
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
    const bool byPadding = m_config.family->positions_by_padding;
    for (const Encoding* encoding : encodings) {
        std::int64_t next = byPadding ? m_config.pad_token_id + 1 : 0;
        for (std::size_t i = 0; i < encoding->ids.size(); ++i) {
            *ids++ = encoding->ids[i];
            *types++ = i < encoding->type_ids.size() ? encoding->type_ids[i] : 0;
            *positions++ = byPadding && encoding->ids[i] == m_config.pad_token_id ? m_config.pad_token_id : next++;
        }
    }
    return batch;
}

PackedBatch Bert::packVisible(const Encoding& encoding, const std::vector<bool>& attention) const {
    const Encoding* one = &encoding;
    const PackedBatch whole = pack({&one, 1});
    Encoding visible;
    std::vector<std::int64_t> positions;
    for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
        if (!attention.at(i))
            continue;
        visible.ids.push_back(encoding.ids[i]);
        visible.type_ids.push_back(i < encoding.type_ids.size() ? encoding.type_ids[i] : 0);
        positions.push_back(whole.positions.const_data_ptr<std::int64_t>()[i]);
    }
    one = &visible;
    PackedBatch batch = pack({&one, 1});
    std::copy(positions.begin(), positions.end(), batch.positions.mutable_data_ptr<std::int64_t>());
    return batch;
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

at::Tensor Bert::forward(const PackedBatch& batch, const kernels::DropoutMask& dropout, const WordRows* words) const {
    return run(batch, dropout, words, false);
}

at::Tensor Bert::firstTokens(const PackedBatch& batch, const kernels::DropoutMask& dropout, const WordRows* words) const {
    return run(batch, dropout, words, true);
}

at::Tensor Bert::run(const PackedBatch& batch, const kernels::DropoutMask& dropout, const WordRows* words, bool firstOnly) const {
    for (std::int64_t i = 0; i < batch.sequences(); ++i) {
        const std::int64_t length = batch.starts[static_cast<std::size_t>(i) + 1] - batch.starts[static_cast<std::size_t>(i)];
        if (length > m_config.maxTokens()) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("a sequence has {} tokens, the model takes {}", length, m_config.maxTokens()),
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
    if (m_types.defined())
        check(batch.type_ids, m_config.type_vocab_size, "type id");
    check(batch.positions, m_config.max_position_embeddings, "position");

    const auto rate = m_config.hidden_dropout_prob;
    // (T, H)
    at::Tensor x = words ? at::embedding(words->values, words->index) : at::embedding(m_words, batch.ids);
    if (m_types.defined())
        x = at::add(x, at::embedding(m_types, batch.type_ids));
    x = at::add(x, at::embedding(m_positions, batch.positions));
    x = addAndNormalise(x, {}, m_embeddingNorm.weight, m_embeddingNorm.bias, m_config.layer_norm_eps, {});
    x = triptych::dropout(x, site(dropout, rate, kEmbeddingSite));
    // Rows of zeros up to a multiple of 16, which nothing reads: see dense().
    x = at::constant_pad_nd(x, {0, 0, 0, -x.size(0) & 15});

    std::uint64_t number = kFirstLayerSite;
    for (const Layer& layer : m_layers) {
        // Matrices may be rounded; what is between them is float32.
        const auto product = [](const at::Tensor& input, const Dense& matrix) { return dense(input, matrix.weight, matrix.bias).to(at::kFloat); };
        at::Tensor input = x.to(layer.query.weight.scalar_type());
        const at::Tensor keys = product(input, layer.key);
        const at::Tensor values = product(input, layer.value);
        if (firstOnly && &layer == &m_layers.back()) {
            x = at::index_select(x, 0, firstRows(batch)); // (B, H) from here on
            input = at::index_select(input, 0, firstRows(batch));
        }
        const at::Tensor context = packedAttention(product(input, layer.query), keys, values, batch.starts, m_config.num_attention_heads,
                                                   site(dropout, m_config.attention_probs_dropout_prob, number));
        x = addAndNormalise(product(context, layer.attentionOutput), x, layer.attentionNorm.weight, layer.attentionNorm.bias,
                            m_config.layer_norm_eps, site(dropout, rate, number + 1));
        const at::Tensor inner = dense(x, layer.intermediate.weight, layer.intermediate.bias, m_config.hidden_act); // (T, 4H)
        x = addAndNormalise(product(inner, layer.output), x, layer.outputNorm.weight, layer.outputNorm.bias, m_config.layer_norm_eps,
                            site(dropout, rate, number + 2));
        number += kSitesPerLayer;
    }
    return firstOnly && !m_layers.empty() ? x : x.narrow(0, 0, batch.tokens());
}

} // namespace triptych
