#pragma once

#include "jobs/job_runner.h"
#include "prediction/predictor.h"

namespace triptych {

/// Every kind of artefact that this version opens.
PredictorRegistry makePredictorRegistry();

/// Every job that this version runs. `predictors` outlives the registry.
JobRegistry makeJobRegistry(const PredictorRegistry& predictors);

} // namespace triptych
