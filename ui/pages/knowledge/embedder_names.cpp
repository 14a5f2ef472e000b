#include "pages/knowledge/embedder_names.h"

#include "base/error.h"
#include "base/json.h"
#include "jobs/endpoint.h"
#include "jobs/model_list.h"
#include "l10n/words.h"
#include "storage/workspace.h"

#include <QCoreApplication>

#include <filesystem>

namespace triptych::ui {

namespace {

namespace fs = std::filesystem;

/// Of a folder that nobody has put on record: a sentence encoder says so by its modules, others by what they are made for.
bool canEmbed(const fs::path& folder) {
    std::error_code error;
    if (fs::exists(folder / "modules.json", error) || fs::exists(folder / "config_sentence_transformers.json", error))
        return true;
    try {
        for (const Json& architecture : readJsonFile(folder / "config.json").value("architectures", Json::array())) {
            const std::string name = architecture.is_string() ? architecture.get<std::string>() : std::string();
            if (name.ends_with("Model") || name.ends_with("ForMaskedLM"))
                return true;
        }
    } catch (const std::exception&) { // no model, or one in another form
    }
    return false;
}

} // namespace

QStringList embedderNames(const Workspace& workspace) {
    QStringList names;
    for (const ListedModel& model : listModels(&workspace)) {
        if (model.kind == "encoder" || (model.kind.empty() && canEmbed(model.folder)))
            names.append(qstr(model.name));
    }
    for (const std::string& name : endpointNames(workspace.folder())) {
        try {
            const auto endpoint = findEndpoint(workspace.folder(), name);
            if (endpoint && endpoint->embedder)
                names.append(qstr(name));
        } catch (const Error&) { // damaged: the Models page says so
        }
    }
    names.append(QStringLiteral("hashing"));
    for (const char* starter : {"all-minilm-l6-v2", "multilingual-e5-small"}) {
        if (const qsizetype at = names.indexOf(QLatin1String(starter)); at > 0)
            names.move(at, 0);
    }
    return names;
}

QString embedderWord(const QString& name) {
    if (name.isEmpty())
        //: How a knowledge base is searched that has no vectors
        return QCoreApplication::translate("Knowledge", "by words only");
    if (name == QLatin1String("hashing"))
        return QCoreApplication::translate("Knowledge", "hashing (no model needed)");
    return name;
}

} // namespace triptych::ui
