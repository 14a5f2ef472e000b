#include "pages/datasets/datasets_page.h"

#include "charts/bar_list.h"
#include "charts/histogram.h"
#include "engine_client/job_center.h"
#include "item_models/examples_model.h"
#include "item_models/run_summary.h"
#include "item_models/table_style.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/folding_row.h"
#include "pages/common/outlook.h"
#include "pages/common/scroll_column.h"
#include "pages/datasets/import_panel.h"
#include "pages/datasets/labels_editor.h"
#include "shell/theme.h"
#include "widgets/card.h"
#include "widgets/drop_area.h"
#include "widgets/empty_state.h"
#include "widgets/page_header.h"
#include "widgets/segmented_control.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {

constexpr qint64 kMostFound = 20'000;
/// Characters that the usual limit of 64 tokens holds in English text, about four to a token.
constexpr double kCharacterLimit = 256;

void renameDataset(Workspace& workspace, const std::string& from, const std::string& to) {
    DatasetRecord renamed = workspace.requireDataset(from);
    renamed.name = to;
    workspace.saveDataset(renamed, workspace.examples(from));
    if (const auto answers = workspace.setting("answers/" + from))
        workspace.setSetting("answers/" + to, *answers);
    for (RunRecord run : workspace.runs()) {
        if (run.dataset != from)
            continue;
        run.dataset = to;
        workspace.saveRun(run);
    }
    workspace.removeDataset(from);
}

QString fileFilter() {
    return DatasetsPage::tr("Labelled data (*.jsonl *.ndjson *.json *.csv *.tsv *.tab *.txt);;All files (*)");
}

} // namespace

DatasetsPage::DatasetsPage(const PageContext& context, QWidget* parent) : Page(context, parent) {
    build();
    connect(m_list, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        if (item)
            select(item->data(Qt::UserRole).toString());
    });
    connect(m_drop, &DropArea::filesChosen, this, [this](const QStringList& files) { importFile(files.first()); });
    connect(m_add, &QPushButton::clicked, m_drop->button(), &QPushButton::click);
    connect(m_empty, &EmptyState::actionTriggered, m_drop->button(), &QPushButton::click);
    connect(m_import, &ImportPanel::closed, this, [this] { showDataset(); });
    connect(m_import, &ImportPanel::imported, this, [this](const QString& name) {
        m_wanted = name;
        refresh();
        m_context.jobs.notifyDatasetChanged(name);
    });
    connect(m_meanings, &LabelsEditor::changed, this, [this](const QString& name) { m_context.jobs.notifyDatasetChanged(name); });
    connect(m_meanings, &LabelsEditor::failed, this, &Page::errorRaised);
    connect(m_rename, &QPushButton::clicked, this, &DatasetsPage::rename);
    connect(m_remove, &QPushButton::clicked, this, &DatasetsPage::remove);
    connect(m_split, &SegmentedControl::currentChanged, this, [this] { showRows(); });
    m_searchTimer.setSingleShot(true);
    m_searchTimer.setInterval(200);
    connect(&m_searchTimer, &QTimer::timeout, this, &DatasetsPage::search);
    connect(m_search, &QLineEdit::textChanged, this, [this] { m_searchTimer.start(); });
    connect(&m_context.theme, &ThemeController::changed, this, [this] { showReport(); });
    retranslateUi();
}

DatasetsPage::~DatasetsPage() = default;

