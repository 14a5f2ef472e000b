#pragma once

#include "base/json.h"

#include <QJsonObject>
#include <QList>
#include <QWidget>

#include <optional>

class QLabel;
class QLineEdit;

namespace triptych::ui {

/// A form over the flat JSON object of a run's settings: one line a key, the key itself as tool tip, so that
/// form, config file, command line and log read alike. A value that is out of range is marked and told in
/// words below its field; isValid() is false until it is mended.
class SettingsForm : public QWidget {
    Q_OBJECT
public:
    struct Field {
        const char* key;
        bool integer = false;
        double low = 0, high = 1;
        double otherwise = 0; ///< shown where the settings say nothing
        bool optional = false; ///< may stay empty: the method chooses
    };
    explicit SettingsForm(QList<Field> fields, QWidget* parent = nullptr);

    /// Translated names in the order of the fields.
    void setNames(const QStringList& names);
    /// Keys of other forms are kept and come back out of values().
    void setValues(const Json& values);
    Json values() const;
    double value(const char* key) const;
    bool isValid() const;
    /// What an optional field says while it is empty.
    void setPlaceholder(const char* key, const QString& text);
    /// Every field as it is typed, by key, good or not: what a restart brings back.
    QJsonObject texts() const;
    void setTexts(const QJsonObject& texts);
    /// Only these keys are shown; empty: all.
    void setShown(const QStringList& keys);

Q_SIGNALS:
    void changed();

private:
    struct Line {
        Field field;
        QLabel* name;
        QLineEdit* edit;
        QLabel* problem;
        bool shown = true;
    };
    void check(const Line& line) const;
    static std::optional<double> read(const Line& line);
    static bool isGood(const Line& line);

    QList<Line> m_lines;
    Json m_rest = Json::object();
};

} // namespace triptych::ui
