#pragma once

#include <QFrame>

class QStackedWidget;
class QToolButton;

namespace triptych::ui {

class JobCenter;
class JobsPanel;
class LogModel;
class LogPanel;

/// The bottom dock: Jobs and Log under two words.
class Dock : public QFrame {
    Q_OBJECT
public:
    enum class Tab { Jobs, Log };
    Dock(JobCenter& jobs, LogModel& log, QWidget* parent);
    void showTab(Tab tab);
    Tab currentTab() const;
    JobsPanel& jobsPanel() { return *m_jobs; }
    LogPanel& logPanel() { return *m_log; }
    void retranslate();
    QSize sizeHint() const override { return {600, 132}; }
    QSize minimumSizeHint() const override { return {200, 72}; }

Q_SIGNALS:
    void hideRequested();

private:
    JobsPanel* m_jobs;
    LogPanel* m_log;
    QStackedWidget* m_stack;
    QToolButton* m_jobsTab;
    QToolButton* m_logTab;
    QToolButton* m_hide;
};

} // namespace triptych::ui
