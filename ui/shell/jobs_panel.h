#pragma once

#include "item_models/jobs_model.h"

#include <QStyledItemDelegate>
#include <QWidget>

class QLabel;
class QTableView;

namespace triptych::ui {

class EmptyState;

/// Paints the progress bar and the row's buttons (pause or resume, cancel or remove, open).
class JobsDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    enum class Button { Pause, Resume, Cancel, Remove, Open };
    explicit JobsDelegate(QObject* parent = nullptr);
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option, const QModelIndex& index) override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option, const QModelIndex& index) override;

Q_SIGNALS:
    void buttonPressed(int row, triptych::ui::JobsDelegate::Button button);
};

/// The Jobs table. Space pauses or resumes, Delete cancels or removes, Return opens the run.
class JobsPanel : public QWidget {
    Q_OBJECT
public:
    JobsPanel(JobCenter& jobs, QWidget* parent);
    std::optional<JobInfo> currentJob() const;
    void select(const QString& runId);
    void retranslate();
    JobsModel& jobsModel() { return *m_model; }

    void pauseOrResumeCurrent();
    void cancelCurrent();
    void openCurrent();

Q_SIGNALS:
    void openRequested(const QString& runId);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void act(int row, JobsDelegate::Button button);
    void showMenu(const QPoint& position);
    void updateEmpty();
    JobCenter& m_jobs;
    JobsModel* m_model;
    QTableView* m_table;
    QLabel* m_empty;
};

} // namespace triptych::ui
