#include "pages/knowledge/documents_card.h"

#include "engine_client/job_center.h"
#include "item_models/table_style.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/knowledge/base_facts.h"
#include "shell/icons.h"
#include "shell/theme.h"
#include "widgets/banner.h"
#include "widgets/drop_area.h"

#include <QContextMenuEvent>
#include <QDesktopServices>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>
#include <memory>
#include <utility>

namespace triptych::ui {

namespace {

constexpr int kFilterDelayMs = 150;
constexpr int kStateWidth = 32;
constexpr int kChunksWidth = 64;
constexpr int kTypeWidth = 80, kLanguageWidth = 74, kTagsWidth = 110;
constexpr const char* kUndoSnapshot = "before removal"; ///< a person sees it where the window ended before it was forgotten

QStringList trimmedTags(const QString& text) {
    QStringList tags;
    for (const QString& tag : text.split(u',', Qt::SkipEmptyParts)) {
        if (!tag.trimmed().isEmpty() && !tags.contains(tag.trimmed()))
            tags.append(tag.trimmed());
    }
    return tags;
}

void forgetSnapshot(KnowledgeStore& store, const char* name) {
    for (const Snapshot& snapshot : store.snapshots()) {
        if (snapshot.name == name) {
            store.removeSnapshot(name);
            return;
        }
    }
}

} // namespace

DocumentsCard::DocumentsCard(const PageContext& context, QWidget* parent) : Card(parent), m_context(context) {
    build();
    m_filterTimer.setSingleShot(true);
    m_filterTimer.setInterval(kFilterDelayMs);
    connect(&m_filterTimer, &QTimer::timeout, this, [this] {
        m_model->setFilter(m_filter->text());
        showState();
    });
    connect(m_filter, &QLineEdit::textChanged, this, [this] { m_filterTimer.start(); });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &DocumentsCard::showState);
    connect(m_table, &QTableView::activated, this, [this] {
        if (const auto row = current(); row && row->chunks > 0)
            Q_EMIT documentRequested(row->name, 0, 0);
    });
    connect(m_table, &QTableView::customContextMenuRequested, this, &DocumentsCard::showMenu);
    connect(m_retry, &QPushButton::clicked, this, &DocumentsCard::retry);
    connect(m_drop, &DropArea::filesChosen, this, &DocumentsCard::filesChosen);
    connect(m_undo, &Banner::actionTriggered, this, &DocumentsCard::undo);
    connect(m_undo, &Banner::closed, this, &DocumentsCard::forgetUndo);
    retranslate();
}

DocumentsCard::~DocumentsCard() = default;

void DocumentsCard::build() {
    m_filter = new QLineEdit(this);
    m_filter->setObjectName(QStringLiteral("documentFilter"));
    m_filter->setClearButtonEnabled(true);
    m_model = new DocumentsModel(this);
    m_table = new QTableView(this);
    m_table->setObjectName(QStringLiteral("documents"));
    m_table->setModel(m_model);
    styleTable(m_table);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(DocumentsModel::Name, Qt::AscendingOrder);
    m_table->setTextElideMode(Qt::ElideMiddle); // names begin with their folder
    m_table->setMinimumHeight(180);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView* const header = m_table->horizontalHeader();
    header->setStretchLastSection(false);
    header->setMinimumSectionSize(kStateWidth);
    header->setSectionResizeMode(QHeaderView::Interactive);
    header->setSectionResizeMode(DocumentsModel::State, QHeaderView::Fixed);
    header->setSectionResizeMode(DocumentsModel::Name, QHeaderView::Stretch);
    m_table->setColumnWidth(DocumentsModel::State, kStateWidth);
    m_table->setColumnWidth(DocumentsModel::Chunks, kChunksWidth);
    m_table->setColumnWidth(DocumentsModel::Type, kTypeWidth);
    m_table->setColumnWidth(DocumentsModel::Language, kLanguageWidth);
    m_table->setColumnWidth(DocumentsModel::Tags, kTagsWidth);
    m_empty = new QLabel(this);
    m_empty->setWordWrap(true);
    setTextStyle(m_empty, TextSize::Body, Tone::Secondary);
    m_reason = new QLabel(this);
    m_reason->setObjectName(QStringLiteral("documentReason"));
    m_reason->setWordWrap(true);
    m_reason->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setTextStyle(m_reason, TextSize::Caption, Tone::Warning);
    m_retry = new QPushButton(this);
    m_retry->setObjectName(QStringLiteral("retryFailed"));
    m_failed = new Banner(this);
    m_undo = new Banner(this);
    m_undo->setObjectName(QStringLiteral("undoRemoval"));
    m_drop = new DropArea(this);
    body()->addWidget(m_filter);
    body()->addWidget(m_table, 1);
    body()->addWidget(m_empty);
    body()->addWidget(m_reason);
    body()->addWidget(m_retry, 0, Qt::AlignLeft);
    body()->addWidget(m_undo);
    body()->addWidget(m_failed);
    body()->addWidget(m_drop);
}

