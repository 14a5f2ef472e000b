#pragma once

#include "item_models/run_summary.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

namespace triptych::ui {

/// Finished runs against their metrics. The best value of a column is bold; UserRole carries the number to
/// sort by, IdRole the run.
class RunsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Run, Accuracy, Difference, MacroF1, CalibrationError, P50, P95, Size, Build, Trainable, Created, ColumnCount };
    enum Role { SortRole = Qt::UserRole, IdRole, BestRole };

    explicit RunsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
    void setRuns(std::vector<RunSummary> runs);
    const std::vector<RunSummary>& runs() const { return m_runs; }
    const RunSummary* run(const QString& id) const;
    /// The run that differences are taken from; empty: the most accurate one.
    void setReference(const QString& id);
    void retranslate();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::optional<double> valueOf(const RunSummary& run, int column) const;
    void findBest();

    std::vector<RunSummary> m_runs;
    std::array<std::optional<double>, ColumnCount> m_best;
    QString m_reference;
};

/// Sorts by number where there is one, absent values last in both directions; filters over all words of a run.
class RunsFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit RunsFilter(QObject* parent = nullptr);
    void setText(const QString& text);

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QStringList m_words;
};

} // namespace triptych::ui
