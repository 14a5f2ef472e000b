#pragma once

#include <QByteArray>
#include <QList>
#include <QMutex>
#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>
#include <QTimer>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace triptych::testing {

struct HttpRequest {
    QByteArray path, head, body;
    /// Of one line of the head.
    QByteArray header(const QByteArray& name) const {
        for (const QByteArray& line : head.split('\n')) {
            if (line.toLower().startsWith(QByteArray(name.toLower() + ':')))
                return line.mid(name.size() + 1).trimmed();
        }
        return {};
    }
};

/// What is written, piece by piece; then the line is cut.
struct HttpReply {
    QList<QByteArray> pieces;
    int pauseMs = 0;      ///< between them
    bool endless = false; ///< the last piece again and again
    bool open = false;    ///< nothing more comes and the line stays open
};

inline HttpReply whole(const QByteArray& status, const QByteArray& type, const QByteArray& body, const QByteArray& headers = {}) {
    return {{"HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Type: " + type + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" + headers + "\r\n" + body}};
}
inline QByteArray streamHead() { return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/event-stream\r\n\r\n"; }
inline QByteArray sse(const QByteArray& text) { return "data: {\"choices\": [{\"index\": 0, \"delta\": {\"content\": \"" + text + "\"}}]}\n\n"; }
inline QByteArray lastEvents(const QByteArray& reason = "stop", int prompt = 5, int completion = 3) {
    return "data: {\"choices\": [{\"index\": 0, \"delta\": {}, \"finish_reason\": \"" + reason + "\"}]}\n\ndata: {\"choices\": [], \"usage\": {\"prompt_tokens\": " +
           QByteArray::number(prompt) + ", \"completion_tokens\": " + QByteArray::number(completion) + "}}\n\ndata: [DONE]\n\n";
}
/// Cut into pieces of `size` bytes.
inline QList<QByteArray> cut(const QByteArray& bytes, int size) {
    QList<QByteArray> pieces;
    for (qsizetype at = 0; at < bytes.size(); at += size)
        pieces.append(bytes.mid(at, size));
    return pieces;
}

/// A small HTTP server in a thread of its own, which answers as it is told and remembers what it was asked.
class HttpServer : public QThread {
public:
    using Answer = std::function<HttpReply(const HttpRequest& request, int number)>; ///< number: from 0

    explicit HttpServer(Answer answer) : m_answer(std::move(answer)) {
        start();
        while (m_port == 0)
            QThread::yieldCurrentThread();
    }
    ~HttpServer() override {
        quit();
        wait();
    }
    std::string url(const std::string& path = "/v1") const { return "http://127.0.0.1:" + std::to_string(m_port) + path; }
    QList<HttpRequest> requests() {
        const QMutexLocker guard(&m_mutex);
        return m_requests;
    }
    /// Lines that were cut by the other side while an answer was on its way.
    int hungUp() const { return m_hungUp; }

protected:
    void run() override {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        QObject::connect(&server, &QTcpServer::newConnection, &server, [&] {
            while (QTcpSocket* const socket = server.nextPendingConnection()) {
                auto line = std::make_shared<Line>();
                QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket, line] { take(*socket, *line); });
                QObject::connect(socket, &QTcpSocket::disconnected, socket, [this, socket, line] {
                    m_hungUp += line->writing ? 1 : 0;
                    socket->deleteLater();
                });
            }
        });
        m_port = server.serverPort();
        exec();
    }

private:
    struct Line {
        QByteArray bytes; ///< of the request so far
        HttpReply reply;
        bool writing = false;
    };
    void take(QTcpSocket& socket, Line& line) {
        line.bytes += socket.readAll();
        const qsizetype end = line.bytes.indexOf("\r\n\r\n");
        if (end < 0)
            return;
        const HttpRequest request{line.bytes.split(' ').value(1), line.bytes.left(end).replace("\r\n", "\n"), line.bytes.mid(end + 4)};
        if (request.body.size() < request.header("Content-Length").toLongLong())
            return;
        line.bytes.clear();
        int number = 0;
        {
            const QMutexLocker guard(&m_mutex);
            number = static_cast<int>(m_requests.size());
            m_requests.append(request);
        }
        line.reply = m_answer(request, number);
        line.writing = true;
        write(socket, line, 0);
    }
    void write(QTcpSocket& socket, Line& line, qsizetype at) {
        const HttpReply& reply = line.reply;
        if (at >= reply.pieces.size()) {
            if (reply.open)
                return;
            line.writing = false;
            return socket.disconnectFromHost();
        }
        qsizetype next = at;
        if (socket.bytesToWrite() < (1 << 20)) { // else the other side reads slowly
            socket.write(reply.pieces[at]);
            socket.flush();
            next = reply.endless && at + 1 == reply.pieces.size() ? at : at + 1;
        }
        QTimer::singleShot(reply.pauseMs, &socket, [this, &socket, &line, next] { write(socket, line, next); });
    }

    Answer m_answer;
    QMutex m_mutex;
    QList<HttpRequest> m_requests;
    std::atomic<quint16> m_port = 0;
    std::atomic<int> m_hungUp = 0;
};

} // namespace triptych::testing
