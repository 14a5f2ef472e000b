#pragma once

#include "engine_client/background.h"
#include "engine_client/job_center.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include <optional>

namespace triptych::ui {

/// Looks whether bases are still in step with their files, and brings those that are watched back into step by a sync. The
/// looks come every two seconds, or slower where looking takes long, one base after another and off the window's thread.
/// There is never a second ingest of a base beside one that runs, waits or is paused; where a sync has not helped (a file
/// that changes all the time, an embedder that is gone), the next ones come later and later.
class FolderWatch : public QObject {
    Q_OBJECT
public:
    explicit FolderWatch(JobCenter& jobs, QObject* parent = nullptr);

    /// What was known of another workspace goes.
    void setBases(const QString& workspace, const QStringList& watched);
    bool isWatched(const QString& base) const { return m_watched.contains(base); }
    /// Looks once, soon, watched or not.
    void look(const QString& base);
    struct Verdict {
        bool inStep = false;
        QDateTime at;
    };
    /// Of the newest look.
    std::optional<Verdict> verdict(const QString& base) const;
    void setInterval(int milliseconds) { m_interval = milliseconds; }

Q_SIGNALS:
    void looked(const QString& base);
    /// Told once, not again at every look.
    void failed(const QString& base, const triptych::Error& error);

private:
    void lookNext();
    void took(const QString& base, bool outOfStep);
    void bringInStep(const QString& base);
    bool isBusy(const QString& base) const;

    JobCenter& m_jobs;
    QString m_workspace;
    QStringList m_watched, m_line; ///< m_line: to be looked at now
    QHash<QString, Verdict> m_verdicts;
    QHash<QString, QString> m_complaints;
    struct Patience {
        QDateTime until;
        int seconds = 0; ///< how long the next pause is
    };
    QHash<QString, Patience> m_patience; ///< bases that a sync has not brought into step
    QHash<quint64, QString> m_submitted; ///< requests that have no run yet
    int m_interval;
    qint64 m_slowest = 0; ///< ms that a look of this round took
    QElapsedTimer m_clock;
    Background m_looking;
    QTimer m_timer;
};

} // namespace triptych::ui
