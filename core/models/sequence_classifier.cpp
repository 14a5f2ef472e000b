#include "models/sequence_classifier.h"

#include "base/random.h"
#include "models/dense.h"
#include "models/packed_layers.h"
#include "models/required_tensor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace triptych {

namespace {

constexpr double kInitialDeviation = 0.02;
constexpr std::uint64_t kClassifierSite = 1;
constexpr std::uint64_t kDenseSite = 2;

at::Tensor normalTensor(std::vector<std::int64_t> shape, std::uint64_t seed) {
    at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(at::kFloat));
    fillNormal(tensor, kInitialDeviation, seed);
    return tensor;
}

} // namespace

void fillNormal(at::Tensor& tensor, double deviation, std::uint64_t seed) {
    Random random(seed);
    float* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); i += 2) {
        const double radius = deviation * std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
        const double angle = 2.0 * std::numbers::pi * random.uniform();
        values[i] = static_cast<float>(radius * std::cos(angle));
        if (i + 1 < tensor.numel())
            values[i + 1] = static_cast<float>(radius * std::sin(angle));
    }
}

std::map<std::string, std::vector<std::int64_t>> classifierShapes(const BertConfig& config, std::int64_t labels) {
    const BertFamily& family = *config.family;
    const std::int64_t hidden = config.hidden_size;
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (auto& [name, shape] : bertShapes(config))
        shapes.emplace(std::string(family.prefix) + name, std::move(shape));
    shapes[std::string(family.head_dense) + ".weight"] = {hidden, hidden};
    shapes[std::string(family.head_dense) + ".bias"] = {hidden};
    shapes[std::string(family.head_out) + ".weight"] = {labels, hidden};
    shapes[std::string(family.head_out) + ".bias"] = {labels};
    return shapes;
}

SequenceClassifier::SequenceClassifier(Bert bert, const NamedTensors& head, std::string_view source) : m_bert(std::move(bert)) {
    const BertFamily& family = *m_bert.config().family;
    const std::int64_t hidden = m_bert.config().hidden_size;
    const auto take = [&](std::string_view layer, const char* part, const std::vector<std::int64_t>& shape) {
        return requiredTensor(head, fmt::format("{}.{}", layer, part), shape, source, "This folder holds an encoder, not a classifier.");
    };
    m_denseWeight = take(family.head_dense, "weight", {hidden, hidden});
    m_denseBias = take(family.head_dense, "bias", {hidden});
    m_outWeight = take(family.head_out, "weight", {-1, hidden});
    m_outBias = take(family.head_out, "bias", {m_outWeight.size(0)});
}

SequenceClassifier SequenceClassifier::open(const std::filesystem::path& folder) {
    NamedTensors others;
    Bert bert = openBert(folder, &others);
    return SequenceClassifier(std::move(bert), others, folder.string());
}

SequenceClassifier SequenceClassifier::fromPretrained(const std::filesystem::path& folder, std::int64_t labels,
                                                      std::uint64_t seed) {
    NamedTensors head;
    Bert bert = openBert(folder, &head);
    const BertFamily& family = *bert.config().family;
    const std::int64_t hidden = bert.config().hidden_size;
    const auto zeros = [](std::int64_t size) { return at::zeros({size}, at::TensorOptions().dtype(at::kFloat)); };
    // Only BERT's dense layer is pretrained: its pooler. One of another task's classifier is not for this one.
    const std::string dense(family.head_dense), out(family.head_out);
    if (!dense.starts_with(family.prefix) || !head.contains(dense + ".weight")) {
        head[dense + ".weight"] = normalTensor({hidden, hidden}, seed ^ 1);
        head[dense + ".bias"] = zeros(hidden);
    }
    head[out + ".weight"] = normalTensor({labels, hidden}, seed);
    head[out + ".bias"] = zeros(labels);
    return SequenceClassifier(std::move(bert), head, folder.string());
}

NamedTensors SequenceClassifier::weights() const {
    const BertFamily& family = *m_bert.config().family;
    const std::string dense(family.head_dense), out(family.head_out);
    NamedTensors weights = {{dense + ".weight", m_denseWeight}, {dense + ".bias", m_denseBias}, {out + ".weight", m_outWeight}, {out + ".bias", m_outBias}};
    for (const auto& [name, tensor] : m_bert.weights())
        weights[std::string(family.prefix) + name] = tensor;
    return weights;
}

at::Tensor SequenceClassifier::logits(const PackedBatch& batch, const kernels::DropoutMask& dropout, const WordRows* words) const {
    const BertFamily& family = *m_bert.config().family;
    const auto site = [&](std::uint64_t number) { return dropout.at(number, m_bert.config().classifier_dropout); };
    at::Tensor x = m_bert.firstTokens(batch, dropout, words); // (B, H)
    if (family.dropout_before_dense)
        x = triptych::dropout(x, site(kDenseSite));
    x = dense(x, m_denseWeight, m_denseBias, family.head_activation);
    return dense(triptych::dropout(x, site(kClassifierSite)), m_outWeight, m_outBias);
}

} // namespace triptych
