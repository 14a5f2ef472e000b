#pragma once

#include "engine_client/job_center.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

#include <deque>

namespace triptych::ui {

/// What jobs, engine and window report, oldest first; the newest 5,000 are kept.
class LogModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Time, Level, Message, ColumnCount };
    enum Role { LevelRole = Qt::UserRole + 1 };
    explicit LogModel(QObject* parent = nullptr);

    void append(const LogEntry& entry);
    void clear();
    /// One line, as it is copied.
    QString line(int row) const;
    void retranslate();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::deque<LogEntry> m_entries;
};

/// Keeps the entries of a level and above whose message holds some words.
class LogFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setLowestLevel(LogLevel level);
    void setWords(const QString& words);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    LogLevel m_lowest = LogLevel::Info;
    QString m_words;
};

} // namespace triptych::ui
