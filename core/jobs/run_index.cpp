#include "jobs/run_index.h"

#include "base/error.h"
#include "base/resources.h"
#include "base/wall_clock.h"
#include "datasets/labelled_data.h"
#include "datasets/object_name.h"
#include "jobs/knowledge_runs.h"
#include "jobs/model_lookup.h"
#include "storage/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kControlSuffix = "-control";
constexpr std::size_t kLongestWish = 80; ///< bytes; a number and the control's suffix come behind it
constexpr std::chrono::milliseconds kLockPatience{500};

/// Rows of each split that a run freezes.
using FrozenRows = std::map<std::string, std::vector<Example>>;

FrozenRows rowsFor(const Workspace& workspace, const RunRequest& request) {
    FrozenRows frozen;
    const bool evaluates = request.kind == "evaluate";
    const std::string measured = evaluates ? request.settings.value("split", std::string("test")) : std::string("test");
    splitFromName(measured); // names a word that is no split
    for (const Split split : kSplits) {
        const std::string name(splitName(split));
        if (evaluates && name != measured)
            continue;
        std::vector<Example> rows;
        for (ExampleRecord& row : workspace.examples(request.dataset, name))
            rows.push_back({std::move(row.text), std::move(row.label), split, row.line});
        if (!rows.empty())
            frozen[evaluates ? "test" : name] = std::move(rows);
    }
    const auto require = [&](const std::string& role, std::string_view why) {
        if (!frozen.contains(role)) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("the data set '{}' has no {} rows, {}", request.dataset, evaluates ? measured : role, why),
                        "Import rows into that part with `triptych-cli data import --into`, or import with --split.");
        }
    };
    require("test", "so nothing can be measured");
    if (!evaluates && request.method != "zero_shot")
        require("train", "so there is nothing to learn from");
    return frozen;
}

/// The run other than `own` that has not ended and is to make a model of that name; empty if there is none.
std::string runThatKeeps(const Workspace& workspace, const std::string& name, const std::string& own) {
    for (const RunRecord& run : workspace.runs()) {
        if (run.id == own)
            continue;
        const std::string out = run.spec.is_object() ? run.spec.value("out", std::string()) : std::string();
        if (!out.empty() && !isFinal(runStateFromName(run.state)) && (out == name || (run.kind == "distill" && out + std::string(kControlSuffix) == name)))
            return run.id;
    }
    return {};
}

/// Why the run `own` may not call what it makes so; empty if it may.
std::optional<Error> clashOf(const Workspace& workspace, const std::string& name, const std::string& own = {}) {
    if (workspace.model(name)) {
        return Error(ErrorCode::AlreadyExists, fmt::format("the workspace has a model '{}' already", name),
                     "Choose another name, or remove that model first.");
    }
    std::error_code ignored;
    if (const fs::path starter = dataFolder() / "models" / name; fs::exists(starter, ignored)) {
        return Error(ErrorCode::AlreadyExists, fmt::format("'{}' is the name of the model in '{}', which would be hidden", name, starter.string()),
                     "Choose another name.");
    }
    if (const std::string run = runThatKeeps(workspace, name, own); !run.empty()) {
        return Error(ErrorCode::AlreadyExists, fmt::format("the run '{}', which has not ended, is to make a model '{}'", run, name),
                     fmt::format("Choose another name, go on with that run by `triptych-cli job resume {}`, or end it by `job cancel`.", run));
    }
    return std::nullopt;
}

void requireFree(const Workspace& workspace, const RunRequest& request, const std::string& own = {}) {
    std::vector<std::string> names;
    if (!request.out.empty())
        names.push_back(request.out);
    if (!request.out.empty() && request.kind == "distill")
        names.push_back(request.out + std::string(kControlSuffix));
    for (const std::string& name : names) {
        checkModelName(name);
        if (const auto clash = clashOf(workspace, name, own))
            throw *clash;
    }
}

/// Labels in the order of every score vector: those of the data set, sorted by code point.
void takeLabels(RunSpec& spec, const DatasetRecord& dataset) {
    std::set<std::string> labels;
    for (const Json& entry : dataset.labels) {
        const std::string name = entry.at("name").get<std::string>();
        labels.insert(name);
        if (const auto text = entry.find("description"); text != entry.end() && text->is_string() && !text->get<std::string>().empty())
            spec.label_descriptions[name] = text->get<std::string>();
    }
    spec.labels.assign(labels.begin(), labels.end());
}

RunRecord recordOf(const RunSpec& spec) {
    RunRecord record;
    record.id = spec.id;
    record.kind = spec.kind;
    record.method = spec.method;
    record.title = spec.title;
    record.state = runStateName(RunState::Queued);
    record.dataset = spec.dataset;
    record.created = spec.created;
    record.spec = runSpecToJson(spec);
    return record;
}

