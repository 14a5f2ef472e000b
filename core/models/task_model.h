#pragma once

#include "models/sequence_classifier.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

// Legend: B = sequences, T = tokens of the whole batch, H = hidden size, K = labels, V = vocabulary.

namespace triptych {

enum class EncoderTask { SequenceClassification, TokenClassification, QuestionAnswering, MaskedLm };
/// Of a class in transformers, "BertForMaskedLM"; nothing where it has no head that is known.
std::optional<EncoderTask> encoderTask(const BertFamily& family, std::string_view architecture);
/// The first of config.json's "architectures", empty if it has none. Throws Error{InvalidInput} naming source and key.
std::string architectureOf(const Json& config, const std::string& source);

/// A body of BERT's shape with the head that config.json names, for inference. A cross-encoder is a sequence classifier with one
/// label.
class TaskModel {
public:
    /// Throws Error{NotFound | InvalidInput | Unsupported} naming file, key or tensor.
    static TaskModel open(const std::filesystem::path& folder, Precision precision = Precision::Exact);

    const Bert& bert() const { return m_classifier ? m_classifier->bert() : *m_bert; }
    EncoderTask task() const { return m_task; }
    /// (B, K) of a sequence classification; else a row a token: (T, K), (T, 2) for begin and end, (T, V).
    at::Tensor logits(const PackedBatch& batch) const;

private:
    explicit TaskModel(SequenceClassifier classifier);
    TaskModel(Bert bert, EncoderTask task, const NamedTensors& head, std::string_view source);

    EncoderTask m_task;
    std::optional<SequenceClassifier> m_classifier; ///< this, or what follows
    std::optional<Bert> m_bert;
    at::Tensor m_denseWeight, m_denseBias, m_gain, m_shift; ///< of a masked language model
    at::Tensor m_outWeight, m_outBias;
};

} // namespace triptych
