#include "distillation/jobs.h"

#include "distillation/distill.h"
#include "distillation/student_predictor.h"
#include "training/full_job.h"

namespace triptych {

void registerDistillationJobs(JobRegistry& jobs, const PredictorRegistry& predictors) {
    jobs["distill/soft"] = [&predictors](JobContext& context) { return distill(context, predictors); };
}

void registerDistillationPredictors(PredictorRegistry& predictors) {
    for (const char* kind : {"textcnn", "bilstm", "static"})
        predictors.add(kind, openStudent);
    predictors.add("shrunken", openFull); // a sequence classifier like the teacher, of fewer layers
}

} // namespace triptych
