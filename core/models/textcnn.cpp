#include "models/textcnn.h"

#include "models/config_fields.h"
#include "models/dense.h"
#include "models/packed_layers.h"
#include "models/products.h"
#include "models/text_convolution.h"

#include <ATen/ops/add.h>
#include <ATen/ops/relu.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace triptych {

namespace {

constexpr const char* kType = "triptych_textcnn";

std::int64_t widthSum(const TextCnnConfig& config) {
    return std::accumulate(config.widths.begin(), config.widths.end(), std::int64_t(0));
}

std::int64_t pooledSize(const TextCnnConfig& config) { return static_cast<std::int64_t>(config.widths.size()) * config.filters; }

TensorShapes shapes(const TextCnnConfig& config) {
    return {{"embedding.weight", {static_cast<std::int64_t>(config.vocabulary.size()) + PieceTable::kFirstPiece, config.embedding_size}},
            {"convolution.weight", {widthSum(config) * config.filters, config.embedding_size}},
            {"convolution.bias", {pooledSize(config)}},
            {"classifier.weight", {config.labels, pooledSize(config)}},
            {"classifier.bias", {config.labels}}};
}

} // namespace

Json textCnnConfigToJson(const TextCnnConfig& config, const std::vector<std::string>& labels) {
    Json value = pieceConfigToJson(config, kType, "TriptychTextCnn", labels);
    value["filters"] = config.filters;
    value["widths"] = config.widths;
    return value;
}

TextCnnConfig textCnnConfigFromJson(const Json& value, std::string_view source) {
    TextCnnConfig config;
    readPieceConfig(value, source, kType, config);
    const JsonFields fields = configFields(value, std::string(source));
    config.filters = static_cast<int>(fields.integer("filters", 1, 1 << 14));
    const Json& widths = fields.at("widths");
    const bool good = widths.is_array() && !widths.empty() && widths.size() <= 32 && std::all_of(widths.begin(), widths.end(), [](const Json& width) {
        return width.is_number_integer() && width.get<std::int64_t>() >= 1 && width.get<std::int64_t>() <= 64;
    });
    if (!good)
        fields.failType("widths", "an array of 1 to 32 whole numbers from 1 to 64");
    config.widths = widths.get<std::vector<std::int64_t>>();
    return config;
}

TextCnn::TextCnn(TextCnnConfig config, NamedTensors weights, std::string_view source)
    : m_config(std::move(config)), m_weights(std::move(weights)), m_table(m_config.vocabulary) {
    requireShapes(m_weights, shapes(m_config), source);
}

TextCnn TextCnn::random(const TextCnnConfig& config, std::uint64_t seed) {
    const auto deviation = [&](const std::string& name) { return name == "convolution.weight" ? std::sqrt(2.0 / (4.0 * config.embedding_size)) : 0.0; };
    return TextCnn(config, randomWeights(shapes(config), seed, deviation), "a new TextCNN");
}

TextCnn TextCnn::open(const std::filesystem::path& folder) {
    const std::filesystem::path configFile = folder / "config.json";
    const std::filesystem::path weightsFile = folder / "model.safetensors";
    return TextCnn(textCnnConfigFromJson(readJsonFile(configFile, 64u << 20), configFile.string()), readWeights(weightsFile), weightsFile.string());
}

std::vector<std::int64_t> TextCnn::rowsOf(std::span<const std::int32_t> ids) const {
    const auto widest = static_cast<std::size_t>(*std::max_element(m_config.widths.begin(), m_config.widths.end()));
    return m_table.rowsOf(ids, widest, static_cast<std::size_t>(m_config.max_length));
}

at::Tensor TextCnn::forward(const PieceBatch& batch, const kernels::DropoutMask& dropout, const WordRows* table) const {
    const at::Tensor x = embedPieces(m_weights.at("embedding.weight"), batch, table); // (T, E)
    at::Tensor pooled = convolveAndPool(x, m_weights.at("convolution.weight"), batch.starts, m_config.widths);
    pooled = at::relu(at::add(pooled, m_weights.at("convolution.bias"))); // (B, F · widths)
    if (dropout.rate > 0)
        pooled = triptych::dropout(pooled, {dropout.key, m_config.dropout});
    return dense(pooled, m_weights.at("classifier.weight"), m_weights.at("classifier.bias"));
}

TextCnnInference::TextCnnInference(const TextCnn& model)
    : m_config(model.config()), m_embedding(model.weights().at("embedding.weight").detach().clone()),
      m_bank(model.weights().at("convolution.weight").detach().t().contiguous().clone()),
      m_bankBias(model.weights().at("convolution.bias").detach().clone()),
      m_classifier(model.weights().at("classifier.weight").detach().t().contiguous().clone()),
      m_bias(model.weights().at("classifier.bias").detach().clone()),
      m_pooled(static_cast<std::size_t>(pooledSize(m_config))), m_scratch(static_cast<std::size_t>(m_config.filters)) {}

void TextCnnInference::classify(std::span<const std::int64_t> rows, std::span<float> out) {
    const auto length = static_cast<std::int64_t>(rows.size());
    const std::int64_t size = m_config.embedding_size;
    const std::int64_t columns = m_bank.size(1);
    const std::int64_t pooled = pooledSize(m_config);
    const std::int64_t labels = m_config.labels;
    m_input.resize(static_cast<std::size_t>(length * size));
    m_taps.resize(static_cast<std::size_t>(length * columns));
    const float* table = m_embedding.const_data_ptr<float>();
    for (std::int64_t i = 0; i < length; ++i)
        std::copy_n(table + rows[static_cast<std::size_t>(i)] * size, size, m_input.data() + i * size);
    kernels::products().multiply(length, columns, size, m_input.data(), size, 1, m_bank.const_data_ptr<float>(), columns, m_taps.data(), columns);
    poolSequence(m_taps.data(), length, m_config.widths, m_config.filters, m_pooled.data(), nullptr, m_scratch.data());
    const float* bankBias = m_bankBias.const_data_ptr<float>();
    for (std::int64_t i = 0; i < pooled; ++i)
        m_pooled[static_cast<std::size_t>(i)] = std::max(0.0f, m_pooled[static_cast<std::size_t>(i)] + bankBias[i]);
    kernels::products().multiply(1, labels, pooled, m_pooled.data(), pooled, 1, m_classifier.const_data_ptr<float>(), labels, out.data(), labels);
    const float* bias = m_bias.const_data_ptr<float>();
    for (std::int64_t i = 0; i < labels; ++i)
        out[static_cast<std::size_t>(i)] += bias[i];
}

} // namespace triptych
