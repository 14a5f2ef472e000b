#pragma once

#include "datasets/labelled_data.h"

#include "base/json.h"

namespace triptych {

enum class Severity { Note, Warning, Problem }; ///< Problem: a technique cannot run, or a figure would mislead
/// "note", "warning", "problem".
std::string_view severityName(Severity severity);

/// One thing to know before training. The window makes its sentence from code and values.
struct Finding {
    std::string code; ///< "no_train", "no_dev", "no_test", "one_label", "few_train_rows", "few_test_rows",
                      ///< "labels_without_train", "duplicates_across", "duplicates_within", "conflicting_labels", "imbalance"
    Severity severity = Severity::Note;
    Json values;      ///< the numbers in the sentence
    std::string text; ///< English
};

struct LabelCount {
    std::string name;
    std::array<std::int64_t, 3> rows{}; ///< by Split
};

struct DatasetCheck {
    std::int64_t rows = 0;
    std::array<std::int64_t, 3> splits{};
    std::vector<LabelCount> labels; ///< by name
    DuplicateReport duplicates;
    std::vector<Finding> findings; ///< worst first
};

/// Fewer training rows of a label than this rarely teach it; a reader of a few-shot table would aim at 20 or more.
inline constexpr std::int64_t kFewTrainRows = 8;
inline constexpr std::int64_t kGoodTrainRows = 20;

DatasetCheck checkDataset(const std::vector<Example>& examples);
Json datasetCheckToJson(const DatasetCheck& check);

} // namespace triptych
