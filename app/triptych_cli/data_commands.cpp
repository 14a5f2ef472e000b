#include "cli_context.h"
#include "commands.h"
#include "table.h"

#include "base/error.h"
#include "datasets/dataset_check.h"
#include "datasets/dataset_import.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace triptych {

namespace {

constexpr std::size_t kShownProblems = 20;

std::string count(std::int64_t value) { return std::to_string(value); }

std::string splitsLine(const Json& splits) {
    return fmt::format("train {}, dev {}, test {}", splits.value("train", 0), splits.value("dev", 0), splits.value("test", 0));
}

Json infoOf(const DatasetRecord& dataset) {
    return {{"name", dataset.name},     {"task", dataset.task},     {"rows", dataset.rows}, {"splits", dataset.splits}, {"labels", dataset.labels},
            {"created", dataset.created}, {"hash", dataset.hash}, {"source", dataset.source}};
}

struct ImportOptions {
    std::string name, file, task = "classification", text, label, classNames, into, split, encoding, format, descriptions;
    bool noHeader = false;
};

ImportRequest requestOf(const ImportOptions& options, const CliContext& context) {
    if (options.task != "classification") {
        throw Error(ErrorCode::Unsupported, fmt::format("data of the task '{}' cannot be imported; only 'classification' can", options.task),
                    "Import texts with one label each, with --task classification.");
    }
    ImportRequest request;
    request.name = options.name;
    request.file = options.file;
    request.seed = context.seed;
    if (!options.text.empty())
        request.read.text_column = options.text;
    if (!options.label.empty())
        request.read.label_column = options.label;
    request.read.header = !options.noHeader;
    if (!options.encoding.empty())
        request.read.encoding = options.encoding;
    if (!options.format.empty())
        request.read.format = options.format == "jsonl" ? TableFormat::Jsonl : options.format == "csv" ? TableFormat::Csv : TableFormat::Tsv;
    if (!options.classNames.empty())
        request.read.class_names = readClassNames(options.classNames);
    if (!options.into.empty())
        request.into = splitFromName(options.into);
    if (!options.split.empty())
        request.shares = parseSplitShares(options.split);
    if (!options.descriptions.empty())
        request.label_descriptions = readLabelDescriptions(options.descriptions);
    return request;
}

std::string importText(const ImportResult& result) {
    std::string text = fmt::format("Imported {} of {} rows into '{}' ({}). It now has {} rows ({}) and {} labels.\n", result.accepted, result.rows,
                                   result.dataset.name, result.encoding, result.dataset.rows, splitsLine(result.dataset.splits), result.dataset.labels.size());
    if (result.rejected == 0)
        return text;
    Table table("rll", {"line", "field", "reason"});
    for (std::size_t i = 0; i < std::min(result.problems.size(), kShownProblems); ++i)
        table.add({count(result.problems[i].line), result.problems[i].field, rowProblemText(result.problems[i])});
    text += fmt::format("{} row(s) were not accepted:\n{}", result.rejected, table.text());
    if (const auto kept = static_cast<std::int64_t>(result.problems.size()), shown = static_cast<std::int64_t>(kShownProblems); result.rejected > shown) {
        text += fmt::format("... and {} more; --json lists {}.\n", result.rejected - shown,
                            kept == result.rejected ? std::string("them all") : fmt::format("the first {} of all", kept));
    }
    return text;
}

Json importJson(const ImportResult& result) {
    Json problems = Json::array();
    for (const RowProblem& problem : result.problems)
        problems.push_back({{"line", problem.line}, {"field", problem.field}, {"reason", rowProblemText(problem)}});
    return {{"name", result.dataset.name},
            {"rows", result.rows},
            {"accepted", result.accepted},
            {"rejected", result.rejected},
            {"problems", std::move(problems)},
            {"splits", result.dataset.splits},
            {"labels", result.dataset.labels.size()},
            {"encoding", result.encoding},
            {"hash", result.dataset.hash}};
}

void addImport(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("import", "Read a labelled file (JSON lines, a JSON array, CSV or TSV) into a data set");
    auto options = std::make_shared<ImportOptions>();
    command->add_option("N", options->name, "Name of the data set")->required();
    command->add_option("FILE", options->file, "File to read")->required();
    command->add_option("--task", options->task, "What the rows are for (default: classification)")
        ->check(CLI::IsMember({"classification", "sft", "pairs", "qa"}));
    command->add_option("--text", options->text, "Column of the text, by name or by number from 0 (default: text)")->type_name("COL|INDEX");
    command->add_option("--label", options->label, "Column of the label, by name or by number from 0 (default: label)")->type_name("COL|INDEX");
    command->add_flag("--no-header", options->noHeader, "CSV and TSV: the first row is data, columns go by number");
    command->add_option("--class-names", options->classNames, "File with a class name a line (or a JSON array); labels 0, 1, ... stand for them")
        ->type_name("FILE");
    CLI::Option* into = command->add_option("--into", options->into, "Put the whole file into one part: train, dev or test; may be repeated with further files")
                            ->type_name("PART")
                            ->check(CLI::IsMember({"train", "dev", "test"}));
    command->add_option("--split", options->split, "Shares of a seeded split by label (default: train=0.8,dev=0.1,test=0.1, as far as the rows go)")->type_name("SHARES")->excludes(into);
    command->add_option("--label-descriptions", options->descriptions, "JSON file {label: \"what it means\" | {\"name\", \"description\"}}")->type_name("FILE");
    command->add_option("--format", options->format, "jsonl, csv or tsv (default: by extension and content)")->type_name("FORMAT")->check(CLI::IsMember({"jsonl", "csv", "tsv"}));
    command->add_option("--encoding", options->encoding, "Encoding of the file, as GB18030 (default: detected)")->type_name("NAME");
    context.onRun(*command, [&context, options] {
        const ImportRequest request = requestOf(*options, context);
        Workspace workspace = context.openWorkspace();
        const ImportResult result = importDataset(workspace, request, *context.progress, context.stop);
        context.print(importJson(result), importText(result));
        return kExitDone;
    });
}

std::string checkText(const std::string& name, const DatasetCheck& check) {
    std::string text = fmt::format("'{}': {} rows, {} labels.\n", name, check.rows, check.labels.size());
    for (const Finding& finding : check.findings)
        text += fmt::format("{:<8} {}\n", severityName(finding.severity), finding.text);
    if (check.findings.empty())
        text += "Nothing stands out.\n";
    for (const std::string& sample : check.duplicates.samples)
        text += fmt::format("  in several parts: {}\n", sample);
    Table table("lrrr", {"label", "train", "dev", "test"});
    for (const LabelCount& label : check.labels)
        table.add({label.name, count(label.rows[0]), count(label.rows[1]), count(label.rows[2])});
    return text + table.text();
}

void addCheckAndInfo(CLI::App& group, CliContext& context) {
    CLI::App* check = group.add_subcommand("check", "Duplicates across parts, conflicting labels, balance, too few rows");
    auto checked = std::make_shared<std::string>();
    check->add_option("N", *checked, "Name of the data set")->required();
    context.onRun(*check, [&context, checked] {
        const Workspace workspace = context.openWorkspace();
        const DatasetCheck result = checkDataset(loadExamples(workspace, *checked));
        Json document = datasetCheckToJson(result);
        document["name"] = *checked;
        context.print(document, checkText(*checked, result));
        return kExitDone;
    });

    CLI::App* info = group.add_subcommand("info", "Rows, parts, labels and where they came from");
    auto shown = std::make_shared<std::string>();
    info->add_option("N", *shown, "Name of the data set")->required();
    context.onRun(*info, [&context, shown] {
        const DatasetRecord dataset = context.openWorkspace().requireDataset(*shown);
        Table table("lrl", {"label", "rows", "description"});
        for (const Json& label : dataset.labels)
            table.add({label.value("name", ""), count(label.value("count", std::int64_t{0})), label.value("description", "")});
        std::string files;
        for (const Json& file : dataset.source.value("files", Json::array()))
            files += fmt::format("from {}{}\n", file.value("file", ""), file.contains("into") ? " into " + file.value("into", "") : std::string());
        context.print(infoOf(dataset), fmt::format("'{}' ({}): {} rows, {}, made {}\nhash {}\n{}{}", dataset.name, dataset.task, dataset.rows,
                                                   splitsLine(dataset.splits), dataset.created, dataset.hash, files, table.text()));
        return kExitDone;
    });
}

void addListAndShow(CLI::App& group, CliContext& context) {
    CLI::App* list = group.add_subcommand("list", "The data sets of the workspace");
    context.onRun(*list, [&context] {
        Table table("llrrrrr", {"name", "task", "rows", "train", "dev", "test", "labels"});
        Json datasets = Json::array();
        for (const DatasetRecord& dataset : context.openWorkspace().datasets()) {
            const Json& splits = dataset.splits;
            table.add({dataset.name, dataset.task, count(dataset.rows), count(splits.value("train", 0)), count(splits.value("dev", 0)),
                       count(splits.value("test", 0)), std::to_string(dataset.labels.size())});
            datasets.push_back({{"name", dataset.name}, {"task", dataset.task}, {"rows", dataset.rows}, {"splits", splits},
                                {"labels", dataset.labels.size()}, {"created", dataset.created}, {"hash", dataset.hash}});
        }
        context.print({{"datasets", datasets}}, datasets.empty() ? "There are no data sets yet." : table.text());
        return kExitDone;
    });

    struct ShowOptions {
        std::string name, split;
        std::int64_t offset = 0, limit = 20;
    };
    CLI::App* show = group.add_subcommand("show", "Rows of a data set");
    auto options = std::make_shared<ShowOptions>();
    show->add_option("N", options->name, "Name of the data set")->required();
    show->add_option("--split", options->split, "Only this part: train, dev or test")->type_name("PART")->check(CLI::IsMember({"train", "dev", "test"}));
    show->add_option("--offset", options->offset, "Rows to skip (default: 0)")->check(CLI::NonNegativeNumber);
    show->add_option("--limit", options->limit, "Rows at most (default: 20)")->check(CLI::NonNegativeNumber);
    context.onRun(*show, [&context, options] {
        Table table("rlll", {"line", "part", "label", "text"});
        Json rows = Json::array();
        for (const ExampleRecord& row : context.openWorkspace().examples(options->name, options->split, options->offset, options->limit)) {
            table.add({count(row.line), row.split, row.label, row.text});
            rows.push_back({{"text", row.text}, {"label", row.label}, {"split", row.split}, {"line", row.line}});
        }
        context.print({{"rows", std::move(rows)}}, table.text());
        return kExitDone;
    });
}

void addLabelsAndRemove(CLI::App& group, CliContext& context) {
    struct LabelsOptions {
        std::string name, descriptions;
    };
    CLI::App* labels = group.add_subcommand("labels", "Show or set what the labels mean, for zero-shot");
    auto options = std::make_shared<LabelsOptions>();
    labels->add_option("N", options->name, "Name of the data set")->required();
    labels->add_option("--descriptions", options->descriptions, "JSON file {label: \"what it means\" | {\"name\", \"description\"}}")->type_name("FILE");
    context.onRun(*labels, [&context, options] {
        Workspace workspace = context.openWorkspace();
        if (!options->descriptions.empty())
            workspace.setLabelDescriptions(options->name, readLabelDescriptions(options->descriptions));
        const DatasetRecord dataset = workspace.requireDataset(options->name);
        Table table("lrl", {"label", "rows", "description"});
        for (const Json& label : dataset.labels)
            table.add({label.value("name", ""), count(label.value("count", std::int64_t{0})), label.value("description", "")});
        context.print({{"name", dataset.name}, {"labels", dataset.labels}}, table.text());
        return kExitDone;
    });

    CLI::App* remove = group.add_subcommand("remove", "Remove a data set and its decisions; runs and models stay");
    auto removed = std::make_shared<std::string>();
    remove->add_option("N", *removed, "Name of the data set")->required();
    context.onRun(*remove, [&context, removed] {
        context.openWorkspace().removeDataset(*removed);
        context.print({{"removed", *removed}}, fmt::format("Removed '{}'.", *removed));
        return kExitDone;
    });
}

} // namespace

void addDataCommands(CLI::App& app, CliContext& context) {
    CLI::App* group = app.add_subcommand("data", "Labelled data: import, check, show");
    group->require_subcommand(1);
    addImport(*group, context);
    addCheckAndInfo(*group, context);
    addListAndShow(*group, context);
    addLabelsAndRemove(*group, context);
}

} // namespace triptych
