#pragma once

#include "base/progress.h"
#include "shell/page_factory.h"
#include "shell/theme.h"

#include <QJsonObject>
#include <QMainWindow>
#include <QTimer>

#include <functional>
#include <memory>

class QMenu;
class QSplitter;
class QStackedWidget;

namespace triptych::ui {

class ActionSet;
class Banner;
class CommandPalette;
class Dock;
class EmptyState;
class LanguageController;
class LogModel;
class PageStack;
class Rail;
class SessionStore;
class StatusStrip;
class TopBar;

/// What the window works with; everything outlives it.
struct WindowServices {
    JobCenter& jobs;
    Engines& engines;
    ThemeController& theme;
    LanguageController& language;
    SessionStore& session;
};

/// The frame: top bar, rail, pages, dock, status. It knows the list of pages and nothing of their content.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(const WindowServices& services, QList<PageFactory> pages);
    ~MainWindow() override;

    /// Geometry, look, last page and form fields; the workspace too unless one is named.
    void restoreSession(const QString& workspaceFolder);
    /// False, with a banner, if it cannot be opened. Empty closes the open one.
    bool openWorkspace(const QString& folder);
    /// Makes one in an empty or new folder and opens it.
    bool createWorkspace(const QString& folder);
    void showPage(const QString& id, const QString& what = {});
    /// A note over the pages: of the window as a whole, not of one page.
    void showSafeModeNote();

    PageStack& pages() { return *m_pages; }
    ActionSet& actions() { return *m_actions; }
    CommandPalette& palette() { return *m_palette; }
    Dock& dock() { return *m_dock; }
    QJsonObject sessionState() const;

protected:
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildFrame();
    void buildActions();
    void connectJobs();
    void retranslateUi();
    void fillMenus();
    void openPalette();
    void chooseWorkspace(bool create);
    void updateRings();
    void openRun(const QString& runId);
    void jobEnded(const QString& runId);
    void jobsLoaded();
    void offerResume(const QStringList& runIds);
    void engineEnded(const QString& detail, bool startsAgain);
    void setDockVisible(bool visible);
    void logLine(LogLevel level, const QString& message, const QString& runId = {});

    WindowServices m_services;
    std::shared_ptr<Workspace> m_workspace;
    QString m_folder;
    QStringList m_recent;
    QHash<QString, QJsonObject> m_pageStates; ///< of workspaces that are not open, by folder
    ActionSet* m_actions;
    LogModel* m_log;
    QMenu* m_mainMenu;
    QMenu* m_workspaceMenu;
    QMenu* m_languageMenu;
    QMenu* m_themeMenu;
    TopBar* m_topBar = nullptr;
    Rail* m_rail = nullptr;
    QStackedWidget* m_center = nullptr; ///< pages, or the welcome while no workspace is open
    PageStack* m_pages = nullptr;
    EmptyState* m_welcome = nullptr;
    Banner* m_banner = nullptr;
    std::function<void()> m_bannerAction;
    QSplitter* m_splitter = nullptr;
    Dock* m_dock = nullptr;
    StatusStrip* m_status = nullptr;
    CommandPalette* m_palette = nullptr;
    QTimer m_saveTimer;
};

} // namespace triptych::ui
