#pragma once

#include "base/json.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace triptych {

/// What a prediction rests on: a labelled row, a label's description, a passage.
struct Evidence {
    std::string text;
    std::string label;
    double score = 0; ///< cosine similarity
};

struct Prediction {
    std::string label;
    std::vector<float> scores; ///< by label, in the order of Predictor::labels(); sum 1
    double confidence = 0;     ///< score of `label`
    std::vector<Evidence> evidence; ///< best first; empty where the technique has none to show
};

/// One shape for every technique's result. Evaluation, latency, Playground, pipelines and the decision
/// know only this. Not thread-safe: one caller at a time.
class Predictor {
public:
    virtual ~Predictor() = default;
    virtual const std::vector<std::string>& labels() const = 0;
    /// One prediction a text, in order. Any text is allowed, empty ones too.
    virtual std::vector<Prediction> predict(std::span<const std::string> texts) = 0;
    /// Bytes of every file needed to serve it, its encoder included.
    virtual std::uintmax_t bytes() const = 0;
};

/// triptych.json of an artefact folder.
struct ArtefactInfo {
    std::string kind; ///< "zero_shot", "retrieve", "head", "full", or a student's (jobs/students.h)
    std::string task; ///< "classification"
    std::vector<std::string> labels;
    Json base;        ///< {"name", "path"} of the encoder it needs; null if it stands alone
    Json provenance;  ///< run id, data set and its hash, seed, settings, versions
    Json details;     ///< the kind's own
};
/// Writes triptych.json last, with the SHA-256 of every other file in the folder.
void writeArtefact(const std::filesystem::path& folder, const ArtefactInfo& info);
/// Throws Error{NotFound | InvalidInput | Corrupt} naming folder and field. Hashes are checked if asked.
ArtefactInfo readArtefact(const std::filesystem::path& folder, bool checkHashes = false);

/// Opens any artefact; each folder of the engine adds its own kinds. A plain value, wired in app/.
class PredictorRegistry {
public:
    using Opener = std::function<std::unique_ptr<Predictor>(const std::filesystem::path&, const ArtefactInfo&)>;
    void add(const std::string& kind, Opener opener);
    /// Throws Error{Unsupported} naming the kind and the known ones.
    std::unique_ptr<Predictor> open(const std::filesystem::path& folder) const;

private:
    std::map<std::string, Opener> m_openers;
};

} // namespace triptych
