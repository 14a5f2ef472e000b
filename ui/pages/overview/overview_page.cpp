#include "pages/overview/overview_page.h"

#include "charts/scatter_chart.h"
#include "datasets/languages.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/dataset_picker.h"
#include "pages/common/folding_row.h"
#include "pages/common/measure_requests.h"
#include "pages/common/model_names.h"
#include "pages/common/report_export.h"
#include "pages/common/run_monitor.h"
#include "pages/common/scroll_column.h"
#include "pages/common/technique_matrix.h"
#include "pages/overview/technique_card.h"
#include "shell/theme.h"
#include "widgets/banner.h"
#include "widgets/card.h"
#include "widgets/empty_state.h"
#include "widgets/interval_strip.h"
#include "widgets/page_header.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace triptych::ui {

namespace {
constexpr char kMultilingual[] = "multilingual-e5-small"; // the starter that reads Chinese
}

OverviewPage::OverviewPage(const PageContext& context, QWidget* parent) : Page(context, parent) {
    m_header = new PageHeader(this);
    m_picker = new DatasetPicker(this);
    m_primary = m_header->primaryButton();
    m_primary->setObjectName(QStringLiteral("measureAll"));
    m_header->addControl(m_picker);
    m_note = new Banner(this);
    m_note->setClosable(false);
    m_note->hide();
    connect(m_note, &Banner::actionTriggered, this, [this] {
        setBaseModel(m_context, QString::fromLatin1(kMultilingual));
        refresh();
    });
    m_empty = new EmptyState(this);
    m_empty->hide();
    m_content = new QWidget(this);

    auto* columns = new FoldingRow(m_content);
    constexpr std::array kColumns = {Technique::Rag, Technique::FineTune, Technique::Distill};
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        m_cards[i] = new TechniqueCard(kColumns[i], columns);
        columns->addWidget(m_cards[i], 1, 250);
        connect(m_cards[i], &TechniqueCard::startRequested, this, [this, technique = kColumns[i]] { measure(technique); });
        connect(m_cards[i], &TechniqueCard::runRequested, this,
                [this](const QString& id) { Q_EMIT pageRequested(QStringLiteral("compare"), id); });
    }

    auto* chartCard = new Card(m_content);
    m_scatter = new ScatterChart(chartCard);
    m_scatter->setMinimumHeight(230);
    chartCard->body()->addWidget(m_scatter);
    m_why = new Card(m_content);
    m_reasons = new QLabel(m_why);
    m_reasons->setTextFormat(Qt::PlainText);
    m_reasons->setWordWrap(true);
    m_reasons->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_flips = new QLabel(m_why);
    m_flips->setWordWrap(true);
    setTextStyle(m_flips, TextSize::Body, Tone::Secondary);
    m_path = new QPushButton(m_why);
    m_report = new QPushButton(m_why);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_path);
    buttons->addWidget(m_report);
    buttons->addStretch();
    auto* line = new QFrame(m_why);
    line->setFixedHeight(1);
    line->setBackgroundRole(QPalette::Midlight);
    line->setAutoFillBackground(true);
    m_zeroShot = new QWidget(m_why);
    m_zeroShotName = new QLabel(m_zeroShot);
    m_zeroShotName->setTextFormat(Qt::PlainText);
    m_zeroShotFigure = new QLabel(m_zeroShot);
    setTextStyle(m_zeroShotFigure, TextSize::Body, Tone::Text, true);
    m_zeroShotStrip = new IntervalStrip(m_zeroShot);
    m_zeroShotStrip->setMaximumWidth(180);
    m_zeroShotTime = new QLabel(m_zeroShot);
    setTextStyle(m_zeroShotTime, TextSize::Body, Tone::Secondary);
    m_zeroShotStart = new QPushButton(m_zeroShot);
    m_zeroShotOpen = new QPushButton(m_zeroShot);
    m_zeroShotOpen->setProperty("link", true);
    auto* strip = new QHBoxLayout(m_zeroShot);
    strip->setContentsMargins(0, 0, 0, 0);
    strip->setSpacing(space::m);
    strip->addWidget(new TechniqueMark(Technique::ZeroShot, true, m_zeroShot));
    strip->addWidget(m_zeroShotName);
    strip->addStretch(1);
    strip->addWidget(m_zeroShotFigure);
    strip->addWidget(m_zeroShotStrip, 1);
    strip->addWidget(m_zeroShotTime);
    strip->addWidget(m_zeroShotOpen);
    strip->addWidget(m_zeroShotStart);
    m_why->body()->addWidget(m_reasons);
    m_why->body()->addWidget(m_flips);
    m_why->body()->addLayout(buttons);
    m_why->body()->addStretch();
    m_why->body()->addWidget(line);
    m_why->body()->addWidget(m_zeroShot);
    auto* lower = new FoldingRow(m_content);
    lower->addWidget(chartCard, 2, 340);
    lower->addWidget(m_why, 3, 420);
    lower->setExpanding(true);

    auto* content = new QVBoxLayout(m_content);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(space::l);
    content->addWidget(columns);
    content->addWidget(lower, 1);
    m_scroll = new ScrollColumn(this);
    m_scroll->column()->addWidget(m_header);
    m_scroll->column()->addWidget(m_note);
    m_scroll->column()->addWidget(m_content, 1);
    m_scroll->column()->addWidget(m_empty, 1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_scroll);
    m_content->hide();

    connect(m_picker, &DatasetPicker::chosen, this, [this](const QString& name) {
        m_wanted = name;
        refresh();
    });
    connect(m_primary, &QPushButton::clicked, this, &OverviewPage::measureAll);
    connect(m_path, &QPushButton::clicked, this, [this] { Q_EMIT pageRequested(QStringLiteral("selection"), dataset()); });
    connect(m_report, &QPushButton::clicked, this, &OverviewPage::exportReport);
    connect(m_zeroShotStart, &QPushButton::clicked, this, [this] { measure(Technique::ZeroShot); });
    connect(m_zeroShotOpen, &QPushButton::clicked, this, [this] {
        if (const RunSummary* run = m_outlook ? m_outlook->runOf(Technique::ZeroShot) : nullptr)
            Q_EMIT pageRequested(QStringLiteral("compare"), run->id);
    });
    connect(m_empty, &EmptyState::actionTriggered, this, [this] { Q_EMIT pageRequested(QStringLiteral("datasets"), {}); });
    connect(m_scatter, &ScatterChart::pointActivated, this,
            [this](const QString& id) { Q_EMIT pageRequested(QStringLiteral("compare"), id); });
    connect(&m_context.jobs, &JobCenter::runChanged, this, [this] { showJobs(); });
    connect(&m_context.jobs, &JobCenter::runRemoved, this, [this] { showJobs(); });
    connect(&m_context.theme, &ThemeController::changed, this, [this] {
        if (m_outlook)
            display(*m_outlook);
    });
    retranslateUi();
}

