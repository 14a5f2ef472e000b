#include "pages/common/run_monitor.h"

#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/outlook.h"
#include "shell/icons.h"
#include "shell/theme.h"

#include <QCoreApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace triptych::ui {

QString statusLine(const RunStatus& status) {
    QStringList parts;
    if (status.state == RunState::Running && !status.stage.empty())
        parts.append(stageWord(qstr(status.stage)));
    else
        parts.append(stateWord(status.state));
    if (status.done > 0 || status.total > 0)
        parts.append(progressText(status.done, status.total, qstr(status.unit)));
    if (status.state == RunState::Running) {
        if (status.rate > 0)
            parts.append(rateText(status.rate));
        if (status.eta_s)
            parts.append(QCoreApplication::translate("RunMonitor", "%1 left").arg(etaText(status.eta_s)));
    }
    return parts.join(QStringLiteral(" · "));
}

RunMonitor::RunMonitor(JobCenter& jobs, QWidget* parent) : QWidget(parent), m_jobs(jobs) {
    m_title = new QLabel(this);
    setTextStyle(m_title, TextSize::Body, Tone::Text, true);
    m_line = new QLabel(this);
    m_line->setWordWrap(true);
    setTextStyle(m_line, TextSize::Body, Tone::Secondary);
    m_error = new QLabel(this);
    m_error->setWordWrap(true);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setTextStyle(m_error, TextSize::Body, Tone::Bad);
    m_bar = new QProgressBar(this);
    m_bar->setTextVisible(false);
    m_pause = new QPushButton(this);
    m_resume = new QPushButton(this);
    m_cancel = new QPushButton(this);
    m_pause->setIcon(icon(QStringLiteral("pause")));
    m_resume->setIcon(icon(QStringLiteral("play")));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(space::s);
    buttons->addWidget(m_pause);
    buttons->addWidget(m_resume);
    buttons->addWidget(m_cancel);
    buttons->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(m_title);
    column->addWidget(m_line);
    column->addWidget(m_bar);
    column->addWidget(m_error);
    column->addLayout(buttons);
    connect(m_pause, &QPushButton::clicked, this, [this] { m_jobs.pause(m_run); });
    connect(m_resume, &QPushButton::clicked, this, [this] { m_jobs.resume(m_run); });
    connect(m_cancel, &QPushButton::clicked, this, [this] { m_jobs.cancel(m_run); });
    connect(&m_jobs, &JobCenter::runChanged, this, [this](const QString& id) {
        if (id == m_run)
            update();
    });
    connect(&m_jobs, &JobCenter::runRemoved, this, [this](const QString& id) {
        if (id == m_run)
            setRun({});
    });
    update();
}

void RunMonitor::setRun(const QString& runId) {
    m_run = runId;
    update();
}

void RunMonitor::update() {
    const auto job = m_jobs.job(m_run);
    setVisible(job.has_value());
    if (!job)
        return;
    const RunStatus& status = job->status;
    m_title->setText(runTitle(job->method, job->title));
    m_line->setText(statusLine(status));
    m_bar->setAccessibleName(statusLine(status));
    m_bar->setRange(0, status.total > 0 ? 1000 : (status.state == RunState::Running ? 0 : 1000));
    m_bar->setValue(status.total > 0 ? static_cast<int>(1000 * status.done / status.total) : 0);
    m_bar->setVisible(!isFinal(status.state));
    const bool waits = status.state == RunState::Paused || status.state == RunState::Interrupted;
    m_pause->setVisible(status.state == RunState::Running);
    m_resume->setVisible(waits || status.state == RunState::Failed || status.state == RunState::Cancelled);
    m_cancel->setVisible(job->isActive() || waits);
    m_cancel->setEnabled(status.state != RunState::Cancelling);
    QString error;
    if (status.error) {
        const Error failure = errorFromJson(*status.error);
        error = errorMessage(failure);
        if (!errorHint(failure).isEmpty())
            error += QLatin1Char(' ') + errorHint(failure);
    }
    m_error->setText(error);
    m_error->setVisible(!error.isEmpty());
    m_pause->setText(tr("Pause"));
    m_resume->setText(tr("Resume"));
    m_cancel->setText(tr("Cancel"));
}

void RunMonitor::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        update();
    QWidget::changeEvent(event);
}

} // namespace triptych::ui
