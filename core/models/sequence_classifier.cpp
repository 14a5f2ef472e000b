#include "models/sequence_classifier.h"

#include "base/error.h"
#include "base/random.h"
#include "formats/safetensors_set.h"
#include "models/packed_layers.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace triptych {

namespace {

constexpr double kInitialDeviation = 0.02;
constexpr std::uint64_t kClassifierSite = 1;

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

SequenceClassifier::SequenceClassifier(Bert bert, at::Tensor weight, at::Tensor bias, std::string_view source)
    : m_bert(std::move(bert)), m_weight(std::move(weight)), m_bias(std::move(bias)) {
    if (!m_bert.hasPooler())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor 'pooler.dense.weight'", source));
    if (m_weight.dim() != 2 || m_weight.size(1) != m_bert.config().hidden_size || m_bias.dim() != 1 ||
        m_bias.size(0) != m_weight.size(0) || m_weight.size(0) < 1) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': 'classifier.weight' and 'classifier.bias' do not fit the body", source));
    }
}

SequenceClassifier SequenceClassifier::open(const std::filesystem::path& folder) {
    NamedTensors others;
    Bert bert = openBert(folder, &others);
    const std::string source = safetensorsIn(folder).string();
    for (const char* name : {"classifier.weight", "classifier.bias"}) {
        if (!others.contains(name)) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor '{}'", source, name),
                        "This folder holds an encoder, not a classifier.");
        }
    }
    return SequenceClassifier(std::move(bert), others["classifier.weight"], others["classifier.bias"], source);
}

SequenceClassifier SequenceClassifier::fromPretrained(const std::filesystem::path& folder, std::int64_t labels,
                                                      std::uint64_t seed) {
    Bert bert = openBert(folder);
    const std::int64_t hidden = bert.config().hidden_size;
    if (!bert.hasPooler()) {
        NamedTensors weights = bert.weights();
        weights["pooler.dense.weight"] = normalTensor({hidden, hidden}, seed ^ 1);
        weights["pooler.dense.bias"] = at::zeros({hidden}, at::TensorOptions().dtype(at::kFloat));
        bert = Bert(bert.config(), std::move(weights), folder.string());
    }
    return SequenceClassifier(std::move(bert), normalTensor({labels, hidden}, seed),
                              at::zeros({labels}, at::TensorOptions().dtype(at::kFloat)), folder.string());
}

NamedTensors SequenceClassifier::weights() const {
    NamedTensors weights;
    for (const auto& [name, tensor] : m_bert.weights())
        weights["bert." + name] = tensor;
    weights["classifier.weight"] = m_weight;
    weights["classifier.bias"] = m_bias;
    return weights;
}

at::Tensor SequenceClassifier::logits(const PackedBatch& batch, const kernels::DropoutMask& dropout, const WordRows* words) const {
    const at::Tensor pooled = m_bert.pooled(m_bert.firstTokens(batch, dropout, words)); // (B, H)
    kernels::DropoutMask mask;
    if (dropout.rate > 0) {
        mask = dropout.at(kClassifierSite);
        mask.rate = m_bert.config().classifier_dropout;
    }
    return dense(triptych::dropout(pooled, mask), m_weight, m_bias);
}

} // namespace triptych
