#include "training/result.h"

#include "base/error.h"

#include <ATen/ops/softmax.h>

#include <torch/version.h>

#include <fmt/format.h>

#include <algorithm>
#include <sys/resource.h>

namespace triptych {

namespace fs = std::filesystem;

Json buildToJson(const BuildReport& report, const RunSpec& spec) {
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return {{"technique", report.technique},
            {"method", spec.method},
            {"model", spec.out},
            {"model_path", "model"},
            {"build_s", report.build_s},
            {"parameters", report.parameters},
            {"trainable_parameters", report.trainable_parameters},
            {"steps", report.steps},
            {"seconds_per_step", report.seconds_per_step},
            {"examples_per_s", report.examples_per_s},
            {"peak_rss_bytes", static_cast<std::int64_t>(usage.ru_maxrss) * 1024},
            {"seed", spec.seed},
            {"threads", spec.threads}};
}

Json provenanceOf(JobContext& context, const Json& settings) {
    const RunSpec& spec = context.spec();
    return {{"run", context.directory().id()}, {"dataset", spec.dataset},   {"dataset_hash", spec.dataset_hash},
            {"seed", spec.seed},               {"threads", spec.threads},   {"settings", settings},
            {"created", spec.created},         {"libtorch", TORCH_VERSION}};
}

fs::path modelOf(const RunSpec& spec, const std::string& role) {
    const auto found = spec.models.find(role);
    if (found == spec.models.end() || found->second.empty()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the run names no {} model", role),
                    "Choose one that `triptych-cli model list` shows.");
    }
    return found->second;
}

Json baseOf(const RunSpec& spec, const std::string& role) {
    const auto name = spec.model_names.find(role);
    return {{"name", name == spec.model_names.end() ? modelOf(spec, role).filename().string() : name->second},
            {"path", modelOf(spec, role).string()}};
}

fs::path requireBase(const fs::path& artefact, const ArtefactInfo& info) {
    const auto text = [&](const char* key) {
        return info.base.is_object() && info.base.contains(key) && info.base[key].is_string() ? info.base[key].get<std::string>() : std::string();
    };
    const fs::path path = text("path");
    if (path.empty() || !fs::exists(path)) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' rests on the model '{}', which is not at '{}'", artefact.string(), text("name"), path.string()),
                    "Put the model back there, or train again.");
    }
    return path;
}

void makeEmpty(const fs::path& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
    if (!error)
        fs::create_directories(folder, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
}

std::vector<Prediction> predictionsFromLogits(const at::Tensor& logits, const std::vector<std::string>& labels) {
    const at::Tensor scores = at::softmax(logits, 1).contiguous();
    const float* values = scores.const_data_ptr<float>();
    std::vector<Prediction> predictions(static_cast<std::size_t>(scores.size(0)));
    for (Prediction& prediction : predictions) {
        prediction.scores.assign(values, values + scores.size(1));
        values += scores.size(1);
        const auto best = std::max_element(prediction.scores.begin(), prediction.scores.end()) - prediction.scores.begin();
        prediction.label = labels[static_cast<std::size_t>(best)];
        prediction.confidence = prediction.scores[static_cast<std::size_t>(best)];
    }
    return predictions;
}

} // namespace triptych
