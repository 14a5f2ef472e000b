#pragma once

#include "base/json.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace triptych {

/// A measured fraction or ratio with its 95 % interval. An undefined value is null in JSON, never NaN.
struct Metric {
    std::optional<double> value;
    std::optional<double> low;
    std::optional<double> high;
    std::int64_t n = 0;         ///< rows or queries behind it
    std::int64_t undefined = 0; ///< rows left out because the metric has no value for them
};

/// Keys as on the command line: "accuracy", "macro_f1", "retention", "speedup", ...
using Metrics = std::map<std::string, Metric>;

Json metricToJson(const Metric& metric);
Metric metricFromJson(const Json& value);
Json metricsToJson(const Metrics& metrics);
Metrics metricsFromJson(const Json& value);

} // namespace triptych
