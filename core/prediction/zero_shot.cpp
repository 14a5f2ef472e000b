#include "prediction/zero_shot.h"

#include "base/error.h"
#include "base/files.h"
#include "prediction/base_encoder.h"
#include "prediction/vector_file.h"
#include "text/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr const char* kVectors = "labels.f32";
constexpr std::size_t kEvidence = 3;

class ZeroShotPredictor final : public Predictor {
public:
    ZeroShotPredictor(const fs::path& folder, const ArtefactInfo& info)
        : m_labels(info.labels), m_encoder(openBaseEncoder(info.base, folder)) {
        const JsonFields details(info.details, (folder / "triptych.json").string(), "details");
        m_temperature = details.number("temperature", kZeroShotTemperature);
        if (!(m_temperature > 0))
            details.fail("temperature", "must be above 0");
        const JsonFields texts = details.object("texts");
        for (const std::string& label : m_labels)
            m_texts.push_back(texts.string(label));
        m_vectors = readVectors(folder / kVectors, m_labels.size(), m_encoder->dimension());
        m_bytes = sizeOnDisk(folder) + m_encoder->bytes();
    }

    const std::vector<std::string>& labels() const override { return m_labels; }
    std::uintmax_t bytes() const override { return m_bytes; }

    std::vector<Prediction> predict(std::span<const std::string> texts) override {
        const auto width = static_cast<std::size_t>(m_encoder->dimension());
        const std::vector<float> vectors = embedUnit(*m_encoder, texts);
        std::vector<Prediction> predictions;
        for (std::size_t i = 0; i < texts.size(); ++i)
            predictions.push_back(predictOne(std::span(vectors).subspan(i * width, width)));
        return predictions;
    }

private:
    Prediction predictOne(std::span<const float> vector) const {
        std::vector<float> cosines(m_labels.size());
        for (std::size_t k = 0; k < m_labels.size(); ++k)
            cosines[k] = dotProduct(vector, std::span(m_vectors).subspan(k * vector.size(), vector.size()));
        std::vector<std::size_t> order(m_labels.size());
        std::iota(order.begin(), order.end(), std::size_t(0));
        const auto shown = static_cast<std::ptrdiff_t>(std::min(kEvidence, order.size()));
        std::partial_sort(order.begin(), order.begin() + shown, order.end(),
                          [&](std::size_t a, std::size_t b) { return cosines[a] != cosines[b] ? cosines[a] > cosines[b] : a < b; });
        Prediction prediction;
        prediction.scores = softmax(cosines, m_temperature);
        prediction.label = m_labels[order[0]];
        prediction.confidence = prediction.scores[order[0]];
        for (std::ptrdiff_t i = 0; i < shown; ++i) {
            const std::size_t k = order[static_cast<std::size_t>(i)];
            prediction.evidence.push_back({m_texts[k], m_labels[k], cosines[k]});
        }
        return prediction;
    }

    std::vector<std::string> m_labels;
    std::unique_ptr<Encoder> m_encoder;
    std::vector<std::string> m_texts;
    std::vector<float> m_vectors; // (K, H)
    double m_temperature = kZeroShotTemperature;
    std::uintmax_t m_bytes = 0;
};

} // namespace

std::string labelText(const std::string& label, const std::string& description) {
    std::string text;
    for (const char c : label) {
        const bool separator = c == '_' || c == '-' || c == '.' || c == '/' || c == ' ';
        if (!separator)
            text += c;
        else if (!text.empty() && text.back() != ' ')
            text += ' ';
    }
    while (!text.empty() && text.back() == ' ')
        text.pop_back();
    if (text.empty())
        text = label;
    return description.empty() || description == label || description == text ? text : fmt::format("{}: {}", text, description);
}

void buildZeroShot(const fs::path& folder, Encoder& encoder, const Json& base, const std::vector<std::string>& labels,
                   const std::map<std::string, std::string>& descriptions, double temperature, const Json& provenance,
                   const std::stop_token& stop) {
    if (labels.size() < 2)
        throw Error(ErrorCode::InvalidArgument, fmt::format("classification needs at least two labels, the data has {}", labels.size()));
    if (!(temperature > 0))
        throw Error(ErrorCode::InvalidArgument, fmt::format("'temperature' is {}; it must be above 0", temperature));
    std::vector<std::string> texts;
    Json textOf = Json::object();
    for (const std::string& label : labels) {
        const auto description = descriptions.find(label);
        texts.push_back(labelText(label, description == descriptions.end() ? std::string() : description->second));
        textOf[label] = texts.back();
    }
    fs::create_directories(folder);
    writeVectors(folder / kVectors, embedUnit(encoder, texts, stop));
    writeArtefact(folder, {"zero_shot", "classification", labels, base, provenance,
                           {{"temperature", temperature}, {"dimension", encoder.dimension()}, {"texts", textOf}}});
}

std::unique_ptr<Predictor> openZeroShot(const fs::path& folder, const ArtefactInfo& info) {
    return std::make_unique<ZeroShotPredictor>(folder, info);
}

} // namespace triptych
