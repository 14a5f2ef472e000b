#pragma once

#include "jobs/job_runner.h"
#include "prediction/predictor.h"

namespace triptych {

/// Job "distill/soft": the teacher (any artefact of the same labels) labels the training rows and unlabelled variants
/// of them once; a TextCNN learns from that and from the hard labels, and beside it a control, the same student with the
/// same seed and budget, from the hard labels alone. Teacher, student and control are measured on the same test rows.
/// Writes model/, control/, predictions.jsonl, control_predictions.jsonl, teacher_predictions.jsonl.
Json distill(JobContext& context, const PredictorRegistry& predictors);

} // namespace triptych
