#include "models/static_embeddings.h"

#include "models/config_fields.h"
#include "models/dense.h"
#include "models/packed_layers.h"
#include "models/products.h"

#include <ATen/ops/embedding_bag.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/relu.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace triptych {

namespace {

constexpr const char* kType = "triptych_static";
/// Sites of dropout inside one pass.
constexpr std::uint64_t kMean = 1;
constexpr std::uint64_t kInner = 2;

std::int64_t classifierInput(const StaticEmbeddingsConfig& config) { return config.head_size > 0 ? config.head_size : config.embedding_size; }

TensorShapes shapes(const StaticEmbeddingsConfig& config) {
    TensorShapes shapes = {{"embedding.weight", {static_cast<std::int64_t>(config.vocabulary.size()) + PieceTable::kFirstPiece, config.embedding_size}},
                           {"classifier.weight", {config.labels, classifierInput(config)}},
                           {"classifier.bias", {config.labels}}};
    if (config.head_size > 0) {
        shapes["dense.weight"] = {config.head_size, config.embedding_size};
        shapes["dense.bias"] = {config.head_size};
    }
    return shapes;
}

} // namespace

Json staticEmbeddingsConfigToJson(const StaticEmbeddingsConfig& config, const std::vector<std::string>& labels) {
    Json value = pieceConfigToJson(config, kType, "TriptychStaticEmbeddings", labels);
    value["head_size"] = config.head_size;
    return value;
}

StaticEmbeddingsConfig staticEmbeddingsConfigFromJson(const Json& value, std::string_view source) {
    StaticEmbeddingsConfig config;
    readPieceConfig(value, source, kType, config);
    config.head_size = static_cast<int>(configFields(value, std::string(source)).integer("head_size", 0, 1 << 14));
    return config;
}

StaticEmbeddings::StaticEmbeddings(StaticEmbeddingsConfig config, NamedTensors weights, std::string_view source)
    : m_config(std::move(config)), m_weights(std::move(weights)), m_table(m_config.vocabulary) {
    requireShapes(m_weights, shapes(m_config), source);
}

StaticEmbeddings StaticEmbeddings::random(const StaticEmbeddingsConfig& config, std::uint64_t seed) {
    const auto deviation = [&](const std::string& name) { return name == "dense.weight" ? std::sqrt(2.0 / config.embedding_size) : 0.0; };
    return StaticEmbeddings(config, randomWeights(shapes(config), seed, deviation), "new static embeddings");
}

StaticEmbeddings StaticEmbeddings::open(const std::filesystem::path& folder) {
    const std::filesystem::path configFile = folder / "config.json";
    const std::filesystem::path weightsFile = folder / "model.safetensors";
    return StaticEmbeddings(staticEmbeddingsConfigFromJson(readJsonFile(configFile, 64u << 20), configFile.string()), readWeights(weightsFile),
                            weightsFile.string());
}

std::vector<std::int64_t> StaticEmbeddings::rowsOf(std::span<const std::int32_t> ids) const {
    return m_table.rowsOf(ids, 1, static_cast<std::size_t>(m_config.max_length));
}

at::Tensor StaticEmbeddings::forward(const PieceBatch& batch, const kernels::DropoutMask& dropout, const WordRows* table) const {
    constexpr std::int64_t kMeanOfABag = 1;
    const auto dropped = [&](const at::Tensor& x, std::uint64_t site) { return triptych::dropout(x, dropout.at(site, m_config.dropout)); };
    at::Tensor offsets = at::empty({batch.sequences()}, batch.rows.options());
    std::copy(batch.starts.begin(), batch.starts.end() - 1, offsets.mutable_data_ptr<std::int64_t>());
    at::Tensor x = std::get<0>(at::embedding_bag(table ? table->values : m_weights.at("embedding.weight"), table ? table->index : batch.rows, offsets,
                                                 false, kMeanOfABag)); // (B, E)
    x = dropped(x, kMean);
    if (m_config.head_size > 0)
        x = dropped(at::relu(dense(x, m_weights.at("dense.weight"), m_weights.at("dense.bias"))), kInner); // (B, D)
    return dense(x, m_weights.at("classifier.weight"), m_weights.at("classifier.bias"));
}

StaticEmbeddingsInference::StaticEmbeddingsInference(const StaticEmbeddings& model)
    : m_config(model.config()), m_embedding(model.weights().at("embedding.weight").detach().clone()),
      m_classifier(model.weights().at("classifier.weight").detach().t().contiguous().clone()),
      m_bias(model.weights().at("classifier.bias").detach().clone()), m_mean(static_cast<std::size_t>(m_config.embedding_size)),
      m_inner(static_cast<std::size_t>(m_config.head_size)) {
    if (m_config.head_size > 0) {
        m_dense = model.weights().at("dense.weight").detach().t().contiguous().clone();
        m_denseBias = model.weights().at("dense.bias").detach().clone();
    }
}

void StaticEmbeddingsInference::classify(std::span<const std::int64_t> rows, std::span<float> out) {
    const std::int64_t size = m_config.embedding_size, inner = m_config.head_size, labels = m_config.labels;
    const float* table = m_embedding.const_data_ptr<float>();
    std::fill(m_mean.begin(), m_mean.end(), 0.0f);
    for (const std::int64_t row : rows) {
        const float* vector = table + row * size;
        for (std::size_t j = 0; j < m_mean.size(); ++j)
            m_mean[j] += vector[j];
    }
    for (float& value : m_mean)
        value /= static_cast<float>(rows.size());
    const float* x = m_mean.data();
    if (inner > 0) {
        kernels::products().multiply(1, inner, size, x, size, 1, m_dense.const_data_ptr<float>(), inner, m_inner.data(), inner);
        const float* bias = m_denseBias.const_data_ptr<float>();
        for (std::int64_t i = 0; i < inner; ++i)
            m_inner[static_cast<std::size_t>(i)] = std::max(0.0f, m_inner[static_cast<std::size_t>(i)] + bias[i]);
        x = m_inner.data();
    }
    const std::int64_t width = inner > 0 ? inner : size;
    kernels::products().multiply(1, labels, width, x, width, 1, m_classifier.const_data_ptr<float>(), labels, out.data(), labels);
    const float* bias = m_bias.const_data_ptr<float>();
    for (std::int64_t i = 0; i < labels; ++i)
        out[static_cast<std::size_t>(i)] += bias[i];
}

} // namespace triptych
