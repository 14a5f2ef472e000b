#include "pages/common/runs_table.h"

#include "item_models/table_style.h"
#include "shell/theme.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace triptych::ui {

RunsTable::RunsTable(QWidget* parent) : QWidget(parent) {
    m_model = new RunsModel(this);
    m_filter = new RunsFilter(this);
    m_filter->setSourceModel(m_model);
    m_view = new QTableView(this);
    m_view->setModel(m_filter);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(RunsModel::Created, Qt::DescendingOrder);
    styleTable(m_view);
    m_view->horizontalHeader()->setStretchLastSection(false);
    m_view->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_view->horizontalHeader()->setSectionResizeMode(RunsModel::Run, QHeaderView::Stretch);
    m_view->horizontalHeader()->setMinimumSectionSize(56);
    m_empty = new QLabel(this);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    setTextStyle(m_empty, TextSize::Body, Tone::Secondary);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_view);
    column->addWidget(m_empty);
    // Queued: a filter that removes selected rows says so from within the removal, when the models must not be touched.
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunsTable::selectionChanged, Qt::QueuedConnection);
    connect(m_view, &QTableView::activated, this,
            [this](const QModelIndex& index) { Q_EMIT activated(index.data(RunsModel::IdRole).toString()); });
    showEmpty();
}

void RunsTable::setRuns(std::vector<RunSummary> runs) {
    const QStringList before = selected();
    {
        const QSignalBlocker blocker(m_view->selectionModel());
        m_model->setRuns(std::move(runs));
    }
    select(before);
    showEmpty();
}

void RunsTable::setEmptyText(const QString& text) {
    m_empty->setText(text);
}

void RunsTable::setFilter(const QString& text) {
    m_filter->setText(text);
}

void RunsTable::setSeveral(bool several) {
    m_view->setSelectionMode(several ? QAbstractItemView::ExtendedSelection : QAbstractItemView::SingleSelection);
}

QStringList RunsTable::selected() const {
    QModelIndexList rows = m_view->selectionModel()->selectedRows(RunsModel::Run);
    std::sort(rows.begin(), rows.end(), [](const QModelIndex& a, const QModelIndex& b) { return a.row() < b.row(); });
    QStringList ids;
    for (const QModelIndex& index : rows)
        ids.append(index.data(RunsModel::IdRole).toString());
    return ids;
}

void RunsTable::select(const QStringList& ids) {
    QItemSelection selection;
    for (int row = 0; row < m_filter->rowCount(); ++row) {
        const QModelIndex index = m_filter->index(row, 0);
        if (ids.contains(index.data(RunsModel::IdRole).toString()))
            selection.select(index, m_filter->index(row, RunsModel::ColumnCount - 1));
    }
    m_view->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
}

void RunsTable::hideColumns(const QList<RunsModel::Column>& columns) {
    for (const RunsModel::Column column : columns)
        m_view->hideColumn(column);
}

void RunsTable::showEmpty() {
    const bool empty = m_model->runs().empty();
    m_view->setVisible(!empty);
    m_empty->setVisible(empty);
}

void RunsTable::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        m_model->retranslate();
    QWidget::changeEvent(event);
}

} // namespace triptych::ui
