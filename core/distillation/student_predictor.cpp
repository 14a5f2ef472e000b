#include "distillation/student_predictor.h"

#include "base/error.h"
#include "base/files.h"
#include "models/bilstm.h"
#include "models/static_embeddings.h"
#include "models/textcnn.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace triptych {

namespace {

template <typename Model, typename Inference>
class PiecePredictor final : public Predictor {
public:
    PiecePredictor(Model model, std::unique_ptr<Tokenizer> tokenizer, std::vector<std::string> labels, std::uintmax_t bytes)
        : m_model(std::move(model)), m_inference(m_model), m_tokenizer(std::move(tokenizer)), m_labels(std::move(labels)), m_bytes(bytes) {}

    const std::vector<std::string>& labels() const override { return m_labels; }
    std::uintmax_t bytes() const override { return m_bytes; }
    std::vector<Prediction> predict(std::span<const std::string> texts) override {
        std::vector<Prediction> predictions;
        predictions.reserve(texts.size());
        for (const std::string& text : texts) {
            Prediction& prediction = predictions.emplace_back();
            prediction.scores.resize(m_labels.size());
            Encoding encoding = m_tokenizer->encode(text);
            m_tokenizer->truncate(encoding, m_model.config().max_length);
            m_inference.classify(m_model.rowsOf(encoding.ids), prediction.scores);
            const float largest = *std::max_element(prediction.scores.begin(), prediction.scores.end());
            float sum = 0;
            for (float& score : prediction.scores) {
                score = std::exp(score - largest);
                sum += score;
            }
            for (float& score : prediction.scores)
                score /= sum;
            const auto best = std::max_element(prediction.scores.begin(), prediction.scores.end()) - prediction.scores.begin();
            prediction.label = m_labels[static_cast<std::size_t>(best)];
            prediction.confidence = prediction.scores[static_cast<std::size_t>(best)];
        }
        return predictions;
    }

private:
    Model m_model;
    Inference m_inference;
    std::unique_ptr<Tokenizer> m_tokenizer;
    std::vector<std::string> m_labels;
    std::uintmax_t m_bytes;
};

template <typename Model, typename Inference>
std::unique_ptr<Predictor> openPieces(const std::filesystem::path& folder, const ArtefactInfo& info) {
    Model model = Model::open(folder);
    if (model.config().labels != static_cast<int>(info.labels.size())) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has {} classes, its triptych.json names {} labels", folder.string(),
                                                         model.config().labels, info.labels.size()));
    }
    return std::make_unique<PiecePredictor<Model, Inference>>(std::move(model), Tokenizer::open(folder), info.labels, sizeOnDisk(folder));
}

} // namespace

std::unique_ptr<Predictor> openStudent(const std::filesystem::path& folder, const ArtefactInfo& info) {
    if (info.kind == "bilstm")
        return openPieces<BiLstm, BiLstmInference>(folder, info);
    if (info.kind == "static")
        return openPieces<StaticEmbeddings, StaticEmbeddingsInference>(folder, info);
    return openPieces<TextCnn, TextCnnInference>(folder, info);
}

} // namespace triptych
