#include "prediction/prediction_jobs.h"

#include "base/error.h"
#include "prediction/base_encoder.h"
#include "prediction/evaluation.h"
#include "prediction/retrieve.h"
#include "prediction/zero_shot.h"
#include "text/json_fields.h"

#include <fmt/format.h>

#include <sys/resource.h>

#include <chrono>

namespace triptych {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// The folder a role is filled with. Throws Error{InvalidArgument} naming the role.
fs::path modelOf(const RunSpec& spec, const std::string& role) {
    const auto found = spec.models.find(role);
    if (found == spec.models.end() || found->second.empty())
        throw Error(ErrorCode::InvalidArgument, fmt::format("the run '{}' names no model as '{}'", spec.id, role));
    return found->second;
}

std::string modelName(const RunSpec& spec, const std::string& role) {
    const auto found = spec.model_names.find(role);
    return found != spec.model_names.end() ? found->second : modelOf(spec, role).filename().string();
}

/// Opens what was built, as everyone else will, and measures it on the test rows.
Json measured(JobContext& job, const PredictorRegistry& predictors, const fs::path& folder) {
    const RunSpec& spec = job.spec();
    const auto predictor = predictors.open(folder);
    const std::vector<Example> test = readRunInput(job.directory(), spec, "test");
    return evaluationToJson(evaluate(*predictor, test, spec.seed, job.directory().predictions(), job.progress(), job.stop()), *predictor);
}

Json builtResult(JobContext& job, const PredictorRegistry& predictors, std::string_view kind, double buildSeconds, std::size_t rows) {
    Json result = measured(job, predictors, job.directory().model());
    result.update({{"technique", techniqueOfKind(kind)},
                   {"method", job.spec().method},
                   {"model", job.spec().out},
                   {"model_path", "model"},
                   {"build_s", buildSeconds},
                   {"parameters", parameterCount(modelOf(job.spec(), "base"))},
                   {"trainable_parameters", 0},
                   {"steps", 0},
                   {"seconds_per_step", nullptr},
                   {"examples_per_s", rows > 0 && buildSeconds > 0 ? Json(static_cast<double>(rows) / buildSeconds) : Json()},
                   {"peak_rss_bytes", peakRssBytes()}});
    return result;
}

/// A run that was broken off left at most a part of its model behind; these jobs start over.
void clearModel(const JobContext& job) { fs::remove_all(job.directory().model()); }

Json runZeroShot(JobContext& job, const PredictorRegistry& predictors) {
    const RunSpec& spec = job.spec();
    const double temperature = JsonFields(spec.settings, "settings").number("temperature", kZeroShotTemperature);
    clearModel(job);
    const fs::path base = modelOf(spec, "base");
    const auto encoder = Encoder::open(base);
    const Clock::time_point begin = Clock::now();
    buildZeroShot(job.directory().model(), *encoder, baseOfEncoder(modelName(spec, "base"), base), spec.labels, spec.label_descriptions,
                  temperature, provenanceOf(spec, {{"temperature", temperature}}), job.stop());
    return builtResult(job, predictors, "zero_shot", secondsSince(begin), 0);
}

Json runRetrieve(JobContext& job, const PredictorRegistry& predictors) {
    const RunSpec& spec = job.spec();
    const RetrieveSettings settings = retrieveSettingsFromJson(spec.settings);
    clearModel(job);
    const fs::path base = modelOf(spec, "base");
    const auto encoder = Encoder::open(base);
    const std::vector<Example> train = readRunInput(job.directory(), spec, "train");
    const Clock::time_point begin = Clock::now();
    buildRetrieve(job.directory().model(), *encoder, baseOfEncoder(modelName(spec, "base"), base), spec.labels, train, settings,
                  provenanceOf(spec, retrieveSettingsToJson(settings)), job.progress(), job.stop());
    return builtResult(job, predictors, "retrieve", secondsSince(begin), train.size());
}

Json runEvaluate(JobContext& job, const PredictorRegistry& predictors) {
    const fs::path folder = modelOf(job.spec(), "model");
    Json result = measured(job, predictors, folder);
    result.update({{"technique", techniqueOfKind(readArtefact(folder).kind)},
                   {"method", job.spec().method},
                   {"model", modelName(job.spec(), "model")},
                   {"peak_rss_bytes", peakRssBytes()}});
    return result;
}

} // namespace

void registerPredictionPredictors(PredictorRegistry& predictors) {
    predictors.add("zero_shot", openZeroShot);
    predictors.add("retrieve", openRetrieve);
}

void registerPredictionJobs(JobRegistry& jobs, const PredictorRegistry& predictors) {
    jobs["train/zero_shot"] = [&predictors](JobContext& job) { return runZeroShot(job, predictors); };
    jobs["train/retrieve"] = [&predictors](JobContext& job) { return runRetrieve(job, predictors); };
    jobs["evaluate/predictor"] = [&predictors](JobContext& job) { return runEvaluate(job, predictors); };
}

std::string_view techniqueOfKind(std::string_view kind) {
    if (kind == "zero_shot")
        return "zero_shot";
    if (kind == "retrieve")
        return "rag";
    if (kind == "textcnn")
        return "distill";
    return "fine_tune";
}

Json provenanceOf(const RunSpec& spec, const Json& settings) {
    return {{"run", spec.id}, {"dataset", spec.dataset}, {"dataset_hash", spec.dataset_hash}, {"seed", spec.seed}, {"method", spec.method}, {"settings", settings}};
}

std::vector<Example> readRunInput(const RunDirectory& directory, const RunSpec& spec, const std::string& name) {
    const auto found = spec.inputs.find(name);
    if (found == spec.inputs.end())
        throw Error(ErrorCode::InvalidArgument, fmt::format("the run '{}' has no {} rows", spec.id, name), "Split the data set into train, dev and test.");
    return readExamples(directory.path() / found->second);
}

std::int64_t peakRssBytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

} // namespace triptych
