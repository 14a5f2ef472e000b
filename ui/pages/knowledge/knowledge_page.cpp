#include "pages/knowledge/knowledge_page.h"

#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "jobs/knowledge_bases.h"
#include "knowledge/edit.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/folding_row.h"
#include "pages/common/run_monitor.h"
#include "pages/common/scroll_column.h"
#include "pages/knowledge/chunks_card.h"
#include "pages/knowledge/create_base_card.h"
#include "pages/knowledge/documents_card.h"
#include "pages/knowledge/embedder_names.h"
#include "pages/knowledge/evaluation_card.h"
#include "pages/knowledge/folder_watch.h"
#include "pages/knowledge/map_card.h"
#include "pages/knowledge/quality_card.h"
#include "pages/knowledge/search_card.h"
#include "pages/knowledge/why_card.h"
#include "shell/icons.h"
#include "shell/theme.h"
#include "storage/workspace.h"
#include "widgets/card.h"
#include "widgets/drop_area.h"
#include "widgets/empty_state.h"
#include "widgets/page_header.h"

#include <QAction>
#include <QComboBox>
#include <QDateTime>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {

constexpr int kClockMs = 5000;
constexpr int kPickerWidth = 170;
constexpr int kNarrow = 760; ///< below, the header keeps what cannot be found elsewhere
constexpr qsizetype kTitleLength = 32;

/// Which bases are kept in step while the window is open; a setting a base, of the workspace.
QString watchKey(const QString& base) { return QStringLiteral("knowledge_watch/") + base; }

QString elided(const QString& name) { return name.size() <= kTitleLength ? name : name.left(kTitleLength - 1) + u'…'; }

QString freshText(const QDateTime& at) {
    const qint64 seconds = std::max<qint64>(0, at.secsTo(QDateTime::currentDateTime()));
    if (seconds < 60)
        return KnowledgePage::tr("fresh %1 s ago").arg(seconds);
    if (seconds < 3600)
        return KnowledgePage::tr("fresh %1 min ago").arg(seconds / 60);
    return KnowledgePage::tr("fresh at %1").arg(timeText(at.toUTC().toString(Qt::ISODate)));
}

bool isWatchedIn(const Workspace& workspace, const QString& base, const QHash<QString, Json>& settings) {
    if (const auto set = settings.constFind(watchKey(base)); set != settings.cend())
        return set->is_boolean() && set->get<bool>();
    const auto stored = workspace.setting(watchKey(base).toStdString());
    return stored && stored->is_boolean() && stored->get<bool>();
}

} // namespace

KnowledgePage::KnowledgePage(const PageContext& context, QWidget* parent) : Page(context, parent), m_watch(new FolderWatch(context.jobs, this)) {
    setAcceptDrops(true);
    build();
    connectAll();
    retranslateUi();
}

KnowledgePage::~KnowledgePage() = default;

QAction* KnowledgePage::menuAction(QMenu* menu, const char* name, void (KnowledgePage::*body)()) {
    QAction* const action = menu->addAction(QString(), this, body);
    action->setObjectName(QLatin1String(name));
    return action;
}

