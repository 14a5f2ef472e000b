#include "engine_client/job_center.h"

#include "engine_client/job_worker.h"

#include <algorithm>

namespace triptych::ui {

namespace {
constexpr qsizetype kKeptLogEntries = 5000;
}

JobCenter::JobCenter(QObject* parent) : QObject(parent), m_worker(new JobWorker) {
    m_thread.setObjectName(QStringLiteral("jobs"));
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);

    connect(m_worker, &JobWorker::submitted, this, [this](quint64 generation, quint64 number, const QStringList& ids) {
        if (generation == m_generation)
            Q_EMIT submitted(number, ids);
    });
    connect(m_worker, &JobWorker::submitFailed, this,
            [this](quint64 generation, quint64 number, const QString& message, const QString& hint) {
        if (generation == m_generation)
            Q_EMIT submitFailed(number, message, hint);
    });
    connect(m_worker, &JobWorker::jobChanged, this, [this](quint64 generation, const JobInfo& job) {
        if (generation == m_generation)
            upsert(job);
    });
    connect(m_worker, &JobWorker::jobRemoved, this, [this](quint64 generation, const QString& runId) {
        if (generation != m_generation)
            return;
        m_jobs.removeIf([&runId](const JobInfo& job) { return job.id == runId; });
        m_metrics.remove(runId);
        Q_EMIT runRemoved(runId);
    });
    connect(m_worker, &JobWorker::metricsArrived, this,
            [this](quint64 generation, const QString& runId, const QList<MetricPoint>& points) {
        if (generation != m_generation)
            return;
        m_metrics[runId].append(points);
        Q_EMIT metricsArrived(runId, points);
    });
    connect(m_worker, &JobWorker::logArrived, this, [this](quint64 generation, const QList<LogEntry>& entries) {
        if (generation != m_generation)
            return;
        for (const LogEntry& entry : entries) {
            m_log.append(entry);
            Q_EMIT logArrived(entry);
        }
        if (m_log.size() > kKeptLogEntries)
            m_log.remove(0, m_log.size() - kKeptLogEntries);
    });
    connect(m_worker, &JobWorker::jobFinished, this, [this](quint64 generation, const QString& runId) {
        // What a workspace already held when it was opened did not finish just now.
        if (generation == m_generation && m_loaded)
            Q_EMIT runFinished(runId);
    });
    connect(m_worker, &JobWorker::actionFailed, this,
            [this](quint64 generation, const QString& runId, const QString& message, const QString& hint) {
        if (generation == m_generation)
            Q_EMIT actionFailed(runId, message, hint);
    });
    connect(m_worker, &JobWorker::loaded, this, [this](quint64 generation) {
        if (generation != m_generation)
            return;
        m_loaded = true;
        Q_EMIT loaded();
    });
}

JobCenter::~JobCenter() {
    if (m_thread.isRunning()) {
        m_thread.quit();
        m_thread.wait();
    } else {
        delete m_worker;
    }
}

template <typename Body> void JobCenter::onWorker(Body body) {
    if (!m_thread.isRunning())
        m_thread.start();
    QMetaObject::invokeMethod(m_worker, std::move(body), Qt::QueuedConnection);
}

void JobCenter::setWorkspace(const QString& folder) {
    m_folder = folder;
    ++m_generation;
    m_loaded = false;
    const QList<JobInfo> former = std::exchange(m_jobs, {});
    m_metrics.clear();
    m_log.clear();
    for (const JobInfo& job : former)
        Q_EMIT runRemoved(job.id);
    onWorker([worker = m_worker, folder, generation = m_generation] { worker->open(folder, generation); });
}

quint64 JobCenter::submit(const QList<JobRequest>& requests) {
    const quint64 number = m_nextSubmit++;
    onWorker([worker = m_worker, number, requests] { worker->submit(number, requests); });
    return number;
}

void JobCenter::pause(const QString& runId) {
    onWorker([worker = m_worker, runId] { worker->pause(runId); });
}

void JobCenter::resume(const QString& runId) {
    onWorker([worker = m_worker, runId] { worker->resume(runId); });
}

void JobCenter::cancel(const QString& runId) {
    onWorker([worker = m_worker, runId] { worker->cancel(runId); });
}

void JobCenter::remove(const QString& runId) {
    onWorker([worker = m_worker, runId] { worker->remove(runId); });
}

std::optional<JobInfo> JobCenter::job(const QString& runId) const {
    for (const JobInfo& job : m_jobs) {
        if (job.id == runId)
            return job;
    }
    return std::nullopt;
}

int JobCenter::activeCount() const {
    return static_cast<int>(std::count_if(m_jobs.begin(), m_jobs.end(), [](const JobInfo& job) { return job.isActive(); }));
}

void JobCenter::upsert(const JobInfo& job) {
    const auto it = std::find_if(m_jobs.begin(), m_jobs.end(), [&job](const JobInfo& known) { return known.id == job.id; });
    if (it == m_jobs.end())
        m_jobs.append(job);
    else
        *it = job;
    Q_EMIT runChanged(job.id);
}

} // namespace triptych::ui
