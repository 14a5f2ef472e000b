#include "jobs/model_list.h"

#include "base/error.h"
#include "base/resources.h"
#include "jobs/model_lookup.h"
#include "storage/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace triptych {

namespace fs = std::filesystem;

std::vector<ListedModel> listModels(const Workspace* workspace) {
    std::vector<ListedModel> models;
    std::set<std::string> names;
    for (const ModelRecord& record : workspace ? workspace->models() : std::vector<ModelRecord>()) {
        const fs::path folder = fs::absolute(workspace->folder() / record.path).lexically_normal();
        std::error_code error;
        models.push_back({record.name, folder, fs::exists(folder, error) ? record.kind : "missing", record.run, false});
        names.insert(record.name);
    }
    std::vector<ListedModel> found;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(dataFolder() / "models", none)) {
        const std::string name = entry.path().filename().string();
        std::error_code error;
        if (entry.is_directory(error) && !name.starts_with(".") && !names.contains(name))
            found.push_back({name, fs::absolute(entry.path()).lexically_normal(), "", "", true});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    models.insert(models.end(), found.begin(), found.end());
    return models;
}

RemovedModel removeModel(Workspace* workspace, const std::string& name) {
    const std::vector<ListedModel> models = listModels(workspace);
    const auto found = std::find_if(models.begin(), models.end(), [&](const ListedModel& model) { return model.name == name; });
    if (found == models.end()) {
        checkModelName(name); // not before: what has such a name from earlier can be removed
        resolveModel(workspace, name); // says what the name may stand for
        throw Error(ErrorCode::NotFound, fmt::format("there is no model '{}'", name), "`triptych-cli model list` names the models.");
    }
    RemovedModel removed{found->folder, true};
    if (!found->shared) {
        removed.deleted = removed.folder.parent_path() == fs::absolute(workspace->folder() / "models").lexically_normal();
        workspace->removeModel(name);
    }
    if (removed.deleted) {
        std::error_code error;
        fs::remove_all(removed.folder, error);
        if (error)
            throw Error(ErrorCode::Io, fmt::format("cannot remove '{}': {}", removed.folder.string(), error.message()));
    }
    return removed;
}

} // namespace triptych
