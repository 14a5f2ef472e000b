#include "datasets/dataset_import.h"

#include "datasets/object_name.h"
#include "datasets/text_folding.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kKeptProblems = 200; ///< stored with the data set; the result of the import has them all
constexpr std::size_t kLongestName = 200;  ///< bytes

Json countBySplit(const std::vector<Example>& examples) {
    std::array<std::int64_t, 3> counts{};
    for (const Example& example : examples)
        ++counts[static_cast<std::size_t>(example.split)];
    Json splits = Json::object();
    for (const Split split : kSplits)
        splits[std::string(splitName(split))] = counts[static_cast<std::size_t>(split)];
    return splits;
}

Json labelsOf(const std::vector<Example>& examples, const std::map<std::string, std::string>& descriptions) {
    std::map<std::string, std::int64_t> counts;
    for (const Example& example : examples)
        ++counts[example.label];
    Json labels = Json::array();
    for (const auto& [name, count] : counts) {
        Json label = {{"name", name}, {"count", count}};
        if (const auto it = descriptions.find(name); it != descriptions.end())
            label["description"] = it->second;
        labels.push_back(std::move(label));
    }
    return labels;
}

Json fileEntry(const ImportRequest& request, const ReadResult& read, const std::string& hash) {
    Json problems = Json::array();
    for (std::size_t i = 0; i < std::min(read.problems.size(), kKeptProblems); ++i) {
        const RowProblem& problem = read.problems[i];
        problems.push_back({{"line", problem.line}, {"field", problem.field}, {"reason", rowProblemText(problem)}});
    }
    Json entry = {{"file", fs::absolute(request.file).lexically_normal().string()},
                  {"sha256", hash},
                  {"text", request.read.text_column},
                  {"label", request.read.label_column},
                  {"header", request.read.header},
                  {"encoding", read.encoding},
                  {"rows", read.rows},
                  {"rejected", read.rejected},
                  {"problems", std::move(problems)}};
    if (!request.read.class_names.empty())
        entry["class_names"] = request.read.class_names;
    if (request.into) {
        entry["into"] = splitName(*request.into);
    } else {
        const SplitShares shares = request.shares.value_or(SplitShares{});
        entry["split"] = {{"train", shares.train}, {"dev", shares.dev}, {"test", shares.test}};
        entry["seed"] = request.seed;
    }
    return entry;
}

[[noreturn]] void throwTaken(const std::string& name) {
    throw Error(ErrorCode::AlreadyExists, fmt::format("there is a data set '{}' already", name),
                "Choose another name, or add the file to one of its parts with --into train, dev or test.");
}

void requireNewFile(const DatasetRecord& dataset, const ImportRequest& request, const std::string& hash) {
    for (const Json& entry : dataset.source.value("files", Json::array())) {
        if (entry.value("sha256", "") == hash && entry.value("into", "") == splitName(*request.into)) {
            throw Error(ErrorCode::AlreadyExists,
                        fmt::format("'{}' is already in the part '{}' of '{}'", request.file.string(), splitName(*request.into), request.name),
                        "A file comes into a part once; its rows would count twice.");
        }
    }
}

} // namespace

ImportResult importDataset(Workspace& workspace, const ImportRequest& request, ProgressSink& progress, const std::stop_token& stop) {
    const bool known = workspace.dataset(request.name).has_value();
    if (!known)
        checkObjectName(request.name, "data set", kLongestName);
    if (known && !request.into)
        throwTaken(request.name);
    ReadResult read = readLabelledFile(request.file, request.read, progress, stop);
    if (read.examples.empty()) {
        const std::string first = read.problems.empty() ? std::string("there are none")
                                                        : fmt::format("the first, line {}: {}", read.problems.front().line, rowProblemText(read.problems.front()));
        throw Error(ErrorCode::InvalidInput, fmt::format("none of the {} rows of '{}' can be used; {}", read.rows, request.file.string(), first),
                    "Check which columns hold text and label, and that the file is complete.");
    }
    if (request.into) {
        for (Example& example : read.examples)
            example.split = *request.into;
    } else {
        splitStratified(read.examples, request.shares.value_or(SplitShares{}), request.seed, !request.shares.has_value());
    }
    const std::string hash = sha256File(request.file);
    throwIfStopped(stop);

    ImportResult result;
    const std::size_t accepted = read.examples.size();
    workspace.transaction([&] {
        // Looked up again under the write lock: another process may have been faster.
        const auto existing = workspace.dataset(request.name);
        DatasetRecord dataset;
        std::map<std::string, std::string> descriptions = request.label_descriptions;
        Json files = Json::array();
        std::vector<Example> all;
        if (existing) {
            if (!request.into)
                throwTaken(request.name);
            requireNewFile(*existing, request, hash);
            dataset = *existing;
            files = existing->source.value("files", Json::array());
            descriptions.merge(labelDescriptions(*existing));
            all = loadExamples(workspace, request.name);
        }
        throwIfStopped(stop);
        files.push_back(fileEntry(request, read, hash));
        all.insert(all.end(), std::make_move_iterator(read.examples.begin()), std::make_move_iterator(read.examples.end()));
        dataset.name = request.name;
        dataset.task = "classification";
        dataset.hash = contentHash(all);
        dataset.splits = countBySplit(all);
        dataset.labels = labelsOf(all, descriptions);
        dataset.source = {{"files", std::move(files)}};
        std::vector<ExampleRecord> rows;
        rows.reserve(all.size());
        for (Example& example : all)
            rows.push_back({std::move(example.text), std::move(example.label), std::string(splitName(example.split)), example.line});
        throwIfStopped(stop);
        workspace.saveDataset(dataset, rows, existing.has_value());
        throwIfStopped(stop); // the last chance: what is committed stays
        result.dataset = *workspace.dataset(request.name);
    });
    result.rows = read.rows;
    result.accepted = static_cast<std::int64_t>(accepted);
    result.rejected = read.rejected;
    result.problems = std::move(read.problems);
    result.encoding = std::move(read.encoding);
    return result;
}

std::vector<Example> loadExamples(const Workspace& workspace, std::string_view dataset) {
    std::vector<Example> examples;
    for (ExampleRecord& row : workspace.examples(dataset))
        examples.push_back({std::move(row.text), std::move(row.label), splitFromName(row.split), row.line});
    return examples;
}

std::map<std::string, std::string> readLabelDescriptions(const fs::path& path) {
    const Json json = readJsonFile(path, 64u << 20);
    if (!json.is_object())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a JSON object with a description for each label", path.string()));
    std::map<std::string, std::string> descriptions;
    for (const auto& [label, value] : json.items()) {
        const Json& text = value.is_object() ? (value.contains("description") ? value["description"] : value.value("name", Json())) : value;
        if (!text.is_string() || trimmed(text.get<std::string>()).empty()) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the label {} has no description", path.string(), quotedValue(label)),
                        "Write {\"label\": \"what it means\"} or {\"label\": {\"name\": \"...\", \"description\": \"...\"}}.");
        }
        descriptions[label] = text.get<std::string>();
    }
    return descriptions;
}

std::map<std::string, std::string> labelDescriptions(const DatasetRecord& dataset) {
    std::map<std::string, std::string> descriptions;
    for (const Json& label : dataset.labels) {
        if (const auto it = label.find("description"); it != label.end() && it->is_string())
            descriptions[label.value("name", "")] = it->get<std::string>();
    }
    return descriptions;
}

} // namespace triptych
