#include "engine_client/engine_client.h"

#include "jobs/protocol.h"
#include "jobs/supervisor.h"

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {

constexpr qsizetype kKeptErrorBytes = 4000;
constexpr int kFirstDelayMs = 200;
constexpr int kLastDelayMs = 10'000;

} // namespace

EngineClient::EngineClient(QStringList command, QObject* parent) : QObject(parent), m_command(std::move(command)) {
    m_restart.setSingleShot(true);
    connect(&m_restart, &QTimer::timeout, this, &EngineClient::start);
}

EngineClient::~EngineClient() {
    m_pending.clear();
    shutDown();
}

qint64 EngineClient::processId() const { return m_process ? m_process->processId() : 0; }

void EngineClient::setState(State state) {
    if (state == m_state)
        return;
    m_state = state;
    Q_EMIT stateChanged(state);
}

quint64 EngineClient::request(const QString& method, const Json& params, QObject* context, Done done, Failed failed) {
    const quint64 number = m_nextNumber++;
    Pending pending;
    pending.line = QByteArray::fromStdString(dumpJson(requestMessage(number, method.toStdString(), params)));
    pending.context = context;
    pending.hasContext = context != nullptr;
    pending.done = std::move(done);
    pending.failed = std::move(failed);
    m_pending.insert(number, std::move(pending));
    if (m_state == State::Ready)
        sendWaiting();
    else if (m_state == State::Idle)
        start();
    return number;
}

quint64 EngineClient::requestLatest(const QString& channel, const QString& method, const Json& params, QObject* context,
                                    Done done, Failed failed) {
    if (const quint64 former = m_latest.value(channel))
        cancel(former);
    const quint64 number = request(method, params, context, std::move(done), std::move(failed));
    m_pending[number].channel = channel;
    m_latest.insert(channel, number);
    return number;
}

void EngineClient::cancel(quint64 number) {
    const auto it = m_pending.find(number);
    if (it == m_pending.end())
        return;
    const bool sent = it->sent;
    if (m_latest.value(it->channel) == number)
        m_latest.remove(it->channel);
    m_pending.erase(it);
    if (sent && m_state == State::Ready)
        write(notificationMessage("$/cancel", {{"id", number}}));
}

void EngineClient::requestStop(quint64 number) {
    const auto it = m_pending.find(number);
    if (it == m_pending.end())
        return;
    if (it->sent) {
        if (m_state == State::Ready)
            write(notificationMessage("$/cancel", {{"id", number}}));
        return;
    }
    const Pending pending = *it; // nobody has begun with it
    cancel(number);
    if (!pending.hasContext || pending.context)
        pending.failed(Error(ErrorCode::Cancelled, "cancelled"));
}

void EngineClient::shutDown() {
    m_restart.stop();
    failAll(Error(ErrorCode::Cancelled, "the engine was shut down"));
    if (m_process) {
        QProcess* process = std::exchange(m_process, nullptr);
        process->disconnect(this);
        // The end of its input is the engine's sign to go; nobody waits for it here.
        process->closeWriteChannel();
        process->terminate();
        if (!process->waitForFinished(300))
            process->kill();
        process->waitForFinished(300);
        delete process;
    }
    m_framer = {};
    setState(State::Idle);
}

void EngineClient::start() {
    if (m_process)
        return;
    QStringList command = m_command;
    if (command.isEmpty()) {
        for (const std::string& part : defaultEngineCommand())
            command.append(QString::fromStdString(part));
        command.append(QStringLiteral("serve"));
    }
    setState(State::Starting);
    m_framer = {};
    m_errors.clear();
    m_process = new QProcess(this);
    connect(m_process, &QProcess::readyReadStandardOutput, this, &EngineClient::readLines);
    connect(m_process, &QProcess::readyReadStandardError, this, [this] {
        m_errors += m_process->readAllStandardError();
        m_errors = m_errors.right(kKeptErrorBytes);
    });
    connect(m_process, &QProcess::started, this, [this] {
        write(requestMessage(0u, "initialize", {{"protocol", kProtocolVersion}}));
    });
    connect(m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        handleEnd(status == QProcess::CrashExit ? QStringLiteral("killed by a signal") : QStringLiteral("exit code %1").arg(code));
    });
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            handleEnd(m_process->errorString());
    });
    m_process->start(command.first(), command.mid(1));
}

