#include "training/jobs.h"

#include "training/full_job.h"
#include "training/head.h"

namespace triptych {

void registerTrainingJobs(JobRegistry& jobs, const PredictorRegistry& predictors) {
    jobs["train/head"] = [&predictors](JobContext& context) { return trainHead(context, predictors); };
    jobs["train/full"] = [&predictors](JobContext& context) { return trainFull(context, predictors); };
}

void registerTrainingPredictors(PredictorRegistry& predictors) {
    predictors.add("head", openHead);
    predictors.add("full", openFull);
}

} // namespace triptych
