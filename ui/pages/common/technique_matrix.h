#pragma once

#include "base/json.h"
#include "selection/decision.h"

#include <QString>
#include <QStringList>

namespace triptych::ui {

/// What is usually said of each technique, in words (resources/technique_matrix.json), both languages.
class TechniqueMatrix {
public:
    /// Throws Error naming the file or the text at fault.
    static TechniqueMatrix load();
    static TechniqueMatrix fromJson(Json value);

    struct Row {
        QString id, title;
        QString measured; ///< what a run measures of it: "build_s", "accuracy", ...
    };
    QList<Row> rows() const;
    QString source() const;
    QString cell(const QString& row, Technique technique) const;
    /// A card's line: "new_knowledge", "traceable". %1 takes the measured time to build.
    QString factTitle(const QString& fact) const;
    QString fact(const QString& fact, Technique technique, const QString& build) const;

private:
    Json m_json;
};

} // namespace triptych::ui
