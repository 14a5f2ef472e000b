#include "pages/common/technique_matrix.h"

#include "base/error.h"
#include "base/resources.h"
#include "l10n/words.h"
#include "pages/common/outlook.h"

#include <fmt/format.h>

namespace triptych::ui {

namespace {

void checkText(const Json& object, const char* key, const std::string& where) {
    const Json text = object.is_object() ? object.value(key, Json()) : Json();
    for (const char* language : {"en", "zh"}) {
        if (!text.is_object() || !text.contains(language) || !text[language].is_string() || text[language].get<std::string>().empty())
            throw Error(ErrorCode::InvalidInput, fmt::format("technique_matrix.json: {} lacks '{}' in '{}'", where, key, language));
    }
}

QString textOf(const Json& text) {
    const std::string language = dataLanguage();
    return text.is_object() && text.contains(language) && text[language].is_string() ? qstr(text[language].get<std::string>()) : QString();
}

} // namespace

TechniqueMatrix TechniqueMatrix::load() {
    return fromJson(readJsonFile(resourcePath("technique_matrix.json")));
}

TechniqueMatrix TechniqueMatrix::fromJson(Json value) {
    if (!value.is_object() || !value.value("rows", Json()).is_array() || !value.value("facts", Json()).is_object())
        throw Error(ErrorCode::InvalidInput, "technique_matrix.json: 'rows' or 'facts' is missing");
    checkText(value, "source", "the file");
    for (const Json& row : value["rows"]) {
        const std::string id = row.is_object() && row.value("id", Json()).is_string() ? row["id"].get<std::string>() : std::string();
        if (id.empty() || !row.value("measured", Json()).is_string())
            throw Error(ErrorCode::InvalidInput, "technique_matrix.json: a row lacks 'id' or 'measured'");
        checkText(row, "title", "row '" + id + "'");
        for (const char* technique : {"rag", "fine_tune", "distill"})
            checkText(row.value("cells", Json()), technique, "row '" + id + "'");
    }
    for (const char* fact : {"new_knowledge", "traceable"}) {
        for (const char* key : {"title", "zero_shot", "rag", "fine_tune", "distill"})
            checkText(value["facts"].value(fact, Json()), key, fmt::format("fact '{}'", fact));
    }
    TechniqueMatrix matrix;
    matrix.m_json = std::move(value);
    return matrix;
}

QList<TechniqueMatrix::Row> TechniqueMatrix::rows() const {
    QList<Row> rows;
    for (const Json& row : m_json["rows"])
        rows.append({qstr(row["id"].get<std::string>()), textOf(row["title"]), qstr(row["measured"].get<std::string>())});
    return rows;
}

QString TechniqueMatrix::source() const {
    return textOf(m_json["source"]);
}

QString TechniqueMatrix::cell(const QString& row, Technique technique) const {
    const std::string key(techniqueName(technique));
    for (const Json& entry : m_json["rows"]) {
        if (qstr(entry["id"].get<std::string>()) == row && entry["cells"].contains(key))
            return textOf(entry["cells"][key]);
    }
    return {};
}

QString TechniqueMatrix::factTitle(const QString& fact) const {
    return textOf(m_json["facts"].value(fact.toStdString(), Json::object()).value("title", Json()));
}

QString TechniqueMatrix::fact(const QString& fact, Technique technique, const QString& build) const {
    const Json texts = m_json["facts"].value(fact.toStdString(), Json::object());
    const QString text = textOf(texts.value(std::string(techniqueName(technique)), Json()));
    return text.contains(QLatin1String("%1")) ? text.arg(build) : text;
}

} // namespace triptych::ui