void KnowledgePage::build() {
    m_header = new PageHeader(this);
    QPushButton* const add = m_header->primaryButton();
    add->setObjectName(QStringLiteral("addDocuments"));
    auto* addMenu = new QMenu(add);
    m_files = menuAction(addMenu, "addFiles", &KnowledgePage::chooseFiles);
    m_folder = menuAction(addMenu, "addFolder", &KnowledgePage::chooseFolder);
    add->setMenu(addMenu);
    m_more = m_header->addButton();
    m_more->setObjectName(QStringLiteral("baseMenu"));
    m_more->setProperty("hasMenu", true);
    m_evaluate = m_header->addButton();
    m_evaluate->setObjectName(QStringLiteral("goToEvaluation"));
    m_menu = new QMenu(m_more);
    m_syncNow = menuAction(m_menu, "syncNow", &KnowledgePage::sync);
    m_watchNow = menuAction(m_menu, "watchNow", &KnowledgePage::toggleWatch);
    m_watchNow->setCheckable(true);
    m_evaluateNow = menuAction(m_menu, "evaluateNow", &KnowledgePage::scrollToEvaluation);
    m_menu->addSeparator();
    m_snapshots = m_menu->addMenu(QString());
    m_snapshots->setObjectName(QStringLiteral("snapshots"));
    m_roots = m_menu->addMenu(QString());
    m_roots->setObjectName(QStringLiteral("roots"));
    m_reembed = menuAction(m_menu, "reembed", &KnowledgePage::reembed);
    m_menu->addSeparator();
    m_new = menuAction(m_menu, "newBase", &KnowledgePage::openCreate);
    m_rename = menuAction(m_menu, "renameBase", &KnowledgePage::rename);
    m_remove = menuAction(m_menu, "removeBase", &KnowledgePage::remove);
    m_syncNow->setIcon(icon(QStringLiteral("refresh")));
    m_new->setIcon(icon(QStringLiteral("plus")));
    m_remove->setIcon(icon(QStringLiteral("trash")));
    m_more->setMenu(m_menu);
    m_picker = new QComboBox(m_header);
    m_picker->setObjectName(QStringLiteral("basePicker"));
    m_picker->setMaximumWidth(kPickerWidth);
    m_header->addControl(m_picker);

    m_scroll = new ScrollColumn(this);
    m_runCard = new Card(this);
    m_monitor = new RunMonitor(m_context.jobs, m_runCard);
    m_runCard->body()->addWidget(m_monitor);
    m_runCard->hide();
    m_create = new CreateBaseCard(m_context, this);
    m_empty = new EmptyState(this);
    m_details = new QWidget(this);

    // Documents stay at the left as long as there is room for two columns; search and what is beside it fold before that.
    auto* columns = new FoldingRow(m_details);
    m_documents = new DocumentsCard(m_context, columns);
    auto* work = new FoldingRow(columns);
    auto* middle = new QWidget(work);
    auto* middleColumn = new QVBoxLayout(middle);
    m_search = new SearchCard(m_context, middle);
    m_why = new WhyCard(m_context, middle);
    auto* right = new QWidget(work);
    auto* rightColumn = new QVBoxLayout(right);
    m_evaluation = new EvaluationCard(m_context, right);
    m_chunks = new ChunksCard(m_context, right);
    for (QVBoxLayout* column : {middleColumn, rightColumn}) {
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(space::l);
    }
    middleColumn->addWidget(m_search, 1);
    middleColumn->addWidget(m_why);
    rightColumn->addWidget(m_evaluation);
    rightColumn->addWidget(m_chunks, 1);
    work->addWidget(middle, 4, 360);
    work->addWidget(right, 3, 330);
    columns->addWidget(m_documents, 2, 270);
    columns->addWidget(work, 7, 400);
    auto* lower = new FoldingRow(m_details);
    m_quality = new QualityCard(m_context, lower);
    m_map = new MapCard(m_context, lower);
    lower->addWidget(m_quality, 1, 420);
    lower->addWidget(m_map, 1, 420);
    auto* details = new QVBoxLayout(m_details);
    details->setContentsMargins(0, 0, 0, 0);
    details->setSpacing(space::l);
    details->addWidget(columns);
    details->addWidget(lower);
    details->addStretch();

    m_scroll->column()->addWidget(m_header);
    m_scroll->column()->addWidget(m_runCard);
    m_scroll->column()->addWidget(m_create);
    m_scroll->column()->addWidget(m_empty, 1);
    m_scroll->column()->addWidget(m_details, 1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_scroll);
}

