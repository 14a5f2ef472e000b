#include "training/full.h"

#include "base/error.h"
#include "base/random.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/index_select.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace triptych {

namespace {

constexpr double kAnyDropout = 0.5; // only "above 0" matters: the configuration has the rates
constexpr std::size_t kEvaluationTokens = 1024;

at::Tensor labelsTensor(const TokenRows& rows, std::span<const std::int64_t> which) {
    at::Tensor labels = at::empty({static_cast<std::int64_t>(which.size())}, at::TensorOptions().dtype(at::kLong));
    auto* out = labels.mutable_data_ptr<std::int64_t>();
    for (const std::int64_t row : which)
        *out++ = rows.labels[static_cast<std::size_t>(row)];
    return labels;
}

bool isDecayed(const std::string& name) {
    return !name.ends_with(".bias") && name.find("LayerNorm") == std::string::npos && name.find("layer_norm") == std::string::npos;
}

} // namespace

FullLearner::FullLearner(SequenceClassifier classifier, const TokenRows& train, const TokenRows& dev,
                         const TrainSettings& settings, std::uint64_t seed)
    : m_classifier(std::move(classifier)), m_train(train), m_dev(dev), m_weights(m_classifier.weights()),
      m_wordsName(std::string(m_classifier.bert().config().family->prefix) + "embeddings.word_embeddings.weight"),
      m_maxNorm(settings.max_grad_norm), m_seed(seed) {
    m_words = m_weights.at(m_wordsName);
    m_weights.erase(m_wordsName);
    for (auto& [name, weight] : m_weights) {
        weight.requires_grad_(true);
        m_optimizer.add(name, weight, isDecayed(name) ? settings.weight_decay : 0);
    }
    m_optimizer.addTable(m_wordsName, m_words, settings.weight_decay);
}

StepReport FullLearner::learn(std::int64_t step, std::span<const std::int64_t> rows, double learningRate) {
    std::vector<const Encoding*> encodings;
    for (const std::int64_t row : rows)
        encodings.push_back(&m_train.encodings[static_cast<std::size_t>(row)]);
    const PackedBatch batch = m_classifier.bert().pack(encodings);

    // The distinct tokens of the batch, ascending, and where each token stands among them.
    const std::span ids(batch.ids.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(batch.tokens()));
    std::vector<std::int64_t> distinct(ids.begin(), ids.end());
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    at::Tensor used = at::empty({static_cast<std::int64_t>(distinct.size())}, batch.ids.options());
    std::copy(distinct.begin(), distinct.end(), used.mutable_data_ptr<std::int64_t>());
    WordRows words = {at::index_select(m_words, 0, used).requires_grad_(true), at::empty_like(batch.ids)};
    auto* index = words.index.mutable_data_ptr<std::int64_t>();
    for (const std::int64_t id : ids)
        *index++ = std::lower_bound(distinct.begin(), distinct.end(), id) - distinct.begin();

    const kernels::DropoutMask dropout = {Random(m_seed ^ Random(static_cast<std::uint64_t>(step)).next()).next(), kAnyDropout};
    const at::Tensor loss = at::cross_entropy_loss(m_classifier.logits(batch, dropout, &words), labelsTensor(m_train, rows));
    loss.backward();

    StepReport report;
    report.loss = loss.item<double>();
    std::vector<AdamW::TableGradient> tables = {{m_wordsName, std::move(distinct), words.values.grad()}};
    report.gradientNorm = m_optimizer.gradientNorm(tables);
    if (std::isfinite(report.loss) && std::isfinite(report.gradientNorm)) {
        const double scale = m_maxNorm > 0 ? std::min(1.0, m_maxNorm / (report.gradientNorm + 1e-6)) : 1.0;
        m_optimizer.step(learningRate, scale, tables);
    }
    for (auto& [name, weight] : m_weights)
        weight.mutable_grad().reset();
    return report;
}

std::optional<DevReport> FullLearner::evaluateDev(const std::stop_token& stop) {
    if (m_dev.size() == 0)
        return std::nullopt;
    const at::Tensor logits = classifyRows(m_classifier, m_dev.encodings, stop);
    std::vector<std::int64_t> all(static_cast<std::size_t>(m_dev.size()));
    std::iota(all.begin(), all.end(), std::int64_t(0));
    const at::Tensor labels = labelsTensor(m_dev, all);
    const double right = at::eq(at::argmax(logits, 1), labels).sum().item<double>();
    return DevReport{at::cross_entropy_loss(logits, labels).item<double>(), right / static_cast<double>(m_dev.size())};
}

NamedTensors FullLearner::state() const {
    NamedTensors state = m_optimizer.state();
    for (const auto& [name, weight] : m_weights)
        state["weight." + name] = weight;
    return state;
}

void FullLearner::restore(const NamedTensors& state, std::int64_t step) {
    const at::NoGradGuard guard;
    for (auto& [name, weight] : m_weights) {
        const auto found = state.find("weight." + name);
        if (found == state.end() || found->second.sizes() != weight.sizes())
            throw Error(ErrorCode::Corrupt, "the checkpoint is of another model: it lacks '" + name + "'");
        weight.copy_(found->second);
    }
    m_optimizer.restore(state, step);
}

at::Tensor classifyRows(const SequenceClassifier& classifier, const std::vector<Encoding>& encodings,
                        const std::stop_token& stop, const std::function<void(std::int64_t)>& done) {
    const at::NoGradGuard guard;
    std::vector<at::Tensor> parts;
    std::vector<const Encoding*> batch;
    std::size_t tokens = 0;
    for (std::size_t i = 0; i < encodings.size(); ++i) {
        batch.push_back(&encodings[i]);
        tokens += encodings[i].ids.size();
        if (tokens < kEvaluationTokens && i + 1 < encodings.size())
            continue;
        throwIfStopped(stop);
        parts.push_back(classifier.logits(classifier.bert().pack(batch)));
        batch.clear();
        tokens = 0;
        if (done)
            done(static_cast<std::int64_t>(i + 1));
    }
    return parts.empty() ? at::empty({0, classifier.labels()}) : at::cat(parts);
}

} // namespace triptych
