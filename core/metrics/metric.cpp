#include "metrics/metric.h"

#include "base/error.h"

#include <fmt/format.h>

#include <cmath>

namespace triptych {

namespace {

Json numberOrNull(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

std::optional<double> optionalNumber(const Json& object, const char* key) {
    const auto it = object.find(key);
    if (it == object.end() || it->is_null())
        return std::nullopt;
    if (!it->is_number())
        throw Error(ErrorCode::InvalidInput, fmt::format("metric field '{}' is not a number: {}", key, dumpJson(*it)));
    return it->get<double>();
}

std::int64_t count(const Json& object, const char* key) {
    const auto it = object.find(key);
    if (it == object.end())
        return 0;
    if (!it->is_number_integer())
        throw Error(ErrorCode::InvalidInput, fmt::format("metric field '{}' is not a count: {}", key, dumpJson(*it)));
    return it->get<std::int64_t>();
}

} // namespace

Json metricToJson(const Metric& metric) {
    return {{"value", numberOrNull(metric.value)},
            {"low", numberOrNull(metric.low)},
            {"high", numberOrNull(metric.high)},
            {"n", metric.n},
            {"undefined", metric.undefined}};
}

Metric metricFromJson(const Json& value) {
    if (!value.is_object())
        throw Error(ErrorCode::InvalidInput, fmt::format("a metric is not a JSON object: {}", dumpJson(value)));
    return {optionalNumber(value, "value"), optionalNumber(value, "low"), optionalNumber(value, "high"),
            count(value, "n"), count(value, "undefined")};
}

Json metricsToJson(const Metrics& metrics) {
    Json result = Json::object();
    for (const auto& [name, metric] : metrics)
        result[name] = metricToJson(metric);
    return result;
}

Metrics metricsFromJson(const Json& value) {
    if (!value.is_object())
        throw Error(ErrorCode::InvalidInput, fmt::format("metrics are not a JSON object: {}", dumpJson(value)));
    Metrics metrics;
    for (const auto& [name, metric] : value.items())
        metrics[name] = metricFromJson(metric);
    return metrics;
}

} // namespace triptych