void DatasetsPage::build() {
    m_header = new PageHeader(this);
    m_add = m_header->primaryButton();
    m_scroll = new ScrollColumn(this);
    m_columns = new FoldingRow(this);
    m_listCard = new Card(this);
    m_list = new QListWidget(m_listCard);
    m_list->setObjectName(QStringLiteral("datasets"));
    m_list->setMinimumHeight(140);
    m_rename = new QPushButton(m_listCard);
    m_remove = new QPushButton(m_listCard);
    m_drop = new DropArea(m_listCard);
    auto* listButtons = new QHBoxLayout;
    listButtons->addWidget(m_rename);
    listButtons->addWidget(m_remove);
    listButtons->addStretch();
    m_listCard->body()->addWidget(m_list, 1);
    m_listCard->body()->addLayout(listButtons);
    m_listCard->body()->addWidget(m_drop);

    auto* right = new QWidget(m_columns);
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    m_import = new ImportPanel(right);
    m_import->hide();
    m_empty = new EmptyState(right);
    m_details = new QWidget(right);
    rightColumn->addWidget(m_import, 1);
    rightColumn->addWidget(m_empty, 1);
    rightColumn->addWidget(m_details, 1);

    m_findingsCard = new Card(m_details);
    m_findings = new QLabel(m_findingsCard);
    m_findings->setWordWrap(true);
    m_findings->setTextFormat(Qt::RichText);
    m_findings->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_duplicates = new QLabel(m_findingsCard);
    m_duplicates->setWordWrap(true);
    m_duplicates->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setTextStyle(m_duplicates, TextSize::Caption, Tone::Secondary);
    m_findingsCard->body()->addWidget(m_findings);
    m_findingsCard->body()->addWidget(m_duplicates);
    m_labelsCard = new Card(m_details);
    m_labels = new BarList(m_labelsCard);
    m_labels->setMinimumHeight(250);
    m_labelsCard->body()->addWidget(m_labels);
    m_lengthsCard = new Card(m_details);
    m_lengths = new Histogram(m_lengthsCard);
    m_lengths->setMinimumHeight(250);
    m_lengthsCard->body()->addWidget(m_lengths);
    auto* charts = new FoldingRow(m_details);
    charts->addWidget(m_labelsCard, 1, 330);
    charts->addWidget(m_lengthsCard, 1, 330);

    m_rowsCard = new Card(m_details);
    m_split = new SegmentedControl(m_rowsCard);
    m_search = new QLineEdit(m_rowsCard);
    m_search->setClearButtonEnabled(true);
    m_search->setObjectName(QStringLiteral("search"));
    m_search->setMaximumWidth(280);
    m_rowsCard->addCornerWidget(m_split);
    m_rowsCard->addCornerWidget(m_search);
    m_examples = new ExamplesModel(this);
    m_rows = new QTableView(m_rowsCard);
    m_rows->setModel(m_examples);
    styleTable(m_rows);
    m_rows->horizontalHeader()->setStretchLastSection(false);
    m_rows->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_rows->horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    m_rows->setColumnWidth(ExamplesModel::Label, 190);
    m_rows->setColumnWidth(ExamplesModel::Split, 70);
    m_rows->setColumnWidth(ExamplesModel::Line, 70);
    m_rows->horizontalHeader()->setSectionResizeMode(ExamplesModel::Text, QHeaderView::Stretch);
    m_rows->setMinimumHeight(280);
    m_rowsCard->body()->addWidget(m_rows);
    m_meaningsCard = new Card(m_details);
    m_meanings = new LabelsEditor(m_context.jobs, m_meaningsCard);
    m_meaningsCard->body()->addWidget(m_meanings);

    auto* details = new QVBoxLayout(m_details);
    details->setContentsMargins(0, 0, 0, 0);
    details->setSpacing(space::l);
    details->addWidget(m_findingsCard);
    details->addWidget(charts);
    details->addWidget(m_rowsCard, 1);
    details->addWidget(m_meaningsCard);

    m_columns->addWidget(m_listCard, 1, 230);
    m_columns->addWidget(right, 4, 560);
    m_columns->setExpanding(true);
    m_scroll->column()->addWidget(m_header);
    m_scroll->column()->addWidget(m_columns, 1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_scroll);
}

QString DatasetsPage::title() const {
    return tr("Data");
}

void DatasetsPage::open(const QString& what) {
    if (what.isEmpty())
        return;
    if (QFileInfo::exists(what)) {
        importFile(what);
        return;
    }
    m_wanted = what;
    refresh();
}

