#include "pages/compare/compare_page.h"

#include "charts/line_chart.h"
#include "charts/scatter_chart.h"
#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "item_models/table_style.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/dataset_picker.h"
#include "pages/common/folding_row.h"
#include "pages/common/outlook.h"
#include "pages/common/runs_table.h"
#include "pages/common/scroll_column.h"
#include "pages/compare/try_text_card.h"
#include "shell/theme.h"
#include "widgets/banner.h"
#include "widgets/card.h"
#include "widgets/empty_state.h"
#include "widgets/page_header.h"
#include "widgets/segmented_control.h"

#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace triptych::ui {

namespace {

constexpr std::array kCurveColours = {&ThemeTokens::fineTune, &ThemeTokens::retrieve, &ThemeTokens::distil, &ThemeTokens::hybrid,
                                      &ThemeTokens::zeroShot, &ThemeTokens::accent};

struct Stored {
    std::vector<DatasetRecord> datasets;
    std::vector<RunSummary> runs;
};

QString points(double fraction) {
    return QLocale().toString(fraction * 100, 'f', 1);
}

QTableWidget* plainTable(QWidget* parent, int columns) {
    auto* table = new QTableWidget(parent);
    table->setColumnCount(columns);
    styleTable(table);
    return table;
}

QTableWidgetItem* cell(const QString& text, bool figure = false) {
    auto* item = new QTableWidgetItem(text);
    item->setTextAlignment(Qt::AlignVCenter | (figure ? Qt::AlignRight : Qt::AlignLeft));
    item->setToolTip(literalText(text));
    return item;
}

} // namespace

ComparePage::ComparePage(const PageContext& context, QWidget* parent) : Page(context, parent) {
    build();
    connect(m_picker, &DatasetPicker::chosen, this, [this](const QString& name) {
        m_dataset = name;
        m_opened.clear();
        setCurrentDataset(m_context, name);
        showRuns();
    });
    connect(m_filter, &QLineEdit::textChanged, m_table, &RunsTable::setFilter);
    connect(m_table, &RunsTable::selectionChanged, this, &ComparePage::selectionChanged);
    connect(m_scatter, &ScatterChart::pointActivated, this, [this](const QString& id) {
        m_table->select({id});
    });
    connect(m_side, &SegmentedControl::currentChanged, this, [this] { showDifferences(); });
    connect(m_remove, &QPushButton::clicked, this, &ComparePage::removeRun);
    connect(m_empty, &EmptyState::actionTriggered, this, [this] { Q_EMIT pageRequested(QStringLiteral("overview"), {}); });
    connect(&m_context.jobs, &JobCenter::runRemoved, this, [this] { refresh(); });
    connect(&m_context.jobs, &JobCenter::runChanged, this, [this](const QString& id) {
        if (id == m_opened)
            showUnfinished();
    });
    connect(&m_context.theme, &ThemeController::changed, this, [this] { showComparison(); });
    retranslateUi();
}

ComparePage::~ComparePage() = default;

