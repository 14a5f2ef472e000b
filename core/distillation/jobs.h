#pragma once

#include "jobs/job_runner.h"
#include "prediction/predictor.h"

namespace triptych {

/// "distill/soft". The registry of predictors must live as long as the jobs and know the teacher's kind.
void registerDistillationJobs(JobRegistry& jobs, const PredictorRegistry& predictors);
/// Kinds "textcnn", "bilstm", "static" and "shrunken".
void registerDistillationPredictors(PredictorRegistry& predictors);

} // namespace triptych
