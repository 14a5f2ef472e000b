#include "datasets/demo.h"

#include "base/error.h"
#include "base/json.h"
#include "base/resources.h"
#include "datasets/dataset_import.h"

#include <fmt/format.h>

namespace triptych {

namespace {

/// Both languages in one text: the messages come in both, and a label has one vector.
std::map<std::string, std::string> bilingualDescriptions(const std::filesystem::path& file) {
    std::map<std::string, std::string> result;
    const Json labels = readJsonFile(file);
    try {
        for (const auto& [label, texts] : labels.items()) {
            const auto text = [&texts = texts](const char* key, const char* language) {
                return texts.at(key).at(language).get<std::string>();
            };
            result[label] = fmt::format("{}. {} {}。{}", text("name", "en"), text("description", "en"), text("name", "zh"),
                                        text("description", "zh"));
        }
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks a name or description in one language: {}", file.string(), error.what()));
    }
    return result;
}

} // namespace

void importDemo(Workspace& workspace, ProgressSink& progress, const std::stop_token& stop) {
    const std::filesystem::path folder = resourcePath("demo");
    ImportRequest request;
    request.name = kDemoDataset;
    request.file = folder / "messages.jsonl";
    request.shares = {0.65, 0.10, 0.25};
    request.label_descriptions = bilingualDescriptions(folder / "labels.json");
    importDataset(workspace, request, progress, stop);
}

} // namespace triptych
