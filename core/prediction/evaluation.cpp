#include "prediction/evaluation.h"

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "metrics/classification.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <numeric>

namespace triptych {

namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kWarmUp = 10;
constexpr std::size_t kLeastSamples = 30;
constexpr std::size_t kMostSamples = 200;
constexpr std::chrono::seconds kLongestMeasurement{10};
constexpr double kIdleShare = 0.75; // of one thread that only computes; less means that others took the processor

double threadSeconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

Json evidenceToJson(const std::vector<Evidence>& evidence) {
    Json list = Json::array();
    for (const Evidence& item : evidence)
        list.push_back({{"text", item.text}, {"label", item.label}, {"score", item.score}});
    return list;
}

/// Confidence of each prediction and whether it was right, as the metrics want them.
Metrics measure(const std::vector<Example>& test, const std::vector<Prediction>& predictions, std::uint64_t seed) {
    std::vector<std::string> truth, predicted;
    std::vector<double> confidence;
    const std::unique_ptr<bool[]> right(new bool[test.size()]);
    for (std::size_t i = 0; i < test.size(); ++i) {
        truth.push_back(test[i].label);
        predicted.push_back(predictions[i].label);
        confidence.push_back(predictions[i].confidence);
        right[i] = predictions[i].label == test[i].label;
    }
    return {{"accuracy", accuracy(truth, predicted, seed)},
            {"macro_f1", macroF1(truth, predicted, seed)},
            {"ece", expectedCalibrationError(confidence, {right.get(), test.size()}, seed)}};
}

} // namespace

Latency measureLatency(Predictor& predictor, const std::vector<std::string>& texts, std::uint64_t seed, const std::stop_token& stop) {
    Latency latency;
    if (texts.empty())
        return latency;
    std::vector<std::size_t> order(texts.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    Random(seed).shuffle(std::span(order));
    using Clock = std::chrono::steady_clock;
    const auto timed = [&](std::size_t i) {
        throwIfStopped(stop);
        const std::string& text = texts[order[i % order.size()]];
        const Clock::time_point begin = Clock::now();
        predictor.predict({&text, 1});
        return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    };
    for (std::size_t i = 0; i < kWarmUp; ++i)
        timed(i);
    const Clock::time_point start = Clock::now();
    const double cpuStart = threadSeconds();
    for (std::size_t i = 0; i < kMostSamples; ++i) {
        if (i >= kLeastSamples && Clock::now() - start > kLongestMeasurement)
            break;
        latency.samples_ms.push_back(timed(i));
    }
    const double wall = std::chrono::duration<double>(Clock::now() - start).count();
    latency.cpu_share = wall > 0 ? std::min(1.0, (threadSeconds() - cpuStart) / wall) : 1;
    latency.p50_ms = quantile(latency.samples_ms, 0.5);
    latency.p95_ms = quantile(latency.samples_ms, 0.95);
    return latency;
}

Evaluation evaluate(Predictor& predictor, const std::vector<Example>& test, std::uint64_t seed, const std::filesystem::path& predictionsFile,
                    ProgressSink& progress, const std::stop_token& stop) {
    if (test.empty())
        throw Error(ErrorCode::InvalidInput, "there are no test rows to measure on", "Give the data set a test part.");
    std::vector<std::string> texts;
    for (const Example& example : test)
        texts.push_back(example.text);
    const auto total = static_cast<std::int64_t>(texts.size());
    Evaluation evaluation;
    progress.progress({0, total, "rows", "evaluate"});
    for (std::size_t begin = 0; begin < texts.size(); begin += kBatch) {
        throwIfStopped(stop);
        const std::size_t count = std::min(kBatch, texts.size() - begin);
        std::vector<Prediction> part = predictor.predict(std::span(texts).subspan(begin, count));
        if (part.size() != count)
            throw Error(ErrorCode::Internal, fmt::format("a predictor gave {} predictions for {} texts", part.size(), count));
        std::move(part.begin(), part.end(), std::back_inserter(evaluation.predictions));
        progress.progress({static_cast<std::int64_t>(begin + count), total, "rows", "evaluate"});
    }
    if (!predictionsFile.empty()) {
        std::string lines;
        for (std::size_t i = 0; i < test.size(); ++i) {
            const Prediction& prediction = evaluation.predictions[i];
            Json line = {{"row", i},
                         {"label", test[i].label},
                         {"predicted", prediction.label},
                         {"confidence", prediction.confidence},
                         {"right", prediction.label == test[i].label}};
            if (!prediction.evidence.empty())
                line["evidence"] = evidenceToJson(prediction.evidence);
            lines += dumpJson(line);
            lines += '\n';
        }
        atomicWrite(predictionsFile, lines);
    }
    evaluation.metrics = measure(test, evaluation.predictions, seed);
    evaluation.latency = measureLatency(predictor, texts, seed, stop);
    if (evaluation.latency.cpu_share < kIdleShare) {
        progress.log(LogLevel::Warning, fmt::format("the machine was busy while latency was measured: this process had a processor for {:.0f} % of the time, so the "
                                                    "milliseconds are too high; measure again when nothing else runs",
                                                    100 * evaluation.latency.cpu_share));
    }
    return evaluation;
}

Json evaluationToJson(const Evaluation& evaluation, const Predictor& predictor) {
    return {{"metrics", metricsToJson(evaluation.metrics)},
            {"latency",
             {{"p50_ms", evaluation.latency.p50_ms}, {"p95_ms", evaluation.latency.p95_ms}, {"n", evaluation.latency.samples_ms.size()},
              {"cpu_share", evaluation.latency.cpu_share}}},
            {"bytes", predictor.bytes()}};
}

} // namespace triptych
