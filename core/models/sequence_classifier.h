#pragma once

#include "models/bert.h"

#include <filesystem>
#include <string>
#include <vector>

// Legend: B = sequences, H = hidden size, K = labels.

namespace triptych {

/// BertForSequenceClassification and its kin: body, a dense layer with its activation on the first token (BERT's pooler),
/// one linear layer, dropout where the family has it.
class SequenceClassifier {
public:
    /// `head`: <dense>.weight (H, H), <dense>.bias (H), <out>.weight (K, H), <out>.bias (K) under the family's names; others
    /// are left alone. Throws Error{InvalidInput} naming source and tensor.
    SequenceClassifier(Bert bert, const NamedTensors& head, std::string_view source);
    /// A Hugging Face folder. Throws Error{NotFound | InvalidInput | Unsupported} naming file, key or tensor.
    static SequenceClassifier open(const std::filesystem::path& folder);
    /// A pretrained body with a new last layer for `labels` classes: normal(0, 0.02), bias 0, as transformers
    /// does; a dense layer that the body does not bring is made in the same way.
    static SequenceClassifier fromPretrained(const std::filesystem::path& folder, std::int64_t labels, std::uint64_t seed);

    const Bert& bert() const { return m_bert; }
    std::int64_t labels() const { return m_outBias.size(0); }
    /// Every weight under its Hugging Face name, those of the body with the family's prefix.
    NamedTensors weights() const;
    /// (B, K).
    at::Tensor logits(const PackedBatch& batch, const kernels::DropoutMask& dropout = {}, const WordRows* words = nullptr) const;

private:
    Bert m_bert;
    at::Tensor m_denseWeight, m_denseBias, m_outWeight, m_outBias;
};

/// Name and shape of every weight of a classifier of K labels, those of the body with the family's prefix.
std::map<std::string, std::vector<std::int64_t>> classifierShapes(const BertConfig& config, std::int64_t labels);

/// Fills a float tensor from normal(0, deviation), the same numbers on every machine.
void fillNormal(at::Tensor& tensor, double deviation, std::uint64_t seed);

} // namespace triptych