/// The kind that triptych.json states; the file was written by a worker, so a damaged one is no reason to fail.
std::string artefactKind(const fs::path& folder) {
    try {
        const Json value = readJsonFile(folder / "triptych.json", 64u << 20);
        return value.is_object() ? value.value("kind", std::string("classifier")) : std::string("classifier");
    } catch (const std::exception&) {
        return "classifier";
    }
}

void registerModel(Workspace& workspace, const RunDirectory& run, const std::string& name, const std::string& below,
                   std::vector<std::string>& problems) {
    const fs::path relative = fs::path(below).lexically_normal();
    std::error_code ignored;
    if (relative.is_absolute() || relative.empty() || *relative.begin() == ".." || !fs::is_directory(run.path() / relative, ignored)) {
        problems.push_back(fmt::format("the run '{}' names '{}' as its model, which is no folder below it", run.id(), below));
        return;
    }
    if (const auto taken = workspace.model(name)) {
        if (taken->run != run.id())
            problems.push_back(fmt::format("the name '{}' is taken by another model; the run '{}' keeps its result in its folder", name, run.id()));
        return;
    }
    const fs::path folder = run.path() / relative;
    const fs::path stored = folder.lexically_relative(fs::absolute(workspace.folder()).lexically_normal());
    const bool inside = !stored.empty() && *stored.begin() != "..";
    workspace.saveModel({name, (inside ? stored : folder).string(), artefactKind(folder), run.id(), isoTimeUtc()});
}

void registerModels(Workspace& workspace, const RunDirectory& run, const RunSpec& spec, const Json& result,
                    std::vector<std::string>& problems) {
    if (spec.out.empty())
        return;
    if (const auto path = result.find("model_path"); path != result.end() && path->is_string())
        registerModel(workspace, run, spec.out, path->get<std::string>(), problems);
    const auto control = result.find("control");
    if (control != result.end() && control->is_object() && control->contains("model_path") && (*control)["model_path"].is_string())
        registerModel(workspace, run, spec.out + std::string(kControlSuffix), (*control)["model_path"].get<std::string>(), problems);
}

/// An ingest lists every document in its result, and every page reads every record: the record has their number.
Json withCounts(Json result) {
    for (Json& value : result) {
        if (value.is_array())
            value = value.size();
    }
    return result;
}

std::vector<MetricPoint> newMetrics(const std::vector<RunEvent>& events, std::int64_t after) {
    std::vector<MetricPoint> points;
    for (const RunEvent& event : events) {
        if (event.type != "metric" || event.number <= after)
            continue;
        const auto name = event.data.find("name"), step = event.data.find("step"), value = event.data.find("value");
        const auto end = event.data.end();
        if (name != end && name->is_string() && step != end && step->is_number_integer() && value != end && value->is_number())
            points.push_back({name->get<std::string>(), step->get<std::int64_t>(), value->get<double>(), event.wall_time});
    }
    return points;
}

} // namespace

RunDirectory registerRun(Workspace& workspace, const RunRequest& request) {
    if (!request.settings.is_object())
        throw Error(ErrorCode::InvalidArgument, "the settings of a run must be a JSON object");
    const DatasetRecord dataset = workspace.requireDataset(request.dataset);
    indexAllRuns(workspace);
    requireFree(workspace, request); // before anything is written
    RunSpec spec;
    spec.id = RunDirectory::newId(request.method);
    spec.kind = request.kind;
    spec.method = request.method;
    spec.title = request.title.empty() ? fmt::format("{} · {}", request.method, request.dataset) : request.title;
    spec.created = isoTimeUtc();
    spec.dataset = request.dataset;
    spec.dataset_hash = dataset.hash;
    takeLabels(spec, dataset);
    if (spec.labels.size() < 2)
        throw Error(ErrorCode::InvalidInput, fmt::format("the data set '{}' has fewer than two labels", request.dataset));
    for (const auto& [role, name] : request.models) {
        const FoundModel model = resolveModel(&workspace, name);
        spec.models[role] = model.path.string();
        spec.model_names[role] = model.name;
    }
    spec.settings = request.settings;
    spec.seed = request.seed;
    spec.threads = request.threads;
    spec.out = request.out;
    const FrozenRows frozen = rowsFor(workspace, request);
    for (const auto& [role, rows] : frozen)
        spec.inputs[role] = "inputs/" + role + ".jsonl";
    RunDirectory run = RunDirectory::create(workspace.runsFolder(), spec, [&](const fs::path& inputs) {
        for (const auto& [role, rows] : frozen)
            writeExamples(inputs / (role + ".jsonl"), rows);
    });
    try {
        workspace.transaction([&] {
            requireFree(workspace, request, spec.id); // somebody else may have been faster
            workspace.saveRun(recordOf(run.spec()));
        });
    } catch (...) {
        try {
            removeRun(workspace, run); // another supervisor may have made a record of it
        } catch (const Error&) {
            // What is reported is why the run may not be.
        }
        throw;
    }
    return run;
}

