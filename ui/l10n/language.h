#pragma once

#include <QLocale>
#include <QObject>
#include <QTranslator>

namespace triptych::ui {

/// Switches the whole window between English and Chinese while it runs: every widget gets LanguageChange.
class LanguageController : public QObject {
    Q_OBJECT
public:
    explicit LanguageController(QObject* parent = nullptr);
    ~LanguageController() override;

    /// "en" or "zh".
    QString language() const { return m_language; }
    /// An unknown one is English.
    void setLanguage(const QString& language);
    /// What the system asks for, in those two.
    static QString systemLanguage();

Q_SIGNALS:
    void changed();

private:
    QString m_language;
    QTranslator m_translator;
    QTranslator m_qtTranslator;
};

} // namespace triptych::ui
