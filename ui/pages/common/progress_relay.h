#pragma once

#include "base/progress.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QMetaObject>
#include <QPointer>

#include <functional>

namespace triptych::ui {

/// Carries progress out of a pool thread into a widget's thread, at most ten times a second and always the last.
class ProgressRelay : public ProgressSink {
public:
    /// Nothing is shown once `receiver` is gone: give one that lives as long as the work counts.
    ProgressRelay(QObject* receiver, std::function<void(const Progress&)> show) : m_receiver(receiver), m_show(std::move(show)) {}

    void progress(const Progress& progress) override {
        if (m_timer.isValid() && m_timer.elapsed() < 100 && progress.done != progress.total)
            return;
        m_timer.start();
        // Through the application, which outlives the pool's work: `receiver` is looked at in its own thread only.
        QMetaObject::invokeMethod(QCoreApplication::instance(), [receiver = m_receiver, show = m_show, progress] {
            if (receiver)
                show(progress);
        }, Qt::QueuedConnection);
    }
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel, std::string_view) override {}

private:
    QPointer<QObject> m_receiver;
    std::function<void(const Progress&)> m_show;
    QElapsedTimer m_timer;
};

} // namespace triptych::ui
