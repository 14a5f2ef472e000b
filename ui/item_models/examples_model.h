#pragma once

#include "storage/workspace.h"

#include <QAbstractTableModel>
#include <QHash>

#include <memory>

namespace triptych::ui {

/// Rows of a data set, read out of the workspace page by page as they come into sight; or, while a filter is
/// on, the rows that were found.
class ExamplesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Text, Label, Split, Line, ColumnCount };
    explicit ExamplesModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// An empty split means all. Clears a filter.
    void show(std::shared_ptr<Workspace> workspace, const QString& dataset, const QString& split, std::int64_t rows);
    void showFound(std::vector<ExampleRecord> rows);
    void clear();
    void retranslate();
    int pagesRead() const { return m_pagesRead; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const ExampleRecord* row(int index) const;

    std::shared_ptr<Workspace> m_workspace;
    std::string m_dataset, m_split;
    std::int64_t m_rows = 0;
    bool m_found = false;
    std::vector<ExampleRecord> m_foundRows;
    mutable QHash<int, std::vector<ExampleRecord>> m_pages;
    mutable QList<int> m_order; ///< pages by age, oldest first
    mutable int m_pagesRead = 0;
};

} // namespace triptych::ui
