#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

#include <functional>
#include <type_traits>

class QTableView;

namespace triptych::ui {

/// One column of a RecordTable: how a record reads, and what sorting compares (a number for figures).
template <typename Record> struct TableColumn {
    std::function<QString()> title; ///< asked anew at every language switch
    std::function<QString(const Record&)> text;
    std::function<QVariant(const Record&)> sortKey; ///< empty: the text
    bool figure = false;                            ///< right-aligned, tabular
    std::function<QVariant(const Record&, int role)> extra; ///< decoration, tool tip, colour; may be empty
};

/// A read-only table over plain records, for views of up to some ten thousand rows.
template <typename Record> class RecordTable : public QAbstractTableModel {
public:
    enum { SortRole = Qt::UserRole + 100 };
    explicit RecordTable(QList<TableColumn<Record>> columns, QObject* parent = nullptr)
        : QAbstractTableModel(parent), m_columns(std::move(columns)) {}

    void setRecords(QList<Record> records) {
        beginResetModel();
        m_records = std::move(records);
        endResetModel();
    }
    const QList<Record>& records() const { return m_records; }
    const Record& at(int row) const { return m_records[row]; }
    void retranslate() {
        if (!m_records.isEmpty())
            Q_EMIT this->dataChanged(this->index(0, 0), this->index(rowCount() - 1, columnCount() - 1));
        Q_EMIT this->headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
    }

    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : static_cast<int>(m_records.size()); }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : static_cast<int>(m_columns.size()); }
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override {
        if (!this->checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
            return {};
        const TableColumn<Record>& column = m_columns[index.column()];
        const Record& record = m_records[index.row()];
        if (role == Qt::DisplayRole)
            return column.text(record);
        if (role == SortRole)
            return column.sortKey ? column.sortKey(record) : QVariant(column.text(record));
        if (role == Qt::TextAlignmentRole)
            return QVariant::fromValue((column.figure ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        return column.extra ? column.extra(record, role) : QVariant();
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override {
        if (orientation != Qt::Horizontal || section < 0 || section >= m_columns.size())
            return {};
        if (role == Qt::DisplayRole)
            return m_columns[section].title();
        if (role == Qt::TextAlignmentRole)
            return QVariant::fromValue((m_columns[section].figure ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        return {};
    }

private:
    QList<TableColumn<Record>> m_columns;
    QList<Record> m_records;
};

/// The window's look of a table: no grid but row lines, whole rows selected, quiet header, 28 a row.
void styleTable(QTableView* table);

} // namespace triptych::ui