void ComparePage::build() {
    m_header = new PageHeader(this);
    m_picker = new DatasetPicker(this);
    m_header->addControl(m_picker);
    m_scroll = new ScrollColumn(this);
    m_note = new Banner(this);
    m_note->setClosable(false);
    m_note->hide();
    m_empty = new EmptyState(this);
    m_content = new QWidget(this);
    m_tableCard = new Card(m_content);
    m_filter = new QLineEdit(m_tableCard);
    m_filter->setObjectName(QStringLiteral("filter"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(220);
    m_remove = new QPushButton(m_tableCard);
    m_tableCard->addCornerWidget(m_filter);
    m_tableCard->addCornerWidget(m_remove);
    m_table = new RunsTable(m_tableCard);
    m_table->setSeveral(true);
    m_table->setMinimumHeight(230);
    m_table->view()->sortByColumn(RunsModel::Accuracy, Qt::DescendingOrder);
    m_tableCard->body()->addWidget(m_table);

    auto* charts = new FoldingRow(m_content);
    auto* scatterCard = new Card(charts);
    m_scatter = new ScatterChart(scatterCard);
    m_scatter->setMinimumHeight(250);
    scatterCard->body()->addWidget(m_scatter);
    auto* curvesCard = new Card(charts);
    m_curves = new LineChart(curvesCard);
    m_curves->setMinimumHeight(250);
    m_curves->setIntegerX(true);
    curvesCard->body()->addWidget(m_curves);
    charts->addWidget(scatterCard, 1, 340);
    charts->addWidget(curvesCard, 1, 340);

    auto* lower = new FoldingRow(m_content);
    m_testsCard = new Card(lower);
    m_testsHint = new QLabel(m_testsCard);
    m_testsHint->setWordWrap(true);
    setTextStyle(m_testsHint, TextSize::Body, Tone::Secondary);
    m_passedOver = new QLabel(m_testsCard);
    m_passedOver->setWordWrap(true);
    setTextStyle(m_passedOver, TextSize::Caption, Tone::Warning);
    m_tests = plainTable(m_testsCard, 5);
    m_tests->setMinimumHeight(150);
    m_testsCard->body()->addWidget(m_testsHint);
    m_testsCard->body()->addWidget(m_tests, 1);
    m_testsCard->body()->addWidget(m_passedOver);
    m_differencesCard = new Card(lower);
    m_side = new SegmentedControl(m_differencesCard);
    m_differencesCard->addCornerWidget(m_side);
    m_differencesHint = new QLabel(m_differencesCard);
    m_differencesHint->setWordWrap(true);
    setTextStyle(m_differencesHint, TextSize::Body, Tone::Secondary);
    m_differences = plainTable(m_differencesCard, 4);
    m_differences->setMinimumHeight(190);
    m_differencesCard->body()->addWidget(m_differencesHint);
    m_differencesCard->body()->addWidget(m_differences, 1);
    lower->addWidget(m_testsCard, 1, 400);
    lower->addWidget(m_differencesCard, 1, 420);
    m_try = new TryTextCard(m_context.engines.answers, m_content);

    auto* content = new QVBoxLayout(m_content);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(space::l);
    content->addWidget(m_tableCard, 2);
    content->addWidget(charts);
    content->addWidget(lower, 1);
    content->addWidget(m_try);
    m_scroll->column()->addWidget(m_header);
    m_scroll->column()->addWidget(m_note);
    m_scroll->column()->addWidget(m_content, 1);
    m_scroll->column()->addWidget(m_empty, 1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_scroll);
    m_content->hide();
}

QString ComparePage::title() const {
    return tr("Compare");
}

void ComparePage::open(const QString& what) {
    if (what.isEmpty())
        return;
    m_wanted = what;
    refresh();
}

void ComparePage::refresh() {
    if (!m_context.workspace) {
        m_datasets.clear();
        m_runs.clear();
        showRuns();
        return;
    }
    m_loading.start([folder = m_context.workspace->folder()](const std::stop_token&) {
                        const Workspace workspace = Workspace::open(folder);
                        return Stored{workspace.datasets(), summariesOf(workspace.runs())};
                    },
                    [this](Stored stored) {
                        m_datasets = std::move(stored.datasets);
                        m_runs = std::move(stored.runs);
                        Q_EMIT errorRaised({}, {});
                        const auto wanted = std::find_if(m_runs.begin(), m_runs.end(), [this](const RunSummary& run) { return run.id == m_wanted; });
                        if (!m_wanted.isEmpty()) {
                            m_opened = m_wanted;
                            const auto job = m_context.jobs.job(m_wanted);
                            setCurrentDataset(m_context, wanted != m_runs.end() ? wanted->dataset : job ? job->dataset : m_wanted);
                        }
                        m_dataset = currentDataset(m_context);
                        showRuns();
                    },
                    [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
}

void ComparePage::showRuns() {
    QStringList names;
    for (const DatasetRecord& dataset : m_datasets)
        names.append(qstr(dataset.name));
    if (!names.contains(m_dataset))
        m_dataset = names.isEmpty() ? QString() : names.first();
    m_picker->setNames(names, m_dataset);
    m_picker->setVisible(!names.isEmpty());
    std::vector<RunSummary> shown;
    for (const RunSummary& run : m_runs) {
        if (run.dataset == m_dataset && run.technique)
            shown.push_back(run);
    }
    const bool filled = !shown.empty();
    showUnfinished();
    m_content->setVisible(filled);
    m_empty->setVisible(!filled);
    if (m_context.workspace)
        m_try->setRuns(m_context.workspace->runsFolder(), shown);
    m_table->setRuns(std::move(shown));
    showState();
    if (!m_wanted.isEmpty() && m_table->model().run(m_wanted))
        m_table->select({m_wanted});
    m_wanted.clear();
    if (filled && m_table->selected().isEmpty()) {
        // The two best are what a person mostly wants to see set against each other.
        QStringList two;
        const QAbstractItemModel* rows = m_table->view()->model();
        for (int row = 0; row < std::min(2, rows->rowCount()); ++row)
            two.append(rows->index(row, 0).data(RunsModel::IdRole).toString());
        m_table->select(two);
    }
    selectionChanged();
}

/// A run that was asked for and has no figures: what has become of it.
void ComparePage::showUnfinished() {
    const auto job = m_context.jobs.job(m_opened);
    if (!job || job->status.state == RunState::Done) {
        m_note->hide();
        return;
    }
    const bool failed = job->status.state == RunState::Failed;
    m_note->showMessage(failed ? Banner::Level::Error : Banner::Level::Info, [job = *job, failed] {
        Banner::Words words{tr("“%1” has nothing to compare: it is %2.").arg(runTitle(job.method, job.title), stateWord(job.status.state)), {}, {}};
        if (failed && job.status.error) {
            const Error error = errorFromJson(*job.status.error);
            words.hint = QString(errorMessage(error) + u' ' + errorHint(error)).trimmed();
        }
        return words;
    });
}

QByteArray ComparePage::saveState() const {
    return QJsonDocument(QJsonObject{{QStringLiteral("text"), m_try->input()->text()}, {QStringLiteral("filter"), m_filter->text()}})
        .toJson(QJsonDocument::Compact);
}

void ComparePage::restoreState(const QByteArray& state) {
    const QJsonObject object = QJsonDocument::fromJson(state).object();
    m_try->input()->setText(object.value(QStringLiteral("text")).toString());
    m_filter->setText(object.value(QStringLiteral("filter")).toString());
}

void ComparePage::showState() {
    const auto shown = static_cast<int>(m_table->model().runs().size());
    m_header->setState(shown > 0 ? tr("%1 · %n measured runs on the same test rows", nullptr, shown).arg(m_dataset) : QString());
}

QString ComparePage::nameOf(const QString& runId) const {
    for (const RunSummary& run : m_runs) {
        if (run.id == runId)
            return run.model.isEmpty() ? runTitle(run.method, run.title) : run.model;
    }
    return runId;
}

void ComparePage::selectionChanged() {
    const QStringList chosen = m_table->selected();
    m_remove->setEnabled(!chosen.isEmpty());
    m_table->model().setReference(chosen.size() == 1 ? chosen.first() : QString());
    showScatter();
    std::vector<RunSummary> runs;
    for (const QString& id : chosen) {
        if (const RunSummary* run = m_table->model().run(id))
            runs.push_back(*run);
    }
    if (runs.empty() || !m_context.workspace) {
        m_comparing.stop();
        m_comparison.reset();
        showComparison();
        return;
    }
    m_comparing.start([folder = m_context.workspace->folder(), runs = std::move(runs)](
                          const std::stop_token& stop) { return compareRuns(folder, runs, stop); },
                      [this](RunComparison comparison) {
                          m_comparison = std::move(comparison);
                          showComparison();
                          Q_EMIT compared();
                      },
                      [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
}

void ComparePage::showScatter() {
    const QStringList chosen = m_table->selected();
    std::vector<ScatterPoint> shown;
    for (const RunSummary& run : m_table->model().runs()) {
        const Metric* accuracy = run.metric("accuracy");
        if (!accuracy || !accuracy->value || !run.technique)
            continue;
        ScatterPoint point;
        point.id = run.id;
        point.label = run.model.isEmpty() ? techniqueWord(*run.technique) : run.model;
        point.technique = *run.technique;
        point.x = run.p50Ms;
        point.y = *accuracy->value * 100;
        if (accuracy->low && accuracy->high) {
            point.low = *accuracy->low * 100;
            point.high = *accuracy->high * 100;
        }
        point.bytes = run.bytes;
        point.strong = chosen.contains(run.id);
        point.details = {bytesText(run.bytes), run.subtitle()};
        shown.push_back(std::move(point));
    }
    m_scatter->setPoints(std::move(shown));
}

void ComparePage::showComparison() {
    showTests();
    showCurves();
    showDifferences();
}

void ComparePage::showTests() {
    const auto pairs = m_comparison ? m_comparison->pairs : std::vector<PairResult>();
    m_testsHint->setVisible(pairs.empty());
    m_tests->setVisible(!pairs.empty());
    m_passedOver->setVisible(m_comparison && !m_comparison->passedOver.isEmpty());
    if (m_comparison)
        m_passedOver->setText(m_comparison->passedOver.join(QLatin1Char('\n')));
    m_tests->setRowCount(static_cast<int>(pairs.size()));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const PairResult& pair = pairs[i];
        const int row = static_cast<int>(i);
        //: Two runs that are set against each other
        m_tests->setItem(row, 0, cell(tr("%1 − %2").arg(nameOf(pair.a), nameOf(pair.b))));
        m_tests->setItem(row, 1, cell(tr("%1 [%2, %3]").arg(points(pair.accuracy.difference), points(pair.accuracy.low), points(pair.accuracy.high)), true));
        m_tests->setItem(row, 2, cell(figureText(pair.adjustedP, 2), true));
        m_tests->setItem(row, 3, cell(tr("%1 [%2, %3]").arg(points(pair.macroF1.difference), points(pair.macroF1.low), points(pair.macroF1.high)), true));
        m_tests->setItem(row, 4, cell(QStringLiteral("%1 : %2").arg(countText(pair.onlyA), countText(pair.onlyB)), true));
        if (pair.adjustedP < 0.05)
            m_tests->item(row, 1)->setFont(textFont(TextSize::Body, true));
    }
    m_tests->resizeColumnsToContents();
    m_tests->setColumnWidth(0, std::clamp(m_tests->columnWidth(0), 120, 260));
}

void ComparePage::showCurves() {
    m_curves->removeAllSeries();
    if (!m_comparison)
        return;
    std::size_t at = 0;
    for (const QString& id : m_table->selected()) {
        const auto it = m_comparison->curves.find(id);
        if (it == m_comparison->curves.end())
            continue;
        std::vector<double> x, y;
        for (const MetricPoint& point : it->second) {
            if (point.name != "dev_accuracy" || (!x.empty() && static_cast<double>(point.step) <= x.back()))
                continue;
            x.push_back(static_cast<double>(point.step));
            y.push_back(point.value);
        }
        if (x.empty())
            continue;
        const int series = m_curves->addSeries({nameOf(id), kCurveColours[at % kCurveColours.size()], seriesDash(static_cast<int>(at)), 2, true});
        m_curves->setData(series, std::move(x), std::move(y));
        ++at;
    }
}

void ComparePage::showDifferences() {
    const QStringList chosen = m_table->selected();
    const bool pair = m_comparison && !m_comparison->pairs.empty();
    m_differencesHint->setVisible(!pair);
    m_differences->setVisible(pair);
    m_side->setVisible(pair);
    if (!pair) {
        m_differences->setRowCount(0);
        return;
    }
    const PairResult& first = m_comparison->pairs.front();
    m_side->setSegments({{QStringLiteral("a"), tr("Only %1 is right (%2)").arg(nameOf(first.a)).arg(first.onlyA)},
                         {QStringLiteral("b"), tr("Only %1 is right (%2)").arg(nameOf(first.b)).arg(first.onlyB)}});
    const bool wantA = m_side->current() != QLatin1String("b");
    m_differences->setHorizontalHeaderLabels({tr("Text"), tr("Label"), nameOf(first.a), nameOf(first.b)});
    std::vector<const RowDifference*> shown;
    for (const RowDifference& difference : m_comparison->differences) {
        if (difference.aRight == wantA)
            shown.push_back(&difference);
    }
    m_differences->setRowCount(static_cast<int>(shown.size()));
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const int row = static_cast<int>(i);
        m_differences->setItem(row, 0, cell(shown[i]->text));
        m_differences->setItem(row, 1, cell(shown[i]->label));
        m_differences->setItem(row, 2, cell((shown[i]->aRight ? QStringLiteral("✓ ") : QStringLiteral("✗ ")) + shown[i]->saidA));
        m_differences->setItem(row, 3, cell((shown[i]->aRight ? QStringLiteral("✗ ") : QStringLiteral("✓ ")) + shown[i]->saidB));
        m_differences->item(row, 2)->setForeground(shown[i]->aRight ? tokens().good : tokens().bad);
        m_differences->item(row, 3)->setForeground(shown[i]->aRight ? tokens().bad : tokens().good);
    }
    m_differences->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_differences->setColumnWidth(1, 120);
    m_differences->setColumnWidth(2, 130);
    m_differences->setColumnWidth(3, 130);
    for (int column = 0; column < 4; ++column)
        m_differences->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

void ComparePage::removeRun() {
    const QStringList chosen = m_table->selected();
    if (chosen.isEmpty())
        return;
    QStringList names;
    for (const QString& id : chosen)
        names.append(QStringLiteral("“%1”").arg(nameOf(id)));
    QMessageBox box(QMessageBox::Warning, tr("Delete runs"), tr("Delete %n runs?", nullptr, static_cast<int>(chosen.size())), QMessageBox::Cancel, this);
    box.setInformativeText(literalText(tr("%1: the models, checkpoints, predictions and curves of these runs are lost.").arg(names.join(QStringLiteral(", ")))));
    QPushButton* yes = box.addButton(tr("Delete"), QMessageBox::DestructiveRole);
    yes->setObjectName(QStringLiteral("confirmDelete"));
    box.exec();
    if (box.clickedButton() != yes)
        return;
    for (const QString& id : chosen)
        m_context.jobs.remove(id);
}

void ComparePage::retranslateUi() {
    m_header->setTitle(title());
    m_tableCard->setTitle(tr("Runs"));
    m_table->view()->setAccessibleName(tr("Runs"));
    m_table->setEmptyText(tr("No run fits the filter."));
    m_filter->setPlaceholderText(tr("Filter runs"));
    m_filter->setAccessibleName(tr("Filter runs"));
    m_remove->setText(tr("Delete…"));
    m_remove->setToolTip(tr("Deletes the selected runs"));
    m_scatter->setTitle(tr("Quality, latency and size"));
    m_scatter->setXAxis(tr("p50 latency"), tr("ms"));
    m_scatter->setYAxis(tr("accuracy"), tr("%"));
    m_scatter->setNote(tr("size of a mark: bytes to serve"));
    m_scatter->setEmptyText(tr("Each run becomes a point."));
    m_curves->setTitle(tr("Learning curves"));
    m_curves->setXAxis(tr("step"));
    m_curves->setYAxis(tr("dev accuracy"), tr("fraction"));
    m_curves->setEmptyText(tr("Select fine-tuned or distilled runs to lay their curves over each other."));
    m_testsCard->setTitle(tr("Paired tests"));
    m_testsHint->setText(tr("Select two or more runs (Ctrl+click): their answers to the same test rows are compared row by row."));
    m_tests->setHorizontalHeaderLabels({tr("Pair"), tr("Accuracy, points"), tr("p (Holm)"), tr("Macro F1, points"), tr("only one right")});
    m_tests->setAccessibleName(tr("Paired tests"));
    m_differencesCard->setTitle(tr("Rows that differ"));
    m_differencesHint->setText(tr("With two runs selected, the test rows that only one of them gets right are listed here."));
    m_differences->setAccessibleName(tr("Rows that differ"));
    m_side->setAccessibleName(tr("Which run is right"));
    m_empty->setTexts(tr("Nothing to compare yet"), tr("Every measured run of this data set becomes a line of the table and a point of the chart."),
                      tr("Measure on the Overview"));
    showState();
    showUnfinished();
    showComparison();
}

} // namespace triptych::ui
