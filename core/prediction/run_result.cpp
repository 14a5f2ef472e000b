#include "prediction/run_result.h"

#include "base/error.h"

#include <fmt/format.h>

#include <torch/version.h>

#include <sys/resource.h>

namespace triptych {

namespace fs = std::filesystem;

fs::path modelOf(const RunSpec& spec, const std::string& role) {
    const auto found = spec.models.find(role);
    if (found == spec.models.end() || found->second.empty()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the run '{}' names no model as '{}'", spec.id, role),
                    "Choose one that `triptych-cli model list` shows.");
    }
    return found->second;
}

std::string modelName(const RunSpec& spec, const std::string& role) {
    const auto found = spec.model_names.find(role);
    return found != spec.model_names.end() ? found->second : modelOf(spec, role).filename().string();
}

std::vector<Example> readRunInput(const RunDirectory& directory, const RunSpec& spec, const std::string& name) {
    const auto found = spec.inputs.find(name);
    if (found == spec.inputs.end())
        throw Error(ErrorCode::InvalidArgument, fmt::format("the run '{}' has no {} rows", spec.id, name), "Split the data set into train, dev and test.");
    return readExamples(directory.path() / found->second);
}

void makeEmpty(const fs::path& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
    if (!error)
        fs::create_directories(folder, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
}

Json provenanceOf(const RunSpec& spec, const Json& settings) {
    return {{"run", spec.id},           {"dataset", spec.dataset},   {"dataset_hash", spec.dataset_hash}, {"seed", spec.seed},
            {"threads", spec.threads},  {"method", spec.method},     {"settings", settings},              {"created", spec.created},
            {"libtorch", TORCH_VERSION}};
}

Json buildToJson(const BuildReport& report, const RunSpec& spec) {
    return {{"technique", report.technique},
            {"method", spec.method},
            {"model", spec.out},
            {"model_path", "model"},
            {"build_s", report.build_s},
            {"parameters", report.parameters},
            {"trainable_parameters", report.trainable_parameters},
            {"steps", report.steps},
            {"seconds_per_step", report.seconds_per_step ? Json(*report.seconds_per_step) : Json()},
            {"examples_per_s", report.examples_per_s > 0 ? Json(report.examples_per_s) : Json()},
            {"peak_rss_bytes", peakRssBytes()},
            {"seed", spec.seed},
            {"threads", spec.threads}};
}

std::int64_t peakRssBytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

} // namespace triptych
