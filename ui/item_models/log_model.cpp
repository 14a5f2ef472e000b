#include "item_models/log_model.h"

#include "l10n/words.h"
#include "shell/theme.h"

#include <QDateTime>
#include <QLocale>

namespace triptych::ui {

namespace {

constexpr int kKept = 5000;

QString levelWord(LogLevel level) {
    switch (level) {
    case LogLevel::Debug: return LogModel::tr("debug");
    case LogLevel::Info: return LogModel::tr("info");
    case LogLevel::Warning: return LogModel::tr("warning");
    case LogLevel::Error: return LogModel::tr("error");
    }
    return {};
}

QString clock(double wallTime) {
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(wallTime * 1000)).toString(QStringLiteral("HH:mm:ss"));
}

} // namespace

LogModel::LogModel(QObject* parent) : QAbstractTableModel(parent) {}

void LogModel::append(const LogEntry& entry) {
    if (rowCount() >= kKept) {
        beginRemoveRows({}, 0, 0);
        m_entries.pop_front();
        endRemoveRows();
    }
    const int row = static_cast<int>(m_entries.size());
    beginInsertRows({}, row, row);
    m_entries.push_back(entry);
    endInsertRows();
}

void LogModel::clear() {
    beginResetModel();
    m_entries.clear();
    endResetModel();
}

QString LogModel::line(int row) const {
    const LogEntry& entry = m_entries.at(static_cast<std::size_t>(row));
    return QStringLiteral("%1\t%2\t%3").arg(clock(entry.wallTime), levelWord(entry.level), entry.message);
}

void LogModel::retranslate() {
    if (!m_entries.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

int LogModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_entries.size()); }
int LogModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant LogModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const LogEntry& entry = m_entries[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Time: return clock(entry.wallTime);
        case Level: return levelWord(entry.level);
        default: return entry.message;
        }
    case Qt::ToolTipRole: return index.column() == Message ? literalText(entry.message) : QString();
    case Qt::ForegroundRole: {
        const ThemeTokens& theme = tokens();
        if (index.column() == Level && entry.level == LogLevel::Error)
            return theme.bad;
        if (index.column() == Level && entry.level == LogLevel::Warning)
            return theme.warning;
        return index.column() == Message ? theme.text : theme.secondary;
    }
    case LevelRole: return static_cast<int>(entry.level);
    default: return {};
    }
}

QVariant LogModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Time: return tr("Time");
    case Level: return tr("Level");
    default: return tr("Message");
    }
}

void LogFilter::setLowestLevel(LogLevel level) {
    m_lowest = level;
    invalidateFilter();
}

void LogFilter::setWords(const QString& words) {
    m_words = words.trimmed();
    invalidateFilter();
}

bool LogFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const QModelIndex index = sourceModel()->index(row, LogModel::Message, parent);
    return index.data(LogModel::LevelRole).toInt() >= static_cast<int>(m_lowest)
           && (m_words.isEmpty() || index.data().toString().contains(m_words, Qt::CaseInsensitive));
}

} // namespace triptych::ui
