#include "models/bert.h"

#include "base/error.h"
#include "models/dense.h"
#include "models/packed_layers.h"
#include "models/products.h"
#include "models/required_tensor.h"

#include <ATen/ops/add.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace triptych {

namespace {

/// Sites of dropout inside one pass; a layer has three.
constexpr std::uint64_t kEmbeddingSite = 0;
constexpr std::uint64_t kFirstLayerSite = 8;
constexpr std::uint64_t kSitesPerLayer = 4;

/// Row of each sequence's first token (B), int64.
at::Tensor firstRows(const PackedBatch& batch) {
    at::Tensor rows = at::empty({batch.sequences()}, at::TensorOptions().dtype(at::kLong));
    std::copy(batch.starts.begin(), batch.starts.end() - 1, rows.mutable_data_ptr<std::int64_t>());
    return rows;
}

std::string layerName(const BertFamily& family, int layer, std::string_view part) { return fmt::format("{}{}.{}", family.layer, layer, part); }

} // namespace

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
    const at::Tensor& tensor = requiredTensor(m_weights, name, shape, source);
    if (!tensor.is_contiguous())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor '{}' is not contiguous", source, name));
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
    x = triptych::dropout(x, dropout.at(kEmbeddingSite, rate));
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
                                                   dropout.at(number, m_config.attention_probs_dropout_prob));
        x = addAndNormalise(product(context, layer.attentionOutput), x, layer.attentionNorm.weight, layer.attentionNorm.bias,
                            m_config.layer_norm_eps, dropout.at(number + 1, rate));
        const at::Tensor inner = dense(x, layer.intermediate.weight, layer.intermediate.bias, m_config.hidden_act); // (T, 4H)
        x = addAndNormalise(product(inner, layer.output), x, layer.outputNorm.weight, layer.outputNorm.bias, m_config.layer_norm_eps,
                            dropout.at(number + 2, rate));
        number += kSitesPerLayer;
    }
    return firstOnly && !m_layers.empty() ? x : x.narrow(0, 0, batch.tokens());
}

} // namespace triptych