OverviewPage::~OverviewPage() = default;

QString OverviewPage::title() const {
    return tr("Overview");
}

QString OverviewPage::dataset() const {
    return m_outlook && m_outlook->dataset ? qstr(m_outlook->dataset->name) : QString();
}

void OverviewPage::open(const QString& what) {
    if (what.isEmpty())
        return;
    m_wanted = what;
    refresh();
}

void OverviewPage::refresh() {
    if (!m_context.workspace) {
        m_outlook.reset();
        display(Outlook());
        return;
    }
    const QString wanted = m_wanted.isEmpty() ? currentDataset(m_context) : m_wanted;
    m_wanted.clear();
    m_loading.start([folder = m_context.workspace->folder(), name = wanted.toStdString(), settings = m_context.jobs.settings()](
                        const std::stop_token& stop) { return loadOutlook(folder, name, stop, settings); },
                    [this](Outlook outlook) {
                        m_outlook = std::move(outlook);
                        Q_EMIT errorRaised({}, {});
                        if (m_outlook->dataset && m_context.workspace)
                            setCurrentDataset(m_context, dataset());
                        display(*m_outlook);
                    },
                    [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
    if (!m_outlook)
        showState();
}

void OverviewPage::display(const Outlook& outlook) {
    QStringList names;
    for (const std::string& name : outlook.datasets)
        names.append(qstr(name));
    m_picker->setNames(names, dataset());
    m_picker->setVisible(!names.isEmpty());
    const bool filled = outlook.dataset.has_value();
    m_content->setVisible(filled);
    m_empty->setVisible(!filled);
    m_primary->setVisible(filled);
    showState();
    showLanguageNote();
    if (!filled)
        return;
    if (!m_matrix) {
        try {
            m_matrix = std::make_unique<TechniqueMatrix>(TechniqueMatrix::load());
        } catch (const Error& error) {
            Q_EMIT errorRaised(errorMessage(error), errorHint(error));
            return;
        }
    }
    // One scale for all, from a round figure below the worst interval: a strip is for comparing.
    double low = 1;
    for (const Arm& arm : outlook.decision.arms) {
        const auto it = arm.metrics.find("accuracy");
        if (it != arm.metrics.end() && it->second.value)
            low = std::min(low, it->second.low.value_or(*it->second.value));
    }
    low = std::max(0.0, std::floor(low * 10 - 0.2) / 10);
    for (TechniqueCard* card : m_cards) {
        card->setScale(low, 1);
        card->showRun(outlook.runOf(card->technique()), outlook.recommends(card->technique()), *m_matrix);
    }
    const RunSummary* zeroShot = outlook.runOf(Technique::ZeroShot);
    const Metric* accuracy = zeroShot ? zeroShot->metric("accuracy") : nullptr;
    m_zeroShotStrip->setRange(low, 1);
    m_zeroShotStrip->setColor(techniqueColor(Technique::ZeroShot));
    m_zeroShotStrip->setValue(accuracy ? accuracy->value : std::nullopt, accuracy ? accuracy->low : std::nullopt,
                              accuracy ? accuracy->high : std::nullopt);
    const QString spoken = accuracy ? intervalText(accuracy->value, accuracy->low, accuracy->high) : tr("not measured");
    m_zeroShotStrip->setAccessibleName(spoken);
    m_zeroShotFigure->setToolTip(spoken);
    m_zeroShotFigure->setText(accuracy ? percentText(accuracy->value) : QString());
    m_zeroShotTime->setText(zeroShot ? latencyText(zeroShot->p50Ms, zeroShot->p95Ms) : tr("not measured"));
    m_zeroShotStrip->setVisible(zeroShot);
    m_zeroShotStart->setVisible(!zeroShot);
    m_zeroShotOpen->setVisible(zeroShot);
    showWhy();
    showScatter();
    showJobs();
}

void OverviewPage::showState() {
    if (!m_outlook || !m_outlook->dataset) {
        m_header->setState(m_loading.isRunning() ? tr("Reading the workspace…") : QString());
        return;
    }
    const DatasetFacts& facts = m_outlook->facts;
    m_header->setState(tr("%1 · %2 classes · %3 training rows · %4 test rows, the same for all")
                           .arg(dataset(), countText(facts.classes), countText(facts.train_rows), countText(facts.test_rows)));
}

void OverviewPage::showLanguageNote() {
    QString base;
    if (m_outlook && m_outlook->dataset && m_context.workspace)
        base = baseModel(m_context);
    if (base.isEmpty() || m_outlook->cjkShare < kNoticeableCjk || !isEnglishEncoder(base.toStdString())) {
        m_note->hide();
        return;
    }
    const QString other = QString::fromLatin1(kMultilingual);
    const bool there = encoderNames(*m_context.workspace, base).contains(other);
    m_note->showMessage(Banner::Level::Info, [share = m_outlook->cjkShare, base, other, there] {
        return Banner::Words{tr("%1 of the rows are Chinese, and %2 was trained on English.").arg(percentText(share, 0), base),
                             there ? tr("%1 was trained on both. As the base it makes what is measured from now on slower and much better on Chinese rows.").arg(other)
                                   : tr("%1 was trained on both, and the Models page fetches it.").arg(other),
                             there ? tr("Use it as the base") : QString()};
    });
}

void OverviewPage::showWhy() {
    const Decision& decision = m_outlook->decision;
    const bool measured = !decision.arms.empty();
    QStringList names;
    for (const Technique technique : decision.recommendation)
        names.append(techniqueWord(technique));
    m_why->setTitle(measured ? tr("Why %1").arg(names.join(QStringLiteral(" + "))) : tr("Nothing is measured yet"));
    m_why->setCaption(measured ? tr("confidence %1").arg(confidenceWord(qstr(decision.confidence))) : QString());
    QStringList reasons, flips;
    for (const Reason& reason : decision.reasons)
        reasons.append(reasonText(reason));
    for (const Reason& flip : decision.flips)
        flips.append(reasonText(flip));
    m_reasons->setText(measured ? reasons.join(QLatin1Char(' '))
                                : tr("Measure the techniques on the same test rows; the recommendation and its reasons appear here."));
    m_flips->setText(tr("What would flip it: %1").arg(flips.mid(0, 3).join(QLatin1Char(' '))));
    m_flips->setVisible(measured && !flips.isEmpty());
    m_report->setEnabled(measured);
}

void OverviewPage::showScatter() {
    std::vector<ScatterPoint> points;
    for (const Arm& arm : m_outlook->decision.arms) {
        const auto it = arm.metrics.find("accuracy");
        if (it == arm.metrics.end() || !it->second.value)
            continue;
        ScatterPoint point;
        point.id = qstr(arm.run);
        point.label = techniqueWord(arm.technique);
        point.technique = arm.technique;
        point.x = arm.latency_p50_ms;
        point.y = *it->second.value * 100;
        if (it->second.low && it->second.high) {
            point.low = *it->second.low * 100;
            point.high = *it->second.high * 100;
        }
        point.bytes = arm.bytes;
        point.strong = m_outlook->recommends(arm.technique);
        point.details = {bytesText(arm.bytes)};
        points.push_back(std::move(point));
    }
    m_scatter->setPoints(std::move(points));
}

QList<JobInfo> OverviewPage::activeJobs() const {
    QList<JobInfo> active;
    const QString name = dataset();
    const QList<JobInfo> jobs = m_context.jobs.jobs();
    for (const JobInfo& job : jobs) {
        if (job.isActive() && job.dataset == name)
            active.append(job);
    }
    return active;
}

void OverviewPage::showJobs() {
    const QList<JobInfo> active = activeJobs();
    for (TechniqueCard* card : m_cards) {
        std::optional<JobInfo> shown;
        for (const JobInfo& job : active) {
            if (techniqueOfMethod(job.method) == card->technique() && (!shown || job.status.state == RunState::Running))
                shown = job;
        }
        card->showJob(shown);
    }
    const bool zeroShotRuns = std::any_of(active.begin(), active.end(), [](const JobInfo& job) { return job.method == QLatin1String("zero_shot"); });
    m_zeroShotStart->setEnabled(!zeroShotRuns);
    m_primary->setText(active.isEmpty() ? tr("Measure all") : tr("Cancel (%n left)", nullptr, static_cast<int>(active.size())));
    m_primary->setToolTip(active.isEmpty() ? tr("Zero-shot, retrieve, fine-tune head, fine-tune all weights and distil, one after the other")
                                           : tr("Cancels what runs and what waits on this data set"));
    if (active.isEmpty()) {
        showState();
        return;
    }
    const auto running = std::find_if(active.begin(), active.end(), [](const JobInfo& job) { return job.status.state != RunState::Queued; });
    const JobInfo& job = running == active.end() ? active.first() : *running;
    m_header->setState(tr("%1 · measuring %2 · %3").arg(dataset(), methodWord(job.method), statusLine(job.status)));
}

void OverviewPage::measureAll() {
    const QList<JobInfo> active = activeJobs();
    if (!active.isEmpty()) {
        // Queued ones first, so that none starts in the place of the one that stops.
        for (auto it = active.rbegin(); it != active.rend(); ++it)
            m_context.jobs.cancel(it->id);
        return;
    }
    if (m_context.workspace)
        m_context.jobs.submit(allArmRequests(dataset(), baseModel(m_context)));
}

void OverviewPage::measure(Technique technique) {
    if (!m_context.workspace || !m_outlook)
        return;
    const QString method = technique == Technique::ZeroShot ? QStringLiteral("zero_shot")
        : technique == Technique::Rag                       ? QStringLiteral("retrieve")
        : technique == Technique::FineTune                  ? QStringLiteral("full")
                                                            : QStringLiteral("soft");
    m_context.jobs.submit(measureRequests({method}, *m_outlook, m_context.jobs.jobs(), baseModel(m_context)));
}

void OverviewPage::exportReport() {
    if (!m_outlook || !m_outlook->dataset)
        return;
    try {
        saveReport(this, *m_outlook);
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
    }
}

void OverviewPage::retranslateUi() {
    m_header->setTitle(title());
    m_cards[0]->setTexts(tr("The label of the nearest labelled rows, with those rows as the reason. Nothing is trained."), tr("Measure retrieval"));
    m_cards[1]->setTexts(tr("The encoder learns your labels. Accuracy, latency and size will stand here."), tr("Measure fine-tuning"));
    m_cards[2]->setTexts(tr("A small student learns from the fine-tuned model, and is measured against one without a teacher."), tr("Measure distillation"));
    m_zeroShotName->setText(techniqueWord(Technique::ZeroShot));
    m_zeroShotStart->setText(tr("Measure"));
    m_zeroShotStart->setAccessibleName(tr("Measure zero-shot"));
    m_zeroShotOpen->setText(tr("Open run ›"));
    m_zeroShotOpen->setAccessibleName(tr("Open the run of %1").arg(techniqueWord(Technique::ZeroShot)));
    m_path->setText(tr("See the decision path"));
    m_report->setText(tr("Export report…"));
    m_scatter->setTitle(tr("Quality against latency"));
    m_scatter->setXAxis(tr("p50 latency"), tr("ms"));
    m_scatter->setYAxis(tr("accuracy"), tr("%"));
    m_scatter->setEmptyText(tr("Each measured technique becomes a point: accuracy upwards, the time of one answer to the right."));
    m_empty->setTexts(tr("No data yet"), tr("Drop a labelled file on the Data page; the three techniques are then measured side by side here."),
                      tr("Add data"));
    if (m_outlook)
        display(*m_outlook);
    else
        showState();
    m_primary->setText(m_primary->text().isEmpty() ? tr("Measure all") : m_primary->text());
}

} // namespace triptych::ui
