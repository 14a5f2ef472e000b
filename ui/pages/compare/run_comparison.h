#pragma once

#include "item_models/run_summary.h"
#include "metrics/classification.h"

#include <QString>
#include <QStringList>

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych::ui {

/// Two runs on the same test rows.
struct PairResult {
    QString a, b; ///< run ids
    PairedTest accuracy;
    PairedTest macroF1;
    double adjustedP = 1; ///< of accuracy, Holm over all pairs
    std::int64_t onlyA = 0, onlyB = 0; ///< rows that one has right and the other wrong
};

/// A test row on which two runs differ.
struct RowDifference {
    QString text, label, saidA, saidB;
    bool aRight = false;
};

/// Everything Compare reads of the chosen runs, off the window's thread.
struct RunComparison {
    std::vector<PairResult> pairs;
    std::vector<RowDifference> differences; ///< of the first two runs; rows that one of them has right
    QStringList passedOver;                 ///< sentences: runs that could not be paired, and why
    std::map<QString, std::vector<MetricPoint>> curves;
};
RunComparison compareRuns(const std::filesystem::path& workspaceFolder, const std::vector<RunSummary>& runs, const std::stop_token& stop);

} // namespace triptych::ui
