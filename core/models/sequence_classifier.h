#pragma once

#include "models/bert.h"

#include <filesystem>
#include <string>
#include <vector>

// Legend: B = sequences, H = hidden size, K = labels.

namespace triptych {

/// BertForSequenceClassification: body, pooler, dropout, one linear layer.
class SequenceClassifier {
public:
    /// `weight` (K, H), `bias` (K). The body needs its pooler. Throws Error{InvalidInput} naming source and tensor.
    SequenceClassifier(Bert bert, at::Tensor weight, at::Tensor bias, std::string_view source);
    /// A Hugging Face folder. Throws Error{NotFound | InvalidInput | Unsupported} naming file, key or tensor.
    static SequenceClassifier open(const std::filesystem::path& folder);
    /// A pretrained body with a new last layer for `labels` classes: normal(0, 0.02), bias 0, as transformers
    /// does; a body without a pooler gets one in the same way.
    static SequenceClassifier fromPretrained(const std::filesystem::path& folder, std::int64_t labels, std::uint64_t seed);

    const Bert& bert() const { return m_bert; }
    std::int64_t labels() const { return m_bias.size(0); }
    /// Every weight under its Hugging Face name: bert.*, classifier.weight, classifier.bias.
    NamedTensors weights() const;
    /// (B, K).
    at::Tensor logits(const PackedBatch& batch, const kernels::DropoutMask& dropout = {}, const WordRows* words = nullptr) const;

private:
    Bert m_bert;
    at::Tensor m_weight, m_bias;
};

/// Fills a float tensor from normal(0, deviation), the same numbers on every machine.
void fillNormal(at::Tensor& tensor, double deviation, std::uint64_t seed);

} // namespace triptych
