// The window's actions, menus, workspaces and session: the half of MainWindow that is not layout.
#include "shell/main_window.h"

#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "item_models/log_model.h"
#include "l10n/language.h"
#include "l10n/words.h"
#include "shell/action_set.h"
#include "shell/dock.h"
#include "shell/icons.h"
#include "shell/jobs_panel.h"
#include "shell/log_panel.h"
#include "shell/page_stack.h"
#include "shell/rail.h"
#include "shell/session_store.h"
#include "shell/shortcut_sheet.h"
#include "shell/top_bar.h"
#include "storage/workspace.h"
#include "widgets/banner.h"

#include <QAction>
#include <QActionGroup>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QJsonArray>
#include <QMenu>
#include <QMessageBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QUrl>

namespace triptych::ui {

namespace {
constexpr qsizetype kRecentKept = 8;
constexpr int kStartedAfterMs = 3000;
} // namespace

void MainWindow::buildActions() {
    using Group = ActionSet::Group;
    ActionSet& set = *m_actions;
    set.add(Group::File, QStringLiteral("workspace.new"), [] { return tr("New workspace…"); }, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_N),
            QStringLiteral("plus"), [this] { chooseWorkspace(true); });
    set.add(Group::File, QStringLiteral("workspace.open"), [] { return tr("Open workspace…"); }, QKeySequence::Open, QStringLiteral("folder"),
            [this] { chooseWorkspace(false); });
    set.add(Group::File, QStringLiteral("workspace.reveal"), [] { return tr("Show the workspace's folder"); }, {}, QStringLiteral("open"),
            [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(m_folder)); });
    set.add(Group::File, QStringLiteral("workspace.close"), [] { return tr("Close workspace"); }, {}, QStringLiteral("close"),
            [this] { openWorkspace({}); });
    set.add(Group::File, QStringLiteral("refresh"), [] { return tr("Read everything anew"); }, QKeySequence::Refresh, QStringLiteral("refresh"),
            [this] { m_pages->refreshAll(); }, true);
    set.add(Group::File, QStringLiteral("quit"), [] { return tr("Quit"); }, QKeySequence(Qt::CTRL | Qt::Key_Q), QStringLiteral("quit"),
            [this] { close(); }, true);

    int number = 1;
    for (const PageFactory& page : m_pages->factories()) {
        const QKeySequence keys = number <= 10 ? QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_0 + number % 10)) : QKeySequence();
        set.add(Group::Go, QStringLiteral("page.") + page.id, page.title, keys, page.icon, [this, id = page.id] { showPage(id); });
        ++number;
    }
    set.add(Group::Go, QStringLiteral("palette"), [] { return tr("Command palette…"); }, QKeySequence(Qt::CTRL | Qt::Key_K), QStringLiteral("search"),
            [this] { openPalette(); }, true);

    set.add(Group::Jobs, QStringLiteral("job.pause"), [] { return tr("Pause or resume the selected job"); }, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P),
            QStringLiteral("pause"), [this] { m_dock->jobsPanel().pauseOrResumeCurrent(); });
    set.add(Group::Jobs, QStringLiteral("job.cancel"), [] { return tr("Cancel or remove the selected job"); }, {}, QStringLiteral("close"),
            [this] { m_dock->jobsPanel().cancelCurrent(); });
    set.add(Group::Jobs, QStringLiteral("job.open"), [] { return tr("Open the selected job's run"); }, {}, QStringLiteral("open"),
            [this] { m_dock->jobsPanel().openCurrent(); });
    set.add(Group::Jobs, QStringLiteral("job.cancel_all"), [] { return tr("Cancel all jobs"); }, {}, QStringLiteral("close"), [this] {
        const QList<JobInfo> jobs = m_services.jobs.jobs();
        for (const JobInfo& job : jobs) {
            if (canCancel(job) && job.isActive())
                m_services.jobs.cancel(job.id);
        }
    });

    set.add(Group::View, QStringLiteral("dock.jobs"), [] { return tr("Show jobs"); }, QKeySequence(Qt::CTRL | Qt::Key_J), QStringLiteral("jobs"), [this] {
        const bool shown = m_dock->isVisible() && m_dock->currentTab() == Dock::Tab::Jobs;
        setDockVisible(!shown);
        m_dock->showTab(Dock::Tab::Jobs);
    });
    set.add(Group::View, QStringLiteral("dock.log"), [] { return tr("Show log"); }, QKeySequence(Qt::CTRL | Qt::Key_L), QStringLiteral("log"), [this] {
        const bool shown = m_dock->isVisible() && m_dock->currentTab() == Dock::Tab::Log;
        setDockVisible(!shown);
        m_dock->showTab(Dock::Tab::Log);
    });
    set.add(Group::View, QStringLiteral("log.copy"), [] { return tr("Copy the log"); }, {}, QStringLiteral("copy"), [this] { m_dock->logPanel().copy(); });
    ThemeController& theme = m_services.theme;
    set.add(Group::View, QStringLiteral("theme.system"), [] { return tr("Theme of the system"); }, {}, QStringLiteral("contrast"),
            [&theme] { theme.setChoice(ThemeChoice::System); }, true);
    set.add(Group::View, QStringLiteral("theme.light"), [] { return tr("Light theme"); }, {}, QStringLiteral("sun"),
            [&theme] { theme.setChoice(ThemeChoice::Light); });
    set.add(Group::View, QStringLiteral("theme.dark"), [] { return tr("Dark theme"); }, {}, QStringLiteral("moon"),
            [&theme] { theme.setChoice(ThemeChoice::Dark); });
    set.add(Group::View, QStringLiteral("theme.toggle"), [] { return tr("Switch between light and dark"); }, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L),
            QStringLiteral("contrast"), [&theme] { theme.setChoice(theme.isDark() ? ThemeChoice::Light : ThemeChoice::Dark); });
    LanguageController& language = m_services.language;
    // The two languages call themselves by their own names in every language.
    set.add(Group::View, QStringLiteral("language.en"), [] { return QStringLiteral("English"); }, {}, QStringLiteral("language"),
            [&language] { language.setLanguage(QStringLiteral("en")); }, true);
    set.add(Group::View, QStringLiteral("language.zh"), [] { return QStringLiteral("中文"); }, {}, QStringLiteral("language"),
            [&language] { language.setLanguage(QStringLiteral("zh")); });
    set.add(Group::View, QStringLiteral("fullscreen"), [] { return tr("Full screen"); }, QKeySequence(Qt::Key_F11), {},
            [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); }, true);

    set.add(Group::Help, QStringLiteral("shortcuts"), [] { return tr("Keyboard shortcuts"); }, QKeySequence(Qt::Key_F1), QStringLiteral("keyboard"), [this] {
        ShortcutSheet sheet(*m_actions, this);
        sheet.exec();
    });
    set.add(Group::Help, QStringLiteral("menu"), [] { return tr("Open the menu"); }, QKeySequence(Qt::Key_F10), QStringLiteral("more"),
            [this] { m_topBar->openMainMenu(); });
    set.add(Group::Help, QStringLiteral("about"), [] { return tr("About Triptych"); }, {}, QStringLiteral("info"), [this] {
        QMessageBox::about(this, tr("About Triptych"),
                           tr("Triptych measures retrieval, fine-tuning and distillation on your own labelled data, on the same rows, "
                              "and says which to use and why. Free software under the GNU General Public License, version 3 or later."));
    });
}

