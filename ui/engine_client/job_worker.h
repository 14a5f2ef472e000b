#pragma once

#include "engine_client/job_center.h"
#include "jobs/run_directory.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace triptych::ui {

/// The job center's half that touches files: lives on a thread of its own, with its own connection to the
/// workspace. Everything it finds goes out as signals that carry the workspace's generation.
class JobWorker : public QObject {
    Q_OBJECT
public:
    explicit JobWorker(QObject* parent = nullptr);

    void open(const QString& folder, quint64 generation);
    void submit(quint64 number, const QList<JobRequest>& requests);
    void pause(const QString& runId);
    void resume(const QString& runId);
    void cancel(const QString& runId);
    void remove(const QString& runId);
    /// Runs `change` on the open workspace and says how it went; a change that is asked later is made later.
    void change(quint64 number, const std::function<void(Workspace&)>& change);

Q_SIGNALS:
    void submitted(quint64 generation, quint64 number, const QStringList& runIds);
    void submitFailed(quint64 generation, quint64 number, const QString& message, const QString& hint);
    void jobChanged(quint64 generation, const triptych::ui::JobInfo& job);
    void jobRemoved(quint64 generation, const QString& runId);
    void metricsArrived(quint64 generation, const QString& runId, const QList<triptych::MetricPoint>& points);
    void logArrived(quint64 generation, const QList<triptych::ui::LogEntry>& entries);
    void jobFinished(quint64 generation, const QString& runId);
    void actionFailed(quint64 generation, const QString& runId, const QString& message, const QString& hint);
    void loaded(quint64 generation);
    void changed(quint64 number, const std::optional<triptych::Error>& error);

private:
    struct Watched {
        JobInfo info;
        RunFollower events;  ///< what is shown
        RunFollower indexed; ///< what the workspace knows
        double seenAt = 0;
        bool settled = false; ///< final, and the workspace has its result
        double indexedAt = 0;
    };
    /// A request whose teacher is not trained yet: no run directory before it is. Kept in the workspace, so
    /// that the rest of a queue survives the window.
    struct Waiting {
        std::string id;
        std::string teacherRun;
        Json request;
    };
    struct CancelReport {
        std::mutex mutex;
        std::vector<std::pair<std::string, Error>> failures;
    };

    void tick();
    void findNewRuns();
    void forgetRemoved();
    Watched& watch(const RunDirectory& directory);
    void follow(Watched& run);
    void settle(Watched& run, bool force);
    void startNext(bool ingests);
    void removeIdleRuns(const std::string& base);
    void promoteWaiting();
    void loadQueue();
    void saveQueue();
    bool isQueued(const std::string& id) const;
    template <typename Body> void changeQueue(Body body);
    RunDirectory create(const JobRequest& request);
    RunDirectory createIngest(const JobRequest& request);
    RunDirectory createTraining(const JobRequest& request);
    void announce(const RunDirectory& directory);
    void promote(const Waiting& waiting, const Watched& teacher);
    void drop(const Waiting& waiting);
    std::string freeName(const JobRequest& request) const;
    void announceWaiting(const Waiting& waiting);
    Watched* find(const QString& runId);
    template <typename Body> bool guarded(const QString& runId, Body body);
    template <typename Body> void retried(Body body);
    void updateTimer();

    std::optional<Workspace> m_workspace;
    quint64 m_generation = 0;
    std::map<std::string, Watched> m_runs;
    std::deque<std::string> m_queue; ///< ids this window starts, those of a lane one after the other
    std::deque<Waiting> m_waiting;
    std::set<std::string> m_cancelling;
    std::set<std::string> m_basesToTidy; ///< knowledge bases of which a run has ended
    std::shared_ptr<CancelReport> m_cancelReport = std::make_shared<CancelReport>();
    QTimer* m_timer;
    QElapsedTimer m_sinceListing;
    quint64 m_nextWaiting = 1;
};

Json requestToJson(const JobRequest& request);
JobRequest requestFromJson(const Json& value);

} // namespace triptych::ui
