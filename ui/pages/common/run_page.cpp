#include "pages/common/run_page.h"

#include "charts/line_chart.h"
#include "jobs/setting_ranges.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/command_line.h"
#include "pages/common/dataset_picker.h"
#include "pages/common/estimate.h"
#include "pages/common/folding_row.h"
#include "pages/common/outlook.h"
#include "pages/common/run_curves.h"
#include "pages/common/run_monitor.h"
#include "pages/common/runs_table.h"
#include "pages/common/scroll_column.h"
#include "widgets/card.h"
#include "widgets/key_value_rows.h"
#include "widgets/page_header.h"
#include "widgets/segmented_control.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace triptych::ui {

namespace {

struct Stored {
    std::vector<DatasetRecord> datasets;
    std::vector<RunSummary> runs;
};

} // namespace

RunPage::RunPage(const PageContext& context, QList<SettingsForm::Field> fields, QWidget* parent) : Page(context, parent) {
    build(fields);
    connectAll();
}

RunPage::~RunPage() = default;

void RunPage::build(const QList<SettingsForm::Field>& fields) {
    m_header = new PageHeader(this);
    m_start = m_header->primaryButton();
    m_start->setObjectName(QStringLiteral("start"));
    m_config = m_header->addButton();
    m_config->setProperty("hasMenu", true);
    auto* menu = new QMenu(this);
    m_load = menu->addAction(QString(), this, &RunPage::loadConfig);
    m_save = menu->addAction(QString(), this, &RunPage::saveConfig);
    m_config->setMenu(menu);
    m_scroll = new ScrollColumn(this);
    auto* columns = new FoldingRow(this);

    auto* left = new QWidget(columns);
    auto* leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 0, 0, 0);
    m_formCard = new Card(left);
    m_formRows = new QVBoxLayout;
    m_formRows->setSpacing(space::s);
    m_formCard->body()->addLayout(m_formRows);
    m_picker = new DatasetPicker(m_formCard);
    m_dataLabel = new QLabel(m_formCard);
    m_dataLabel->setTextFormat(Qt::PlainText);
    m_preset = new SegmentedControl(m_formCard);
    m_presetLabel = new QLabel(m_formCard);
    m_settings = new SettingsForm(fields, m_formCard);
    m_out = new QLineEdit(m_formCard);
    m_out->setObjectName(QStringLiteral("out"));
    m_outLabel = new QLabel(m_formCard);
    m_seed = new QSpinBox(m_formCard);
    m_seed->setRange(0, 1'000'000'000);
    m_seed->setValue(13);
    m_seedLabel = new QLabel(m_formCard);
    m_estimateTitle = new QLabel(m_formCard);
    setTextStyle(m_estimateTitle, TextSize::Body, Tone::Text, true);
    m_estimate = new KeyValueRows(m_formCard);
    m_obstacle = new QLabel(m_formCard);
    m_obstacle->setWordWrap(true);
    setTextStyle(m_obstacle, TextSize::Body, Tone::Warning);
    m_command = new CommandLine(m_formCard);
    auto* line = new QFrame(m_formCard);
    line->setFixedHeight(1);
    line->setBackgroundRole(QPalette::Midlight);
    line->setAutoFillBackground(true);
    m_formCard->body()->addWidget(m_presetLabel);
    m_formCard->body()->addWidget(m_preset);
    m_formCard->body()->addWidget(m_settings);
    addFormRow(m_dataLabel, m_picker);
    auto* names = new QGridLayout;
    names->setHorizontalSpacing(space::m);
    names->setVerticalSpacing(6);
    names->setColumnStretch(0, 1);
    for (QLabel* label : {m_outLabel, m_seedLabel, m_presetLabel})
        setTextStyle(label, TextSize::Body, Tone::Secondary);
    m_outLabel->setBuddy(m_out);
    m_seedLabel->setBuddy(m_seed);
    names->addWidget(m_seedLabel, 0, 0);
    names->addWidget(m_seed, 0, 1);
    names->addWidget(m_outLabel, 1, 0);
    names->addWidget(m_out, 1, 1);
    m_seed->setMaximumWidth(160);
    m_out->setMaximumWidth(160);
    m_formCard->body()->addLayout(names);
    m_formCard->body()->addWidget(line);
    m_formCard->body()->addWidget(m_estimateTitle);
    m_formCard->body()->addWidget(m_estimate);
    m_formCard->body()->addWidget(m_obstacle);
    m_formCard->body()->addWidget(m_command);
    m_formCard->body()->addStretch();
    leftColumn->addWidget(m_formCard, 1);

    auto* right = new QWidget(columns);
    m_right = new QVBoxLayout(right);
    m_right->setContentsMargins(0, 0, 0, 0);
    m_right->setSpacing(space::l);
    m_monitorCard = new Card(right);
    m_monitor = new RunMonitor(m_context.jobs, m_monitorCard);
    m_monitorCard->body()->addWidget(m_monitor);
    m_monitorCard->hide();
    m_right->addWidget(m_monitorCard);
    m_curves = new RunCurves(m_context.jobs, this);

    columns->addWidget(left, 2, 300);
    columns->addWidget(right, 5, 480);
    m_runsCard = new Card(this);
    m_table = new RunsTable(m_runsCard);
    m_table->setMinimumHeight(160);
    m_table->hideColumns({RunsModel::Difference, RunsModel::P95, RunsModel::CalibrationError});
    m_runsCard->body()->addWidget(m_table);
    m_scroll->column()->addWidget(m_header);
    m_scroll->column()->addWidget(columns);
    m_scroll->column()->addWidget(m_runsCard, 1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_scroll);
}