void KnowledgePage::connectAll() {
    connect(m_picker, &QComboBox::activated, this, [this](int index) { choose(m_names.value(index)); });
    connect(m_evaluate, &QPushButton::clicked, this, &KnowledgePage::scrollToEvaluation);
    connect(m_menu, &QMenu::aboutToShow, this, &KnowledgePage::fillMenu);
    connect(m_empty, &EmptyState::actionTriggered, this, &KnowledgePage::openCreate);
    connect(m_create, &CreateBaseCard::closed, this, &KnowledgePage::showState);
    connect(m_create, &CreateBaseCard::created, this, [this](const QString& base, const QStringList& paths) {
        m_wanted = base;
        m_pathsToAdd = paths;
        refresh();
    });
    connect(m_documents, &DocumentsCard::filesChosen, this, &KnowledgePage::addPaths);
    connect(m_documents, &DocumentsCard::changed, this, &KnowledgePage::refresh);
    connect(m_chunks, &ChunksCard::changed, this, &KnowledgePage::refresh);
    connect(m_chunks, &ChunksCard::cutAnewRequested, this, [this](const ChunkerSettings& settings) {
        if (!m_facts)
            return;
        CreateBaseCard::Start start;
        start.name = m_base;
        start.embedder = m_facts->embedder.isEmpty() ? QStringLiteral("none") : m_facts->embedder;
        start.chunker = settings;
        for (const KnowledgeRoot& root : m_facts->roots)
            start.paths.append(qstr(root.path));
        m_create->open(start, m_names);
        showState();
        m_scroll->ensureWidgetVisible(m_create);
    });
    const auto openAt = [this](const QString& document, qint64 begin, qint64 end) {
        m_documents->choose(document);
        m_chunks->showDocument(document, begin, end);
        m_scroll->ensureWidgetVisible(m_chunks, 0, space::l);
    };
    connect(m_documents, &DocumentsCard::documentRequested, this, openAt);
    connect(m_search, &SearchCard::documentRequested, this, openAt);
    connect(m_quality, &QualityCard::documentRequested, this, openAt);
    connect(m_map, &MapCard::documentRequested, this, openAt);
    connect(m_why, &WhyCard::documentRequested, this, openAt);
    connect(m_search, &SearchCard::whyRequested, this, [this](const QString& query, const QString& document) {
        m_why->ask(query, document);
        m_scroll->ensureWidgetVisible(m_why, 0, space::l);
    });
    connect(m_watch, &FolderWatch::looked, this, [this](const QString& base) {
        if (base == m_base)
            showStateLine();
    });
    connect(m_watch, &FolderWatch::failed, this, [this](const QString&, const Error& error) { complain(error); });
    connect(&m_context.jobs, &JobCenter::runChanged, this, &KnowledgePage::jobMoved);
    connect(&m_context.jobs, &JobCenter::runRemoved, this, [this](const QString& runId) {
        if (runId == m_run)
            showRun();
    });
    m_clock.setInterval(kClockMs);
    connect(&m_clock, &QTimer::timeout, this, [this] {
        if (isVisible())
            showStateLine();
    });
    m_clock.start();
}

QString KnowledgePage::title() const { return tr("Knowledge"); }

QString KnowledgePage::workspaceFolder() const {
    return m_context.workspace ? qstr(std::filesystem::absolute(m_context.workspace->folder()).lexically_normal().string()) : QString();
}

void KnowledgePage::open(const QString& what) {
    if (what.isEmpty())
        return;
    if (what.contains(u'/') && QFileInfo::exists(what))
        return addPaths({what});
    const auto job = m_context.jobs.job(what);
    m_wanted = job && !job->knowledgeBase.isEmpty() ? job->knowledgeBase : what;
    refresh();
}

KnowledgePage::Read KnowledgePage::read(const std::filesystem::path& folder, const QString& wanted, const QHash<QString, Json>& settings) {
    const Workspace workspace = Workspace::open(folder);
    Read found;
    for (const std::string& name : knowledgeBaseNames(workspace)) {
        found.names.append(qstr(name));
        if (isWatchedIn(workspace, found.names.last(), settings))
            found.watched.append(found.names.last());
    }
    found.base = found.names.contains(wanted) ? wanted : found.names.value(0);
    if (found.base.isEmpty())
        return found;
    try {
        found.facts = readBaseFacts(qstr(folder.string()), found.base);
    } catch (const Error& error) {
        found.problem = error; // the other bases can still be chosen
    }
    return found;
}

void KnowledgePage::refresh() {
    if (!m_context.workspace) {
        took({});
        return;
    }
    m_loading.start([folder = std::filesystem::path(workspaceFolder().toStdString()), wanted = m_wanted.isEmpty() ? m_base : m_wanted,
                     settings = m_context.jobs.settings()](const std::stop_token&) { return read(folder, wanted, settings); },
                    [this](Read found) { took(std::move(found)); },
                    [this](const Error& error) {
                        complain(error);
                        Q_EMIT shown();
                    });
}

