#pragma once

#include "models/sequence_classifier.h"
#include "training/adamw.h"
#include "training/loop.h"
#include "training/rows.h"

#include <functional>

namespace triptych {

/// Fine-tuning of every weight of a sequence classifier with cross-entropy, as transformers' Trainer does it: dropout
/// by the configuration, clipping by global norm, AdamW. Rows are not padded and the word table has its gradient by rows.
class FullLearner final : public Learner {
public:
    FullLearner(SequenceClassifier classifier, const TokenRows& train, const TokenRows& dev, const TrainSettings& settings,
                std::uint64_t seed);

    StepReport learn(std::int64_t step, std::span<const std::int64_t> rows, double learningRate) override;
    std::optional<DevReport> evaluateDev(const std::stop_token& stop) override;
    NamedTensors state() const override;
    void restore(const NamedTensors& state, std::int64_t step) override;

    const SequenceClassifier& classifier() const { return m_classifier; }

private:
    SequenceClassifier m_classifier;
    const TokenRows& m_train;
    const TokenRows& m_dev;
    NamedTensors m_weights; ///< all but the word table
    std::string m_wordsName;
    at::Tensor m_words; ///< the word table
    AdamW m_optimizer;
    double m_maxNorm;
    std::uint64_t m_seed;
};

/// Logits (N, K) of all rows, without dropout, in batches; the order is kept. `done` is called after each batch.
at::Tensor classifyRows(const SequenceClassifier& classifier, const std::vector<Encoding>& encodings,
                        const std::stop_token& stop, const std::function<void(std::int64_t)>& done = {});


} // namespace triptych
