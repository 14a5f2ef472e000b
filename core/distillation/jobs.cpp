#include "distillation/jobs.h"

#include "distillation/distill.h"
#include "distillation/textcnn_predictor.h"

namespace triptych {

void registerDistillationJobs(JobRegistry& jobs, const PredictorRegistry& predictors) {
    jobs["distill/soft"] = [&predictors](JobContext& context) { return distill(context, predictors); };
}

void registerDistillationPredictors(PredictorRegistry& predictors) { predictors.add("textcnn", openTextCnn); }

} // namespace triptych
