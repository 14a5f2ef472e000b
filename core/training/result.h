#pragma once

#include "jobs/job_runner.h"
#include "prediction/predictor.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace triptych {

/// What every training method reports about how it came to be.
struct BuildReport {
    std::string technique;
    double build_s = 0; ///< training and what it needs, without evaluation
    std::int64_t parameters = 0;
    std::int64_t trainable_parameters = 0;
    std::int64_t steps = 0;
    double seconds_per_step = 0;
    double examples_per_s = 0;
};
/// The part of result.json that is not measured on the test rows.
Json buildToJson(const BuildReport& report, const RunSpec& spec);

/// Where triptych.json says it came from: run, data set and hash, seed, threads, settings, versions.
Json provenanceOf(JobContext& context, const Json& settings);

/// {"name", "path"} of a role in the specification. Throws Error{InvalidArgument} naming the role if it is missing.
Json baseOf(const RunSpec& spec, const std::string& role);
std::filesystem::path modelOf(const RunSpec& spec, const std::string& role);

/// Folder of the model that an artefact rests on. Throws Error{NotFound} naming artefact and model.
std::filesystem::path requireBase(const std::filesystem::path& artefact, const ArtefactInfo& info);

/// An empty folder in place of whatever stood there, for a model about to be written.
void makeEmpty(const std::filesystem::path& folder);

/// Softmax of logits (N, K) as one prediction a row.
std::vector<Prediction> predictionsFromLogits(const at::Tensor& logits, const std::vector<std::string>& labels);

} // namespace triptych