void MainWindow::fillMenus() {
    m_workspaceMenu->clear();
    m_workspaceMenu->addAction(m_actions->action(QStringLiteral("workspace.new")));
    m_workspaceMenu->addAction(m_actions->action(QStringLiteral("workspace.open")));
    QStringList others = m_recent;
    others.removeAll(m_folder);
    if (!others.isEmpty()) {
        m_workspaceMenu->addSeparator();
        for (const QString& folder : std::as_const(others)) {
            QAction* action = m_workspaceMenu->addAction(icon(QStringLiteral("folder")), QFileInfo(folder).fileName(), this, [this, folder] { openWorkspace(folder); });
            action->setToolTip(literalText(folder));
        }
    }
    if (m_workspace) {
        m_workspaceMenu->addSeparator();
        m_workspaceMenu->addAction(m_actions->action(QStringLiteral("workspace.reveal")));
        m_workspaceMenu->addAction(m_actions->action(QStringLiteral("workspace.close")));
    }
    m_languageMenu->clear();
    m_languageMenu->addAction(m_actions->action(QStringLiteral("language.en")));
    m_languageMenu->addAction(m_actions->action(QStringLiteral("language.zh")));
    m_themeMenu->clear();
    for (const char* id : {"theme.system", "theme.light", "theme.dark"})
        m_themeMenu->addAction(m_actions->action(QLatin1String(id)));
}

void MainWindow::chooseWorkspace(bool create) {
    const QString title = create ? tr("Choose an empty folder for the new workspace") : tr("Open a workspace");
    const QString folder = QFileDialog::getExistingDirectory(this, title, m_folder.isEmpty() ? QDir::homePath() : QFileInfo(m_folder).absolutePath());
    if (folder.isEmpty())
        return;
    if (create)
        createWorkspace(folder);
    else
        openWorkspace(folder);
}

bool MainWindow::createWorkspace(const QString& folder) {
    try {
        Workspace::create(folder.toStdString());
    } catch (const Error& error) {
        m_bannerAction = nullptr;
        m_banner->showError(error);
        return false;
    }
    return openWorkspace(folder);
}