void KnowledgePage::took(Read found) {
    Q_EMIT errorRaised({}, {});
    m_wanted.clear();
    m_isRead = true;
    m_names = found.names;
    m_base = found.base;
    m_facts = std::move(found.facts);
    if (found.problem)
        complain(*found.problem);
    {
        const QSignalBlocker blocker(m_picker);
        m_picker->clear();
        m_picker->addItems(m_names);
        m_picker->setCurrentIndex(static_cast<int>(m_names.indexOf(m_base)));
    }
    m_watch->setBases(workspaceFolder(), found.watched);
    if (m_create->isOpen()) {
        if (m_create->isHidden())
            m_create->open({}, m_names); // as it was left
        else
            m_create->setTaken(m_names);
    }
    setCards();
    showRun();
    showState();
    if (!m_base.isEmpty())
        m_watch->look(m_base);
    if (const QStringList paths = std::exchange(m_pathsToAdd, {}); !paths.isEmpty())
        addPaths(paths);
    Q_EMIT shown();
}

void KnowledgePage::choose(const QString& base) {
    if (base == m_base)
        return;
    m_wanted = base;
    refresh();
}

void KnowledgePage::setCards() {
    const QString workspace = workspaceFolder();
    m_documents->setBase(workspace, m_base);
    m_search->setBase(workspace, m_base);
    m_why->setBase(workspace, m_base);
    m_evaluation->setBase(workspace, m_base);
    m_chunks->setBase(workspace, m_base);
    m_quality->setBase(workspace, m_base);
    m_map->setBase(workspace, m_base);
}

void KnowledgePage::showState() {
    const bool has = !m_base.isEmpty(), inWorkspace = m_context.workspace != nullptr;
    m_header->setTitle(has ? tr("Knowledge · %1").arg(elided(m_base)) : title());
    m_create->setVisible(m_create->isOpen());
    m_empty->setVisible(m_isRead && !has && !m_create->isOpen());
    m_details->setVisible(has);
    m_picker->setVisible(m_names.size() > 1);
    m_more->setEnabled(inWorkspace);
    m_evaluate->setEnabled(has);
    m_header->primaryButton()->setEnabled(inWorkspace);
    if (inWorkspace)
        m_empty->setTexts(tr("No knowledge base yet"), tr("A knowledge base makes files and folders searchable: by words, by meaning, and by both. Its documents, chunks and how well it finds will be seen here."),
                          tr("Make a knowledge base…"));
    else
        m_empty->setTexts(tr("No workspace is open"), tr("Open or make one first; knowledge bases lie in it."));
    showStateLine();
}

void KnowledgePage::showStateLine() {
    if (!m_isRead) {
        m_header->setState(tr("Reading…"));
        return;
    }
    if (m_base.isEmpty()) {
        m_header->setState(m_context.workspace ? tr("No knowledge base in this workspace yet") : tr("No workspace is open"));
        return;
    }
    if (!m_facts) {
        m_header->setState(tr("This base cannot be read"));
        return;
    }
    const KnowledgeCounts& counts = m_facts->counts;
    QStringList parts = {tr("%n documents", nullptr, static_cast<int>(counts.documents)), tr("%n chunks", nullptr, static_cast<int>(counts.chunks)), m_facts->embedder.isEmpty() ? embedderWord({}) : elided(m_facts->embedder)};
    if (counts.failed > 0)
        parts.append(tr("%n failed", nullptr, static_cast<int>(counts.failed)));
    if (m_runUnderWay)
        parts.append(tr("being brought into step"));
    else if (const auto verdict = m_watch->verdict(m_base); verdict && !m_facts->roots.empty())
        parts.append(verdict->inStep ? freshText(verdict->at) : tr("files have changed since"));
    if (m_watch->isWatched(m_base)) {
        const auto folders = std::count_if(m_facts->roots.begin(), m_facts->roots.end(), [](const KnowledgeRoot& root) { return root.is_folder; });
        parts.append(folders > 0 ? tr("watching %n folders", nullptr, static_cast<int>(folders)) : tr("watching its files"));
    }
    m_header->setState(parts.join(QStringLiteral(" · ")));
}

void KnowledgePage::showRun() {
    const auto job = ingestOf(m_context.jobs, m_base);
    m_run = job ? job->id : QString();
    m_runUnderWay = job && isUnderWay(*job);
    m_monitor->setRun(m_run);
    m_runCard->setVisible(job.has_value());
}