void RunPage::connectAll() {
    connect(m_picker, &DatasetPicker::chosen, this, [this](const QString& name) {
        setCurrentDataset(m_context, name);
        formChanged();
    });
    connect(m_settings, &SettingsForm::changed, this, [this] {
        if (m_filling)
            return;
        markPreset();
        formChanged();
    });
    connect(m_preset, &SegmentedControl::currentChanged, this, &RunPage::usePreset);
    connect(m_out, &QLineEdit::textChanged, this, [this] { formChanged(); });
    connect(m_seed, &QSpinBox::valueChanged, this, [this] { formChanged(); });
    connect(m_start, &QPushButton::clicked, this, &RunPage::startRun);
    connect(m_table, &RunsTable::selectionChanged, this, [this] {
        const QStringList chosen = m_table->selected();
        if (!chosen.isEmpty())
            showRun(chosen.first());
    });
    connect(m_table, &RunsTable::activated, this, [this](const QString& id) { Q_EMIT pageRequested(QStringLiteral("compare"), id); });
    JobCenter& jobs = m_context.jobs;
    connect(&jobs, &JobCenter::submitted, this, [this](quint64 number, const QStringList& ids) {
        if (number != m_submitted || ids.isEmpty())
            return;
        m_submitted = 0;
        showRun(ids.last());
        formChanged();
    });
    connect(&jobs, &JobCenter::submitFailed, this, [this](quint64 number) {
        if (number != m_submitted)
            return;
        m_submitted = 0;
        formChanged();
    });
    connect(&jobs, &JobCenter::runChanged, this, [this](const QString& id) {
        const auto job = m_context.jobs.job(id);
        if (!job || !methods().contains(job->method))
            return;
        if (m_shown.isEmpty() && job->isActive())
            showRun(id);
        if (id == m_shown)
            showState();
    });
    connect(&jobs, &JobCenter::runRemoved, this, [this](const QString& id) {
        if (id == m_shown)
            showRun({});
    });
    connect(&jobs, &JobCenter::runFinished, this, [this](const QString& id) {
        const auto job = m_context.jobs.job(id);
        if (job && methods().contains(job->method))
            refresh();
    });
}

void RunPage::addFormRow(QLabel* name, QWidget* field) {
    setTextStyle(name, TextSize::Body, Tone::Secondary);
    name->setBuddy(field);
    auto* row = new QHBoxLayout;
    row->setSpacing(space::m);
    row->addWidget(name, 1);
    row->addWidget(field);
    field->setMinimumWidth(150);
    m_formRows->addLayout(row);
}

LineChart* RunPage::addChart(FoldingRow* row, int leastWidth) {
    auto* card = new Card(row);
    auto* chart = new LineChart(card);
    chart->setMinimumHeight(190);
    chart->setIntegerX(true);
    card->body()->addWidget(chart);
    row->addWidget(card, 1, leastWidth);
    return chart;
}

QString RunPage::datasetName() const {
    return m_picker->current();
}

std::int64_t RunPage::trainRows() const {
    for (const DatasetRecord& dataset : m_datasets) {
        if (qstr(dataset.name) == datasetName())
            return static_cast<std::int64_t>(numberAt(dataset.splits, "train"));
    }
    return 0;
}

std::int64_t RunPage::labelCount() const {
    for (const DatasetRecord& dataset : m_datasets) {
        if (qstr(dataset.name) == datasetName() && dataset.labels.is_array())
            return static_cast<std::int64_t>(dataset.labels.size());
    }
    return 1;
}

const RunSummary* RunPage::summary(const QString& id) const {
    const auto it = std::find_if(m_runs.begin(), m_runs.end(), [&](const RunSummary& run) { return run.id == id; });
    return it == m_runs.end() ? nullptr : &*it;
}

