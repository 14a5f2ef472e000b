#include "jobs/known_models.h"

#include "base/error.h"
#include "base/resources.h"
#include "text/json_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace triptych {

std::vector<KnownModel> knownModels() {
    const std::filesystem::path file = resourcePath("models.json");
    const Json document = readJsonFile(file);
    const JsonFields fields(document, file.string());
    std::vector<KnownModel> models;
    for (const Json& entry : fields.at("models")) {
        const JsonFields model(entry, file.string());
        KnownModel known;
        known.name = model.string("name");
        for (const char* language : {"en", "zh"})
            known.about[language] = model.object("about").string(language);
        known.licence = model.string("licence");
        known.package = model.string("package");
        known.file = model.string("file");
        known.bytes = static_cast<std::uintmax_t>(model.integer("bytes", 1, INT64_MAX));
        known.sha256 = model.string("sha256");
        known.entry = model.string("entry");
        known.unpacked = static_cast<std::uintmax_t>(model.integer("unpacked", 1, INT64_MAX));
        models.push_back(std::move(known));
    }
    return models;
}

KnownModel knownModel(std::string_view name) {
    std::vector<std::string> names;
    for (KnownModel& model : knownModels()) {
        if (model.name == name)
            return std::move(model);
        names.push_back(std::move(model.name));
    }
    throw Error(ErrorCode::NotFound, fmt::format("no model '{}' is known", name), fmt::format("Known are {}.", fmt::join(names, ", ")));
}

} // namespace triptych
