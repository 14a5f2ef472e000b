#include "l10n/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>

namespace triptych::ui {

LanguageController::LanguageController(QObject* parent) : QObject(parent) {}

LanguageController::~LanguageController() {
    QCoreApplication::removeTranslator(&m_translator);
    QCoreApplication::removeTranslator(&m_qtTranslator);
}

QString LanguageController::systemLanguage() {
    return QLocale::system().language() == QLocale::Chinese ? QStringLiteral("zh") : QStringLiteral("en");
}

void LanguageController::setLanguage(const QString& language) {
    const QString wanted = language.startsWith(QLatin1String("zh")) ? QStringLiteral("zh") : QStringLiteral("en");
    if (wanted == m_language)
        return;
    m_language = wanted;
    const bool chinese = wanted == QLatin1String("zh");
    // The locale goes first: widgets format their numbers while they handle LanguageChange.
    QLocale::setDefault(chinese ? QLocale(QLocale::Chinese, QLocale::China) : QLocale(QLocale::English, QLocale::UnitedStates));
    QCoreApplication::removeTranslator(&m_qtTranslator);
    QCoreApplication::removeTranslator(&m_translator);
    if (chinese && m_qtTranslator.load(QStringLiteral("qtbase_zh_CN"), QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(&m_qtTranslator);
    if (m_translator.load(chinese ? QStringLiteral(":/i18n/triptych_zh_CN.qm") : QStringLiteral(":/i18n/triptych_en.qm")))
        QCoreApplication::installTranslator(&m_translator);
    Q_EMIT changed();
}

} // namespace triptych::ui
