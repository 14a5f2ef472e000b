#include "prediction/prediction_jobs.h"

#include "jobs/students.h"
#include "prediction/base_encoder.h"
#include "prediction/evaluation.h"
#include "prediction/retrieve.h"
#include "prediction/run_result.h"
#include "prediction/zero_shot.h"
#include "text/json_fields.h"

#include <algorithm>
#include <chrono>

namespace triptych {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

/// Opens what was built, as everyone else will, and measures it on the test rows.
Json measured(JobContext& job, const PredictorRegistry& predictors, const fs::path& folder) {
    const RunSpec& spec = job.spec();
    const auto predictor = predictors.open(folder);
    const std::vector<Example> test = readRunInput(job.directory(), spec, "test");
    return evaluationToJson(evaluate(*predictor, test, spec.seed, job.directory().predictions(), job.progress(), job.stop()), *predictor);
}

Json builtResult(JobContext& job, const PredictorRegistry& predictors, std::string_view kind, Clock::time_point begin, std::size_t rows) {
    BuildReport report;
    report.technique = techniqueOfKind(kind);
    report.build_s = std::chrono::duration<double>(Clock::now() - begin).count();
    report.parameters = parameterCount(modelOf(job.spec(), "base"));
    report.examples_per_s = static_cast<double>(rows) / report.build_s;
    Json result = measured(job, predictors, job.directory().model());
    result.update(buildToJson(report, job.spec()));
    return result;
}

Json runZeroShot(JobContext& job, const PredictorRegistry& predictors) {
    const RunSpec& spec = job.spec();
    const double temperature = JsonFields(spec.settings, "settings").number("temperature", kZeroShotTemperature);
    makeEmpty(job.directory().model());
    const Clock::time_point begin = Clock::now();
    const fs::path base = modelOf(spec, "base");
    const auto encoder = Encoder::open(base);
    buildZeroShot(job.directory().model(), *encoder, baseOfEncoder(modelName(spec, "base"), base), spec.labels, spec.label_descriptions,
                  temperature, provenanceOf(spec, {{"temperature", temperature}}), job.stop());
    return builtResult(job, predictors, "zero_shot", begin, 0);
}

Json runRetrieve(JobContext& job, const PredictorRegistry& predictors) {
    const RunSpec& spec = job.spec();
    const RetrieveSettings settings = retrieveSettingsFromJson(spec.settings);
    makeEmpty(job.directory().model());
    const Clock::time_point begin = Clock::now();
    const fs::path base = modelOf(spec, "base");
    const auto encoder = Encoder::open(base);
    const std::vector<Example> train = readRunInput(job.directory(), spec, "train");
    buildRetrieve(job.directory().model(), *encoder, baseOfEncoder(modelName(spec, "base"), base), spec.labels, train, settings,
                  provenanceOf(spec, retrieveSettingsToJson(settings)), job.progress(), job.stop());
    return builtResult(job, predictors, "retrieve", begin, train.size());
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
    const auto students = studentKinds();
    if (std::any_of(students.begin(), students.end(), [&](const StudentKind& student) { return student.name == kind; }))
        return "distill";
    return "fine_tune";
}

} // namespace triptych