void RunPage::open(const QString& what) {
    if (what.isEmpty())
        return;
    m_wanted = what;
    refresh();
}

void RunPage::refresh() {
    if (!m_context.workspace) {
        m_datasets.clear();
        m_runs.clear();
        m_picker->setNames({}, {});
        m_table->setRuns({});
        showRun({});
        formChanged();
        return;
    }
    m_loading.start([folder = m_context.workspace->folder()](const std::stop_token&) {
                        const Workspace workspace = Workspace::open(folder);
                        return Stored{workspace.datasets(), summariesOf(workspace.runs())};
                    },
                    [this](Stored stored) {
                        m_datasets = std::move(stored.datasets);
                        std::erase_if(stored.runs, [this](const RunSummary& run) { return !methods().contains(run.method); });
                        m_runs = std::move(stored.runs);
                        QStringList names;
                        for (const DatasetRecord& dataset : m_datasets)
                            names.append(qstr(dataset.name));
                        Q_EMIT errorRaised({}, {});
                        if (names.contains(m_wanted))
                            setCurrentDataset(m_context, m_wanted);
                        QString current = currentDataset(m_context);
                        if (!names.contains(current))
                            current = names.isEmpty() ? QString() : names.first();
                        m_picker->setNames(names, current);
                        m_table->setRuns(m_runs);
                        QString shown = summary(m_wanted) || m_context.jobs.job(m_wanted) ? m_wanted : m_shown;
                        m_wanted.clear();
                        if (shown.isEmpty()) {
                            const QList<JobInfo> jobs = m_context.jobs.jobs();
                            for (const JobInfo& job : jobs) {
                                if (job.isActive() && methods().contains(job.method))
                                    shown = job.id;
                            }
                            if (shown.isEmpty() && !m_runs.empty())
                                shown = m_runs.back().id;
                        }
                        refreshChoices();
                        showRun(shown);
                        formChanged();
                    },
                    [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
}

void RunPage::showRun(const QString& id) {
    m_shown = id;
    m_monitor->setRun(id);
    if (m_context.workspace)
        m_curves->show(m_context.workspace->folder(), id);
    showResult(summary(id));
    showState();
}

void RunPage::showState() {
    const auto job = m_context.jobs.job(m_shown);
    m_monitorCard->setVisible(job && job->status.state != RunState::Done);
    const RunSummary* run = summary(m_shown);
    if (job && job->isActive())
        m_header->setState(QStringLiteral("%1 · %2").arg(runTitle(job->method, job->title), statusLine(job->status)));
    else if (run && run->value("accuracy"))
        m_header->setState(tr("%1 · accuracy %2 on the test rows").arg(runTitle(run->method, run->title), percentText(run->value("accuracy"))));
    else if (job)
        m_header->setState(QStringLiteral("%1 · %2").arg(runTitle(job->method, job->title), stateWord(job->status.state)));
    else
        m_header->setState(tr("No run yet"));
}

void RunPage::formChanged() {
    m_command->setArguments(commandArguments());
    showEstimate();
    QString missing;
    if (!m_context.workspace)
        missing = tr("No workspace is open.");
    else if (m_datasets.empty())
        missing = tr("There is no data set yet. Import one on the Data page.");
    else if (trainRows() == 0)
        missing = tr("“%1” has no training rows.").arg(datasetName());
    else if (!m_settings->isValid())
        missing = tr("A setting is out of range.");
    else
        missing = obstacle();
    m_obstacle->setText(missing);
    m_obstacle->setVisible(!missing.isEmpty());
    m_start->setEnabled(missing.isEmpty() && m_submitted == 0);
}

void RunPage::showEstimate() {
    m_estimate->setRows(estimateRows(estimateRun(m_runs, {method(), base(), datasetName(), trainRows(), labelCount(), m_settings->values()})));
}

void RunPage::usePreset(const QString& id) {
    const QList<Preset> all = presets();
    for (const Preset& preset : all) {
        if (preset.id != id)
            continue;
        m_filling = true;
        Json values = m_settings->values();
        values.update(preset.settings);
        m_settings->setValues(values);
        m_filling = false;
    }
    formChanged();
}

void RunPage::markPreset() {
    const Json values = m_settings->values();
    QString match = QStringLiteral("own");
    const QList<Preset> all = presets();
    for (const Preset& preset : all) {
        bool same = true;
        for (const auto& [key, value] : preset.settings.items())
            same = same && (value.is_null() ? !values.contains(key) : values.contains(key) && values[key] == value);
        if (same) {
            match = preset.id;
            break;
        }
    }
    m_preset->setCurrent(match);
}

QStringList RunPage::settingArguments() const {
    QStringList arguments;
    const Json values = m_settings->values();
    // Keys that the method does not have are left out: it passes over them.
    const bool student = method() == QLatin1String("soft");
    for (const std::span<const SettingRange> ranges : {student ? distillationRanges() : trainingRanges(), otherRanges()}) {
        for (const SettingRange& range : ranges) {
            const std::string key = range.key;
            if (!values.contains(key) || !values[key].is_number() || (student && key.size() == 1))
                continue;
            QString flag = qstr(key);
            arguments.append((key.size() == 1 ? QStringLiteral("-") : QStringLiteral("--")) + flag.replace(QLatin1Char('_'), QLatin1Char('-')));
            arguments.append(qstr(values[key].dump()));
        }
    }
    if (m_seed->value() != 13)
        arguments += {QStringLiteral("--seed"), QString::number(m_seed->value())};
    return arguments;
}

void RunPage::startRun() {
    JobRequest job = request();
    job.settings = m_settings->values();
    job.seed = static_cast<quint64>(m_seed->value());
    job.out = m_out->text().trimmed();
    m_submitted = m_context.jobs.submit({job});
    m_start->setEnabled(false);
}

void RunPage::saveConfig() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the settings"), QStringLiteral("settings.json"), QStringLiteral("JSON (*.json)"));
    if (path.isEmpty())
        return;
    try {
        writeJsonFile(path.toStdString(), m_settings->values());
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
    }
}

void RunPage::loadConfig() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open settings"), {}, QStringLiteral("JSON (*.json)"));
    if (path.isEmpty())
        return;
    try {
        const Json values = readJsonFile(path.toStdString(), 1u << 20);
        if (!values.is_object())
            throw Error(ErrorCode::InvalidInput, "'" + path.toStdString() + "' is not a JSON object of settings");
        m_settings->setValues(values);
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
    }
}