void DocumentsCard::setBase(const QString& workspace, const QString& base) {
    if (workspace != m_workspace || base != m_base) {
        forgetUndo();
        m_loading.stop();
        m_expected.clear();
        m_workspace = workspace;
        m_base = base;
        m_model->setRows({});
        m_failed->hide();
    }
    load();
}

void DocumentsCard::expect(const QStringList& paths) { m_expected += paths; }

void DocumentsCard::choose(const QString& document) {
    const int row = m_model->rowOf(document);
    m_wanted = row < 0 && m_loading.isRunning() ? document : QString(); // it may be on its way
    if (row < 0)
        return;
    m_table->selectRow(row);
    m_table->scrollTo(m_model->index(row, DocumentsModel::Name));
}

QString DocumentsCard::filter() const { return m_filter->text(); }
void DocumentsCard::setFilter(const QString& words) { m_filter->setText(words); }

void DocumentsCard::load() {
    if (m_base.isEmpty()) {
        showState();
        Q_EMIT listed();
        return;
    }
    const auto ingest = ingestOf(m_context.jobs, m_base);
    const bool reads = ingest && isUnderWay(*ingest);
    if (std::exchange(m_readsNow, reads) && !reads)
        m_expected.clear(); // it has come, or will not
    std::vector<std::filesystem::path> expected;
    for (const QString& path : std::as_const(m_expected))
        expected.emplace_back(path.toStdString());
    m_loading.start(
        [folder = baseFolder(m_workspace, m_base), reads, expected](const std::stop_token& stop) {
            std::vector<std::filesystem::path> reading = expected;
            if (reads) {
                for (const KnowledgeRoot& root : KnowledgeStore::open(folder).roots())
                    reading.emplace_back(root.path);
            }
            return readDocumentRows(folder, reading, stop);
        },
        [this](std::vector<DocumentRow> rows) {
            m_failed->hide();
            const auto chosen = current();
            m_model->setRows(std::move(rows));
            if (!m_wanted.isEmpty())
                choose(m_wanted);
            else if (chosen && !current()) // other documents came, and the choice went with the old ones
                choose(chosen->name);
            showState();
            Q_EMIT listed();
        },
        [this](const Error& error) {
            showState();
            if (error.code() != ErrorCode::Cancelled)
                m_failed->showError(error);
            Q_EMIT listed();
        });
    showState();
}

std::vector<DocumentRow> DocumentsCard::selected() const {
    std::vector<DocumentRow> rows;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        rows.push_back(m_model->document(index.row()));
    return rows;
}

std::optional<DocumentRow> DocumentsCard::current() const {
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? std::nullopt : std::optional(m_model->document(rows.first().row()));
}