void DatasetsPage::refresh() {
    try {
        m_datasets = m_context.workspace ? m_context.workspace->datasets() : std::vector<DatasetRecord>();
        m_current = m_wanted.isEmpty() ? currentDataset(m_context) : std::exchange(m_wanted, {});
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
        return;
    }
    Q_EMIT errorRaised({}, {});
    if (!current())
        m_current = m_datasets.empty() ? QString() : qstr(m_datasets.front().name);
    else
        setCurrentDataset(m_context, m_current);
    if (const QJsonObject form = std::exchange(m_form, {}); !form.isEmpty() && m_context.workspace)
        m_import->restore(m_context.workspace->folder(), form, names());
    showList();
    showDataset();
}

std::optional<DatasetRecord> DatasetsPage::current() const {
    for (const DatasetRecord& dataset : m_datasets) {
        if (qstr(dataset.name) == m_current)
            return dataset;
    }
    return std::nullopt;
}

void DatasetsPage::showList() {
    const QSignalBlocker blocker(m_list);
    m_list->clear();
    for (const DatasetRecord& dataset : m_datasets) {
        auto* item = new QListWidgetItem(tr("%1\n%2 rows · %3 labels")
                                             .arg(qstr(dataset.name), countText(dataset.rows),
                                                  countText(static_cast<std::int64_t>(dataset.labels.is_array() ? dataset.labels.size() : 0))),
                                         m_list);
        item->setData(Qt::UserRole, qstr(dataset.name));
        item->setToolTip(literalText(qstr(dataset.name)));
        item->setSizeHint(QSize(0, 44));
        if (qstr(dataset.name) == m_current)
            m_list->setCurrentItem(item);
    }
    m_rename->setEnabled(current().has_value());
    m_remove->setEnabled(current().has_value());
}

void DatasetsPage::select(const QString& name) {
    m_current = name;
    setCurrentDataset(m_context, name);
    if (m_import->isOpen() && !m_import->isRunning())
        m_import->close();
    m_rename->setEnabled(true);
    m_remove->setEnabled(true);
    showDataset();
}

