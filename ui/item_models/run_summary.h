#pragma once

#include "metrics/metric.h"
#include "selection/decision.h"
#include "storage/workspace.h"

#include <QString>

#include <optional>
#include <vector>

namespace triptych::ui {

/// A finished run as pages and tables show it, read once out of its record.
struct RunSummary {
    QString id, kind, method, title, dataset, created;
    QString model;   ///< name of the result
    QString base;    ///< base model, or the teacher of a student
    QString student; ///< distil: "textcnn", "shrunken-3", ...
    std::optional<Technique> technique;
    Metrics metrics;
    double p50Ms = 0, p95Ms = 0;
    double bytes = 0, buildS = 0;
    std::int64_t parameters = 0, trainableParameters = 0, steps = 0;
    double secondsPerStep = 0, examplesPerS = 0, peakRssBytes = 0;
    Json spec, result;

    const Metric* metric(const std::string& name) const;
    std::optional<double> value(const std::string& name) const;
    /// "nearest rows · all-minilm-l6-v2".
    QString subtitle() const;
};

/// Empty unless the run is done and has a readable result.
std::optional<RunSummary> summaryOf(const RunRecord& run);
/// Finished runs, oldest first; an empty data set name takes all.
std::vector<RunSummary> summariesOf(const std::vector<RunRecord>& runs, const QString& dataset = {});

/// Number or text at a key, a default where it is absent or of another type: results come from files.
double numberAt(const Json& object, const char* key, double otherwise = 0);
QString textAt(const Json& object, const char* key);

} // namespace triptych::ui
