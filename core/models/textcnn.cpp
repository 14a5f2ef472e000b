#include "models/textcnn.h"

#include "base/error.h"
#include "base/random.h"
#include "models/dense.h"
#include "models/packed_layers.h"
#include "models/products.h"
#include "models/sequence_classifier.h"
#include "models/text_convolution.h"

#include <ATen/ops/add.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace triptych {

namespace {

constexpr const char* kType = "triptych_textcnn";
constexpr std::int64_t kFillRow = 0;    ///< fills short texts up; its embedding is learnt like any other
constexpr std::int64_t kUnknownRow = 1;
constexpr std::int64_t kFirstPiece = 2;

std::int64_t widthSum(const TextCnnConfig& config) {
    return std::accumulate(config.widths.begin(), config.widths.end(), std::int64_t(0));
}

std::int64_t pooledSize(const TextCnnConfig& config) { return static_cast<std::int64_t>(config.widths.size()) * config.filters; }

std::map<std::string, std::vector<std::int64_t>> shapes(const TextCnnConfig& config) {
    return {{"embedding.weight", {static_cast<std::int64_t>(config.vocabulary.size()) + kFirstPiece, config.embedding_size}},
            {"convolution.weight", {widthSum(config) * config.filters, config.embedding_size}},
            {"convolution.bias", {pooledSize(config)}},
            {"classifier.weight", {config.labels, pooledSize(config)}},
            {"classifier.bias", {config.labels}}};
}

[[noreturn]] void refuse(std::string_view source, const char* key) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}': '{}' is missing or out of range", source, key));
}

int integer(const Json& value, const char* key, int low, int high, std::string_view source) {
    const auto found = value.find(key);
    if (found == value.end() || !found->is_number_integer() || found->get<std::int64_t>() < low || found->get<std::int64_t>() > high)
        refuse(source, key);
    return found->get<int>();
}

} // namespace

Json textCnnConfigToJson(const TextCnnConfig& config, const std::vector<std::string>& labels) {
    Json names = Json::object();
    Json ids = Json::object();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        names[std::to_string(i)] = labels[i];
        ids[labels[i]] = i;
    }
    return {{"model_type", kType},
            {"architectures", {"TriptychTextCnn"}},
            {"embedding_size", config.embedding_size},
            {"filters", config.filters},
            {"widths", config.widths},
            {"num_labels", config.labels},
            {"max_length", config.max_length},
            {"dropout", config.dropout},
            {"id2label", names},
            {"label2id", ids},
            {"vocabulary", config.vocabulary}};
}

TextCnnConfig textCnnConfigFromJson(const Json& value, std::string_view source) {
    if (!value.is_object() || value.value("model_type", Json()) != kType)
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': model_type is not '{}'", source, kType));
    TextCnnConfig config;
    config.embedding_size = integer(value, "embedding_size", 1, 1 << 14, source);
    config.filters = integer(value, "filters", 1, 1 << 14, source);
    config.labels = integer(value, "num_labels", 1, 1 << 20, source);
    config.max_length = integer(value, "max_length", 1, 1 << 16, source);
    try {
        config.dropout = value.at("dropout").get<double>();
        config.widths = value.at("widths").get<std::vector<std::int64_t>>();
        config.vocabulary = value.at("vocabulary").get<std::vector<std::int32_t>>();
    } catch (const Json::exception&) {
        refuse(source, "dropout, widths or vocabulary");
    }
    if (!(config.dropout >= 0 && config.dropout < 1))
        refuse(source, "dropout");
    if (config.widths.empty() || config.widths.size() > 32 ||
        std::any_of(config.widths.begin(), config.widths.end(), [](std::int64_t width) { return width < 1 || width > 64; }))
        refuse(source, "widths");
    if (!std::is_sorted(config.vocabulary.begin(), config.vocabulary.end(), std::less_equal<>()))
        refuse(source, "vocabulary");
    return config;
}

TextCnn::TextCnn(TextCnnConfig config, NamedTensors weights, std::string_view source)
    : m_config(std::move(config)), m_weights(std::move(weights)) {
    for (const auto& [name, shape] : shapes(m_config)) {
        const auto found = m_weights.find(name);
        if (found == m_weights.end() || found->second.sizes() != at::IntArrayRef(shape)) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the tensor '{}' is missing or not of shape [{}]", source, name, fmt::join(shape, ", ")),
                        "The weights and config.json must be of the same model.");
        }
    }
    for (std::size_t i = 0; i < m_config.vocabulary.size(); ++i)
        m_rows[m_config.vocabulary[i]] = static_cast<std::int64_t>(i) + kFirstPiece;
}

TextCnn TextCnn::random(const TextCnnConfig& config, std::uint64_t seed) {
    NamedTensors weights;
    Random seeds(seed);
    for (const auto& [name, shape] : shapes(config)) {
        at::Tensor tensor = at::zeros(shape, at::TensorOptions().dtype(at::kFloat));
        const std::uint64_t own = seeds.next();
        if (name == "embedding.weight")
            fillNormal(tensor, 0.3, own);
        else if (name == "convolution.weight")
            fillNormal(tensor, std::sqrt(2.0 / (4.0 * config.embedding_size)), own);
        else if (name == "classifier.weight")
            fillNormal(tensor, std::sqrt(1.0 / static_cast<double>(pooledSize(config))), own);
        weights.emplace(name, std::move(tensor));
    }
    return TextCnn(config, std::move(weights), "a new TextCNN");
}

TextCnn TextCnn::open(const std::filesystem::path& folder) {
    const std::filesystem::path configFile = folder / "config.json";
    const std::filesystem::path weightsFile = folder / "model.safetensors";
    return TextCnn(textCnnConfigFromJson(readJsonFile(configFile, 64u << 20), configFile.string()), readWeights(weightsFile), weightsFile.string());
}

std::vector<std::int64_t> TextCnn::rowsOf(std::span<const std::int32_t> ids) const {
    std::vector<std::int64_t> rows;
    const auto widest = static_cast<std::size_t>(*std::max_element(m_config.widths.begin(), m_config.widths.end()));
    rows.reserve(std::max(ids.size(), widest));
    for (const std::int32_t id : ids.first(std::min(ids.size(), static_cast<std::size_t>(m_config.max_length)))) {
        const auto found = m_rows.find(id);
        rows.push_back(found == m_rows.end() ? kUnknownRow : found->second);
    }
    rows.resize(std::max(rows.size(), widest), kFillRow);
    return rows;
}

TextCnn::Batch TextCnn::pack(std::span<const std::vector<std::int64_t>* const> sequences) {
    Batch batch;
    batch.starts.push_back(0);
    for (const auto* sequence : sequences)
        batch.starts.push_back(batch.starts.back() + static_cast<std::int64_t>(sequence->size()));
    batch.rows = at::empty({batch.starts.back()}, at::TensorOptions().dtype(at::kLong));
    auto* out = batch.rows.mutable_data_ptr<std::int64_t>();
    for (const auto* sequence : sequences)
        out = std::copy(sequence->begin(), sequence->end(), out);
    return batch;
}

at::Tensor TextCnn::forward(const Batch& batch, const kernels::DropoutMask& dropout, const WordRows* table) const {
    const at::Tensor x = table ? at::embedding(table->values, table->index) : at::embedding(m_weights.at("embedding.weight"), batch.rows);
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
