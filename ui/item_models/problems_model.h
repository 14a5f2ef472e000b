#pragma once

#include "datasets/labelled_data.h"

#include <QAbstractTableModel>

#include <vector>

namespace triptych::ui {

/// Rows that an import would leave out, and why.
class ProblemsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Line, Field, Reason, ColumnCount };
    explicit ProblemsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
    void setProblems(std::vector<RowProblem> problems);
    const std::vector<RowProblem>& problems() const { return m_problems; }
    /// Tab-separated with a header, for the clipboard and for files.
    QString asText(const QList<int>& rows = {}) const;
    void retranslate() { Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<RowProblem> m_problems;
};

} // namespace triptych::ui
