#include "cli_context.h"
#include "commands.h"
#include "kb_commands.h"
#include "supervise.h"
#include "table.h"

#include "base/error.h"
#include "jobs/knowledge_runs.h"
#include "jobs/supervisor.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <thread>

namespace triptych {

namespace {

constexpr std::chrono::seconds kPauseWait{30};
constexpr std::chrono::milliseconds kPollInterval{50};

bool isWorking(RunState state) { return state == RunState::Queued || state == RunState::Running || state == RunState::Cancelling; }

Json jobDocument(const RunDirectory& run, const RunSpec& spec, const RunStatus& status) {
    return {{"id", run.id()},
            {"kind", spec.kind},
            {"method", spec.method},
            {"title", spec.title},
            {"dataset", spec.dataset},
            {"base", knowledgeBaseOf(spec)},
            {"out", spec.out},
            {"created", spec.created},
            {"state", runStateName(status.state)},
            {"pid", isWorking(status.state) && status.pid > 0 ? Json(status.pid) : Json()},
            {"done", status.done},
            {"total", status.total},
            {"unit", status.unit},
            {"stage", status.stage},
            {"rate", status.rate},
            {"eta_s", status.eta_s ? Json(*status.eta_s) : Json()},
            {"error", status.error.value_or(Json())}};
}

std::string progressText(const RunStatus& status) {
    if (status.total <= 0)
        return status.done > 0 ? fmt::format("{} {}", status.done, status.unit) : std::string();
    return fmt::format("{} of {} {}", status.done, status.total, status.unit);
}

void printJob(const CliContext& context, const RunDirectory& run) {
    const RunStatus status = run.status();
    Json document = jobDocument(run, run.spec(), status);
    std::string text = fmt::format("{}: {}", run.id(), runStateName(status.state));
    if (const std::string progress = progressText(status); !progress.empty())
        text += ", " + progress;
    if (status.error)
        text += fmt::format("\nerror: {}\n       {}", status.error->value("message", std::string()), status.error->value("hint", std::string()));
    context.print(document, text);
}

void addList(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("list", "The jobs of the workspace, oldest first");
    context.onRun(*command, [&context] {
        const Workspace workspace = openIndexed(context);
        Json jobs = Json::array();
        Table table("lllll", {"id", "title", "state", "progress", "error"});
        for (const RunDirectory& run : listRuns(workspace.runsFolder())) {
            const RunSpec spec = run.spec();
            const RunStatus status = run.status();
            jobs.push_back(jobDocument(run, spec, status));
            table.add({run.id(), spec.title, std::string(runStateName(status.state)), progressText(status),
                       status.error ? status.error->value("message", std::string()) : std::string()});
        }
        context.print({{"jobs", jobs}}, jobs.empty() ? "There are no jobs yet." : table.text());
        return kExitDone;
    });
}

/// A command on one job, named by its id.
void addOne(CLI::App& group, CliContext& context, const char* name, const char* help,
            std::function<void(Workspace&, const RunDirectory&)> act) {
    CLI::App* command = group.add_subcommand(name, help);
    auto id = std::make_shared<std::string>();
    command->add_option("ID", *id, "The run, as `job list` names it")->required();
    context.onRun(*command, [&context, id, act = std::move(act)] {
        Workspace workspace = openIndexed(context);
        const RunDirectory run = findRun(workspace, *id);
        act(workspace, run);
        printJob(context, run);
        return kExitDone;
    });
}

void pauseAndWait(const CliContext& context, const RunDirectory& run) {
    const RunState before = run.status().state;
    if (!isWorking(before))
        throw WorkFailed(Error(ErrorCode::InvalidArgument, fmt::format("the run '{}' is {}, there is nothing to pause", run.id(), runStateName(before))));
    run.setControl(RunControl::Pause);
    RunFollower follower(run);
    // A run that was queued and never started has nobody to answer.
    const auto end = std::chrono::steady_clock::now() + kPauseWait;
    while (follower.poll(), isWorking(follower.status().state) && (run.isAlive() || run.launch())) {
        throwIfStopped(context.stop);
        if (std::chrono::steady_clock::now() >= end) {
            context.progress->log(LogLevel::Warning, fmt::format("the run '{}' has not paused yet; it may be in a part that cannot", run.id()));
            break;
        }
        std::this_thread::sleep_for(kPollInterval);
    }
}

void addResume(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("resume", "Go on with a paused, interrupted, cancelled or failed job from its last checkpoint");
    struct Options {
        std::string id;
        bool wait = false;
    };
    auto options = std::make_shared<Options>();
    command->add_option("ID", options->id, "The run, as `job list` names it")->required();
    command->add_flag("--wait", options->wait, "Wait for its end, as the command that made it did");
    context.onRun(*command, [&context, options] {
        Workspace workspace = context.openWorkspace();
        const RunDirectory run = findRun(workspace, options->id);
        if (!options->wait) {
            resume(run);
            printJob(context, run);
            return kExitDone;
        }
        const SupervisedRun outcome = superviseRun(context, workspace, run);
        requireDone(outcome);
        if (run.spec().kind == kIngestKind) {
            printKnowledgeRun(context, outcome);
            return kExitDone;
        }
        const std::string model = run.spec().out;
        context.print(runDocument(outcome, model), runText(outcome, model));
        return kExitDone;
    });
}

void addRemove(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("remove", "Delete a job with its folder and the models it made");
    auto id = std::make_shared<std::string>();
    command->add_option("ID", *id, "The run, as `job list` names it")->required();
    context.onRun(*command, [&context, id] {
        Workspace workspace = openIndexed(context);
        removeRun(workspace, findRun(workspace, *id));
        context.print({{"id", *id}, {"removed", true}}, fmt::format("{}: removed", *id));
        return kExitDone;
    });
}

} // namespace

void addJobCommands(CLI::App& app, CliContext& context) {
    CLI::App* group = app.add_subcommand("job", "Jobs: trainings, distillations, evaluations and changes of knowledge bases, under way or over");
    group->require_subcommand(1);
    addList(*group, context);
    addOne(*group, context, "show", "State, progress and error of a job", [](Workspace&, const RunDirectory&) {});
    addOne(*group, context, "pause", "Write a checkpoint and stop for now",
           [&context](Workspace&, const RunDirectory& run) { pauseAndWait(context, run); });
    addResume(*group, context);
    addOne(*group, context, "cancel", "Stop a job for good", [](Workspace& workspace, const RunDirectory& run) {
        cancelRun(run);
        indexRun(workspace, run);
    });
    addRemove(*group, context);
}

} // namespace triptych
