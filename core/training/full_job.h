#pragma once

#include "jobs/job_runner.h"
#include "prediction/predictor.h"

#include <filesystem>
#include <memory>

namespace triptych {

/// Job "train/full": fine-tunes every weight of the base encoder, writes a BertForSequenceClassification folder with
/// triptych.json, measures it on the test rows. Pauses and resumes exactly.
Json trainFull(JobContext& context, const PredictorRegistry& predictors);

/// Opens an artefact of kind "full", or any BertForSequenceClassification folder of the same labels.
std::unique_ptr<Predictor> openFull(const std::filesystem::path& folder, const ArtefactInfo& info);

} // namespace triptych
