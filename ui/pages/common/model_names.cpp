#include "pages/common/model_names.h"

#include "base/resources.h"
#include "item_models/run_summary.h"
#include "l10n/words.h"

#include <algorithm>
#include <tuple>

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

QStringList teacherNames(const Workspace& workspace, const QString& dataset) {
    struct Teacher {
        bool here = false; ///< of the data set
        double accuracy = -1;
        ModelRecord model;
    };
    std::vector<Teacher> teachers;
    for (const ModelRecord& model : workspace.models()) {
        if (model.kind != "full" && model.kind != "head")
            continue;
        Teacher teacher{false, -1, model};
        const auto run = workspace.run(model.run);
        if (const auto summary = run ? summaryOf(*run) : std::nullopt) {
            teacher.here = summary->dataset == dataset;
            teacher.accuracy = summary->value("accuracy").value_or(-1);
        }
        teachers.push_back(std::move(teacher));
    }
    std::stable_sort(teachers.begin(), teachers.end(), [](const Teacher& a, const Teacher& b) {
        return std::tie(a.here, a.accuracy, a.model.created) > std::tie(b.here, b.accuracy, b.model.created);
    });
    QStringList names;
    for (const Teacher& teacher : teachers)
        names.append(qstr(teacher.model.name));
    return names;
}

} // namespace triptych::ui
