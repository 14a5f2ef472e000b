#include "predict_handler.h"
#include "request_params.h"

#include "base/error.h"

#include <fmt/format.h>

#include <chrono>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kKeptOpen = 4;
constexpr std::size_t kMaxTexts = 10'000;
constexpr std::size_t kBatch = 32;

Json predictionToJson(const Prediction& prediction) {
    Json evidence = Json::array();
    for (const Evidence& piece : prediction.evidence)
        evidence.push_back({{"text", piece.text}, {"label", piece.label}, {"score", piece.score}});
    return {{"label", prediction.label}, {"confidence", prediction.confidence}, {"scores", prediction.scores}, {"evidence", evidence}};
}

} // namespace

Predictor& PredictHandler::open(const fs::path& folder) {
    std::error_code error;
    const auto written = fs::last_write_time(folder / "triptych.json", error);
    for (auto it = m_open.begin(); it != m_open.end(); ++it) {
        if (it->folder != folder)
            continue;
        if (!error && it->written == written) {
            m_open.splice(m_open.begin(), m_open, it);
            return *it->predictor;
        }
        m_open.erase(it);
        break;
    }
    auto predictor = m_predictors.open(folder);
    m_open.push_front({folder, written, std::move(predictor)});
    if (m_open.size() > kKeptOpen)
        m_open.pop_back();
    return *m_open.front().predictor;
}

Json PredictHandler::operator()(const Json& params, std::stop_token stop, ProgressSink& progress) {
    const fs::path folder = pathParam(params, "predict", "model_path");
    const std::vector<std::string> texts = textsParam(params, "predict", kMaxTexts);
    Predictor& predictor = open(folder);
    Json predictions = Json::array();
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t at = 0; at < texts.size(); at += kBatch) {
        throwIfStopped(stop);
        const std::span batch(texts.data() + at, std::min(kBatch, texts.size() - at));
        for (const Prediction& prediction : predictor.predict(batch))
            predictions.push_back(predictionToJson(prediction));
        progress.progress({static_cast<std::int64_t>(at + batch.size()), static_cast<std::int64_t>(texts.size()), "texts", "predict"});
    }
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    return {{"labels", predictor.labels()}, {"predictions", predictions}, {"ms", ms}};
}

} // namespace triptych
