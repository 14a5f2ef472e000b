#pragma once

#include "base/progress.h"
#include "datasets/labelled_data.h"
#include "metrics/metric.h"
#include "prediction/predictor.h"

#include <filesystem>
#include <vector>

namespace triptych {

struct Latency {
    double p50_ms = 0, p95_ms = 0;
    std::vector<double> samples_ms; ///< one text at a time, after warm-up
    double cpu_share = 1;           ///< of that time, during which this thread had a processor; well below 1 on a busy machine
};

/// One text at a time over a seeded sample of `texts`: 10 warm-up, then at least 30 and at most 200 timed
/// (or 10 s). The same texts for every predictor of a run set, since the sample depends on seed and texts only.
Latency measureLatency(Predictor& predictor, const std::vector<std::string>& texts, std::uint64_t seed,
                       const std::stop_token& stop);

struct Evaluation {
    Metrics metrics; ///< accuracy, macro_f1, ece
    Latency latency;
    std::vector<Prediction> predictions;
};

/// Predicts all test rows (batches, progress per batch), writes predictions.jsonl if a path is given: a line a
/// row {"row", "label", "predicted", "confidence", "right", "evidence"?}, then measures latency.
Evaluation evaluate(Predictor& predictor, const std::vector<Example>& test, std::uint64_t seed,
                    const std::filesystem::path& predictionsFile, ProgressSink& progress, const std::stop_token& stop);

/// The measured part of result.json that all methods share: metrics, latency {p50_ms, p95_ms, n}, bytes.
Json evaluationToJson(const Evaluation& evaluation, const Predictor& predictor);

} // namespace triptych
