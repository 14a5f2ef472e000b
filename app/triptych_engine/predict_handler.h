#pragma once

#include "jobs/protocol.h"
#include "prediction/predictor.h"

#include <filesystem>
#include <list>
#include <memory>

namespace triptych {

/// `predict {model_path, texts}` -> {labels, predictions: [{label, confidence, scores, evidence}], ms}. Keeps the
/// artefacts that were used last open.
class PredictHandler {
public:
    explicit PredictHandler(const PredictorRegistry& predictors) : m_predictors(predictors) {}
    Json operator()(const Json& params, std::stop_token stop, ProgressSink& progress);

private:
    struct Open {
        std::filesystem::path folder;
        std::filesystem::file_time_type written; ///< of triptych.json: a model made anew is opened anew
        std::unique_ptr<Predictor> predictor;
    };
    Predictor& open(const std::filesystem::path& folder);

    const PredictorRegistry& m_predictors;
    std::list<Open> m_open; ///< newest use first
};

} // namespace triptych
