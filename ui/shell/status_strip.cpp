#include "shell/status_strip.h"

#include "l10n/numbers.h"
#include "shell/theme.h"

#include <QFile>
#include <QHBoxLayout>
#include <QLabel>
#include <QThread>

#include <algorithm>
#include <unistd.h>

namespace triptych::ui {

namespace {

constexpr int kMemoryIntervalMs = 2000;

/// Resident bytes of a process, 0 if it is gone.
double residentBytes(qint64 pid) {
    QFile file(QStringLiteral("/proc/%1/statm").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QList<QByteArray> fields = file.readLine().split(' ');
    return fields.size() > 1 ? fields[1].toDouble() * static_cast<double>(::sysconf(_SC_PAGESIZE)) : 0;
}

double machineBytes() {
    return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

} // namespace

StatusStrip::StatusStrip(Engines& engines, JobCenter& jobs, QWidget* parent)
    : QFrame(parent), m_engines(engines), m_jobs(jobs) {
    setObjectName(QStringLiteral("statusStrip"));
    setFixedHeight(26);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(16, 1, 16, 0);
    line->setSpacing(6);
    m_dot = new QLabel(QStringLiteral("●"), this);
    m_state = new QLabel(this);
    m_processor = new QLabel(this);
    m_memory = new QLabel(this);
    m_network = new QLabel(this);
    for (QLabel* label : {m_dot, m_state, m_processor, m_memory, m_network})
        setTextStyle(label, TextSize::Caption, Tone::Secondary);
    line->addWidget(m_dot);
    line->addWidget(m_state);
    line->addSpacing(14);
    line->addWidget(m_processor);
    line->addSpacing(14);
    line->addWidget(m_memory);
    line->addStretch(1);
    line->addWidget(m_network);
    for (EngineClient* engine : engines.all())
        connect(engine, &EngineClient::stateChanged, this, &StatusStrip::updateEngine);
    connect(&m_timer, &QTimer::timeout, this, &StatusStrip::updateMemory);
    retranslate();
}

void StatusStrip::showEvent(QShowEvent*) { m_timer.start(kMemoryIntervalMs); }

void StatusStrip::retranslate() {
    updateEngine();
    updateMemory();
    m_processor->setText(tr("CPU · %n thread(s)", nullptr, QThread::idealThreadCount()));
    //: Triptych makes no network connections of its own
    m_network->setText(tr("offline"));
    m_network->setToolTip(tr("Nothing leaves this machine."));
}

void StatusStrip::updateEngine() {
    // The state of the one that most needs a look: the enumeration is in that order.
    auto state = EngineClient::State::Idle;
    for (const EngineClient* engine : m_engines.all())
        state = std::max(state, engine->state());
    Tone tone = Tone::Faint;
    switch (state) {
    case EngineClient::State::Idle: m_state->setText(tr("engine starts on first use")); break;
    case EngineClient::State::Starting: m_state->setText(tr("engine starting")); tone = Tone::Accent; break;
    case EngineClient::State::Ready: m_state->setText(tr("engine ready")); tone = Tone::Good; break;
    case EngineClient::State::Restarting: m_state->setText(tr("engine restarting")); tone = Tone::Warning; break;
    }
    setTone(m_dot, tone);
}

void StatusStrip::updateMemory() {
    double bytes = residentBytes(::getpid());
    for (const EngineClient* engine : m_engines.all()) {
        if (engine->processId() > 0)
            bytes += residentBytes(engine->processId());
    }
    const QList<JobInfo> jobs = m_jobs.jobs();
    for (const JobInfo& job : jobs) {
        if (job.status.state == RunState::Running && job.status.pid > 0)
            bytes += residentBytes(job.status.pid);
    }
    m_memory->setText(tr("memory %1 of %2").arg(bytesText(bytes), bytesText(machineBytes())));
}

} // namespace triptych::ui
