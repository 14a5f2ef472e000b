#include "pages/common/model_names.h"

#include "base/resources.h"
#include "l10n/words.h"

namespace triptych::ui {

QStringList encoderNames(const Workspace& workspace, const QString& usual) {
    QStringList names;
    for (const ModelRecord& model : workspace.models()) {
        if (model.run.empty() && model.kind == "encoder")
            names.append(qstr(model.name));
    }
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(dataFolder() / "models", error)) {
        const QString name = qstr(entry.path().filename().string());
        if (std::filesystem::exists(entry.path() / "config.json", error) && !names.contains(name))
            names.append(name);
    }
    if (!names.contains(usual))
        names.prepend(usual);
    return names;
}

QStringList teacherNames(const Workspace& workspace) {
    std::vector<ModelRecord> models;
    for (ModelRecord& model : workspace.models()) {
        if (model.kind == "full" || model.kind == "head")
            models.push_back(std::move(model));
    }
    std::stable_sort(models.begin(), models.end(), [](const ModelRecord& a, const ModelRecord& b) { return a.created > b.created; });
    QStringList names;
    for (const ModelRecord& model : models)
        names.append(qstr(model.name));
    return names;
}

} // namespace triptych::ui
