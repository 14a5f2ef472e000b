#pragma once

#include "item_models/run_summary.h"
#include "shell/page.h"
#include "selection/decision.h"
#include "storage/workspace.h"

#include <QHash>
#include <QString>

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych::ui {

/// Everything Overview and Decide show of one data set, read in one go off the window's thread.
struct Outlook {
    std::vector<std::string> datasets; ///< all names
    std::optional<DatasetRecord> dataset;
    DatasetFacts facts;
    Answers answers;
    Decision decision; ///< with the arms
    std::vector<RunSummary> runs; ///< finished ones on this data set, oldest first
    double cjkShare = 0; ///< rows with Chinese, Japanese or Korean characters

    const Arm* arm(Technique technique) const;
    const RunSummary* run(const std::string& id) const;
    /// The run of the arm of a technique.
    const RunSummary* runOf(Technique technique) const;
    bool recommends(Technique technique) const;
};

/// `dataset` may be empty or gone: then the first one is taken. `settings` win over those on disk (JobCenter::settings).
/// Opens the workspace itself, so that it may run in any thread. Throws Error.
Outlook loadOutlook(const std::filesystem::path& folder, const std::string& dataset, const std::stop_token& stop,
                    const QHash<QString, Json>& settings = {});

/// The seed of every decision of the window: the same evidence gives the same intervals.
inline constexpr std::uint64_t kDecisionSeed = 13;

/// Settings of the workspace that several pages share. Reading never fails: what cannot be read is as if it were not
/// set. What is set holds at once and is stored off the window's thread.
QString currentDataset(const PageContext& context);
void setCurrentDataset(const PageContext& context, const QString& name);
QString baseModel(const PageContext& context);
void setBaseModel(const PageContext& context, const QString& name);
Answers storedAnswers(const Workspace& workspace, const std::string& dataset);
void storeAnswers(const PageContext& context, const std::string& dataset, const Answers& answers);

/// "en" or "zh", for texts that stand in data files.
std::string dataLanguage();

} // namespace triptych::ui
