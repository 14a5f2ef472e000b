#include "predict_handler.h"

#include "base/error.h"

#include <fmt/format.h>

#include <chrono>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kKeptOpen = 4;
constexpr std::size_t kMaxTexts = 10'000;
constexpr std::size_t kBatch = 32;

std::vector<std::string> textsOf(const Json& params) {
    const auto found = params.find("texts");
    if (found == params.end() || !found->is_array() || found->empty() || found->size() > kMaxTexts)
        throw Error(ErrorCode::InvalidArgument, fmt::format("'predict' wants \"texts\", a list of 1 to {} strings", kMaxTexts));
    std::vector<std::string> texts;
    for (const Json& text : *found) {
        if (!text.is_string())
            throw Error(ErrorCode::InvalidArgument, "'predict' got something in \"texts\" that is no string");
        texts.push_back(text.get<std::string>());
    }
    return texts;
}

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
    const auto path = params.find("model_path");
    if (path == params.end() || !path->is_string() || !fs::path(path->get<std::string>()).is_absolute())
        throw Error(ErrorCode::InvalidArgument, "'predict' wants \"model_path\", an absolute path");
    const std::vector<std::string> texts = textsOf(params);
    Predictor& predictor = open(fs::path(path->get<std::string>()).lexically_normal());
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