void DocumentsCard::showState() {
    const std::int64_t all = m_model->count(), failed = m_model->count(DocumentState::Failed);
    setCaption(all == 0 ? QString() : m_model->rowCount() == all ? countText(all) : tr("%1 of %2").arg(countText(m_model->rowCount()), countText(all)));
    m_table->setVisible(all > 0);
    m_filter->setVisible(all > 0 || !m_filter->text().isEmpty());
    m_empty->setVisible(all == 0 && m_failed->isHidden());
    m_empty->setText(m_loading.isRunning() ? tr("Reading…")
                     : m_base.isEmpty()    ? tr("No knowledge base is chosen.")
                                           : tr("No documents yet. Text, Markdown, HTML, PDF, Word, Excel, tables, JSON and source code can go in."));
    const auto row = current();
    const bool why = row && !row->reason.isEmpty();
    m_reason->setVisible(why);
    if (why)
        m_reason->setText(row->hint.isEmpty() ? row->reason : row->reason + u' ' + row->hint);
    m_retry->setVisible(failed > 0);
    m_retry->setText(tr("Try %n failed again", nullptr, static_cast<int>(failed)));
    m_drop->setEnabled(!m_base.isEmpty());
}

void DocumentsCard::fitColumns() {
    const int width = m_table->isVisible() ? m_table->width() : this->width() - 2 * space::l;
    m_table->setColumnHidden(DocumentsModel::Type, width < 380);
    m_table->setColumnHidden(DocumentsModel::Language, width < 520);
    m_table->setColumnHidden(DocumentsModel::Tags, width < 460);
}

void DocumentsCard::resizeEvent(QResizeEvent* event) {
    Card::resizeEvent(event);
    fitColumns();
}