/// A job of the base in sight: its documents are read again when it begins and when it ends, in between only its bar moves.
void KnowledgePage::jobMoved(const QString& runId) {
    const auto job = m_context.jobs.job(runId);
    if (!job || job->kind != QLatin1String("ingest") || job->knowledgeBase != m_base || m_base.isEmpty())
        return;
    const bool was = m_runUnderWay;
    const QString former = m_run;
    showRun();
    if (was == m_runUnderWay && former == m_run)
        return;
    showStateLine();
    if (m_runUnderWay)
        m_documents->setBase(workspaceFolder(), m_base);
    else
        refresh();
}

void KnowledgePage::fillMenu() {
    const bool has = m_facts.has_value();
    for (QAction* action : {m_syncNow, m_watchNow})
        action->setEnabled(has && !m_facts->roots.empty());
    for (QAction* action : {m_evaluateNow, m_rename, m_remove, m_snapshots->menuAction(), m_roots->menuAction()})
        action->setEnabled(has);
    m_reembed->setEnabled(has && m_facts->counts.chunks > 0);
    m_watchNow->setChecked(m_watch->isWatched(m_base));
    if (!has)
        return;
    fillSnapshots();
    fillRoots();
}

void KnowledgePage::fillSnapshots() {
    m_snapshots->clear();
    m_snapshots->addAction(icon(QStringLiteral("plus")), tr("Take a snapshot…"), this, &KnowledgePage::takeSnapshot)->setObjectName(QStringLiteral("takeSnapshot"));
    if (!m_facts->snapshots.empty())
        m_snapshots->addSeparator();
    for (const Snapshot& snapshot : m_facts->snapshots) {
        const QString name = qstr(snapshot.name);
        QMenu* const one = m_snapshots->addMenu(tr("%1, %2").arg(elided(name), timeText(qstr(snapshot.created))));
        one->setObjectName(QStringLiteral("snapshot ") + name);
        one->addAction(tr("Roll back to it…"), this, [this, name] { rollBack(name); })->setObjectName(QStringLiteral("rollBack"));
        one->addAction(tr("Forget it…"), this, [this, name] { forgetSnapshot(name); })->setObjectName(QStringLiteral("forgetSnapshot"));
    }
}

void KnowledgePage::fillRoots() {
    m_roots->clear();
    for (const KnowledgeRoot& root : m_facts->roots) {
        const QString path = qstr(root.path);
        QAction* const action = m_roots->addAction(icon(root.is_folder ? QStringLiteral("folder") : QStringLiteral("data")), tr("Forget “%1”…").arg(elided(QFileInfo(path).fileName())), this,
                                                   [this, path] { forgetRoot(path); });
        action->setToolTip(literalText(path));
    }
    m_roots->menuAction()->setEnabled(!m_roots->isEmpty());
}

void KnowledgePage::openCreate() {
    if (!m_context.workspace)
        return;
    m_create->open({}, m_names);
    showState();
    m_scroll->ensureWidgetVisible(m_create);
}

void KnowledgePage::chooseFiles() { addPaths(QFileDialog::getOpenFileNames(this, tr("Add files"))); }

void KnowledgePage::chooseFolder() {
    if (const QString folder = QFileDialog::getExistingDirectory(this, tr("Add a folder")); !folder.isEmpty())
        addPaths({folder});
}

void KnowledgePage::addPaths(const QStringList& paths) {
    if (paths.isEmpty())
        return;
    if (!m_context.workspace) {
        Q_EMIT errorRaised(tr("No workspace is open."), tr("Open or make one first; knowledge bases lie in it."));
        return;
    }
    if (m_loading.isRunning()) { // which base it will be is not known yet
        m_pathsToAdd += paths;
        return;
    }
    QStringList absolute;
    for (const QString& path : paths)
        absolute.append(QFileInfo(path).absoluteFilePath());
    if (m_base.isEmpty()) {
        CreateBaseCard::Start start;
        start.name = QFileInfo(absolute.first()).completeBaseName().left(kTitleLength);
        start.paths = absolute;
        m_create->open(start, m_names);
        return showState();
    }
    JobRequest request = ingestRequest(QStringLiteral("add"), m_base);
    request.paths = absolute;
    m_documents->expect(absolute);
    m_context.jobs.submit({request});
}

void KnowledgePage::sync() {
    if (!m_base.isEmpty())
        m_context.jobs.submit({ingestRequest(QStringLiteral("sync"), m_base)});
}

void KnowledgePage::toggleWatch() {
    const bool watch = !m_watch->isWatched(m_base);
    m_context.jobs.setSetting(watchKey(m_base), watch);
    refresh();
}

