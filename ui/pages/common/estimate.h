#pragma once

#include "base/json.h"
#include "item_models/run_summary.h"
#include "widgets/key_value_rows.h"

namespace triptych::ui {

/// What a run will take, from earlier runs of the same method, base and batch size on any data set.
struct Estimate {
    std::int64_t steps = 0;
    std::optional<double> seconds;      ///< all steps; without the measurement afterwards
    std::optional<double> fastest, slowest; ///< bounds over the earlier runs, where there are two or more
    std::optional<double> peakBytes;
    std::optional<std::int64_t> trainable, parameters;
    int runs = 0;                       ///< behind it
};
/// Steps as the trainer counts them: the last batch of an epoch may be short, both are rounded up.
std::int64_t stepCount(std::int64_t rows, const Json& settings);
Estimate estimateRun(const std::vector<RunSummary>& earlier, const QString& method, const QString& base, std::int64_t trainRows,
                     const Json& settings);
QList<KeyValueRows::Row> estimateRows(const Estimate& estimate);

} // namespace triptych::ui
