#include "pages/overview/technique_card.h"

#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/run_monitor.h"
#include "pages/common/technique_matrix.h"
#include "shell/theme.h"
#include "widgets/chip.h"
#include "widgets/empty_state.h"
#include "widgets/interval_strip.h"
#include "widgets/key_value_rows.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace triptych::ui {

TechniqueCard::TechniqueCard(Technique technique, QWidget* parent) : Card(parent), m_technique(technique) {
    setTechnique(technique);
    m_recommended = new Chip(this);
    m_recommended->setTechnique(technique);
    m_recommended->setFilled(true);
    m_recommended->hide();
    addCornerWidget(m_recommended);

    m_subtitle = new QLabel(this);
    setTextStyle(m_subtitle, TextSize::Body, Tone::Secondary);
    m_subtitle->setWordWrap(true);
    m_figure = new QLabel(this);
    setTextStyle(m_figure, TextSize::Figure, Tone::Text, true);
    m_unit = new QLabel(QStringLiteral("%"), this);
    setTextStyle(m_unit, TextSize::CardTitle, Tone::Text, true);
    m_interval = new QLabel(this);
    setTextStyle(m_interval, TextSize::Caption, Tone::Secondary);
    m_strip = new IntervalStrip(this);
    m_rows = new KeyValueRows(this);
    m_open = new QPushButton(this);
    m_open->setProperty("link", true);
    m_open->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);

    m_measured = new QWidget(this);
    auto* measured = new QVBoxLayout(m_measured);
    measured->setContentsMargins(0, 0, 0, 0);
    measured->setSpacing(space::s);
    measured->addWidget(m_subtitle);
    auto* figure = new QHBoxLayout;
    figure->setSpacing(space::xs);
    figure->addWidget(m_figure, 0, Qt::AlignBottom);
    figure->addWidget(m_unit, 0, Qt::AlignBottom);
    figure->addSpacing(space::xs);
    figure->addWidget(m_interval, 0, Qt::AlignBottom);
    figure->addStretch();
    m_unit->setContentsMargins(0, 0, 0, 4);
    m_interval->setContentsMargins(0, 0, 0, 6);
    measured->addLayout(figure);
    measured->addWidget(m_strip);
    measured->addSpacing(space::xs);
    measured->addWidget(m_rows);
    measured->addWidget(m_open);
    measured->addStretch();

    m_empty = new EmptyState(this);
    m_job = new QWidget(this);
    auto* job = new QVBoxLayout(m_job);
    job->setContentsMargins(0, 0, 0, 0);
    job->setSpacing(space::s);
    m_jobLine = new QLabel(m_job);
    m_jobLine->setWordWrap(true);
    setTextStyle(m_jobLine, TextSize::Caption, Tone::Secondary);
    m_jobBar = new QProgressBar(m_job);
    m_jobBar->setTextVisible(false);
    job->addWidget(m_jobLine);
    job->addWidget(m_jobBar);
    m_job->hide();

    body()->addWidget(m_measured, 1);
    body()->addWidget(m_empty, 1);
    body()->addWidget(m_job);
    m_measured->hide();
    connect(m_empty, &EmptyState::actionTriggered, this, &TechniqueCard::startRequested);
    connect(m_open, &QPushButton::clicked, this, [this] { Q_EMIT runRequested(m_run); });
}

void TechniqueCard::setTexts(const QString& emptySentence, const QString& startText) {
    setTitle(techniqueWord(m_technique));
    m_recommended->setText(tr("Recommended"));
    m_open->setText(tr("Open run ›"));
    m_open->setAccessibleName(tr("Open the run of %1").arg(techniqueWord(m_technique)));
    m_empty->setTexts({}, emptySentence, startText);
    m_empty->button()->setObjectName(QStringLiteral("start"));
}

void TechniqueCard::setScale(double low, double high) {
    m_strip->setRange(low, high);
}

void TechniqueCard::showRun(const RunSummary* run, bool recommended, const TechniqueMatrix& matrix) {
    m_measured->setVisible(run);
    m_empty->setVisible(!run && !m_running);
    m_recommended->setVisible(run && recommended);
    setHighlighted(run && recommended);
    m_run = run ? run->id : QString();
    if (!run)
        return;
    const Metric* accuracy = run->metric("accuracy");
    m_subtitle->setText(run->subtitle());
    m_figure->setText(percentFigure(accuracy ? accuracy->value : std::nullopt));
    m_interval->setText(accuracy ? intervalCaption(accuracy->low, accuracy->high) : QString());
    const QString spoken = accuracy ? intervalText(accuracy->value, accuracy->low, accuracy->high) : QString();
    m_figure->setToolTip(tr("Accuracy on the test rows: %1").arg(spoken));
    m_figure->setAccessibleName(tr("Accuracy on the test rows: %1").arg(spoken));
    m_strip->setColor(techniqueColor(m_technique));
    if (accuracy)
        m_strip->setValue(accuracy->value, accuracy->low, accuracy->high);
    else
        m_strip->setValue({});
    m_strip->setAccessibleName(spoken);
    const QString build = durationText(run->buildS);
    QList<KeyValueRows::Row> rows = {
        {tr("p50 / p95"), latencyText(run->p50Ms, run->p95Ms), tr("Time of one answer: median and 95th percentile")},
        {tr("Size"), bytesText(run->bytes), tr("Bytes of everything needed to serve it")},
        {tr("Build"), build, tr("Training and indexing, without the measurement")},
    };
    for (const char* fact : {"new_knowledge", "traceable"}) {
        const QString id = QString::fromLatin1(fact);
        rows.append({matrix.factTitle(id), matrix.fact(id, m_technique, build), QString()});
    }
    if (m_technique == Technique::Distill) {
        const Metric* retention = run->metric("retention");
        const Metric* speedup = run->metric("speedup");
        if (retention && speedup)
            rows.append({tr("Of its teacher"),
                         tr("keeps %1, %2 faster").arg(percentText(retention->value), timesText(speedup->value)),
                         tr("Accuracy against the teacher's on the same rows, and the ratio of their median times")});
    }
    m_rows->setRows(rows);
}

void TechniqueCard::showJob(const std::optional<JobInfo>& job) {
    m_running = job.has_value();
    m_job->setVisible(m_running);
    if (m_measured->isHidden())
        m_empty->setVisible(!m_running);
    if (!job)
        return;
    m_jobLine->setText(QStringLiteral("%1 · %2").arg(methodWord(job->method), statusLine(job->status)));
    const bool known = job->status.total > 0;
    m_jobBar->setRange(0, known || job->status.state != RunState::Running ? 1000 : 0);
    m_jobBar->setValue(known ? static_cast<int>(1000 * job->status.done / job->status.total) : 0);
    m_jobBar->setAccessibleName(m_jobLine->text());
}

} // namespace triptych::ui