void KnowledgePage::reembed() {
    if (!m_facts || !m_context.workspace)
        return;
    QStringList names, words;
    try {
        names = embedderNames(*m_context.workspace);
    } catch (const Error& error) {
        return complain(error);
    }
    for (const QString& name : std::as_const(names))
        words.append(embedderWord(name));
    bool accepted = false;
    const QString chosen = QInputDialog::getItem(this, tr("Re-embed “%1”").arg(elided(m_base)),
                                                 tr("Documents, chunks and edits stay. %n chunks get new vectors; the old ones answer until all are made.", nullptr, static_cast<int>(m_facts->counts.chunks)), words,
                                                 static_cast<int>(std::max<qsizetype>(0, names.indexOf(m_facts->embedder))), false, &accepted);
    const qsizetype at = words.indexOf(chosen);
    if (!accepted || at < 0)
        return;
    JobRequest request = ingestRequest(QStringLiteral("reembed"), m_base);
    request.model = names[at];
    m_context.jobs.submit({request});
}

void KnowledgePage::scrollToEvaluation() {
    m_scroll->ensureWidgetVisible(m_evaluation, 0, space::l);
    for (QWidget* widget : m_evaluation->findChildren<QWidget*>()) {
        if (widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus)) {
            widget->setFocus(Qt::OtherFocusReason);
            break;
        }
    }
}

void KnowledgePage::change(std::function<void(KnowledgeStore&)> body) {
    changeBase(m_changing, baseFolder(workspaceFolder(), m_base), std::move(body), [this] { refresh(); }, [this](const Error& error) { complain(error); });
}

bool KnowledgePage::confirmed(const QString& question, const QString& loss, const QString& yes) {
    QMessageBox box(QMessageBox::Warning, question, literalText(question), QMessageBox::Cancel, this);
    box.setInformativeText(literalText(loss));
    QPushButton* const button = box.addButton(yes, QMessageBox::DestructiveRole);
    button->setObjectName(QStringLiteral("confirm"));
    box.exec();
    return box.clickedButton() == button;
}

void KnowledgePage::complain(const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); }

void KnowledgePage::takeSnapshot() {
    bool accepted = false;
    const QString name = QInputDialog::getText(this, tr("Take a snapshot"), tr("Name"), QLineEdit::Normal, QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH:mm")), &accepted).trimmed();
    if (accepted && !name.isEmpty())
        change([name = name.toStdString()](KnowledgeStore& store) { store.saveSnapshot(name); });
}

void KnowledgePage::rollBack(const QString& snapshot) {
    const QString loss = tr("Documents, chunks and edits become what they were. What came since is lost unless a snapshot holds it: take one first to be able to come back. The files stay, and the next sync goes on from there.");
    if (confirmed(tr("Roll “%1” back to “%2”?").arg(m_base, snapshot), loss, tr("Roll back")))
        change([name = snapshot.toStdString()](KnowledgeStore& store) { store.rollback(name); });
}

void KnowledgePage::forgetSnapshot(const QString& snapshot) {
    const QString loss = tr("The base as it is now stays. What only this snapshot held cannot be brought back any more.");
    if (confirmed(tr("Forget the snapshot “%1”?").arg(snapshot), loss, tr("Forget")))
        change([name = snapshot.toStdString()](KnowledgeStore& store) { store.removeSnapshot(name); });
}

void KnowledgePage::forgetRoot(const QString& path) {
    const auto inside = [&](const DocumentsModel& model) {
        int count = 0;
        for (int row = 0; row < model.rowCount(); ++row)
            count += model.document(row).root == path ? 1 : 0;
        return count;
    };
    const QString loss = tr("%n documents go out of the base, with their edits and tags, and it is not synced any more. The files stay.", nullptr, inside(m_documents->model()));
    if (confirmed(tr("Forget “%1”?").arg(path), loss, tr("Forget")))
        change([path = path.toStdString()](KnowledgeStore& store) { removeRootWithDocuments(store, path); });
}

void KnowledgePage::rename() {
    bool accepted = false;
    const QString name = QInputDialog::getText(this, tr("Rename the knowledge base"), tr("New name"), QLineEdit::Normal, m_base, &accepted).trimmed();
    if (!accepted || name.isEmpty() || name == m_base)
        return;
    m_context.jobs.change([from = m_base.toStdString(), to = name.toStdString()](Workspace& workspace) { renameKnowledgeBase(workspace, from, to); }, this,
                          [this, from = m_base, name] {
                              if (m_watch->isWatched(from)) {
                                  m_context.jobs.setSetting(watchKey(name), true);
                                  m_context.jobs.setSetting(watchKey(from), false);
                              }
                              m_wanted = name;
                              refresh();
                          },
                          [this](const Error& error) { complain(error); });
}

void KnowledgePage::remove() {
    if (!m_facts)
        return;
    const KnowledgeCounts& counts = m_facts->counts;
    QStringList lost = {tr("%n documents", nullptr, static_cast<int>(counts.documents)), tr("%n chunks", nullptr, static_cast<int>(counts.chunks))};
    if (counts.edited + counts.disabled > 0)
        lost.append(tr("%n edited or switched-off chunks", nullptr, static_cast<int>(counts.edited + counts.disabled)));
    if (!m_facts->snapshots.empty())
        lost.append(tr("%n snapshots", nullptr, static_cast<int>(m_facts->snapshots.size())));
    const QString loss = tr("Lost are %1: %2 in all. The files it was made from stay.").arg(lost.join(QStringLiteral(", ")), bytesText(static_cast<double>(m_facts->bytes)));
    const QString base = m_base;
    if (!confirmed(tr("Delete the knowledge base “%1”?").arg(base), loss, tr("Delete")))
        return;
    m_changing.start(
        [folder = baseFolder(workspaceFolder(), base)](const std::stop_token&) {
            dropKnowledgeBase(folder);
            return true;
        },
        [this, base](bool) {
            if (m_watch->isWatched(base))
                m_context.jobs.setSetting(watchKey(base), false);
            refresh();
        },
        [this](const Error& error) { complain(error); });
}

void KnowledgePage::dragEnterEvent(QDragEnterEvent* event) {
    if (m_context.workspace && !droppedFiles(event).isEmpty())
        event->acceptProposedAction();
}

void KnowledgePage::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    addPaths(droppedFiles(event));
}

