#include "datasets/dataset_check.h"

#include "datasets/text_folding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace triptych {

namespace {

constexpr std::size_t kNamedLabels = 10;

std::int64_t rowsIn(const std::array<std::int64_t, 3>& counts, Split split) { return counts[static_cast<std::size_t>(split)]; }

/// Greatest half-width of a 95 % interval for a fraction of n rows, in points.
double halfWidthPoints(std::int64_t n) { return 100 * 1.96 * 0.5 / std::sqrt(static_cast<double>(n)); }

std::string named(const std::vector<std::string>& labels) {
    std::string text;
    for (std::size_t i = 0; i < std::min(labels.size(), kNamedLabels); ++i)
        text += (i ? ", " : "") + quotedValue(labels[i]);
    return labels.size() > kNamedLabels ? fmt::format("{} and {} more", text, labels.size() - kNamedLabels) : text;
}

void checkSplits(DatasetCheck& check) {
    const auto add = [&](const char* code, Severity severity, const char* text) { check.findings.push_back({code, severity, Json::object(), text}); };
    if (rowsIn(check.splits, Split::Train) == 0)
        add("no_train", Severity::Problem, "There are no training rows: nothing can be learnt or retrieved.");
    if (rowsIn(check.splits, Split::Test) == 0)
        add("no_test", Severity::Problem, "There are no test rows: nothing can be measured.");
    if (rowsIn(check.splits, Split::Dev) == 0)
        add("no_dev", Severity::Note, "There are no dev rows: training cannot choose its best state by them.");
    if (check.labels.size() < 2)
        add("one_label", Severity::Problem, "There is only one label: there is nothing to tell apart.");
}

void checkLabels(DatasetCheck& check) {
    std::vector<std::string> few, unlearnt;
    std::int64_t smallest = 0, largest = 0, missing = 0;
    for (const LabelCount& label : check.labels) {
        const std::int64_t train = rowsIn(label.rows, Split::Train);
        if (train == 0)
            unlearnt.push_back(label.name);
        else if (train < kFewTrainRows)
            few.push_back(label.name);
        if (train > 0) {
            smallest = smallest == 0 ? train : std::min(smallest, train);
            largest = std::max(largest, train);
        }
        missing += std::max<std::int64_t>(kGoodTrainRows - train, 0);
    }
    if (rowsIn(check.splits, Split::Train) == 0)
        return;
    if (!unlearnt.empty()) {
        check.findings.push_back({"labels_without_train", Severity::Problem, {{"labels", unlearnt}},
                                  fmt::format("{} label(s) stand in dev or test but have no training row: {}.", unlearnt.size(), named(unlearnt))});
    }
    if (!few.empty()) {
        check.findings.push_back(
            {"few_train_rows", Severity::Warning, {{"labels", few}, {"below", kFewTrainRows}, {"aim", kGoodTrainRows}, {"missing", missing}},
             fmt::format("Too few training rows: {} label(s) have fewer than {}: {}. Aim at {} a label or more; {} rows are missing in all.", few.size(),
                         kFewTrainRows, named(few), kGoodTrainRows, missing)});
    }
    if (smallest > 0 && largest >= 10 * smallest) {
        check.findings.push_back({"imbalance", Severity::Note, {{"smallest", smallest}, {"largest", largest}},
                                  fmt::format("The labels are unbalanced: from {} to {} training rows. Read macro F1 beside accuracy.", smallest, largest)});
    }
}

void checkTestSize(DatasetCheck& check) {
    constexpr std::int64_t kFewTestRows = 100, kGoodTestRows = 385; // 385 rows: 5 points
    const std::int64_t test = rowsIn(check.splits, Split::Test);
    if (test == 0 || test >= kFewTestRows)
        return;
    const double points = std::round(halfWidthPoints(test) * 10) / 10;
    check.findings.push_back({"few_test_rows", Severity::Warning, {{"rows", test}, {"points", points}, {"aim", kGoodTestRows}},
                              fmt::format("Too few test rows: with {} an accuracy is known to about ±{} points. Aim at {} for ±5 points.", test, points,
                                          kGoodTestRows)});
}

void checkDuplicates(DatasetCheck& check) {
    const DuplicateReport& found = check.duplicates;
    if (const std::int64_t across = found.train_dev + found.train_test + found.dev_test; across > 0) {
        check.findings.push_back(
            {"duplicates_across", found.train_test > 0 ? Severity::Problem : Severity::Warning,
             {{"train_dev", found.train_dev}, {"train_test", found.train_test}, {"dev_test", found.dev_test}},
             fmt::format("Texts stand in more than one part: {} in train and test, {} in train and dev, {} in dev and test. Measured quality is too high by them.",
                         found.train_test, found.train_dev, found.dev_test)});
    }
    if (found.conflicting > 0) {
        check.findings.push_back({"conflicting_labels", Severity::Warning, {{"texts", found.conflicting}},
                                  fmt::format("{} text(s) carry more than one label.", found.conflicting)});
    }
    if (found.within > 0) {
        check.findings.push_back({"duplicates_within", Severity::Note, {{"copies", found.within}},
                                  fmt::format("{} further copies of texts stand inside one part.", found.within)});
    }
}

} // namespace

std::string_view severityName(Severity severity) {
    switch (severity) {
    case Severity::Note:
        return "note";
    case Severity::Warning:
        return "warning";
    case Severity::Problem:
        return "problem";
    }
    return "note";
}

DatasetCheck checkDataset(const std::vector<Example>& examples) {
    DatasetCheck check;
    check.rows = static_cast<std::int64_t>(examples.size());
    std::map<std::string_view, LabelCount> labels;
    for (const Example& example : examples) {
        const auto split = static_cast<std::size_t>(example.split);
        ++check.splits[split];
        ++labels[example.label].rows[split];
    }
    for (auto& [name, label] : labels) {
        label.name = name;
        check.labels.push_back(std::move(label));
    }
    check.duplicates = findDuplicates(examples);
    checkSplits(check);
    checkLabels(check);
    checkTestSize(check);
    checkDuplicates(check);
    std::stable_sort(check.findings.begin(), check.findings.end(), [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
    return check;
}

Json datasetCheckToJson(const DatasetCheck& check) {
    const auto bySplit = [](const std::array<std::int64_t, 3>& counts) {
        Json json = Json::object();
        for (const Split split : kSplits)
            json[std::string(splitName(split))] = rowsIn(counts, split);
        return json;
    };
    Json labels = Json::array(), findings = Json::array();
    for (const LabelCount& label : check.labels) {
        Json entry = bySplit(label.rows);
        entry["name"] = label.name;
        entry["count"] = label.rows[0] + label.rows[1] + label.rows[2];
        labels.push_back(std::move(entry));
    }
    for (const Finding& finding : check.findings)
        findings.push_back({{"code", finding.code}, {"severity", severityName(finding.severity)}, {"values", finding.values}, {"text", finding.text}});
    const DuplicateReport& found = check.duplicates;
    return {{"rows", check.rows},
            {"splits", bySplit(check.splits)},
            {"labels", std::move(labels)},
            {"duplicates",
             {{"train_dev", found.train_dev},
              {"train_test", found.train_test},
              {"dev_test", found.dev_test},
              {"within", found.within},
              {"conflicting", found.conflicting},
              {"samples", found.samples}}},
            {"findings", std::move(findings)}};
}

} // namespace triptych
