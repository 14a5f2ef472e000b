#include "shell/main_window.h"

#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "item_models/log_model.h"
#include "l10n/language.h"
#include "l10n/words.h"
#include "shell/action_set.h"
#include "shell/command_palette.h"
#include "shell/dock.h"
#include "shell/icons.h"
#include "shell/jobs_panel.h"
#include "shell/log_panel.h"
#include "shell/page_stack.h"
#include "shell/rail.h"
#include "shell/session_store.h"
#include "shell/status_strip.h"
#include "shell/top_bar.h"
#include "widgets/banner.h"
#include "widgets/drop_area.h"
#include "widgets/empty_state.h"

#include "jobs/knowledge_bases.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDateTime>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace triptych::ui {

namespace {

constexpr int kSaveIntervalMs = 1000;
constexpr int kFoldBelowWidth = 1100;
constexpr int kDockHeight = 132;

} // namespace

MainWindow::MainWindow(const WindowServices& services, QList<PageFactory> pages)
    : m_services(services), m_actions(new ActionSet(this)), m_log(new LogModel(this)), m_mainMenu(new QMenu(this)),
      m_workspaceMenu(new QMenu(this)), m_languageMenu(new QMenu(this)), m_themeMenu(new QMenu(this)) {
    setWindowIcon(QIcon(QStringLiteral(":/icons/triptych.svg")));
    setAcceptDrops(true);
    setMinimumSize(760, 520);
    resize(1440, 900);
    m_pages = new PageStack(std::move(pages), this);
    buildActions();
    buildFrame();
    connectJobs();
    connect(&services.language, &LanguageController::changed, this, [this] { m_topBar->setLanguage(m_services.language.language()); });
    for (EngineClient* engine : services.engines.all())
        connect(engine, &EngineClient::crashed, this, &MainWindow::engineEnded);
    retranslateUi();
    m_saveTimer.setInterval(kSaveIntervalMs);
    connect(&m_saveTimer, &QTimer::timeout, this, [this] { m_services.session.save(sessionState()); });
    openWorkspace({});
}

MainWindow::~MainWindow() = default;

void MainWindow::buildFrame() {
    auto* frame = new QWidget(this);
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_topBar = new TopBar(m_mainMenu, m_workspaceMenu, m_languageMenu, m_themeMenu, frame);
    column->addWidget(m_topBar);

    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    m_rail = new Rail(m_pages->factories(), frame);
    middle->addWidget(m_rail);
    m_splitter = new QSplitter(Qt::Vertical, frame);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(1);
    auto* upper = new QWidget(m_splitter);
    auto* upperColumn = new QVBoxLayout(upper);
    upperColumn->setContentsMargins(0, 0, 0, 0);
    upperColumn->setSpacing(0);
    m_banner = new Banner(upper);
    m_banner->setOuterMargins({space::xl, space::m, space::xl, 0});
    upperColumn->addWidget(m_banner);
    m_center = new QStackedWidget(upper);
    m_welcome = new EmptyState(m_center);
    m_center->addWidget(m_welcome);
    m_center->addWidget(m_pages);
    upperColumn->addWidget(m_center, 1);
    m_dock = new Dock(m_services.jobs, *m_log, m_splitter);
    m_splitter->addWidget(upper);
    m_splitter->addWidget(m_dock);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 0);
    m_splitter->setSizes({900 - kDockHeight, kDockHeight});
    middle->addWidget(m_splitter, 1);
    column->addLayout(middle, 1);
    m_status = new StatusStrip(m_services.engines, m_services.jobs, frame);
    column->addWidget(m_status);
    setCentralWidget(frame);
    frame->setFocus(); // else the first button would start with a focus frame that nobody asked for
    m_palette = new CommandPalette(this);

    connect(m_topBar, &TopBar::paletteRequested, this, &MainWindow::openPalette);
    connect(m_rail, &Rail::pageChosen, this, [this](const QString& id) { showPage(id); });
    connect(m_pages, &PageStack::currentChanged, m_rail, &Rail::setCurrent);
    connect(m_dock, &Dock::hideRequested, this, [this] { setDockVisible(false); });
    connect(&m_dock->jobsPanel(), &JobsPanel::openRequested, this, &MainWindow::openRun);
    connect(m_welcome, &EmptyState::actionTriggered, this, [this] { chooseWorkspace(false); });
    connect(m_banner, &Banner::actionTriggered, this, [this] {
        m_banner->hide();
        if (m_bannerAction)
            m_bannerAction();
    });
    connect(m_workspaceMenu, &QMenu::aboutToShow, this, &MainWindow::fillMenus);
}

