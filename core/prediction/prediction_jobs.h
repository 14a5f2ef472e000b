#pragma once

#include "datasets/labelled_data.h"
#include "jobs/job_runner.h"
#include "prediction/predictor.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Kinds "zero_shot" and "retrieve".
void registerPredictionPredictors(PredictorRegistry& predictors);
/// "train/zero_shot", "train/retrieve", "evaluate/predictor". `predictors` must outlive the jobs.
void registerPredictionJobs(JobRegistry& jobs, const PredictorRegistry& predictors);

/// The column of the decision that an artefact's kind stands in: "zero_shot", "rag", "fine_tune" or "distill".
std::string_view techniqueOfKind(std::string_view kind);

/// Where an artefact came from, for triptych.json: run, data set and its hash, seed, `settings` with all defaults.
Json provenanceOf(const RunSpec& spec, const Json& settings);

/// One of the run's frozen files ("train", "dev", "test"). Throws Error{InvalidArgument} if the run has none of that name.
std::vector<Example> readRunInput(const RunDirectory& directory, const RunSpec& spec, const std::string& name);

/// Largest resident memory of this process so far.
std::int64_t peakRssBytes();

} // namespace triptych