QByteArray RunPage::saveState() const {
    QJsonObject state = formState();
    state.insert(QStringLiteral("settings"), QString::fromStdString(dumpJson(m_settings->values())));
    state.insert(QStringLiteral("texts"), m_settings->texts());
    state.insert(QStringLiteral("out"), m_out->text());
    state.insert(QStringLiteral("seed"), m_seed->value());
    return QJsonDocument(state).toJson(QJsonDocument::Compact);
}

void RunPage::restoreState(const QByteArray& state) {
    const QJsonObject object = QJsonDocument::fromJson(state).object();
    restoreForm(object);
    try {
        const Json settings = parseJson(object.value(QStringLiteral("settings")).toString(QStringLiteral("{}")).toStdString(), "the form's state");
        if (!settings.empty())
            m_settings->setValues(settings);
    } catch (const Error&) {
        // A state of an older version: the form keeps its defaults.
    }
    m_settings->setTexts(object.value(QStringLiteral("texts")).toObject());
    m_out->setText(object.value(QStringLiteral("out")).toString());
    m_seed->setValue(object.value(QStringLiteral("seed")).toInt(13));
    markPreset();
    formChanged();
}

void RunPage::retranslateUi() {
    m_header->setTitle(title());
    m_start->setText(tr("Start"));
    m_config->setText(tr("Settings file"));
    m_load->setText(tr("Open settings…"));
    m_save->setText(tr("Save settings…"));
    m_dataLabel->setText(tr("Data"));
    m_presetLabel->setText(tr("Preset"));
    m_preset->setAccessibleName(tr("Preset"));
    QList<SegmentedControl::Segment> segments;
    const QList<Preset> all = presets();
    for (const Preset& preset : all) {
        const QString name = preset.id == QLatin1String("quick") ? tr("Quick") : preset.id == QLatin1String("standard") ? tr("Standard") : tr("Thorough");
        segments.append({preset.id, name});
    }
    //: Settings that match no preset
    segments.append({QStringLiteral("own"), tr("Own")});
    m_preset->setSegments(segments);
    m_preset->setVisible(!all.isEmpty());
    m_presetLabel->setVisible(!all.isEmpty());
    markPreset();
    m_outLabel->setText(tr("Name of the result"));
    m_out->setAccessibleName(tr("Name of the result"));
    m_out->setPlaceholderText(tr("by itself"));
    m_seedLabel->setText(tr("Seed"));
    m_seed->setAccessibleName(tr("Seed"));
    m_estimateTitle->setText(tr("Estimate before the start"));
    m_runsCard->setTitle(tr("Earlier runs"));
    m_table->view()->setAccessibleName(tr("Earlier runs"));
    m_table->setEmptyText(tr("Runs of this page are listed here with what they reached."));
    showState();
    formChanged();
}

} // namespace triptych::ui
