#pragma once

#include "jobs/job_runner.h"
#include "prediction/predictor.h"

namespace triptych {

/// "train/head" and "train/full". The registry of predictors must live as long as the jobs.
void registerTrainingJobs(JobRegistry& jobs, const PredictorRegistry& predictors);
/// Kinds "head" and "full".
void registerTrainingPredictors(PredictorRegistry& predictors);

} // namespace triptych