bool MainWindow::openWorkspace(const QString& wanted) {
    const QString folder = wanted.isEmpty() ? QString() : QDir(wanted).absolutePath();
    std::shared_ptr<Workspace> workspace;
    if (!folder.isEmpty()) {
        try {
            workspace = std::make_shared<Workspace>(Workspace::open(folder.toStdString()));
        } catch (const Error& error) {
            m_recent.removeAll(folder);
            const bool absent = error.code() == ErrorCode::NotFound;
            m_bannerAction = [this, folder] { createWorkspace(folder); };
            if (!absent) {
                m_banner->showError(error);
                return false;
            }
            m_banner->showMessage(Banner::Level::Error, [folder] {
                return Banner::Words{tr("There is no workspace in \"%1\".").arg(folder), tr("Make one there, or open another folder."),
                                     tr("Make a workspace there")};
            });
            return false;
        }
    }
    QHash<QString, QByteArray> states;
    if (!m_folder.isEmpty())
        m_pageStates.insert(m_folder, sessionState().value(QLatin1String("pages")).toObject().value(m_folder).toObject());
    m_banner->hide();
    if (folder != m_folder)
        m_log->clear();
    m_folder = folder;
    m_workspace = workspace;
    const QJsonObject stored = m_pageStates.value(folder);
    for (auto it = stored.begin(); it != stored.end(); ++it)
        states.insert(it.key(), it.value().toString().toUtf8());
    const QString page = m_pages->currentId();
    m_pages->setContext(workspace ? std::make_unique<PageContext>(PageContext{workspace, m_services.jobs, m_services.engines, m_services.theme}) : nullptr);
    m_pages->setStates(states);
    m_services.jobs.setWorkspace(folder);
    m_center->setCurrentIndex(workspace ? 1 : 0);
    m_rail->setEnabled(workspace != nullptr);
    for (const ActionSet::Entry& entry : m_actions->entries()) {
        if (entry.id.startsWith(QLatin1String("page.")) || entry.id == QLatin1String("workspace.reveal") || entry.id == QLatin1String("workspace.close"))
            entry.action->setEnabled(workspace != nullptr);
    }
    if (workspace) {
        m_recent.removeAll(folder);
        m_recent.prepend(folder);
        m_recent = m_recent.mid(0, kRecentKept);
        if (!m_pages->factories().isEmpty())
            showPage(page.isEmpty() ? m_pages->factories().first().id : page);
    }
    m_topBar->setWorkspaceName(folder.isEmpty() ? QString() : QFileInfo(folder).fileName(), folder);
    retranslateUi();
    return true;
}

QJsonObject MainWindow::sessionState() const {
    QJsonObject pages;
    for (auto it = m_pageStates.cbegin(); it != m_pageStates.cend(); ++it)
        pages.insert(it.key(), it.value());
    if (!m_folder.isEmpty()) {
        QJsonObject fields;
        const QHash<QString, QByteArray> states = m_pages->states();
        for (auto it = states.cbegin(); it != states.cend(); ++it) {
            if (!it.value().isEmpty())
                fields.insert(it.key(), QString::fromUtf8(it.value()));
        }
        pages.insert(m_folder, fields);
    }
    return {{QStringLiteral("geometry"), QString::fromLatin1(saveGeometry().toBase64())},
            {QStringLiteral("language"), m_services.language.language()},
            {QStringLiteral("theme"), themeChoiceName(m_services.theme.choice())},
            {QStringLiteral("workspace"), m_folder},
            {QStringLiteral("recent"), QJsonArray::fromStringList(m_recent)},
            {QStringLiteral("page"), m_pages->currentId()},
            {QStringLiteral("dock"), QJsonObject{{QStringLiteral("visible"), m_dock->isVisibleTo(this)},
                                                 {QStringLiteral("tab"), m_dock->currentTab() == Dock::Tab::Jobs ? 0 : 1},
                                                 {QStringLiteral("sizes"), QString::fromLatin1(m_splitter->saveState().toBase64())}}},
            {QStringLiteral("pages"), pages}};
}

void MainWindow::restoreSession(const QString& workspaceFolder) {
    const QJsonObject state = m_services.session.load();
    const auto bytes = [](const QJsonValue& value) { return QByteArray::fromBase64(value.toString().toLatin1()); };
    if (state.contains(QLatin1String("geometry")))
        restoreGeometry(bytes(state.value(QLatin1String("geometry"))));
    const QJsonObject dock = state.value(QLatin1String("dock")).toObject();
    if (!dock.isEmpty()) {
        m_splitter->restoreState(bytes(dock.value(QLatin1String("sizes"))));
        m_splitter->setHandleWidth(1);
        setDockVisible(dock.value(QLatin1String("visible")).toBool(true));
        m_dock->showTab(dock.value(QLatin1String("tab")).toInt() == 0 ? Dock::Tab::Jobs : Dock::Tab::Log);
    }
    const QJsonArray recent = state.value(QLatin1String("recent")).toArray();
    for (const QJsonValue& folder : recent)
        m_recent.append(folder.toString());
    const QJsonObject pages = state.value(QLatin1String("pages")).toObject();
    for (auto it = pages.begin(); it != pages.end(); ++it)
        m_pageStates.insert(it.key(), it.value().toObject());
    QString folder = workspaceFolder;
    const QString last = state.value(QLatin1String("workspace")).toString();
    if (folder.isEmpty() && !last.isEmpty() && Workspace::exists(last.toStdString()))
        folder = last;
    if (!folder.isEmpty() && openWorkspace(folder)) {
        if (const QString page = state.value(QLatin1String("page")).toString(); !page.isEmpty())
            showPage(page);
    }
    m_saveTimer.start();
    QTimer::singleShot(kStartedAfterMs, this, [this] { m_services.session.startSucceeded(); });
}

} // namespace triptych::ui
