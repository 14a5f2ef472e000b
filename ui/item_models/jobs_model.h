#pragma once

#include "engine_client/job_center.h"

#include <QAbstractTableModel>

namespace triptych::ui {

/// The Jobs dock's table: a row a job, the newest first.
class JobsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Title, Progress, Done, Rate, TimeLeft, State, Actions, ColumnCount };
    enum Role {
        IdRole = Qt::UserRole + 1,
        FractionRole, ///< double 0..1, -1 while the total is unknown
        StateRole,    ///< int of RunState
    };
    explicit JobsModel(JobCenter& jobs, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    std::optional<JobInfo> jobAt(int row) const;
    int rowOf(const QString& runId) const;
    /// Words and numbers of every cell anew, after a language switch.
    void retranslate();

private:
    void reset();
    void update(const QString& runId);
    void remove(const QString& runId);
    QString text(const JobInfo& job, int column) const;

    JobCenter& m_center;
    QList<JobInfo> m_jobs; ///< newest first
};

/// What a person may do with a job in this state.
bool canPause(const JobInfo& job);
bool canResume(const JobInfo& job);
bool canCancel(const JobInfo& job);
bool canRemove(const JobInfo& job);

} // namespace triptych::ui
