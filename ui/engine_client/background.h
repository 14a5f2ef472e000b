#pragma once

#include "base/error.h"

#include <QCoreApplication>
#include <QObject>
#include <QPointer>
#include <QThreadPool>

#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

namespace triptych::ui {

/// Work off the window's thread with its result back on it: what pages use for file work (import, preview,
/// duplicates). Starting another on the same object asks the former to stop and drops its result.
/// Destruction asks for a stop and does not wait; `work` must own what it touches.
class Background : public QObject {
    Q_OBJECT
public:
    explicit Background(QObject* parent = nullptr) : QObject(parent) {}
    ~Background() override { stop(); }

    bool isRunning() const { return m_running; }
    /// The running work is asked to stop and its result is dropped.
    void stop() {
        m_source.request_stop();
        ++m_number;
        m_running = false;
    }
    /// The running work is asked to stop; what it then gives, most likely Error{Cancelled}, still comes.
    void requestStop() { m_source.request_stop(); }
    /// work(stop_token) -> Result, in a pool thread; done(Result) or failed(Error) in this object's thread.
    template <typename Work, typename Done>
    void start(Work work, Done done, std::function<void(const Error&)> failed) {
        stop();
        m_source = std::stop_source();
        m_running = true;
        const quint64 number = m_number;
        QPointer<Background> self(this);
        auto deliver = [self, number](std::function<void()> body) {
            // Through the application, which outlives the pool's work: `self` is looked at in its own thread only.
            QMetaObject::invokeMethod(QCoreApplication::instance(), [self, number, body = std::move(body)] {
                if (!self || self->m_number != number)
                    return;
                self->m_running = false;
                body();
            }, Qt::QueuedConnection);
        };
        QThreadPool::globalInstance()->start(
            [work = std::move(work), done = std::move(done), failed = std::move(failed), deliver, stop = m_source.get_token()]() mutable {
                try {
                    auto result = std::make_shared<decltype(work(stop))>(work(stop));
                    deliver([result, done = std::move(done)]() mutable { done(std::move(*result)); });
                } catch (const Error& error) {
                    deliver([error, failed = std::move(failed)] { failed(error); });
                } catch (const std::exception& error) {
                    deliver([translated = Error(ErrorCode::Internal, error.what()), failed = std::move(failed)] {
                        failed(translated);
                    });
                }
            });
    }

private:
    std::stop_source m_source;
    quint64 m_number = 0;
    bool m_running = false;
};

} // namespace triptych::ui
