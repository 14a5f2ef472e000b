#include "item_models/run_summary.h"

#include "jobs/knowledge_runs.h"
#include "jobs/students.h"
#include "l10n/words.h"

namespace triptych::ui {

double numberAt(const Json& object, const char* key, double otherwise) {
    if (!object.is_object())
        return otherwise;
    const auto it = object.find(key);
    return it != object.end() && it->is_number() ? it->get<double>() : otherwise;
}

QString textAt(const Json& object, const char* key) {
    if (!object.is_object())
        return {};
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? qstr(it->get<std::string>()) : QString();
}

const Metric* RunSummary::metric(const std::string& name) const {
    const auto it = metrics.find(name);
    return it == metrics.end() ? nullptr : &it->second;
}

std::optional<double> RunSummary::value(const std::string& name) const {
    const Metric* found = metric(name);
    return found ? found->value : std::nullopt;
}

QString RunSummary::subtitle() const {
    const QString how = methodWord(method);
    if (base.isEmpty())
        return how;
    return technique == Technique::Distill ? QStringLiteral("%1 ← %2").arg(studentTitle(student), base) : QStringLiteral("%1 · %2").arg(how, base);
}

std::optional<RunSummary> summaryOf(const RunRecord& run) {
    if (run.state != "done" || !run.result.is_object() || run.kind == kIngestKind) // an ingest measures nothing
        return std::nullopt;
    RunSummary summary;
    summary.id = qstr(run.id);
    summary.kind = qstr(run.kind);
    summary.method = qstr(run.method);
    summary.title = qstr(run.title);
    summary.dataset = qstr(run.dataset);
    summary.created = qstr(run.created);
    summary.spec = run.spec;
    summary.result = run.result;
    summary.model = textAt(run.result, "model");
    const Json names = run.spec.is_object() ? run.spec.value("model_names", Json::object()) : Json::object();
    for (const char* role : {"teacher", "base", "model"}) {
        if (summary.base.isEmpty())
            summary.base = textAt(names, role);
    }
    summary.technique = techniqueOfMethod(summary.method);
    if (summary.technique == Technique::Distill) {
        summary.student = textAt(run.result, "student");
        if (studentTitle(summary.student).isEmpty())
            summary.student = qstr(studentKinds().front().name); // the only one that earlier versions had
    }
    try {
        if (run.result.contains("metrics"))
            summary.metrics = metricsFromJson(run.result["metrics"]);
    } catch (const std::exception&) {
        return std::nullopt; // a result of an unknown form is shown in the Jobs dock, not measured here
    }
    const Json latency = run.result.value("latency", Json::object());
    summary.p50Ms = numberAt(latency, "p50_ms");
    summary.p95Ms = numberAt(latency, "p95_ms");
    summary.bytes = numberAt(run.result, "bytes");
    summary.buildS = numberAt(run.result, "build_s");
    summary.parameters = static_cast<std::int64_t>(numberAt(run.result, "parameters"));
    summary.trainableParameters = static_cast<std::int64_t>(numberAt(run.result, "trainable_parameters"));
    summary.steps = static_cast<std::int64_t>(numberAt(run.result, "steps"));
    summary.secondsPerStep = numberAt(run.result, "seconds_per_step");
    summary.examplesPerS = numberAt(run.result, "examples_per_s");
    summary.peakRssBytes = numberAt(run.result, "peak_rss_bytes");
    return summary;
}

std::vector<RunSummary> summariesOf(const std::vector<RunRecord>& runs, const QString& dataset) {
    std::vector<RunSummary> result;
    for (const RunRecord& run : runs) {
        if (!dataset.isEmpty() && qstr(run.dataset) != dataset)
            continue;
        if (auto summary = summaryOf(run))
            result.push_back(std::move(*summary));
    }
    return result;
}

} // namespace triptych::ui