void KnowledgePage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    m_evaluate->setVisible(width() >= kNarrow); // the menu has it too
}

QByteArray KnowledgePage::saveState() const {
    return QJsonDocument(QJsonObject{{QStringLiteral("base"), m_wanted.isEmpty() ? m_base : m_wanted},
                                     {QStringLiteral("filter"), m_documents->filter()},
                                     {QStringLiteral("search"), m_search->saveState()},
                                     {QStringLiteral("create"), m_create->saveState()}})
        .toJson(QJsonDocument::Compact);
}

void KnowledgePage::restoreState(const QByteArray& state) {
    const QJsonObject object = QJsonDocument::fromJson(state).object();
    m_wanted = object.value(QStringLiteral("base")).toString();
    m_documents->setFilter(object.value(QStringLiteral("filter")).toString());
    m_search->restoreState(object.value(QStringLiteral("search")).toObject());
    m_create->restoreState(object.value(QStringLiteral("create")).toObject());
}

void KnowledgePage::retranslateUi() {
    m_header->primaryButton()->setText(tr("Add documents…"));
    m_files->setText(tr("Files…"));
    m_folder->setText(tr("A folder…"));
    m_evaluate->setText(tr("Evaluate…"));
    m_more->setText(tr("Base"));
    m_more->setAccessibleName(tr("What can be done with the base"));
    m_picker->setAccessibleName(tr("Knowledge base"));
    m_picker->setToolTip(tr("The knowledge base in sight"));
    m_syncNow->setText(tr("Sync now"));
    m_watchNow->setText(tr("Watch its files and folders"));
    m_evaluateNow->setText(tr("Evaluate"));
    m_snapshots->setTitle(tr("Snapshots"));
    m_roots->setTitle(tr("Added files and folders"));
    m_reembed->setText(tr("Re-embed with…"));
    m_new->setText(tr("New base…"));
    m_rename->setText(tr("Rename…"));
    m_remove->setText(tr("Delete…"));
    m_create->retranslate();
    m_documents->retranslate();
    m_search->retranslate();
    m_why->retranslate();
    m_evaluation->retranslate();
    m_chunks->retranslate();
    m_quality->retranslate();
    m_map->retranslate();
    showState();
}

} // namespace triptych::ui
