#pragma once

#include "engine_client/engines.h"
#include "engine_client/job_center.h"

#include <QFrame>
#include <QTimer>

class QLabel;

namespace triptych::ui {

/// The window's lowest line: engines, processor threads, memory of window, engines and workers, network use.
class StatusStrip : public QFrame {
    Q_OBJECT
public:
    StatusStrip(Engines& engines, JobCenter& jobs, QWidget* parent);
    void retranslate();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void updateEngine();
    void updateMemory();
    Engines& m_engines;
    JobCenter& m_jobs;
    QLabel* m_dot;
    QLabel* m_state;
    QLabel* m_processor;
    QLabel* m_memory;
    QLabel* m_network;
    QTimer m_timer;
};

} // namespace triptych::ui
