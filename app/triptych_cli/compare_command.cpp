#include "cli_context.h"
#include "commands.h"
#include "supervise.h"
#include "table.h"

#include "base/error.h"
#include "base/files.h"
#include "jobs/knowledge_runs.h"
#include "jobs/run_predictions.h"
#include "metrics/classification.h"
#include "selection/sentence.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace triptych {

namespace {

/// One run to compare, with what it predicted.
struct Entry {
    std::string id;
    RunSpec spec;
    Json result;
    RunPredictions predictions;
};

struct PairTest {
    std::string a, b, metric;
    PairedTest test;
};

/// The id of a run, which may be named by the model it made too.
std::string runOf(const Workspace& workspace, const std::string& word) {
    const auto model = workspace.model(word);
    if (!model || workspace.run(word))
        return word;
    const auto run = model->run.empty() ? std::nullopt : workspace.run(model->run);
    if (!run) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("no run of this workspace made the model '{}'", word),
                    "Measure it with `triptych-cli eval`, then compare that run.");
    }
    if (const std::string result = run->result.is_object() ? run->result.value("model", word) : word; result != word) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is the control that was made beside '{}'", word, result),
                    fmt::format("Compare '{}': the row of its control stands below it.", result));
    }
    return run->id;
}

Entry readEntry(const Workspace& workspace, const std::string& word) {
    const std::string id = runOf(workspace, word);
    const RunDirectory run = findRun(workspace, id);
    RunSpec spec = run.spec();
    if (spec.kind == kIngestKind) {
        throw Error(ErrorCode::InvalidInput, fmt::format("the run '{}' changed a knowledge base and measured nothing", id),
                    "Compare runs of train, distill and eval; `triptych-cli kb eval` measures a knowledge base.");
    }
    const RunStatus status = run.status();
    const auto result = run.result();
    if (status.state != RunState::Done || !result) {
        throw Error(ErrorCode::InvalidInput, fmt::format("the run '{}' is {}, so it has nothing to compare yet", id, runStateName(status.state)),
                    "Wait for it or resume it, then compare again.");
    }
    Entry entry;
    entry.id = id;
    entry.spec = std::move(spec);
    entry.result = *result;
    entry.predictions = readPredictions(run.predictions());
    return entry;
}

void requireSameRows(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
        const Entry& first = entries.front();
        if (!haveSameRows(runSpecToJson(first.spec), first.predictions, runSpecToJson(entry.spec), entry.predictions)) {
            throw Error(ErrorCode::InvalidInput, fmt::format("the runs '{}' and '{}' were measured on different rows", first.id, entry.id),
                        "Measure both on the same data set with `triptych-cli eval`, then compare those runs.");
        }
    }
}

std::vector<PairTest> testPairs(const std::vector<Entry>& entries, std::uint64_t seed) {
    std::vector<PairTest> tests;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        for (std::size_t j = i + 1; j < entries.size(); ++j) {
            const RunPredictions &a = entries[i].predictions, &b = entries[j].predictions;
            tests.push_back({entries[i].id, entries[j].id, "accuracy", pairedAccuracy(a.right, b.right, seed)});
            tests.push_back({entries[i].id, entries[j].id, "macro_f1", pairedMacroF1(a.truth, a.predicted, b.predicted, seed)});
        }
    }
    return tests;
}

/// Adjusted within each metric: the question asked of every pair is one family.
std::vector<double> adjusted(const std::vector<PairTest>& tests) {
    std::vector<double> result(tests.size());
    for (const char* metric : {"accuracy", "macro_f1"}) {
        std::vector<double> p;
        for (const PairTest& test : tests) {
            if (test.metric == metric)
                p.push_back(test.test.p);
        }
        const std::vector<double> holm = holmAdjusted(p);
        for (std::size_t i = 0, k = 0; i < tests.size(); ++i) {
            if (tests[i].metric == metric)
                result[i] = holm[k++];
        }
    }
    return result;
}

std::string probability(double p) { return p < 0.0001 ? "<0.0001" : fmt::format("{:.4f}", p); }

std::string cell(const Metrics& metrics, const char* name) {
    const auto found = metrics.find(name);
    if (found == metrics.end() || !found->second.value)
        return "–";
    const Metric& metric = found->second;
    return metric.low && metric.high ? fmt::format("{:.4f} [{:.4f}, {:.4f}]", *metric.value, *metric.low, *metric.high) : fmt::format("{:.4f}", *metric.value);
}

