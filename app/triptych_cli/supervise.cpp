#include "supervise.h"

#include "table.h"

#include "base/error.h"
#include "datasets/languages.h"
#include "jobs/supervisor.h"
#include "metrics/metric.h"
#include "selection/sentence.h"

#include <fmt/format.h>

#include <thread>

namespace triptych {

namespace {

constexpr std::chrono::milliseconds kPollInterval{50};
constexpr std::size_t kShownLogBytes = 2000;

LogLevel levelOf(const std::string& name) {
    if (name == "debug")
        return LogLevel::Debug;
    if (name == "warning")
        return LogLevel::Warning;
    return name == "error" ? LogLevel::Error : LogLevel::Info;
}

void show(const RunEvent& event, const RunStatus& status, ProgressSink& sink) {
    if (event.type == "progress")
        sink.progress({status.done, status.total, status.unit, status.stage});
    else if (event.type == "log")
        sink.log(levelOf(event.data.value("level", std::string("info"))), event.data.value("message", std::string()));
}

std::string endOfWorkerLog(const RunDirectory& run) {
    try {
        std::string text = readFile(run.path() / "worker.log");
        if (text.size() > kShownLogBytes)
            text.erase(0, text.size() - kShownLogBytes);
        while (!text.empty() && text.back() == '\n')
            text.pop_back();
        return text;
    } catch (const Error&) {
        return {};
    }
}

void index(const CliContext& context, Workspace& workspace, const RunDirectory& run) {
    for (const std::string& problem : indexRun(workspace, run).problems)
        context.progress->log(LogLevel::Warning, problem);
}

/// What is printed as the run's model must be its own.
void requireName(const Workspace& workspace, const RunDirectory& run) {
    const std::string name = run.spec().out;
    const auto model = name.empty() ? std::nullopt : workspace.model(name);
    if (model && model->run != run.id()) {
        throw Error(ErrorCode::AlreadyExists, fmt::format("the name '{}' went to another model while the run '{}' worked", name, run.id()),
                    fmt::format("What it made is in '{}'.", run.path().string()));
    }
}

bool isOver(RunState state) { return isFinal(state) || state == RunState::Paused || state == RunState::Interrupted; }

} // namespace

void resume(const RunDirectory& run) {
    try {
        resumeRun(defaultEngineCommand(), run);
    } catch (const Error& error) {
        throw WorkFailed(error); // a run that is done cannot go on, though it may be named
    }
}

SupervisedRun superviseRun(const CliContext& context, Workspace& workspace, const RunDirectory& run, Deadline deadline) {
    resume(run);
    RunFollower follower(run);
    bool late = false;
    for (;;) {
        for (const RunEvent& event : follower.poll())
            show(event, follower.status(), *context.progress);
        if (isOver(follower.status().state))
            break;
        late = deadline && std::chrono::steady_clock::now() >= *deadline;
        if (late || context.stop.stop_requested())
            cancelRun(run);
        else
            std::this_thread::sleep_for(kPollInterval);
    }
    index(context, workspace, run);
    const RunStatus& status = follower.status();
    switch (status.state) {
    case RunState::Failed:
        throw WorkFailed(status.error ? errorFromJson(*status.error) : Error(ErrorCode::Internal, fmt::format("the run '{}' failed", run.id())));
    case RunState::Cancelled:
        if (late)
            return {run.id(), status.state, Json()};
        throw Error(ErrorCode::Cancelled, fmt::format("the run '{}' was cancelled", run.id()),
                    fmt::format("`triptych-cli job resume {}` goes on from its last checkpoint.", run.id()));
    case RunState::Interrupted: {
        const std::string log = endOfWorkerLog(run);
        throw Error(ErrorCode::WorkerDied, fmt::format("the worker of the run '{}' vanished{}{}", run.id(), log.empty() ? "" : ": ", log),
                    fmt::format("`triptych-cli job resume {}` goes on from its last checkpoint.", run.id()));
    }
    case RunState::Done:
        requireName(workspace, run);
        return {run.id(), status.state, run.result().value_or(Json::object())};
    default:
        return {run.id(), status.state, Json()};
    }
}

void requireDone(const SupervisedRun& run) {
    if (run.state != RunState::Done) {
        throw WorkFailed(Error(ErrorCode::Cancelled, fmt::format("the run '{}' was {} before its end", run.id, runStateName(run.state)),
                               fmt::format("`triptych-cli job resume {}` goes on from its last checkpoint.", run.id)));
    }
}

void indexAllRuns(const CliContext& context, Workspace& workspace) {
    for (const std::string& problem : indexAllRuns(workspace))
        context.progress->log(LogLevel::Warning, problem);
}

Workspace openIndexed(const CliContext& context) {
    Workspace workspace = context.openWorkspace();
    indexAllRuns(context, workspace);
    return workspace;
}

std::optional<Workspace> findIndexed(const CliContext& context) {
    if (!Workspace::exists(context.workspace_folder))
        return std::nullopt;
    try {
        return openIndexed(context);
    } catch (const Error& error) {
        context.progress->log(LogLevel::Warning, fmt::format("{}; looking at the models of this user alone", error.message()));
        return std::nullopt;
    }
}

Json warningsOf(const CliContext& context, const Workspace& workspace, const std::string& dataset, const std::string& base) {
    Json warnings = Json::array();
    const double share = isEnglishEncoder(base) ? shareOfCjk(workspace.examples(dataset)) : 0;
    if (share >= kNoticeableCjk) {
        warnings.push_back(fmt::format("{:.0f} % of the rows of '{}' are Chinese, and '{}' was trained on English; multilingual-e5-small was trained on both, and "
                                       "`triptych-cli model get multilingual-e5-small` fetches it", 100 * share, dataset, base));
        context.progress->log(LogLevel::Warning, warnings.back().get<std::string>());
    }
    return warnings;
}

Json runDocument(const SupervisedRun& run, const std::string& model) {
    Json document = run.result.is_object() ? run.result : Json::object();
    document["run"] = run.id;
    document["state"] = runStateName(run.state);
    if (!model.empty())
        document["model"] = model;
    for (const char* field : {"metrics", "trainable_parameters", "parameters", "steps", "seconds_per_step", "examples_per_s", "peak_rss_bytes"}) {
        if (!document.contains(field))
            document[field] = nullptr;
    }
    return document;
}

namespace {

void addMetrics(Table& table, const std::string& title, const Json& metrics) {
    for (const auto& [name, metric] : metricsFromJson(metrics)) {
        const auto figure = [](const std::optional<double>& value) { return value ? fmt::format("{:.4f}", *value) : std::string("–"); };
        table.add({title, name, figure(metric.value), metric.low && metric.high ? figure(metric.low) + " – " + figure(metric.high) : std::string(),
                   std::to_string(metric.n)});
    }
}

} // namespace

std::string runText(const SupervisedRun& run, const std::string& model) {
    std::string text = fmt::format("run {}: {}\n", run.id, runStateName(run.state));
    if (!run.result.is_object())
        return text;
    Table table("llrlr", {"model", "metric", "value", "95 % interval", "rows"});
    addMetrics(table, model, run.result.value("metrics", Json::object()));
    if (const auto control = run.result.find("control"); control != run.result.end() && control->is_object())
        addMetrics(table, control->value("model", model + "-control"), control->value("metrics", Json::object()));
    text += table.text();
    if (const auto latency = run.result.find("latency"); latency != run.result.end() && latency->is_object()) {
        text += fmt::format("one text: {} (p50), {} (p95); {}\n", formatMilliseconds(latency->value("p50_ms", 0.0)),
                            formatMilliseconds(latency->value("p95_ms", 0.0)), formatBytes(run.result.value("bytes", 0.0)));
    }
    return text;
}

} // namespace triptych
