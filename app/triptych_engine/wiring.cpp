#include "wiring.h"

#include "distillation/jobs.h"
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
    registerPredictionJobs(registry, predictors);
    registerTrainingJobs(registry, predictors);
    registerDistillationJobs(registry, predictors);
    return registry;
}

std::string processorProblem() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("x86-64-v3"))
        return "this build needs a processor of the x86-64-v3 level (AVX2, FMA, BMI2; Intel Haswell or AMD Excavator of 2013-15 and newer).";
#endif
    return {};
}

} // namespace triptych
