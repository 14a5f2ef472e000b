#include "window_setup.h"

#include "page_list.h"

#include <QApplication>
#include <QFont>

using namespace triptych::ui;

void setUpApplication() {
    QCoreApplication::setApplicationName(QStringLiteral("triptych"));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Triptych"));
    QFont font = QApplication::font();
    // The system's own font first; behind it one that has Chinese with simplified forms.
    QStringList families = font.families();
    families << QStringLiteral("Noto Sans") << QStringLiteral("Noto Sans CJK SC");
    font.setFamilies(families);
    font.setPixelSize(static_cast<int>(TextSize::Body));
    QApplication::setFont(font);
}

WindowSetup::WindowSetup(const QString& sessionFile, const LookOptions& look) : m_session(sessionFile), m_safeMode(m_session.beginStart()) {
    const QJsonObject state = m_session.load();
    const auto chosen = [&state](const QString& option, const char* key) {
        return option.isEmpty() ? state.value(QLatin1String(key)).toString() : option;
    };
    const QString language = chosen(look.language, "language");
    m_language.setLanguage(language.isEmpty() ? LanguageController::systemLanguage() : language);
    m_theme.setChoice(themeChoiceFromName(chosen(look.theme, "theme")));
    m_window = std::make_unique<MainWindow>(WindowServices{m_jobs, m_engines, m_theme, m_language, m_session}, pageList());
}

void WindowSetup::open(const QString& workspaceFolder) {
    m_window->restoreSession(workspaceFolder);
    if (m_safeMode)
        m_window->showSafeModeNote();
    m_window->show();
}
