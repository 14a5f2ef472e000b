#pragma once

#include "item_models/runs_model.h"

#include <QWidget>

class QLabel;
class QTableView;

namespace triptych::ui {

/// Table of runs with the look all run tables share: sortable, icons, figures at the right.
class RunsTable : public QWidget {
    Q_OBJECT
public:
    explicit RunsTable(QWidget* parent = nullptr);
    void setRuns(std::vector<RunSummary> runs);
    void setEmptyText(const QString& text);
    void setFilter(const QString& text);
    /// Several rows may be selected; else one.
    void setSeveral(bool several);
    QStringList selected() const; ///< run ids, in the order shown
    void select(const QStringList& ids);
    RunsModel& model() { return *m_model; }
    QTableView* view() const { return m_view; }
    void hideColumns(const QList<RunsModel::Column>& columns);

Q_SIGNALS:
    void selectionChanged();
    void activated(const QString& runId);

protected:
    void changeEvent(QEvent* event) override;

private:
    void showEmpty();
    RunsModel* m_model;
    RunsFilter* m_filter;
    QTableView* m_view;
    QLabel* m_empty;
};

} // namespace triptych::ui
