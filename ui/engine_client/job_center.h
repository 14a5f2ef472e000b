#pragma once

#include "base/error.h"
#include "base/json.h"
#include "jobs/run_directory.h"
#include "storage/workspace.h"

#include <QHash>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QThread>

#include <functional>
#include <memory>
#include <optional>

namespace triptych::ui {

class JobWorker;

/// What a page asks for; the job center freezes the rows and makes the run directory.
struct JobRequest {
    QString kind;    ///< "train", "distill" or "ingest"
    QString method;  ///< train: zero_shot retrieve head full; distill: soft; ingest: add sync reembed
    QString dataset; ///< name in the workspace
    QString model;   ///< base model, or the new embedder of ingest/reembed: a name or a path
    QString teacher; ///< distil: name or path of the teacher...
    std::optional<int> teacherRequest; ///< ...or the earlier request of the same list whose result teaches
    QString teacherRun;                ///< ...or the run under way whose result teaches
    QString student = QStringLiteral("textcnn"); ///< distil
    QString knowledgeBase; ///< ingest: name in the workspace
    QStringList paths;     ///< ingest/add: absolute
    QString out;     ///< name of the result; empty: "<dataset>-<method>", made unique
    Json settings = Json::object(); ///< ingest: {"retry_failed": bool}
    quint64 seed = 13;
    int threads = 0; ///< 0: all cores
};

/// One row of the Jobs dock: what is known of a run, newest status folded in.
struct JobInfo {
    QString id, kind, method, title, dataset, knowledgeBase, out, created;
    RunStatus status;
    QString waitsFor; ///< id of the run whose result it needs first; empty: none
    bool isActive() const {
        return status.state == RunState::Queued || status.state == RunState::Running || status.state == RunState::Cancelling;
    }
};

struct LogEntry {
    QString runId;
    double wallTime = 0;
    LogLevel level = LogLevel::Info;
    QString message;
};

/// The window's supervisor: queues and starts workers (one at a time, and beside it one that changes a knowledge base), follows their events, indexes finished
/// runs into the workspace. All file work happens on a thread of its own with its own connection; this object
/// answers from memory. Workers outlive it: the next start finds them and goes on watching.
class JobCenter : public QObject {
    Q_OBJECT
public:
    explicit JobCenter(QObject* parent = nullptr);
    ~JobCenter() override;

    /// Watches another workspace's runs; empty: none. Jobs of the former one go on unwatched.
    void setWorkspace(const QString& folder);
    QString workspaceFolder() const { return m_folder; }

    /// Makes and queues runs, in order; answered by submitted() or submitFailed() with the number given here.
    quint64 submit(const QList<JobRequest>& requests);
    void pause(const QString& runId);
    void resume(const QString& runId);
    void cancel(const QString& runId);
    /// Deletes a run that is over, folder and record.
    void remove(const QString& runId);

    /// Oldest first.
    QList<JobInfo> jobs() const { return m_jobs; }
    std::optional<JobInfo> job(const QString& runId) const;
    /// All points that were seen of a run since it is watched, oldest first; of one that is done, ask the workspace.
    QList<MetricPoint> metrics(const QString& runId) const { return m_metrics.value(runId); }
    int activeCount() const;

    /// Changes the workspace off the window's thread, in the order asked, and before the window closes. One of the two
    /// comes back in this thread unless `context` is deleted first.
    void change(std::function<void(Workspace&)> change, QObject* context, std::function<void()> done,
                std::function<void(const Error&)> failed);
    /// Settings of the workspace that pages share. Set here, they hold at once, before they are on disk.
    void setSetting(const QString& key, const Json& value);
    QHash<QString, Json> settings() const { return m_settings; }

    /// Pages call these after they changed a data set or a model in the workspace.
    void notifyDatasetChanged(const QString& name) { Q_EMIT datasetChanged(name); }

Q_SIGNALS:
    void submitted(quint64 number, const QStringList& runIds);
    void submitFailed(quint64 number, const QString& message, const QString& hint);
    /// A job is new or its status moved; at most about eight times a second a job.
    void runChanged(const QString& runId);
    void runRemoved(const QString& runId);
    /// New points of a running job, in order of arrival.
    void metricsArrived(const QString& runId, const QList<triptych::MetricPoint>& points);
    void logArrived(const triptych::ui::LogEntry& entry);
    /// The run ended (done, failed, cancelled) and its result is in the workspace.
    void runFinished(const QString& runId);
    /// The worker of a run vanished while the window watched.
    void runInterrupted(const QString& runId);
    void datasetChanged(const QString& name);
    /// A shared setting changed: what other pages show of it is stale.
    void settingsChanged();
    /// pause, resume, cancel or remove did not work.
    void actionFailed(const QString& runId, const QString& message, const QString& hint);
    /// The runs found when a workspace was opened are all known now.
    void loaded();

private:
    void upsert(const JobInfo& job);
    template <typename Body> void onWorker(Body body);

    QThread m_thread;
    JobWorker* m_worker = nullptr;
    QString m_folder;
    quint64 m_generation = 0; ///< of the workspace; what an older one sends is dropped
    quint64 m_nextSubmit = 1;
    bool m_loaded = false;
    QList<JobInfo> m_jobs;
    QHash<QString, QList<MetricPoint>> m_metrics;
    QHash<QString, Json> m_settings; ///< set since the workspace was opened
    struct Change {
        QPointer<QObject> context;
        std::function<void()> done;
        std::function<void(const Error&)> failed;
    };
    QHash<quint64, Change> m_changes;
    quint64 m_nextChange = 1;
};

} // namespace triptych::ui

Q_DECLARE_METATYPE(std::optional<triptych::Error>)
Q_DECLARE_METATYPE(triptych::ui::JobInfo)
Q_DECLARE_METATYPE(triptych::ui::LogEntry)