void DatasetsPage::showDataset() {
    const auto dataset = current();
    const bool importing = m_import->isOpen();
    m_import->setVisible(importing);
    m_details->setVisible(!importing && dataset);
    m_empty->setVisible(!importing && !dataset);
    m_listCard->setVisible(true);
    if (!dataset) {
        m_header->setState(m_context.workspace ? tr("No data set in this workspace yet") : tr("No workspace is open"));
        m_examples->clear();
        m_report.reset();
        return;
    }
    m_header->setState(tr("%1 · %2 rows: %3 train, %4 dev, %5 test · imported %6")
                           .arg(m_current, countText(dataset->rows), countText(static_cast<std::int64_t>(numberAt(dataset->splits, "train"))),
                                countText(static_cast<std::int64_t>(numberAt(dataset->splits, "dev"))),
                                countText(static_cast<std::int64_t>(numberAt(dataset->splits, "test"))), timeText(qstr(dataset->created))));
    m_meanings->display(*dataset);
    std::vector<Bar> bars;
    if (dataset->labels.is_array()) {
        for (const Json& label : dataset->labels)
            bars.push_back({textAt(label, "name"), static_cast<std::int64_t>(numberAt(label, "count"))});
    }
    std::stable_sort(bars.begin(), bars.end(), [](const Bar& a, const Bar& b) { return a.count > b.count; });
    m_labels->setNote(tr("%n labels", nullptr, static_cast<int>(bars.size())));
    m_labels->setBars(std::move(bars));
    showRows();
    m_report.reset();
    m_findingsCard->hide();
    m_reporting.start([folder = m_context.workspace->folder(), name = dataset->name](
                          const std::stop_token& stop) { return reportOnDataset(folder, name, stop); },
                      [this](DatasetReport report) {
                          m_report = std::move(report);
                          showReport();
                          Q_EMIT reported();
                      },
                      [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
}

void DatasetsPage::showReport() {
    if (!m_report)
        return;
    m_lengths->setBins(histogramBins(m_report->lengths));
    const bool mostlyCjk = m_report->cjkShare > 0.5;
    // Chinese characters are about a token each, English words four characters to a token.
    const double limit = mostlyCjk ? kCharacterLimit / 4 : kCharacterLimit;
    const auto beyond = std::count_if(m_report->lengths.begin(), m_report->lengths.end(), [limit](double length) { return length > limit; });
    m_lengths->setLimit(limit, tr("about 64 tokens"));
    m_lengths->setNote(tr("%1 of the rows are longer").arg(percentText(m_report->lengths.empty() ? 0.0 : static_cast<double>(beyond) / static_cast<double>(m_report->lengths.size()))));
    QStringList lines;
    for (const Finding& finding : m_report->check.findings) {
        const Tone tone = finding.severity == Severity::Problem ? Tone::Bad : finding.severity == Severity::Warning ? Tone::Warning : Tone::Secondary;
        const QString mark = finding.severity == Severity::Note ? QStringLiteral("•") : QStringLiteral("▲");
        lines.append(QStringLiteral("<span style='color:%1'>%2</span> %3").arg(toneColor(tone).name(), mark, findingText(finding).toHtmlEscaped()));
    }
    m_findings->setText(lines.isEmpty() ? tr("Nothing stands out: no text crosses the parts, every label has enough rows.").toHtmlEscaped()
                                        : lines.join(QStringLiteral("<br>")));
    QStringList samples;
    for (const std::string& sample : m_report->check.duplicates.samples) {
        if (samples.size() == 3)
            break;
        samples.append(QStringLiteral("“%1”").arg(qstr(sample).left(80)));
    }
    m_duplicates->setVisible(!samples.isEmpty());
    m_duplicates->setText(tr("In more than one part: %1").arg(samples.join(QStringLiteral(", "))));
    m_findingsCard->show();
}

void DatasetsPage::showRows() {
    const auto dataset = current();
    if (!dataset)
        return;
    if (!m_search->text().trimmed().isEmpty()) {
        search();
        return;
    }
    m_searching.stop();
    const QString split = m_split->current() == QLatin1String("all") ? QString() : m_split->current();
    const auto rows = split.isEmpty() ? dataset->rows : static_cast<std::int64_t>(numberAt(dataset->splits, split.toLatin1().constData()));
    m_examples->show(m_context.workspace, m_current, split, rows);
    m_rowsCard->setCaption(tr("%n rows", nullptr, static_cast<int>(rows)));
}

void DatasetsPage::search() {
    const QString needle = m_search->text().trimmed();
    if (needle.isEmpty() || !current()) {
        showRows();
        return;
    }
    const std::string split = m_split->current() == QLatin1String("all") ? std::string() : m_split->current().toStdString();
    m_searching.start([folder = m_context.workspace->folder(), name = m_current.toStdString(), split, needle](
                          const std::stop_token& stop) { return findExamples(folder, name, split, needle, kMostFound, stop); },
                      [this](std::vector<ExampleRecord> rows) {
                          m_rowsCard->setCaption(tr("%n rows found", nullptr, static_cast<int>(rows.size())));
                          m_examples->showFound(std::move(rows));
                      },
                      [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
}

void DatasetsPage::importFile(const QString& file) {
    if (!m_context.workspace) {
        Q_EMIT errorRaised(tr("No workspace is open."), tr("Open or make one first; the file then goes into it."));
        return;
    }
    if (m_import->isRunning()) {
        Q_EMIT errorRaised(tr("Another file is being imported."), tr("Wait for its end, or cancel it."));
        return;
    }
    m_import->start(m_context.workspace->folder(), file, names());
    showDataset();
}

QStringList DatasetsPage::names() const {
    QStringList names;
    for (const DatasetRecord& dataset : m_datasets)
        names.append(qstr(dataset.name));
    return names;
}

void DatasetsPage::rename() {
    const auto dataset = current();
    if (!dataset)
        return;
    bool accepted = false;
    const QString name = QInputDialog::getText(this, tr("Rename the data set"), tr("New name"), QLineEdit::Normal, m_current, &accepted).trimmed();
    if (!accepted || name.isEmpty() || name == m_current)
        return;
    const auto started = m_context.jobs.jobs();
    if (std::any_of(started.begin(), started.end(), [&](const JobInfo& job) { return job.isActive() && job.dataset == m_current; })) {
        Q_EMIT errorRaised(tr("“%1” is in use by a job that runs.").arg(m_current), tr("Wait for its end, or cancel it."));
        return;
    }
    // Rows, runs and answers go over to the new name together, or nothing does.
    m_context.jobs.change([from = dataset->name, to = name.toStdString()](Workspace& workspace) {
                              workspace.transaction([&] { renameDataset(workspace, from, to); });
                          },
                          this,
                          [this, name] {
                              m_current = name;
                              setCurrentDataset(m_context, name);
                              m_context.jobs.notifyDatasetChanged(name);
                              refresh();
                          },
                          [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
}

void DatasetsPage::remove() {
    const auto dataset = current();
    if (!dataset)
        return;
    QMessageBox box(QMessageBox::Warning, tr("Remove “%1”?").arg(m_current), literalText(tr("Remove the data set “%1”?").arg(m_current)), QMessageBox::Cancel, this);
    try {
        box.setInformativeText(literalText(lossOfDataset(*m_context.workspace, *dataset)));
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
        return;
    }
    QPushButton* yes = box.addButton(tr("Remove"), QMessageBox::DestructiveRole);
    yes->setObjectName(QStringLiteral("confirmRemove"));
    box.exec();
    if (box.clickedButton() != yes)
        return;
    m_context.jobs.change([name = dataset->name](Workspace& workspace) { workspace.removeDataset(name); }, this,
                          [this, name = qstr(dataset->name)] {
                              m_context.jobs.notifyDatasetChanged(name);
                              refresh();
                          },
                          [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
}

QByteArray DatasetsPage::saveState() const {
    return QJsonDocument(QJsonObject{{QStringLiteral("search"), m_search->text()}, {QStringLiteral("import"), m_form.isEmpty() ? m_import->state() : m_form}}).toJson(QJsonDocument::Compact);
}

void DatasetsPage::restoreState(const QByteArray& state) {
    const QJsonObject object = QJsonDocument::fromJson(state).object();
    m_form = object.value(QStringLiteral("import")).toObject(); // opened by refresh(), which knows the names that are taken
    m_search->setText(object.value(QStringLiteral("search")).toString());
}

void DatasetsPage::retranslateUi() {
    m_header->setTitle(title());
    m_add->setText(tr("Import a file…"));
    m_listCard->setTitle(tr("Data sets"));
    m_list->setAccessibleName(tr("Data sets"));
    m_drop->setTexts(tr("Drop a labelled file here: JSON lines, CSV or TSV"), tr("Choose a file…"), fileFilter());
    m_rename->setText(tr("Rename…"));
    m_remove->setText(tr("Remove…"));
    m_empty->setTexts(tr("No data yet"),
                      tr("Import a file with a text and a label in each row. Its labels, lengths, duplicates and rows will be seen here."),
                      tr("Choose a file…"));
    m_findingsCard->setTitle(tr("To know before training"));
    m_labels->setTitle(tr("Labels"));
    m_labels->setXAxis(tr("rows"));
    m_labels->setEmptyText(tr("No labels"));
    m_lengths->setTitle(tr("Length of the texts"));
    m_lengths->setXAxis(tr("length"), tr("characters"));
    m_lengths->setYAxis(tr("rows"));
    m_lengths->setEmptyText(tr("Counting characters…"));
    m_rowsCard->setTitle(tr("Rows"));
    m_rows->setAccessibleName(tr("Rows"));
    m_split->setAccessibleName(tr("Part"));
    m_split->setSegments({{QStringLiteral("all"), tr("All")},
                          {QStringLiteral("train"), splitWord(QStringLiteral("train"))},
                          {QStringLiteral("dev"), splitWord(QStringLiteral("dev"))},
                          {QStringLiteral("test"), splitWord(QStringLiteral("test"))}});
    m_search->setPlaceholderText(tr("Find in texts and labels"));
    m_search->setAccessibleName(tr("Find in texts and labels"));
    m_meaningsCard->setTitle(tr("What the labels mean"));
    m_examples->retranslate();
    showList();
    if (current())
        showDataset();
}

} // namespace triptych::ui
