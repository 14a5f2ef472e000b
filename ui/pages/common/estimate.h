#pragma once

#include "base/json.h"
#include "item_models/run_summary.h"
#include "widgets/key_value_rows.h"

namespace triptych::ui {

/// What is to be run.
struct EstimateRequest {
    QString method, base, dataset;
    std::int64_t trainRows = 0, labels = 1;
    Json settings = Json::object();
};

/// What a run will take, from earlier runs of the same method, base, student, batch size and length on the same data set.
struct Estimate {
    std::optional<std::int64_t> steps;  ///< of all arms; none for the head, which is fitted to its minimum
    std::optional<double> seconds;      ///< building it; without the measurement afterwards
    std::optional<double> fastest, slowest; ///< bounds over the earlier runs, where there are two or more
    std::optional<double> peakBytes;
    std::optional<std::int64_t> trainable, parameters;
    int runs = 0;                       ///< behind it
};
/// Steps of one arm as the trainer counts them: the last batch of an epoch may be short, both are rounded up. Epochs that
/// are not given are the method's own.
std::int64_t stepCount(const QString& method, std::int64_t rows, std::int64_t labels, const Json& settings);
Estimate estimateRun(const std::vector<RunSummary>& earlier, const EstimateRequest& wanted);
QList<KeyValueRows::Row> estimateRows(const Estimate& estimate);

} // namespace triptych::ui
