#pragma once

#include "selection/decision.h"
#include "storage/workspace.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// What a workspace knows for a decision about one data set.
struct ArmEvidence {
    DatasetFacts facts;
    std::vector<Arm> arms; ///< at most one a technique, in the order of the enumeration
    std::vector<std::string> passed_over; ///< sentences: finished runs that could not be used, and why
};

/// Finished train and distill runs that measured a data set as it is now, oldest first: on exactly these rows,
/// and zero-shot with these label descriptions. `base`: folder of the base model that they must rest on, for a
/// student the base of its teacher; empty: any. Sentences on outdated runs are added to `passedOver` unless it
/// is null. Throws Error{NotFound} for an unknown data set.
std::vector<RunRecord> measuredRuns(const Workspace& workspace, std::string_view dataset, const std::filesystem::path& base = {},
                                    std::vector<std::string>* passedOver = nullptr);

/// Of the measuredRuns: runs that differ in their seed alone are one arm (the newest of each seed; correctness
/// and figures averaged), and the best arm of a technique counts: by accuracy on the dev rows if all of them
/// state it, else on the test rows. Reads the workspace and the predictions of the runs; index the runs first.
ArmEvidence gatherArms(const Workspace& workspace, std::string_view dataset, const std::filesystem::path& base = {});

/// Facts alone, as in ArmEvidence.
DatasetFacts datasetFacts(const Workspace& workspace, std::string_view dataset);

} // namespace triptych
