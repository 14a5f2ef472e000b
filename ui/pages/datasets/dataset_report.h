#pragma once

#include "datasets/dataset_check.h"
#include "storage/workspace.h"

#include <QString>

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych::ui {

/// What the Data page shows of a stored data set beyond its record.
struct DatasetReport {
    DatasetCheck check;
    std::vector<double> lengths; ///< characters of each row
    double cjkShare = 0;
};
/// Opens the workspace itself, so that it may run in any thread. Throws Error.
DatasetReport reportOnDataset(const std::filesystem::path& workspaceFolder, const std::string& name, const std::stop_token& stop);

/// Rows whose text or label holds `needle`, at most `most`; upper and lower case count alike.
std::vector<ExampleRecord> findExamples(const std::filesystem::path& workspaceFolder, const std::string& name,
                                        const std::string& split, const QString& needle, std::size_t most,
                                        const std::stop_token& stop);

/// A finding as a sentence of the language in force.
QString findingText(const Finding& finding);

/// What is lost with a data set: rows, and the runs and decisions that name it.
QString lossOfDataset(const Workspace& workspace, const DatasetRecord& dataset);

} // namespace triptych::ui