void MainWindow::connectJobs() {
    JobCenter& jobs = m_services.jobs;
    connect(&jobs, &JobCenter::runChanged, this, &MainWindow::updateRings);
    connect(&jobs, &JobCenter::runRemoved, this, [this] {
        updateRings();
        m_pages->refreshAll();
    });
    connect(&jobs, &JobCenter::runFinished, this, &MainWindow::jobEnded);
    connect(&jobs, &JobCenter::runInterrupted, this, [this](const QString& runId) {
        if (const auto job = m_services.jobs.job(runId))
            logLine(LogLevel::Error, tr("\"%1\": %2").arg(runTitle(job->method, job->title), stateWord(job->status.state)), runId);
        offerResume({runId});
    });
    connect(&jobs, &JobCenter::datasetChanged, m_pages, &PageStack::refreshAll);
    connect(&jobs, &JobCenter::settingsChanged, m_pages, &PageStack::markOthersStale);
    connect(&jobs, &JobCenter::loaded, this, &MainWindow::jobsLoaded);
    connect(&jobs, &JobCenter::logArrived, m_log, &LogModel::append);
    const auto complain = [this](const QString& message, const QString& hint, const QString& runId) {
        logLine(LogLevel::Error, message, runId);
        m_bannerAction = nullptr;
        m_banner->showMessage(Banner::Level::Error, [message, hint] { return Banner::Words{message, hint, {}}; });
    };
    connect(&jobs, &JobCenter::actionFailed, this, [complain](const QString& runId, const QString& message, const QString& hint) {
        complain(message, hint, runId);
    });
    connect(&jobs, &JobCenter::submitFailed, this, [complain](quint64, const QString& message, const QString& hint) {
        complain(message, hint, {});
    });
    connect(&jobs, &JobCenter::submitted, this, [this, &jobs](quint64, const QStringList& ids) {
        // A watched folder syncs by itself, whatever somebody is at.
        if (const auto job = jobs.job(ids.value(0)); job && job->method == QLatin1String("sync"))
            return;
        setDockVisible(true);
        m_dock->showTab(Dock::Tab::Jobs);
        if (!ids.isEmpty())
            m_dock->jobsPanel().select(ids.first());
    });
}

void MainWindow::logLine(LogLevel level, const QString& message, const QString& runId) {
    m_log->append({runId, static_cast<double>(QDateTime::currentMSecsSinceEpoch()) / 1000.0, level, message});
}

void MainWindow::jobEnded(const QString& runId) {
    const std::optional<JobInfo> job = m_services.jobs.job(runId);
    m_pages->refreshAll();
    if (!job)
        return;
    const bool failed = job->status.state == RunState::Failed;
    logLine(failed ? LogLevel::Error : LogLevel::Info, tr("\"%1\": %2").arg(runTitle(job->method, job->title), stateWord(job->status.state)), runId);
    QApplication::alert(this);
    if (!failed)
        return;
    std::optional<Error> error;
    if (job->status.error) {
        error = errorFromJson(*job->status.error);
        logLine(LogLevel::Error, errorMessage(*error), runId);
    }
    m_bannerAction = [this, runId] { m_services.jobs.resume(runId); };
    m_banner->showMessage(Banner::Level::Error, [method = job->method, title = job->title, error] {
        Banner::Words words{tr("The job \"%1\" failed.").arg(runTitle(method, title)), {}, tr("Try again")};
        if (error) {
            words.message += u' ' + errorMessage(*error);
            words.hint = errorHint(*error);
        }
        return words;
    });
}

void MainWindow::jobsLoaded() {
    m_pages->refreshAll();
    updateRings();
    QStringList interrupted;
    const QList<JobInfo> jobs = m_services.jobs.jobs();
    for (const JobInfo& job : jobs) {
        if (job.status.state == RunState::Interrupted)
            interrupted.append(job.id);
    }
    if (!interrupted.isEmpty())
        offerResume(interrupted);
}

void MainWindow::offerResume(const QStringList& runIds) {
    m_bannerAction = [this, runIds] {
        for (const QString& id : runIds)
            m_services.jobs.resume(id);
    };
    m_banner->showMessage(Banner::Level::Warning, [count = static_cast<int>(runIds.size())] {
        return Banner::Words{tr("%n job(s) were interrupted before they ended.", nullptr, count),
                             tr("They go on from their last checkpoint, with the same result as if nothing had happened."), tr("Resume")};
    });
}

void MainWindow::engineEnded(const QString& detail, bool startsAgain) {
    logLine(LogLevel::Error, tr("The engine process ended: %1").arg(detail));
    m_bannerAction = [this] {
        setDockVisible(true);
        m_dock->showTab(Dock::Tab::Log);
    };
    m_banner->showMessage(startsAgain ? Banner::Level::Warning : Banner::Level::Error, [startsAgain] {
        if (startsAgain) {
            return Banner::Words{tr("The engine process ended unexpectedly and was started again."),
                                 tr("What you typed is kept. Repeat the last action; the log has the details."), tr("Show the log")};
        }
        return Banner::Words{tr("The engine process does not start."),
                             tr("It is tried again at the next question. Set TRIPTYCH_ENGINE to the path of triptych-engine if it lies elsewhere; "
                                "the log has the details."),
                             tr("Show the log")};
    });
}

