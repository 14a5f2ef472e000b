#include "pages/common/estimate.h"

#include "jobs/setting_ranges.h"
#include "jobs/students.h"
#include "l10n/numbers.h"
#include "l10n/words.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace triptych::ui {

namespace {

double settingOf(const QString& method, const Json& settings, std::string_view key) {
    for (const SettingRange& range : method == QLatin1String("soft") ? distillationRanges() : trainingRanges()) {
        if (range.key == key)
            return numberAt(settings, range.key, range.otherwise);
    }
    return 0;
}

/// What settings call the student, as one kind and a number of layers; the first kind where they do not.
StudentChoice studentOf(const Json& settings) {
    const QString word = textAt(settings, "student");
    if (studentTitle(word).isEmpty())
        return {&studentKinds().front(), 0};
    StudentChoice choice = studentChoice(word.toStdString());
    choice.layers = std::max(choice.layers, static_cast<int>(numberAt(settings, "num_hidden_layers")));
    return choice;
}

/// Whether an earlier student is of that architecture; a number of layers counts where it was asked for.
bool isOf(const QString& earlier, const StudentChoice& wanted) {
    const StudentChoice theirs = studentChoice(earlier.toStdString());
    return theirs.kind == wanted.kind && (wanted.layers == 0 || theirs.layers == wanted.layers);
}

} // namespace

std::int64_t stepCount(const QString& method, std::int64_t rows, std::int64_t labels, const Json& settings) {
    if (rows <= 0)
        return 0;
    const auto batch = static_cast<std::int64_t>(std::max(1.0, settingOf(method, settings, "batch_size")));
    const double epochs = numberAt(settings, "epochs", epochsByMethod(method.toStdString(), rows, std::max<std::int64_t>(1, labels), batch,
                                                                       studentOf(settings).kind->name));
    return static_cast<std::int64_t>(std::ceil(static_cast<double>((rows + batch - 1) / batch) * epochs));
}

Estimate estimateRun(const std::vector<RunSummary>& earlier, const EstimateRequest& wanted) {
    Estimate estimate;
    const bool head = wanted.method == QLatin1String("head");
    // The control is trained like the student, from the same rows in as many steps.
    const int arms = wanted.method == QLatin1String("soft") ? 2 : 1;
    if (!head)
        estimate.steps = arms * stepCount(wanted.method, wanted.trainRows, wanted.labels, wanted.settings);
    const StudentChoice student = studentOf(wanted.settings);
    double sum = 0;
    for (const RunSummary& run : earlier) {
        const Json theirs = run.spec.is_object() ? run.spec.value("settings", Json::object()) : Json::object();
        const auto differs = [&](const char* key) { return settingOf(wanted.method, theirs, key) != settingOf(wanted.method, wanted.settings, key); };
        if (run.method != wanted.method || run.dataset != wanted.dataset || (!wanted.base.isEmpty() && run.base != wanted.base)
            || (!run.student.isEmpty() && !isOf(run.student, student)) || differs("max_length") || (!head && differs("batch_size")))
            continue;
        if (run.trainableParameters > 0) {
            estimate.trainable = run.trainableParameters;
            estimate.parameters = run.parameters;
        }
        if (run.peakRssBytes > 0)
            estimate.peakBytes = std::max(estimate.peakBytes.value_or(0), run.peakRssBytes);
        // A head's iterations cost next to nothing: embedding the rows is what takes the time.
        const double perRow = run.examplesPerS > 0 ? 1 / run.examplesPerS : 0;
        const double seconds = head ? perRow * static_cast<double>(wanted.trainRows) : run.secondsPerStep * static_cast<double>(*estimate.steps);
        if (!(seconds > 0))
            continue;
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
    if (estimate.steps)
        rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Steps")), countText(*estimate.steps), {}});
    if (estimate.trainable)
        rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Trainable")),
                     QStringLiteral("%1 / %2").arg(shortCountText(*estimate.trainable), shortCountText(estimate.parameters.value_or(0))), {}});
    if (estimate.seconds) {
        const bool range = estimate.runs > 1 && *estimate.slowest > *estimate.fastest * 1.1;
        rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Time")),
                     range ? QStringLiteral("%1 – %2").arg(durationText(*estimate.fastest), durationText(*estimate.slowest)) : durationText(*estimate.seconds),
                     QCoreApplication::translate("Estimate", "From %n earlier runs on this data set, without the measurement", nullptr, estimate.runs)});
    }
    if (estimate.peakBytes)
        rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Peak memory")), bytesText(*estimate.peakBytes), {}});
    if (!estimate.seconds)
        rows.append({text(QT_TRANSLATE_NOOP("Estimate", "Time")), text(QT_TRANSLATE_NOOP("Estimate", "no earlier run to estimate from")), {}, Tone::Secondary});
    return rows;
}

} // namespace triptych::ui
