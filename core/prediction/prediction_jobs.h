#pragma once

#include "jobs/job_runner.h"
#include "prediction/predictor.h"

#include <string_view>

namespace triptych {

/// Kinds "zero_shot" and "retrieve".
void registerPredictionPredictors(PredictorRegistry& predictors);
/// "train/zero_shot", "train/retrieve", "evaluate/predictor". `predictors` must outlive the jobs.
void registerPredictionJobs(JobRegistry& jobs, const PredictorRegistry& predictors);

/// The column of the decision that an artefact's kind stands in: "zero_shot", "rag", "fine_tune" or "distill".
std::string_view techniqueOfKind(std::string_view kind);

} // namespace triptych
