#pragma once

#include "base/error.h"
#include "base/json.h"
#include "jobs/protocol.h"

#include <QHash>
#include <QMap>
#include <QObject>
#include <QPointer>
#include <QProcess>
#include <QStringList>
#include <QTimer>

#include <functional>
#include <string>

namespace triptych::ui {

/// An engine process of the window: `triptych-engine serve`, started on first use, JSON-RPC 2.0,
/// one object a line. A crash fails what was under way, is reported once and the process starts again
/// (after 0.2 s, then twice as long each time up to 10 s, as long as requests come in or it was ready before).
/// No request ever blocks the caller's thread.
class EngineClient : public QObject {
    Q_OBJECT
public:
    enum class State { Idle, Starting, Ready, Restarting };
    Q_ENUM(State)

    using Done = std::function<void(const Json& result)>;
    using Failed = std::function<void(const Error& error)>;

    /// Empty command: the engine of core's supervisor (its environment variable, else beside this program).
    explicit EngineClient(QStringList command = {}, QObject* parent = nullptr);
    ~EngineClient() override;

    State state() const { return m_state; }
    /// Process id, 0 while none runs.
    qint64 processId() const;

    /// Sends a request and gives its number. Exactly one of the callbacks is called, in this thread, unless
    /// `context` is deleted first or the request is cancelled or superseded.
    quint64 request(const QString& method, const Json& params, QObject* context, Done done, Failed failed);
    /// A newer request of the same channel ("playground", "search") makes an older one stale: the engine is
    /// told to stop it and its reply is dropped here, so that no page has to ask which reply is the newest.
    quint64 requestLatest(const QString& channel, const QString& method, const Json& params, QObject* context,
                          Done done, Failed failed);
    /// Requests that wait for their answer.
    qsizetype pendingCount() const { return m_pending.size(); }
    /// Its callbacks are not called any more.
    void cancel(quint64 number);
    /// The engine is told to stop it; what it then answers, most likely Error{Cancelled}, still comes.
    void requestStop(quint64 number);
    /// Stops the process; the next request starts it again.
    void shutDown();

Q_SIGNALS:
    void stateChanged(triptych::ui::EngineClient::State state);
    /// The process vanished; `detail` is the end of what it wrote to stderr. `startsAgain`: by itself, at once; else
    /// (it never got ready) with the next request.
    void crashed(const QString& detail, bool startsAgain);
    /// Notifications of a request that still counts.
    void progress(quint64 number, const triptych::Json& params);
    void token(quint64 number, const triptych::Json& params);

private:
    struct Pending {
        QByteArray line;
        QString channel;
        QPointer<QObject> context;
        bool hasContext = false;
        bool sent = false;
        Done done;
        Failed failed;
    };
    void setState(State state);
    void start();
    void sendWaiting();
    void write(const Json& message);
    void readLines();
    void handleLine(const std::string& line);
    void handleEnd(const QString& reason);
    void failAll(const Error& error);

    QStringList m_command;
    QProcess* m_process = nullptr;
    State m_state = State::Idle;
    quint64 m_nextNumber = 1;
    QMap<quint64, Pending> m_pending; ///< by number, so that waiting ones are sent in order
    QHash<QString, quint64> m_latest; ///< channel -> number
    LineFramer m_framer;
    QByteArray m_errors; ///< end of stderr
    QTimer m_restart;
    int m_delayMs = 0;
};

} // namespace triptych::ui
