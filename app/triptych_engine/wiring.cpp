#include "wiring.h"

#include "distillation/jobs.h"
#include "interop/knowledge_jobs.h"
#include "prediction/prediction_jobs.h"
#include "training/jobs.h"

namespace triptych {

PredictorRegistry makePredictorRegistry() {
    PredictorRegistry registry;
    registerPredictionPredictors(registry);
    registerTrainingPredictors(registry);
    registerDistillationPredictors(registry);
    return registry;
}

JobRegistry makeJobRegistry(const PredictorRegistry& predictors) {
    JobRegistry registry;
    registerKnowledgeJobs(registry);
    registerPredictionJobs(registry, predictors);
    registerTrainingJobs(registry, predictors);
    registerDistillationJobs(registry, predictors);
    return registry;
}

} // namespace triptych
