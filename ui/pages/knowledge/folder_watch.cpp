#include "pages/knowledge/folder_watch.h"

#include "knowledge/edit.h"
#include "pages/knowledge/base_facts.h"

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {
constexpr int kIntervalMs = 2000;
constexpr int kShareOfTime = 20; ///< at most a twentieth of the time goes into looking
constexpr int kFirstPauseS = 10, kLongestPauseS = 600;
} // namespace

FolderWatch::FolderWatch(JobCenter& jobs, QObject* parent) : QObject(parent), m_jobs(jobs), m_interval(kIntervalMs) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        for (const QString& base : std::as_const(m_watched)) {
            if (!m_line.contains(base))
                m_line.append(base);
        }
        lookNext();
    });
    const auto answered = [this](quint64 number) { m_submitted.remove(number); };
    connect(&m_jobs, &JobCenter::submitted, this, answered);
    connect(&m_jobs, &JobCenter::submitFailed, this, answered);
    connect(&m_jobs, &JobCenter::runFinished, this, [this](const QString& runId) {
        const auto job = m_jobs.job(runId);
        if (job && job->kind == QLatin1String("ingest") && m_verdicts.contains(job->knowledgeBase))
            look(job->knowledgeBase); // what was known of it is old
    });
}

void FolderWatch::setBases(const QString& workspace, const QStringList& watched) {
    if (workspace != m_workspace) {
        m_looking.stop();
        m_line.clear();
        m_verdicts.clear();
        m_complaints.clear();
        m_patience.clear();
        m_submitted.clear();
        m_workspace = workspace;
    }
    for (const QString& base : watched) {
        if (!m_watched.contains(base))
            look(base);
    }
    m_watched = watched;
    if (m_watched.isEmpty())
        m_timer.stop();
    else if (!m_timer.isActive() && !m_looking.isRunning())
        m_timer.start(m_interval);
}

void FolderWatch::look(const QString& base) {
    if (base.isEmpty() || m_workspace.isEmpty())
        return;
    if (!m_line.contains(base))
        m_line.append(base);
    lookNext();
}

std::optional<FolderWatch::Verdict> FolderWatch::verdict(const QString& base) const {
    const auto found = m_verdicts.constFind(base);
    return found == m_verdicts.cend() ? std::nullopt : std::optional(*found);
}

void FolderWatch::lookNext() {
    if (m_looking.isRunning())
        return;
    if (m_line.isEmpty()) {
        if (!m_watched.isEmpty())
            m_timer.start(static_cast<int>(std::max<qint64>(m_interval, kShareOfTime * std::exchange(m_slowest, 0))));
        return;
    }
    const QString base = m_line.takeFirst();
    m_clock.start();
    m_looking.start([folder = baseFolder(m_workspace, base)](const std::stop_token& stop) { return isOutOfStep(KnowledgeStore::open(folder), stop); },
                    [this, base](bool outOfStep) {
                        m_complaints.remove(base);
                        took(base, outOfStep);
                        lookNext();
                    },
                    [this, base](const Error& error) {
                        // A base that was renamed or dropped meanwhile is no news.
                        if (error.code() != ErrorCode::NotFound && error.code() != ErrorCode::Cancelled && m_complaints.value(base) != QString::fromStdString(error.message())) {
                            m_complaints.insert(base, QString::fromStdString(error.message()));
                            Q_EMIT failed(base, error);
                        }
                        lookNext();
                    });
}

void FolderWatch::took(const QString& base, bool outOfStep) {
    m_slowest = std::max(m_slowest, m_clock.elapsed());
    m_verdicts.insert(base, {!outOfStep, QDateTime::currentDateTime()});
    if (!outOfStep)
        m_patience.remove(base);
    else if (isWatched(base))
        bringInStep(base);
    Q_EMIT looked(base);
}

bool FolderWatch::isBusy(const QString& base) const {
    const QList<QString> asked = m_submitted.values();
    const QList<JobInfo> jobs = m_jobs.jobs();
    return asked.contains(base) || std::any_of(jobs.begin(), jobs.end(), [&](const JobInfo& job) {
        return job.kind == QLatin1String("ingest") && job.knowledgeBase == base && isUnderWay(job);
    });
}

void FolderWatch::bringInStep(const QString& base) {
    Patience& patience = m_patience[base];
    const QDateTime now = QDateTime::currentDateTime();
    if (isBusy(base) || (patience.until.isValid() && now < patience.until))
        return;
    patience.seconds = patience.seconds == 0 ? kFirstPauseS : std::min(2 * patience.seconds, kLongestPauseS);
    patience.until = now.addSecs(patience.seconds);
    m_submitted.insert(m_jobs.submit({ingestRequest(QStringLiteral("sync"), base)}), base);
}

} // namespace triptych::ui