void MainWindow::updateRings() {
    const QList<JobInfo> jobs = m_services.jobs.jobs();
    const auto& factories = m_pages->factories();
    const bool claimed = std::any_of(factories.cbegin(), factories.cend(), [](const PageFactory& page) { return !page.jobMethods.isEmpty(); });
    for (const PageFactory& page : factories) {
        bool running = false;
        std::optional<double> fraction;
        for (const JobInfo& job : jobs) {
            const bool here = page.jobMethods.contains(job.method) || (!claimed && page.id == factories.first().id);
            if (!here || (job.status.state != RunState::Running && job.status.state != RunState::Cancelling))
                continue;
            running = true;
            if (job.status.total > 0)
                fraction = static_cast<double>(job.status.done) / static_cast<double>(job.status.total);
        }
        m_rail->setRunning(page.id, running, fraction);
    }
}

void MainWindow::openRun(const QString& runId) {
    const std::optional<JobInfo> job = m_services.jobs.job(runId);
    if (!job)
        return;
    for (const PageFactory& page : m_pages->factories()) {
        if (page.jobMethods.contains(job->method))
            return showPage(page.id, runId);
    }
    showPage(QStringLiteral("compare"), runId);
}

void MainWindow::showPage(const QString& id, const QString& what) { m_pages->showPage(id, what); }

void MainWindow::setDockVisible(bool visible) { m_dock->setVisible(visible); }

void MainWindow::openPalette() {
    QList<PaletteEntry> entries;
    for (const PageFactory& page : m_pages->factories()) {
        entries.append({page.title(), tr("Page"), icon(page.icon), [this, id = page.id] { showPage(id); }, page.id});
    }
    for (const ActionSet::Entry& entry : m_actions->entries()) {
        if (entry.group == ActionSet::Group::Go || !entry.action->isEnabled() || entry.id == QLatin1String("palette"))
            continue;
        const QString keys = entry.action->shortcut().toString(QKeySequence::NativeText);
        entries.append({entry.text(), keys.isEmpty() ? ActionSet::groupTitle(entry.group) : keys, entry.action->icon(),
                        [action = entry.action] { action->trigger(); }, entry.id});
    }
    if (m_workspace) {
        try {
            for (const DatasetRecord& dataset : m_workspace->datasets()) {
                const QString name = qstr(dataset.name);
                entries.append({name, tr("Data set"), icon(QStringLiteral("data")), [this, name] { showPage(QStringLiteral("datasets"), name); }, {}});
            }
            for (const std::string& base : knowledgeBaseNames(*m_workspace)) {
                const QString name = qstr(base);
                entries.append({name, tr("Knowledge base"), icon(QStringLiteral("knowledge")), [this, name] { showPage(QStringLiteral("knowledge"), name); }, {}});
            }
        } catch (const Error& error) {
            logLine(LogLevel::Error, errorMessage(error));
        }
    }
    QList<JobInfo> jobs = m_services.jobs.jobs();
    std::reverse(jobs.begin(), jobs.end());
    for (const JobInfo& job : std::as_const(jobs)) {
        const auto technique = techniqueOfMethod(job.method);
        entries.append({runTitle(job.method, job.title), tr("Run · %1").arg(stateWord(job.status.state)),
                        technique ? techniqueIcon(*technique) : icon(QStringLiteral("jobs")), [this, id = job.id] { openRun(id); }, job.id});
    }
    m_palette->open(std::move(entries));
}

void MainWindow::retranslateUi() {
    m_actions->retranslate();
    m_actions->fill(m_mainMenu);
    fillMenus();
    m_topBar->retranslate();
    m_topBar->setLanguage(m_services.language.language());
    m_rail->retranslate(m_pages->factories());
    m_dock->retranslate();
    m_status->retranslate();
    m_palette->retranslate();
    m_welcome->setTexts(tr("No workspace is open"),
                        tr("A workspace is a folder that keeps your data sets, runs and decisions together. "
                           "Open one, or make a new one in an empty folder; then a labelled file is all it takes."),
                        tr("Open a workspace…"));
    setWindowTitle(m_folder.isEmpty() ? QStringLiteral("Triptych") : tr("%1 – Triptych").arg(QFileInfo(m_folder).fileName()));
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange && m_topBar)
        retranslateUi();
    QMainWindow::changeEvent(event);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    // Jobs live in processes of their own and go on; the next start finds them.
    m_services.session.save(sessionState());
    m_services.session.flush();
    m_services.session.startSucceeded();
    QMainWindow::closeEvent(event);
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    if (m_rail)
        m_rail->setFolded(width() < kFoldBelowWidth);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (m_workspace && !droppedFiles(event).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QStringList files = droppedFiles(event);
    for (const PageFactory& page : m_pages->factories()) {
        if (page.acceptsFiles && !files.isEmpty()) {
            event->acceptProposedAction();
            return showPage(page.id, files.first());
        }
    }
}

void MainWindow::showSafeModeNote() {
    m_bannerAction = nullptr;
    m_banner->showMessage(Banner::Level::Warning, [] {
        return Banner::Words{tr("Triptych did not get going the last two times, so it started without its saved state."),
                             tr("Window layout and unsaved form fields are at their defaults. Workspaces and runs are untouched."), {}};
    });
}

} // namespace triptych::ui
