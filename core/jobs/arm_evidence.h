#pragma once

#include "selection/decision.h"

#include <string>
#include <string_view>
#include <vector>

namespace triptych {

class Workspace;

/// What a workspace knows for a decision about one data set.
struct ArmEvidence {
    DatasetFacts facts;
    std::vector<Arm> arms; ///< at most one a technique, in the order of the enumeration
    std::vector<std::string> passed_over; ///< sentences: finished runs that could not be used, and why
};

/// Of the finished train and distill runs on exactly these rows: runs that differ in their seed alone are one
/// arm (the newest of each seed; correctness and figures averaged), and the most accurate arm of a technique
/// counts. `base`: name of a base model that the trained arms must have; empty: any. Reads the workspace and the
/// predictions of the runs; index the runs first. Throws Error{NotFound} for an unknown data set.
ArmEvidence gatherArms(const Workspace& workspace, std::string_view dataset, std::string_view base = {});

/// Facts alone, as in ArmEvidence.
DatasetFacts datasetFacts(const Workspace& workspace, std::string_view dataset);

} // namespace triptych
