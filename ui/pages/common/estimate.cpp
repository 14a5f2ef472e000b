#include "pages/common/estimate.h"

#include "l10n/numbers.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace triptych::ui {

namespace {
constexpr double kUsualEpochs = 3, kUsualBatch = 32;
} // namespace

std::int64_t stepCount(std::int64_t rows, const Json& settings) {
    const double batch = std::max(1.0, numberAt(settings, "batch_size", kUsualBatch));
    const double perEpoch = std::ceil(static_cast<double>(rows) / batch);
    return static_cast<std::int64_t>(std::ceil(perEpoch * numberAt(settings, "epochs", kUsualEpochs)));
}

Estimate estimateRun(const std::vector<RunSummary>& earlier, const QString& method, const QString& base, std::int64_t trainRows,
                     const Json& settings) {
    Estimate estimate;
    estimate.steps = stepCount(trainRows, settings);
    const double batch = numberAt(settings, "batch_size", kUsualBatch);
    double sum = 0;
    for (const RunSummary& run : earlier) {
        const Json theirs = run.spec.is_object() ? run.spec.value("settings", Json::object()) : Json::object();
        if (run.method != method || (!base.isEmpty() && run.base != base) || numberAt(theirs, "batch_size", kUsualBatch) != batch)
            continue;
        if (run.trainableParameters > 0) {
            estimate.trainable = run.trainableParameters;
            estimate.parameters = run.parameters;
        }
        if (run.peakRssBytes > 0)
            estimate.peakBytes = std::max(estimate.peakBytes.value_or(0), run.peakRssBytes);
        if (!(run.secondsPerStep > 0))
            continue;
        const double seconds = run.secondsPerStep * static_cast<double>(estimate.steps);
        estimate.fastest = std::min(estimate.fastest.value_or(seconds), seconds);
        estimate.slowest = std::max(estimate.slowest.value_or(seconds), seconds);
        sum += seconds;
        ++estimate.runs;
    }
    if (estimate.runs > 0)
        estimate.seconds = sum / estimate.runs;
    return estimate;
}

QList<KeyValueRows::Row> estimateRows(const Estimate& estimate) {
    const auto text = [](const char* source) { return QCoreApplication::translate("Estimate", source); };
    QList<KeyValueRows::Row> rows;
    rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Steps")), countText(estimate.steps), {}});
    if (estimate.trainable)
        rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Trainable")),
                     QStringLiteral("%1 / %2").arg(shortCountText(*estimate.trainable), shortCountText(estimate.parameters.value_or(0))), {}});
    if (estimate.seconds) {
        const bool range = estimate.runs > 1 && *estimate.slowest > *estimate.fastest * 1.1;
        rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Time")),
                     range ? QStringLiteral("%1 – %2").arg(durationText(*estimate.fastest), durationText(*estimate.slowest)) : durationText(*estimate.seconds),
                     QCoreApplication::translate("Estimate", "Seconds a step of %n earlier runs times the steps", nullptr, estimate.runs)});
    }
    if (estimate.peakBytes)
        rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Peak memory")), bytesText(*estimate.peakBytes), {}});
    if (!estimate.seconds)
        rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Time")), text(QT_TRANSLATE_NOOP("Estimate", "no earlier run to estimate from")), {}, Tone::Secondary});
    return rows;
}

} // namespace triptych::ui