void EngineClient::write(const Json& message) {
    if (m_process)
        m_process->write(QByteArray::fromStdString(dumpJson(message)) + '\n');
}

void EngineClient::sendWaiting() {
    for (auto it = m_pending.begin(); it != m_pending.end(); ++it) {
        if (it->sent)
            continue;
        it->sent = true;
        m_process->write(std::exchange(it->line, {}) + '\n');
    }
}

void EngineClient::readLines() {
    const QByteArray bytes = m_process->readAllStandardOutput();
    m_framer.feed(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    while (m_process) { // a callback may shut the client down
        const std::optional<LineFramer::Frame> frame = m_framer.next();
        if (!frame)
            return;
        if (frame->too_long) {
            m_errors += "a line of more than 16 MB";
            m_process->kill();
            return;
        }
        handleLine(frame->line);
    }
}

void EngineClient::handleLine(const std::string& line) {
    Json message;
    try {
        message = parseJson(line, "a line of the engine");
    } catch (const Error& error) {
        m_errors += error.what();
        m_process->kill(); // what follows cannot be trusted; the end is handled like any other
        return;
    }
    if (!message.is_object())
        return;
    if (message.contains("method")) {
        const Json params = message.value("params", Json::object());
        const std::string method = message["method"].is_string() ? message["method"].get<std::string>() : std::string();
        const quint64 number = params.is_object() && params.contains("id") && params["id"].is_number_unsigned()
                                   ? params["id"].get<quint64>() : 0;
        if (!m_pending.contains(number))
            return;
        if (method == "progress")
            Q_EMIT progress(number, params);
        else if (method == "token")
            Q_EMIT token(number, params);
        return;
    }
    if (!message.contains("id") || !message["id"].is_number_unsigned())
        return;
    const quint64 number = message["id"].get<quint64>();
    if (number == 0) {
        if (message.contains("error")) {
            m_errors += QByteArray::fromStdString(dumpJson(message["error"]));
            m_process->kill();
            return;
        }
        m_delayMs = 0;
        setState(State::Ready);
        sendWaiting();
        return;
    }
    const auto it = m_pending.find(number);
    if (it == m_pending.end()) // cancelled or superseded
        return;
    const Pending pending = std::move(*it);
    if (m_latest.value(pending.channel) == number)
        m_latest.remove(pending.channel);
    m_pending.erase(it);
    if (pending.hasContext && !pending.context)
        return;
    if (message.contains("error"))
        pending.failed(errorOfMessage(message));
    else
        pending.done(message.value("result", Json()));
}

void EngineClient::handleEnd(const QString& reason) {
    if (!m_process)
        return;
    m_errors += m_process->readAllStandardError();
    QString detail = QString::fromUtf8(m_errors).trimmed();
    detail = detail.isEmpty() ? reason : reason + QStringLiteral(": ") + detail.right(kKeptErrorBytes);
    m_process->disconnect(this);
    m_process->deleteLater();
    m_process = nullptr;
    m_framer = {};

    const bool wasReady = m_state == State::Ready;
    m_delayMs = std::clamp(m_delayMs * 2, kFirstDelayMs, kLastDelayMs);
    setState(State::Restarting);
    Q_EMIT crashed(detail, wasReady);
    failAll(Error(ErrorCode::WorkerDied, "the engine process ended: " + detail.toStdString()));
    // One that never got ready would only die again: it starts with the next request.
    if (wasReady)
        m_restart.start(m_delayMs);
    else if (m_pending.isEmpty())
        setState(State::Idle);
    else
        m_restart.start(m_delayMs);
}

void EngineClient::failAll(const Error& error) {
    const QMap<quint64, Pending> pending = std::exchange(m_pending, {});
    m_latest.clear();
    for (const Pending& request : pending) {
        if (request.failed && !(request.hasContext && !request.context))
            request.failed(error);
    }
}

} // namespace triptych::ui