/// The row of a run, or of the control that a distillation made beside its student.
std::vector<std::string> runRow(const Entry& entry, const std::string& method, const Json& result) {
    const Json latency = result.value("latency", Json::object());
    const Metrics metrics = metricsFromJson(result.value("metrics", Json::object()));
    // A control is a part of its run; how long it took to make is not told apart.
    const std::string build = result.contains("build_s") ? formatSeconds(result.value("build_s", 0.0)) : "–";
    return {entry.id, method, std::to_string(entry.spec.seed), cell(metrics, "accuracy"), cell(metrics, "macro_f1"), cell(metrics, "retention"),
            cell(metrics, "speedup"), formatMilliseconds(latency.value("p50_ms", 0.0)), formatMilliseconds(latency.value("p95_ms", 0.0)),
            formatBytes(result.value("bytes", 0.0)), build};
}

const Json* controlOf(const Entry& entry) {
    const auto control = entry.result.find("control");
    return control == entry.result.end() || !control->is_object() ? nullptr : &*control;
}

/// The two tables, for the terminal or as Markdown.
std::string tables(const std::vector<Entry>& entries, const std::vector<PairTest>& tests, const std::vector<double>& holm, bool markdown) {
    std::vector<std::vector<std::string>> runs = {{"run", "method", "seed", "accuracy", "macro F1", "retention", "speed-up", "p50", "p95", "size", "build"}};
    for (const Entry& entry : entries) {
        const std::string student = entry.result.value("student", std::string());
        runs.push_back(runRow(entry, student.empty() ? entry.spec.method : entry.spec.method + ", " + student, entry.result));
        if (const Json* control = controlOf(entry))
            runs.push_back(runRow(entry, "control", *control));
    }
    std::vector<std::vector<std::string>> pairs = {{"a", "b", "metric", "a - b", "95 % interval", "p", "p (Holm)"}};
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const PairTest& test = tests[i];
        pairs.push_back({test.a, test.b, test.metric, fmt::format("{:+.4f}", test.test.difference),
                         fmt::format("{:+.4f} – {:+.4f}", test.test.low, test.test.high), probability(test.test.p), probability(holm[i])});
    }
    std::string text;
    for (const auto& [rows, alignment] : {std::pair(runs, "llrrrrrrrrr"), std::pair(pairs, "lllrrrr")}) {
        if (rows.size() < 2)
            continue;
        if (!markdown) {
            Table table(alignment, rows.front());
            for (std::size_t i = 1; i < rows.size(); ++i)
                table.add(rows[i]);
            text += (text.empty() ? "" : "\n") + table.text();
            continue;
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (const std::string& value : rows[i])
                text += "| " + value + " ";
            text += "|\n";
            for (std::size_t k = 0; i == 0 && k < rows[0].size(); ++k)
                text += k + 1 == rows[0].size() ? "| --- |\n" : "| --- ";
        }
        text += "\n";
    }
    return text;
}

int compareCommand(const CliContext& context, const std::vector<std::string>& ids, const std::string& report) {
    const Workspace workspace = openIndexed(context);
    std::vector<Entry> entries;
    for (const std::string& id : ids)
        entries.push_back(readEntry(workspace, id));
    requireSameRows(entries);
    const std::vector<PairTest> tests = testPairs(entries, context.seed);
    const std::vector<double> holm = adjusted(tests);

    Json runs = Json::array(), metrics = Json::object(), pairs = Json::array();
    for (const Entry& entry : entries) {
        Json run = {{"run", entry.id}, {"kind", entry.spec.kind}, {"dataset", entry.spec.dataset}, {"seed", entry.spec.seed}};
        for (const char* field : {"technique", "method", "student", "model", "latency", "bytes", "build_s"})
            run[field] = entry.result.value(field, Json());
        for (const char* field : {"teacher", "control", "control_test"}) {
            if (entry.result.contains(field))
                run[field] = entry.result[field];
        }
        runs.push_back(std::move(run));
        metrics[entry.id] = entry.result.value("metrics", Json::object());
    }
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const PairTest& test = tests[i];
        pairs.push_back({{"a", test.a}, {"b", test.b}, {"metric", test.metric}, {"difference", test.test.difference},
                         {"low", test.test.low}, {"high", test.test.high}, {"p", test.test.p}, {"p_holm", holm[i]}});
    }
    if (!report.empty())
        atomicWrite(report, fmt::format("# {}\n\n{}", entries.front().spec.dataset, tables(entries, tests, holm, true)));
    context.print({{"runs", runs}, {"metrics", metrics}, {"tests", pairs}}, tables(entries, tests, holm, false), report);
    return kExitDone;
}

} // namespace

void addCompareCommand(CLI::App& app, CliContext& context) {
    CLI::App* command = app.add_subcommand("compare", "Finished runs side by side, with paired tests on their common test rows");
    struct Options {
        std::vector<std::string> runs;
        std::string report;
    };
    auto options = std::make_shared<Options>();
    command->add_option("RUN", options->runs, "Runs, as `job list` names them, or the models they made")->required();
    command->add_option("--report", options->report, "Write the tables as Markdown")->type_name("FILE");
    context.onRun(*command, [&context, options] { return compareCommand(context, options->runs, options->report); });
}

} // namespace triptych
