#include "models/task_model.h"

#include "base/error.h"
#include "models/config_fields.h"
#include "models/dense.h"
#include "models/lora_adapter.h"
#include "models/packed_layers.h"
#include "models/required_tensor.h"

#include <fmt/format.h>

namespace triptych {

namespace {

std::string_view classEnding(EncoderTask task) {
    switch (task) {
    case EncoderTask::SequenceClassification: return "ForSequenceClassification";
    case EncoderTask::TokenClassification: return "ForTokenClassification";
    case EncoderTask::QuestionAnswering: return "ForQuestionAnswering";
    case EncoderTask::MaskedLm: return "ForMaskedLM";
    }
    return {};
}

} // namespace

std::optional<EncoderTask> encoderTask(const BertFamily& family, std::string_view architecture) {
    if (!architecture.starts_with(family.class_prefix))
        return std::nullopt;
    for (const EncoderTask task : {EncoderTask::SequenceClassification, EncoderTask::TokenClassification, EncoderTask::QuestionAnswering, EncoderTask::MaskedLm}) {
        if (architecture.substr(family.class_prefix.size()) == classEnding(task))
            return task;
    }
    return std::nullopt;
}

std::string architectureOf(const Json& config, const std::string& source) {
    const JsonFields fields = configFields(config, source);
    const std::vector<std::string> names = fields.has("architectures") ? fields.strings("architectures") : std::vector<std::string>();
    return names.empty() ? std::string() : names.front();
}

TaskModel::TaskModel(SequenceClassifier classifier) : m_task(EncoderTask::SequenceClassification), m_classifier(std::move(classifier)) {}

TaskModel::TaskModel(Bert bert, EncoderTask task, const NamedTensors& head, std::string_view source) : m_task(task), m_bert(std::move(bert)) {
    const BertConfig& config = m_bert->config();
    const BertFamily& family = *config.family;
    const std::int64_t hidden = config.hidden_size;
    const auto take = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
        return requiredTensor(head, name, shape, source, "config.json names a head that the weights do not have.");
    };
    if (task != EncoderTask::MaskedLm) {
        const bool span = task == EncoderTask::QuestionAnswering;
        const std::string name = span ? "qa_outputs" : "classifier";
        m_outWeight = take(name + ".weight", {span ? 2 : -1, hidden});
        m_outBias = take(name + ".bias", {m_outWeight.size(0)});
        return;
    }
    const std::string dense(family.mask_dense), norm(family.mask_norm), decoder(family.mask_decoder), bias(family.mask_bias);
    m_denseWeight = take(dense + ".weight", {hidden, hidden});
    m_denseBias = take(dense + ".bias", {hidden});
    m_gain = take(norm + ".weight", {hidden});
    m_shift = take(norm + ".bias", {hidden});
    // Tied to the word table unless the file has a table of its own.
    m_outWeight = head.contains(decoder + ".weight") ? take(decoder + ".weight", {config.vocab_size, hidden})
                                                     : m_bert->weights().at("embeddings.word_embeddings.weight");
    const bool elsewhere = !head.contains(bias) && head.contains(decoder + ".bias");
    m_outBias = take(elsewhere ? decoder + ".bias" : bias, {config.vocab_size});
}

TaskModel TaskModel::open(const std::filesystem::path& folder, Precision precision) {
    const std::string architecture = architectureOf(modelConfig(folder), (baseFolder(folder) / "config.json").string());
    NamedTensors head;
    Bert bert = openBert(folder, &head, precision);
    const std::optional<EncoderTask> task = encoderTask(*bert.config().family, architecture);
    if (!task) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': the architecture '{}' has no head that gives logits", folder.string(), architecture),
                    "A model for sequence or token classification, question answering or masked words has one; an encoder has hidden states.");
    }
    const std::string source = folder.string();
    if (*task == EncoderTask::SequenceClassification)
        return TaskModel(SequenceClassifier(std::move(bert), head, source));
    return TaskModel(std::move(bert), *task, head, source);
}

at::Tensor TaskModel::logits(const PackedBatch& batch) const {
    if (m_classifier)
        return m_classifier->logits(batch);
    const BertConfig& config = m_bert->config();
    at::Tensor x = m_bert->forward(batch); // (T, H)
    if (m_task == EncoderTask::MaskedLm) {
        const auto activation = config.family->positions_by_padding ? Activation::Gelu : config.hidden_act; // RoBERTa's is fixed
        x = dense(x, m_denseWeight, m_denseBias, activation);
        x = addAndNormalise(x, {}, m_gain, m_shift, config.layer_norm_eps, {});
    }
    return dense(x, m_outWeight, m_outBias);
}

} // namespace triptych
