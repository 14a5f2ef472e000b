#include "item_models/jobs_model.h"

#include "jobs/knowledge_runs.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "shell/icons.h"

#include <algorithm>

namespace triptych::ui {

namespace {

double fraction(const JobInfo& job) {
    if (job.status.state == RunState::Done)
        return 1;
    if (job.status.total <= 0)
        return job.status.state == RunState::Running ? -1 : 0;
    return std::clamp(static_cast<double>(job.status.done) / static_cast<double>(job.status.total), 0.0, 1.0);
}

QIcon iconOf(const JobInfo& job) {
    if (job.kind == QLatin1String(kIngestKind))
        return icon(job.method == QLatin1String("add") ? QStringLiteral("folder") : QStringLiteral("refresh"));
    const auto technique = techniqueOfMethod(job.method);
    return technique ? techniqueIcon(*technique) : icon(QStringLiteral("jobs"));
}

} // namespace

bool canPause(const JobInfo& job) { return job.status.state == RunState::Running; }

bool canResume(const JobInfo& job) {
    switch (job.status.state) {
    case RunState::Paused:
    case RunState::Interrupted:
    case RunState::Cancelled:
    case RunState::Failed: return true;
    default: return false;
    }
}

bool canCancel(const JobInfo& job) { return !isFinal(job.status.state) && job.status.state != RunState::Cancelling; }
bool canRemove(const JobInfo& job) { return isFinal(job.status.state); }

JobsModel::JobsModel(JobCenter& jobs, QObject* parent) : QAbstractTableModel(parent), m_center(jobs) {
    reset();
    connect(&jobs, &JobCenter::runChanged, this, &JobsModel::update);
    connect(&jobs, &JobCenter::runRemoved, this, &JobsModel::remove);
}

void JobsModel::reset() {
    beginResetModel();
    m_jobs = m_center.jobs();
    std::reverse(m_jobs.begin(), m_jobs.end());
    endResetModel();
}

int JobsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_jobs.size()); }
int JobsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

std::optional<JobInfo> JobsModel::jobAt(int row) const {
    return row >= 0 && row < m_jobs.size() ? std::optional(m_jobs[row]) : std::nullopt;
}

int JobsModel::rowOf(const QString& runId) const {
    for (int row = 0; row < m_jobs.size(); ++row) {
        if (m_jobs[row].id == runId)
            return row;
    }
    return -1;
}

void JobsModel::update(const QString& runId) {
    const std::optional<JobInfo> job = m_center.job(runId);
    if (!job)
        return;
    if (const int row = rowOf(runId); row >= 0) {
        m_jobs[row] = *job;
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
        return;
    }
    int row = 0; // ids begin with the time, but a run found later may be older; creation time decides
    while (row < m_jobs.size() && m_jobs[row].created > job->created)
        ++row;
    beginInsertRows({}, row, row);
    m_jobs.insert(row, *job);
    endInsertRows();
}

void JobsModel::remove(const QString& runId) {
    const int row = rowOf(runId);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_jobs.removeAt(row);
    endRemoveRows();
}

void JobsModel::retranslate() {
    if (!m_jobs.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(m_jobs.size()) - 1, ColumnCount - 1));
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

QString JobsModel::text(const JobInfo& job, int column) const {
    const RunStatus& status = job.status;
    const bool moving = status.state == RunState::Running;
    switch (column) {
    case Title: return runTitle(job.method, job.title);
    case Done: return progressText(status.done, status.total, qstr(status.unit));
    case Rate: return rateText(moving ? status.rate : 0);
    case TimeLeft: return moving ? etaText(status.eta_s) : QStringLiteral("—");
    case State:
        if (!job.waitsFor.isEmpty())
            return tr("waits for its teacher");
        if (moving && !status.stage.empty())
            return tr("%1 · %2").arg(stateWord(status.state), stageWord(qstr(status.stage)));
        return stateWord(status.state);
    default: return {};
    }
}

QVariant JobsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const JobInfo& job = m_jobs[index.row()];
    switch (role) {
    case Qt::DisplayRole: return text(job, index.column());
    case Qt::DecorationRole:
        if (index.column() == Title) {
            return iconOf(job);
        }
        return {};
    case Qt::TextAlignmentRole: {
        const bool figure = index.column() == Done || index.column() == Rate || index.column() == TimeLeft;
        return QVariant::fromValue((figure ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    case Qt::ForegroundRole: {
        const ThemeTokens& theme = tokens();
        if (index.column() == State && job.status.state == RunState::Failed)
            return theme.bad;
        if (index.column() == State && job.status.state == RunState::Interrupted)
            return theme.warning;
        return index.column() == Title || index.column() == State ? theme.text : theme.secondary;
    }
    case Qt::ToolTipRole:
        if (job.status.error)
            return literalText(errorMessage(errorFromJson(*job.status.error)));
        return index.column() == Title ? job.id : QString();
    case Qt::AccessibleTextRole:
        if (index.column() == Progress) {
            const double share = fraction(job);
            return share < 0 ? stateWord(job.status.state) : percentText(share, 0);
        }
        return text(job, index.column());
    case IdRole: return job.id;
    case FractionRole: return fraction(job);
    case StateRole: return static_cast<int>(job.status.state);
    default: return {};
    }
}

QVariant JobsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Title: return tr("Job");
    case Progress: return tr("Progress");
    //: Column of how much of a job is done
    case Done: return tr("Done");
    case Rate: return tr("Rate");
    case TimeLeft: return tr("Time left");
    case State: return tr("State");
    case Actions: return tr("Actions");
    default: return {};
    }
}

} // namespace triptych::ui
