#include "training/rows.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace triptych {

std::int64_t labelNumber(const std::vector<std::string>& labels, const Example& example) {
    const auto found = std::find(labels.begin(), labels.end(), example.label);
    if (found == labels.end()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("the {} row of line {} has the label '{}', which is not one of the task's {} labels",
                                splitName(example.split), example.line, example.label, labels.size()));
    }
    return found - labels.begin();
}

RunRows readRunRows(const RunDirectory& directory, const RunSpec& spec) {
    const auto read = [&](const char* split) {
        const auto found = spec.inputs.find(split);
        return found == spec.inputs.end() ? std::vector<Example>() : readExamples(directory.path() / found->second);
    };
    RunRows rows = {read("train"), read("dev"), read("test")};
    if (spec.labels.size() < 2) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the data set '{}' has {} label(s); training needs at least two", spec.dataset, spec.labels.size()),
                    "Add rows of another label.");
    }
    if (rows.train.empty())
        throw Error(ErrorCode::InvalidInput, fmt::format("the data set '{}' has no training rows", spec.dataset), "Import a file into the train split, or split the data set.");
    std::set<std::string> seen;
    for (const Example& example : rows.train)
        seen.insert(example.label);
    if (seen.size() < 2) {
        throw Error(ErrorCode::InvalidInput, fmt::format("the training rows of '{}' all have the label '{}'; training needs at least two", spec.dataset, *seen.begin()),
                    "Add training rows of another label.");
    }
    return rows;
}

TokenRows tokenizeRows(const std::vector<Example>& examples, const Tokenizer& tokenizer, std::int64_t maxLength,
                       const std::vector<std::string>& labels, const std::stop_token& stop) {
    TokenRows rows;
    rows.encodings.reserve(examples.size());
    for (const Example& example : examples) {
        throwIfStopped(stop);
        Encoding encoding = tokenizer.encode(example.text);
        tokenizer.truncate(encoding, static_cast<int>(maxLength));
        rows.encodings.push_back(std::move(encoding));
        rows.labels.push_back(labelNumber(labels, example));
    }
    return rows;
}

} // namespace triptych