IndexOutcome indexRun(Workspace& workspace, RunFollower& follower) {
    std::vector<RunEvent> events = follower.poll();
    const RunDirectory& run = follower.directory();
    IndexOutcome outcome{follower.status(), {}};
    const std::string state(runStateName(outcome.status.state));
    const auto known = workspace.run(run.id());
    if (known && known->last_event >= outcome.status.last_event && known->state == state)
        return outcome;
    const RunSpec spec = run.spec();
    const std::optional<Json> result = outcome.status.state == RunState::Done ? run.result() : std::nullopt;
    workspace.transaction([&] {
        auto stored = workspace.run(run.id());
        if (!stored)
            RunDirectory(run.path()); // throws if the run was removed meanwhile
        RunRecord record = stored ? std::move(*stored) : recordOf(spec);
        // Another supervisor may have read further than this follower had when it polled.
        if (stored && record.last_event > outcome.status.last_event)
            return;
        // Whoever else polled this follower, or a write that failed, may have used up events.
        if (outcome.status.last_event > record.last_event && (events.empty() || events.front().number > record.last_event + 1)) {
            std::int64_t offset = 0;
            events = run.eventsSince(offset);
        }
        const std::vector<MetricPoint> points = newMetrics(events, record.last_event);
        record.state = state;
        record.last_event = outcome.status.last_event;
        if (result)
            record.result = spec.kind == kIngestKind ? withCounts(*result) : *result;
        workspace.saveRun(record); // first: the points refer to it
        if (!points.empty())
            workspace.appendMetrics(record.id, points);
        if (result)
            registerModels(workspace, run, spec, *result, outcome.problems);
    });
    return outcome;
}

IndexOutcome indexRun(Workspace& workspace, const RunDirectory& run) {
    RunFollower follower(run);
    return indexRun(workspace, follower);
}

std::vector<std::string> indexAllRuns(Workspace& workspace) {
    std::vector<std::string> ids, problems;
    std::error_code error;
    for (fs::directory_iterator it(workspace.runsFolder(), error), end; !error && it != end; it.increment(error))
        ids.push_back(it->path().filename().string());
    std::sort(ids.begin(), ids.end()); // they begin with the time
    for (const std::string& id : ids) {
        try {
            const auto known = workspace.run(id);
            if (known && known->state == runStateName(RunState::Done))
                continue; // nothing can be new
            std::optional<RunDirectory> run;
            try {
                run.emplace(workspace.runsFolder() / id);
                run->spec();
            } catch (const Error&) {
                continue; // half made, or not ours
            }
            const IndexOutcome outcome = indexRun(workspace, *run);
            problems.insert(problems.end(), outcome.problems.begin(), outcome.problems.end());
        } catch (const Error& failure) {
            problems.push_back(fmt::format("the run '{}' could not be indexed: {}", id, failure.message()));
        }
    }
    return problems;
}

std::string freeModelName(const Workspace& workspace, const std::string& asked) {
    const std::string wish = namableWish(asked, kLongestWish);
    std::string name = wish;
    for (int number = 2; clashOf(workspace, name) || clashOf(workspace, name + std::string(kControlSuffix)); ++number)
        name = fmt::format("{}-{}", wish, number);
    return name;
}

void removeRun(Workspace& workspace, const RunDirectory& run) {
    const auto lock = run.acquireLock(kLockPatience);
    const auto launch = run.launch();
    if (!lock || (launch && launch->isAlive() && run.status().last_event <= launch->after)) {
        throw Error(ErrorCode::Busy, fmt::format("a worker is at the run '{}'", run.id()),
                    fmt::format("End it by `triptych-cli job cancel {}`, then remove it.", run.id()));
    }
    // The folder first: whoever indexes looks for it before it makes a record.
    std::error_code error;
    fs::remove_all(run.path(), error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot remove '{}': {}", run.path().string(), error.message()), "Check the permissions of the folder.");
    workspace.transaction([&] {
        for (const ModelRecord& model : workspace.models()) {
            if (model.run == run.id())
                workspace.removeModel(model.name);
        }
        if (workspace.run(run.id()))
            workspace.removeRun(run.id());
    });
}

RunDirectory findRun(const Workspace& workspace, std::string_view id) {
    const fs::path folder = workspace.runsFolder() / id;
    std::error_code ignored;
    if (id.empty() || id == "." || id == ".." || id.find('/') != std::string_view::npos || !fs::exists(folder / "spec.json", ignored)) {
        throw Error(ErrorCode::NotFound, fmt::format("there is no run '{}' in the workspace", id),
                    "`triptych-cli job list` names the runs.");
    }
    return RunDirectory(folder);
}

} // namespace triptych
