#pragma once

#include "jobs/job_runner.h"
#include "prediction/predictor.h"

namespace triptych {

/// Job "distill/soft": the teacher (any artefact of the same labels) labels the training rows and unlabelled variants
/// of them once. A student (setting 'student', see jobs/students.h) that starts with what it can take from the teacher learns
/// from that and from the hard labels; beside it a control, the same network with the same seed, steps and rows a step,
/// starts from random weights and learns from the hard labels alone.
/// Teacher, student and control are measured on the same test rows.
/// Writes model/, control/, with setting 'prune_vocabulary' tokenizer/, predictions.jsonl, control_predictions.jsonl, teacher_predictions.jsonl.
Json distill(JobContext& context, const PredictorRegistry& predictors);

} // namespace triptych
