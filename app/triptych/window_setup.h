#pragma once

#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "l10n/language.h"
#include "shell/main_window.h"
#include "shell/session_store.h"
#include "shell/theme.h"

#include <QString>

#include <memory>

/// What the command line asks of the look; empty: as the session says, else as the system says.
struct LookOptions {
    QString language; ///< "en", "zh"
    QString theme;    ///< "light", "dark", "system"
};

/// Font, style and metadata that every way of starting shares.
void setUpApplication();

/// The window and everything that it works with, in the order of their lives.
class WindowSetup {
public:
    /// An empty session file: nothing is remembered.
    WindowSetup(const QString& sessionFile, const LookOptions& look);
    triptych::ui::MainWindow& window() { return *m_window; }
    triptych::ui::JobCenter& jobs() { return m_jobs; }
    triptych::ui::Engines& engines() { return m_engines; }
    triptych::ui::ThemeController& theme() { return m_theme; }
    triptych::ui::LanguageController& language() { return m_language; }
    /// Restores the session and shows the window; `workspaceFolder` empty: the last one.
    void open(const QString& workspaceFolder);

private:
    triptych::ui::ThemeController m_theme;
    triptych::ui::LanguageController m_language;
    triptych::ui::SessionStore m_session;
    triptych::ui::Engines m_engines;
    triptych::ui::JobCenter m_jobs;
    bool m_safeMode;
    std::unique_ptr<triptych::ui::MainWindow> m_window;
};
