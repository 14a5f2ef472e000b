#pragma once

#include "datasets/labelled_data.h"
#include "jobs/run_directory.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace triptych {

/// Folder of a role ("base", "teacher", "model"). Throws Error{InvalidArgument} naming the role if the run fills it with nothing.
std::filesystem::path modelOf(const RunSpec& spec, const std::string& role);
std::string modelName(const RunSpec& spec, const std::string& role);

/// One of the run's frozen files ("train", "dev", "test"). Throws Error{InvalidArgument} if the run has none of that name.
std::vector<Example> readRunInput(const RunDirectory& directory, const RunSpec& spec, const std::string& name);

/// An empty folder in place of whatever stood there, for a model about to be written.
void makeEmpty(const std::filesystem::path& folder);

/// Where triptych.json says it came from: run, data set and its hash, seed, threads, versions, `settings` with all defaults.
Json provenanceOf(const RunSpec& spec, const Json& settings);

/// What every method reports about how its artefact came to be.
struct BuildReport {
    std::string technique;
    /// From the rows and the base model to the artefact on disk, looks at the dev rows included, over all resumes; the
    /// evaluation on the test rows is not in it.
    double build_s = 0;
    std::int64_t parameters = 0;
    std::int64_t trainable_parameters = 0;
    std::int64_t steps = 0;
    std::optional<double> seconds_per_step; ///< none where nothing is trained
    double examples_per_s = 0;              ///< 0: unknown
};
/// The part of result.json that is not measured on the test rows.
Json buildToJson(const BuildReport& report, const RunSpec& spec);

/// Largest resident memory of this process so far.
std::int64_t peakRssBytes();

} // namespace triptych
