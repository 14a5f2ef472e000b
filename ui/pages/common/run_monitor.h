#pragma once

#include "engine_client/job_center.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace triptych::ui {

/// One run under way: what it does, how far it is, how long it still takes, and its buttons. Hidden without a run.
class RunMonitor : public QWidget {
    Q_OBJECT
public:
    explicit RunMonitor(JobCenter& jobs, QWidget* parent = nullptr);
    void setRun(const QString& runId);
    QString run() const { return m_run; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void update();
    JobCenter& m_jobs;
    QString m_run;
    QLabel *m_title, *m_line, *m_error;
    QProgressBar* m_bar;
    QPushButton *m_pause, *m_resume, *m_cancel;
};

/// "training · 264 / 402 steps · 7.1 /s · 0:19 left".
QString statusLine(const RunStatus& status);

} // namespace triptych::ui
