#include "models/task_model.h"

#include "base/error.h"
#include "models/dense.h"
#include "models/lora_adapter.h"
#include "models/packed_layers.h"

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

std::string architectureOf(const Json& config) {
    const auto found = config.find("architectures");
    return found != config.end() && found->is_array() && !found->empty() && (*found)[0].is_string() ? (*found)[0].get<std::string>() : std::string();
}

TaskModel::TaskModel(SequenceClassifier classifier) : m_task(EncoderTask::SequenceClassification), m_classifier(std::move(classifier)) {}

TaskModel::TaskModel(Bert bert, EncoderTask task, const NamedTensors& head, std::string_view source) : m_task(task), m_bert(std::move(bert)) {
    const BertConfig& config = m_bert->config();
    const BertFamily& family = *config.family;
    const std::int64_t hidden = config.hidden_size;
    /// `rows` 0: any number.
    const auto check = [&](const std::string& name, const at::Tensor& tensor, std::int64_t rows, std::int64_t columns) {
        const bool fits = columns > 0 ? tensor.dim() == 2 && tensor.size(1) == columns : tensor.dim() == 1;
        if (!fits || tensor.size(0) < 1 || (rows > 0 && tensor.size(0) != rows)) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the tensor '{}' has the shape {}, which does not fit the body", source, name,
                                                             Json(tensor.sizes().vec()).dump()),
                        "The weights and config.json must be of the same model.");
        }
        return tensor;
    };
    const auto take = [&](std::string_view layer, const char* part, std::int64_t rows, std::int64_t columns) {
        const std::string name = fmt::format("{}.{}", layer, part);
        const auto found = head.find(name);
        if (found == head.end()) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor '{}'", source, name),
                        "config.json names a head that the weights do not have.");
        }
        return check(name, found->second, rows, columns);
    };
    if (task != EncoderTask::MaskedLm) {
        const bool span = task == EncoderTask::QuestionAnswering;
        const char* const name = span ? "qa_outputs" : "classifier";
        m_outWeight = take(name, "weight", span ? 2 : 0, hidden);
        m_outBias = take(name, "bias", m_outWeight.size(0), 0);
        return;
    }
    m_denseWeight = take(family.mask_dense, "weight", hidden, hidden);
    m_denseBias = take(family.mask_dense, "bias", hidden, 0);
    m_gain = take(family.mask_norm, "weight", hidden, 0);
    m_shift = take(family.mask_norm, "bias", hidden, 0);
    // Tied to the word table unless the file has a table of its own.
    const std::string decoder = std::string(family.mask_decoder) + ".weight";
    const auto own = head.find(decoder);
    m_outWeight = own == head.end() ? m_bert->weights().at("embeddings.word_embeddings.weight") : check(decoder, own->second, config.vocab_size, hidden);
    const std::string bias(family.mask_bias), otherBias = std::string(family.mask_decoder) + ".bias";
    const auto found = head.contains(bias) ? head.find(bias) : head.find(otherBias);
    if (found == head.end())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor '{}'", source, bias));
    m_outBias = check(bias, found->second, config.vocab_size, 0);
}

TaskModel TaskModel::open(const std::filesystem::path& folder, Precision precision) {
    const std::string architecture = architectureOf(modelConfig(folder));
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