void DocumentsCard::showMenu(const QPoint& at) {
    if (selected().empty())
        return;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("documentMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillMenu(*menu);
    menu->popup(m_table->viewport()->mapToGlobal(at));
}

void DocumentsCard::fillMenu(QMenu& menu) {
    const std::vector<DocumentRow> rows = selected();
    const bool single = rows.size() == 1;
    const bool inBase = std::all_of(rows.begin(), rows.end(), [](const DocumentRow& row) { return row.state != DocumentState::Reading || row.chunks > 0; });
    const auto add = [&](const char* name, const QString& text, const char* picture, bool enabled, auto body) {
        QAction* const action = menu.addAction(icon(QLatin1String(picture)), text, this, body);
        action->setObjectName(QLatin1String(name));
        action->setEnabled(enabled);
    };
    add("showChunks", tr("Show chunks"), "search", single && rows.front().chunks > 0, [this] {
        if (const auto row = current())
            Q_EMIT documentRequested(row->name, 0, 0);
    });
    add("openFile", tr("Open the file"), "open", single && !rows.front().root.isEmpty() && rows.front().state != DocumentState::Gone, [this] { openFile(); });
    add("editTags", tr("Tags…"), "filter", inBase, [this] { editTags(); });
    add("retryDocument", tr("Try again"), "refresh", std::any_of(rows.begin(), rows.end(), [](const DocumentRow& row) { return row.state == DocumentState::Failed; }),
        [this] { retry(); });
    menu.addSeparator();
    add("removeDocument", tr("Take out of the base"), "trash", inBase, [this] { remove(); });
}

void DocumentsCard::retry() {
    JobRequest request = ingestRequest(QStringLiteral("sync"), m_base);
    request.settings = {{"retry_failed", true}};
    m_context.jobs.submit({request});
}

void DocumentsCard::openFile() {
    const auto row = current();
    if (row && !QDesktopServices::openUrl(QUrl::fromLocalFile(row->source))) {
        m_failed->showMessage(Banner::Level::Warning, [source = row->source] {
            return Banner::Words{tr("No program opens “%1”.").arg(source), tr("Its text is shown with its chunks."), {}};
        });
    }
}

void DocumentsCard::change(std::function<void(KnowledgeStore&)> body, std::function<void()> done) {
    m_failed->hide();
    changeBase(m_changing, baseFolder(m_workspace, m_base), std::move(body),
               [this, done = std::move(done)] {
                   done();
                   load();
                   Q_EMIT changed();
               },
               [this](const Error& error) {
                   showState();
                   m_failed->showError(error);
               });
}

void DocumentsCard::editTags() {
    const std::vector<DocumentRow> rows = selected();
    if (rows.empty())
        return;
    bool accepted = false;
    const QString question = rows.size() == 1 ? tr("Tags of “%1”, with commas between them").arg(rows.front().name) : tr("Tags of %n documents, with commas between them", nullptr, static_cast<int>(rows.size()));
    const QString text = QInputDialog::getText(this, tr("Tags"), question, QLineEdit::Normal, rows.front().tags.join(QStringLiteral(", ")), &accepted);
    if (!accepted)
        return;
    std::vector<std::string> names, tags;
    for (const DocumentRow& row : rows)
        names.push_back(row.name.toStdString());
    for (const QString& tag : trimmedTags(text))
        tags.push_back(tag.toStdString());
    change(
        [names, tags](KnowledgeStore& store) {
            store.transaction([&] {
                for (const std::string& name : names) {
                    if (store.document(name)) // one that failed has none
                        store.setTags(name, tags);
                }
            });
        },
        [] {});
}

void DocumentsCard::remove() {
    const std::vector<DocumentRow> rows = selected();
    if (rows.empty())
        return;
    forgetUndo();
    auto removal = std::make_shared<Removal>();
    removal->folder = baseFolder(m_workspace, m_base);
    removal->base = m_base;
    for (const DocumentRow& row : rows) {
        removal->names.append(row.name);
        removal->sources.append(row.source);
        if (row.root == row.source)
            removal->roots.append(row.root);
        else
            removal->inFolder = removal->inFolder || !row.root.isEmpty();
    }
    change(
        [removal](KnowledgeStore& store) {
            forgetSnapshot(store, kUndoSnapshot);
            store.saveSnapshot(kUndoSnapshot);
            store.transaction([&] {
                for (const QString& name : std::as_const(removal->names)) {
                    if (store.document(name.toStdString()))
                        store.removeDocument(name.toStdString());
                    else
                        store.forgetFailure(name.toStdString());
                }
                for (const QString& root : std::as_const(removal->roots))
                    store.removeRoot(root.toStdString()); // a file that was added by itself is not looked for again
            });
            removal->generation = store.generation();
        },
        [this, removal] {
            m_removal = *removal;
            m_undo->showMessage(Banner::Level::Info, [removal] {
                const QString what = removal->names.size() == 1 ? tr("“%1” is out of the base.").arg(removal->names.first())
                                                                : tr("%n documents are out of the base.", nullptr, static_cast<int>(removal->names.size()));
                return Banner::Words{what, removal->inFolder ? tr("The files stay. In a folder that was added, the next sync reads them again unless they are moved.") : tr("The file stays."),
                                     tr("Undo")};
            });
        });
}

void DocumentsCard::undo() {
    if (!m_removal)
        return;
    const auto removal = std::make_shared<Removal>(*std::exchange(m_removal, std::nullopt));
    const auto exact = std::make_shared<bool>(false);
    m_undo->hide();
    change(
        [removal, exact](KnowledgeStore& store) {
            *exact = store.generation() == removal->generation;
            if (*exact)
                store.rollback(kUndoSnapshot);
            forgetSnapshot(store, kUndoSnapshot);
            for (const QString& path : std::as_const(removal->roots)) {
                KnowledgeRoot root;
                root.path = path.toStdString();
                store.saveRoot(root);
            }
        },
        [this, removal, exact] {
            if (!*exact)
                m_context.jobs.submit({ingestRequest(QStringLiteral("sync"), removal->base)});
        });
}

/// Whoever did not undo has no use for what was kept for it.
void DocumentsCard::forgetUndo() {
    m_undo->hide();
    const auto removal = std::exchange(m_removal, std::nullopt);
    if (!removal)
        return;
    changeBase(m_forgetting, removal->folder, [](KnowledgeStore& store) { forgetSnapshot(store, kUndoSnapshot); }, [] {},
               [](const Error&) {}); // busy or gone: it stays in the list of snapshots, or went with the base
}

void DocumentsCard::retranslate() {
    setTitle(tr("Documents"));
    m_filter->setPlaceholderText(tr("Find by name, type or tag"));
    m_filter->setAccessibleName(tr("Find documents"));
    m_table->setAccessibleName(tr("Documents"));
    m_drop->setTexts(tr("Drop files or folders here"), tr("Choose files…"));
    m_model->retranslate();
    showState();
}

} // namespace triptych::ui
