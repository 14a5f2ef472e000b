#include "engine_client/job_center.h"

#include "engine_client/job_worker.h"
#include "l10n/words.h"

#include <algorithm>

namespace triptych::ui {

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
        for (const LogEntry& entry : entries)
            Q_EMIT logArrived(entry);
    });
    connect(m_worker, &JobWorker::jobFinished, this, [this](quint64 generation, const QString& runId) {
        if (generation != m_generation)
            return;
        // What a workspace already held when it was opened did not finish just now.
        if (m_loaded)
            Q_EMIT runFinished(runId);
        if (const auto ended = job(runId); ended && ended->status.state == RunState::Done)
            m_metrics.remove(runId); // the workspace has them all
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
    connect(m_worker, &JobWorker::changed, this, [this](quint64 number, const std::optional<Error>& error) {
        const Change change = m_changes.take(number);
        if (!change.context)
            return;
        if (!error)
            change.done();
        else
            change.failed(*error);
    });
}

JobCenter::~JobCenter() {
    if (m_thread.isRunning()) {
        // Behind what is in line: a change that was asked is made.
        QMetaObject::invokeMethod(m_worker, [this] { m_thread.quit(); }, Qt::QueuedConnection);
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
    m_settings.clear();
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

void JobCenter::change(std::function<void(Workspace&)> change, QObject* context, std::function<void()> done,
                       std::function<void(const Error&)> failed) {
    const quint64 number = m_nextChange++;
    m_changes.insert(number, {context, std::move(done), std::move(failed)});
    onWorker([worker = m_worker, number, change = std::move(change)] { worker->change(number, change); });
}

void JobCenter::setSetting(const QString& key, const Json& value) {
    m_settings.insert(key, value);
    change([key = key.toStdString(), value](Workspace& workspace) { workspace.setSetting(key, value); }, this, [] {},
           [this](const Error& error) { Q_EMIT actionFailed({}, errorMessage(error), errorHint(error)); });
    Q_EMIT settingsChanged();
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
    const bool wasActive = it != m_jobs.end() && it->isActive();
    if (it == m_jobs.end())
        m_jobs.append(job);
    else
        *it = job;
    Q_EMIT runChanged(job.id);
    if (m_loaded && wasActive && job.status.state == RunState::Interrupted)
        Q_EMIT runInterrupted(job.id);
}

} // namespace triptych::ui
