#include "prediction/retrieve.h"

#include "base/error.h"
#include "base/files.h"
#include "prediction/base_encoder.h"
#include "prediction/vector_file.h"
#include "text/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRows = "rows.jsonl";
constexpr const char* kVectors = "vectors.f32";
constexpr const char* kLinks = "vectors.hnsw";
constexpr std::size_t kEmbedChunk = 512;

std::unordered_map<std::string, std::size_t> numbered(const std::vector<std::string>& labels) {
    std::unordered_map<std::string, std::size_t> numbers;
    for (std::size_t i = 0; i < labels.size(); ++i)
        numbers.emplace(labels[i], i);
    return numbers;
}

/// Label number of each row. Throws Error{InvalidInput} naming the row.
std::vector<std::size_t> labelNumbers(const std::vector<Example>& rows, const std::vector<std::string>& labels) {
    const auto numbers = numbered(labels);
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto found = numbers.find(rows[i].label);
        if (found == numbers.end())
            throw Error(ErrorCode::InvalidInput, fmt::format("row {} has the label '{}', which is not among the {} of the data set", i + 1, rows[i].label, labels.size()));
        result.push_back(found->second);
    }
    return result;
}

HnswIndex openIndex(const fs::path& folder, std::span<const float> vectors, int dimension, const HnswSettings& settings) {
    if (fs::exists(folder / kLinks)) {
        try {
            return HnswIndex::open(folder / kLinks, vectors, dimension, settings);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Corrupt)
                throw;
            // The links are a cache: what cannot be believed is made anew below.
        }
    }
    return HnswIndex::build(vectors, dimension, settings, nullProgress(), {});
}

class RetrievePredictor final : public Predictor {
public:
    RetrievePredictor(const fs::path& folder, const ArtefactInfo& info)
        : m_labels(info.labels), m_settings(retrieveSettingsFromJson(info.details)), m_encoder(openBaseEncoder(info.base, folder)),
          m_rows(readExamples(folder / kRows)), m_rowLabels(labelNumbers(m_rows, m_labels)),
          m_index(openIndex(folder, readVectors(folder / kVectors, m_rows.size(), m_encoder->dimension()), m_encoder->dimension(), m_settings.index)),
          m_bytes(sizeOnDisk(folder) + m_encoder->bytes()) {
        if (m_rows.empty() || m_labels.empty())
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has no labelled rows", folder.string()));
    }

    const std::vector<std::string>& labels() const override { return m_labels; }
    std::uintmax_t bytes() const override { return m_bytes; }

    std::vector<Prediction> predict(std::span<const std::string> texts) override {
        const auto width = static_cast<std::size_t>(m_encoder->dimension());
        const std::vector<float> vectors = embedUnit(*m_encoder, texts);
        std::vector<Prediction> predictions;
        for (std::size_t i = 0; i < texts.size(); ++i)
            predictions.push_back(vote(m_index.search(std::span(vectors).subspan(i * width, width), m_settings.k)));
        return predictions;
    }

private:
    Prediction vote(const std::vector<Neighbour>& neighbours) const {
        Prediction prediction;
        std::vector<double> votes(m_labels.size());
        double sum = 0;
        for (const Neighbour& neighbour : neighbours) {
            const auto row = static_cast<std::size_t>(neighbour.row);
            // Shares do not change if all weights are scaled, and against the best one none underflows to a sum of 0.
            const double weight = std::exp((static_cast<double>(neighbour.score) - neighbours.front().score) / m_settings.temperature);
            votes[m_rowLabels[row]] += weight;
            sum += weight;
            prediction.evidence.push_back({m_rows[row].text, m_rows[row].label, neighbour.score});
        }
        for (const double votesOfLabel : votes)
            prediction.scores.push_back(static_cast<float>(votesOfLabel / sum));
        const auto best = static_cast<std::size_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
        prediction.label = m_labels[best];
        prediction.confidence = prediction.scores[best];
        return prediction;
    }

    std::vector<std::string> m_labels;
    RetrieveSettings m_settings;
    std::unique_ptr<Encoder> m_encoder;
    std::vector<Example> m_rows;
    std::vector<std::size_t> m_rowLabels;
    HnswIndex m_index;
    std::uintmax_t m_bytes;
};

} // namespace

RetrieveSettings retrieveSettingsFromJson(const Json& settings) {
    static const Json kNone = Json::object();
    const JsonFields fields(settings.is_null() ? kNone : settings, "settings");
    RetrieveSettings result;
    result.k = static_cast<int>(fields.integer("k", 1, 1000, result.k));
    result.temperature = fields.number("temperature", result.temperature);
    if (!(result.temperature > 0))
        fields.fail("temperature", fmt::format("is {}; it must be above 0", result.temperature));
    result.index.M = static_cast<int>(fields.integer("M", 2, 256, result.index.M));
    result.index.ef_construction = static_cast<int>(fields.integer("ef_construction", 1, 10'000, result.index.ef_construction));
    result.index.ef = static_cast<int>(fields.integer("ef", 1, 100'000, result.index.ef));
    result.index.exact_below = fields.integer("exact_below", 0, INT64_MAX, result.index.exact_below);
    return result;
}

Json retrieveSettingsToJson(const RetrieveSettings& settings) {
    return {{"k", settings.k},
            {"temperature", settings.temperature},
            {"M", settings.index.M},
            {"ef_construction", settings.index.ef_construction},
            {"ef", settings.index.ef},
            {"exact_below", settings.index.exact_below}};
}

void buildRetrieve(const fs::path& folder, Encoder& encoder, const Json& base, const std::vector<std::string>& labels,
                   const std::vector<Example>& rows, const RetrieveSettings& settings, const Json& provenance, ProgressSink& progress,
                   const std::stop_token& stop) {
    if (rows.empty())
        throw Error(ErrorCode::InvalidInput, "there are no labelled rows to retrieve from", "Give the data set a training part.");
    labelNumbers(rows, labels);
    std::vector<std::string> texts;
    for (const Example& row : rows)
        texts.push_back(row.text);
    std::vector<float> vectors;
    vectors.reserve(texts.size() * static_cast<std::size_t>(encoder.dimension()));
    for (std::size_t begin = 0; begin < texts.size(); begin += kEmbedChunk) {
        progress.progress({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(texts.size()), "rows", "embed"});
        const std::vector<float> part = embedUnit(encoder, std::span(texts).subspan(begin, std::min(kEmbedChunk, texts.size() - begin)), stop);
        vectors.insert(vectors.end(), part.begin(), part.end());
    }
    progress.progress({static_cast<std::int64_t>(texts.size()), static_cast<std::int64_t>(texts.size()), "rows", "embed"});
    fs::create_directories(folder);
    writeExamples(folder / kRows, rows);
    writeVectors(folder / kVectors, vectors);
    const HnswIndex index = HnswIndex::build(vectors, encoder.dimension(), settings.index, progress, stop);
    if (!index.isExact())
        index.saveLinks(folder / kLinks);
    Json details = retrieveSettingsToJson(settings);
    details["dimension"] = encoder.dimension();
    details["rows"] = rows.size();
    details["search"] = index.isExact() ? "exact" : "hnsw";
    writeArtefact(folder, {"retrieve", "classification", labels, base, provenance, details});
}

std::unique_ptr<Predictor> openRetrieve(const fs::path& folder, const ArtefactInfo& info) {
    return std::make_unique<RetrievePredictor>(folder, info);
}

} // namespace triptych
