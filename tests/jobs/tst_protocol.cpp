#include "base/error.h"
#include "base/random.h"
#include "jobs/protocol.h"

#include <QTest>

#include <thread>
#include <unistd.h>

using namespace triptych;

namespace {

/// A server in a thread with a pipe to each side.
class Conversation {
public:
    explicit Conversation(RequestHandlers handlers) : m_handlers(std::move(handlers)) {
        if (::pipe(m_toServer) != 0 || ::pipe(m_toClient) != 0)
            qFatal("no pipe");
        m_thread = std::thread([this] {
            serve(m_toServer[0], m_toClient[1], m_handlers);
            ::close(m_toClient[1]);
        });
    }
    ~Conversation() {
        hangUp();
        m_thread.join();
        ::close(m_toServer[0]);
        ::close(m_toClient[0]);
    }
    void hangUp() {
        if (m_toServer[1] >= 0)
            ::close(std::exchange(m_toServer[1], -1));
    }
    void sendBytes(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::write(m_toServer[1], bytes.data(), bytes.size());
            if (n <= 0)
                return;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    void send(const Json& message) { sendBytes(dumpJson(message) + "\n"); }
    /// The next message; null at the end of the stream.
    Json receive() {
        for (;;) {
            if (const auto frame = m_framer.next())
                return Json::parse(frame->line);
            char bytes[4096];
            const ssize_t n = ::read(m_toClient[0], bytes, sizeof bytes);
            if (n <= 0)
                return Json();
            m_framer.feed({bytes, static_cast<std::size_t>(n)});
        }
    }
    void initialize() {
        send(requestMessage(0, "initialize", {{"protocol", 1}}));
        receive();
    }

private:
    RequestHandlers m_handlers;
    int m_toServer[2], m_toClient[2];
    std::thread m_thread;
    LineFramer m_framer;
};

RequestHandlers handlers() {
    return {{"echo", [](const Json& params, std::stop_token, ProgressSink&) { return params; }},
            {"fail", [](const Json&, std::stop_token, ProgressSink&) -> Json { throw Error(ErrorCode::NotFound, "no 'x'", "Make one."); }},
            {"misread", [](const Json& params, std::stop_token, ProgressSink&) -> Json { return params.at("texts").get<std::string>(); }},
            {"alloc", [](const Json&, std::stop_token, ProgressSink&) -> Json { throw std::bad_alloc(); }},
            {"large", [](const Json&, std::stop_token, ProgressSink&) -> Json { return std::string(kMaxLineBytes, 'x'); }},
            {"spell", [](const Json& params, std::stop_token, RequestSink& sink) -> Json {
                 for (const char letter : params.at("word").get<std::string>())
                     sink.token({{"text", std::string(1, letter)}});
                 return "said";
             }},
            {"wait", [](const Json&, std::stop_token stop, ProgressSink& progress) -> Json {
                 for (std::int64_t i = 1;; ++i) {
                     throwIfStopped(stop);
                     progress.progress({i, 0, "turns", "wait"});
                     std::this_thread::sleep_for(std::chrono::milliseconds(1));
                 }
             }}};
}

std::string codeOf(const Json& message) {
    return message.contains("error") ? std::string(errorCodeName(errorOfMessage(message).code())) : std::string();
}

} // namespace

class ProtocolTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numberOutOfRangeIsAnswered() {
        Conversation talk({});
        talk.initialize();
        talk.sendBytes("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\", \"params\": {\"n\": 1e999}}\n");
        QCOMPARE(talk.receive()["error"]["data"]["code"].get<std::string>(), std::string("protocol"));
        talk.send(requestMessage(2, "ping", Json::object()));
        QCOMPARE(talk.receive()["id"].get<int>(), 2);
    }
    void linesComeOutHoweverTheyAreCut() {
        const std::string text = "first\n\r\nsecond\r\n\nthird\n";
        for (std::size_t piece = 1; piece <= text.size(); ++piece) {
            LineFramer framer;
            std::vector<std::string> lines;
            for (std::size_t at = 0; at < text.size(); at += piece) {
                framer.feed(text.substr(at, piece));
                while (const auto frame = framer.next())
                    lines.push_back(frame->line);
            }
            QCOMPARE(lines, (std::vector<std::string>{"first", "second", "third"}));
        }
    }
    void longLineIsDroppedAndTheNextOneRead() {
        LineFramer framer;
        for (int i = 0; i < 40; ++i) {
            framer.feed(std::string(1u << 20, 'x'));
            QVERIFY(!framer.next().has_value());
        }
        framer.feed("tail\nnext\n");
        QVERIFY(framer.next()->too_long);
        QCOMPARE(framer.next()->line, std::string("next"));
        framer.feed(std::string(kMaxLineBytes, 'x') + "\n" + std::string(kMaxLineBytes + 1, 'x') + "\n");
        QVERIFY(!framer.next()->too_long);
        QVERIFY(framer.next()->too_long);
    }
    void requestsAreAnsweredInOrder() {
        Conversation talk(handlers());
        talk.send(requestMessage(0, "initialize", {{"protocol", 1}}));
        const Json hello = talk.receive();
        QCOMPARE(hello["result"]["protocol"].get<int>(), 1);
        for (int i = 1; i <= 50; ++i)
            talk.send(requestMessage(i, "echo", {{"number", i}}));
        for (int i = 1; i <= 50; ++i) {
            const Json reply = talk.receive();
            QCOMPARE(reply["id"].get<int>(), i);
            QCOMPARE(reply["result"]["number"].get<int>(), i);
        }
    }
    void piecesComeInOrderBeforeTheAnswer() {
        Conversation talk(handlers());
        talk.initialize();
        talk.send(requestMessage("w", "spell", {{"word", "retrieve"}}));
        std::string word;
        Json message = talk.receive();
        for (; message.contains("method"); message = talk.receive()) {
            QCOMPARE(message["method"].get<std::string>(), std::string("token"));
            QCOMPARE(message["params"]["id"].get<std::string>(), std::string("w"));
            word += message["params"]["text"].get<std::string>();
        }
        QCOMPARE(word, std::string("retrieve"));
        QCOMPARE(message["result"].get<std::string>(), std::string("said"));
    }
    void errorCrossesWhole() {
        Conversation talk(handlers());
        talk.initialize();
        talk.send(requestMessage("a", "fail", Json::object()));
        const Json reply = talk.receive();
        const Error error = errorOfMessage(reply);
        QCOMPARE(reply["id"].get<std::string>(), std::string("a"));
        QVERIFY(reply["error"]["code"].is_number_integer());
        QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::NotFound));
        QCOMPARE(error.message(), std::string("no 'x'"));
        QCOMPARE(error.hint(), std::string("Make one."));
    }
    void badRequestsGetTheirError_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const char* line, const char* code) {
            QTest::newRow(name) << QString::fromUtf8(line) << QString::fromUtf8(code);
        };
        row("no JSON", "{\"jsonrpc\": ", "protocol");
        row("a number", "17", "protocol");
        row("a batch", "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}]", "protocol");
        row("no version", "{\"id\":1,\"method\":\"echo\"}", "protocol");
        row("no method", "{\"jsonrpc\":\"2.0\",\"id\":1}", "protocol");
        row("method a number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", "protocol");
        row("id an object", "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"echo\"}", "protocol");
        row("params a list", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[1]}", "protocol");
        row("unknown method", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"fly\"}", "unsupported");
        row("wrong protocol", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocol\":99}}", "unsupported");
        row("field absent", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"misread\"}", "invalid_argument");
        row("field of another type", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"misread\",\"params\":{\"texts\":[]}}", "invalid_argument");
        row("no memory", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"alloc\"}", "out_of_memory");
        row("reply too long", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"large\"}", "protocol");
    }
    void badRequestsGetTheirError() {
        QFETCH(QString, line);
        QFETCH(QString, code);
        Conversation talk(handlers());
        talk.initialize();
        talk.sendBytes(line.toStdString() + "\n");
        QCOMPARE(QString::fromStdString(codeOf(talk.receive())), code);
        talk.send(requestMessage(2, "echo", {{"still", "here"}}));
        QCOMPARE(talk.receive()["result"]["still"].get<std::string>(), std::string("here"));
    }
    void nothingBeforeInitialize() {
        Conversation talk(handlers());
        talk.send(requestMessage(1, "echo", Json::object()));
        QCOMPARE(codeOf(talk.receive()), std::string("protocol"));
    }
    void overlongLineIsAnswered() {
        Conversation talk(handlers());
        talk.initialize();
        talk.sendBytes(std::string(kMaxLineBytes + 100, ' ') + "\n");
        QCOMPARE(codeOf(talk.receive()), std::string("protocol"));
        talk.send(requestMessage(2, "ping", Json::object()));
        QVERIFY(talk.receive().contains("result"));
    }
    void noiseNeverEndsTheServer() {
        Conversation talk(handlers());
        talk.initialize();
        Random random(5);
        for (int i = 0; i < 500; ++i) {
            std::string line = i % 2 ? dumpJson(requestMessage(i, "echo", {{"a", Json::array({1, "b", nullptr})}})) : std::string(40, '\0');
            for (int k = 0; k < 3; ++k)
                line[random.below(line.size())] = static_cast<char>(random.below(256));
            talk.sendBytes(line + "\n");
        }
        talk.send(requestMessage("end", "ping", Json::object()));
        for (;;) {
            const Json reply = talk.receive();
            QVERIFY(reply.is_object());
            if (reply["id"] == "end")
                break;
        }
    }
    void cancelStopsWhatRunsAndWhatWaits() {
        Conversation talk(handlers());
        talk.initialize();
        talk.send(requestMessage(1, "wait", Json::object()));
        talk.send(requestMessage(2, "echo", Json::object()));
        const Json first = talk.receive(); // it runs
        QCOMPARE(first["method"].get<std::string>(), std::string("progress"));
        QCOMPARE(first["params"]["id"].get<int>(), 1);
        const auto nextReply = [&talk] {
            Json reply = talk.receive();
            while (reply.contains("method"))
                reply = talk.receive();
            return reply;
        };
        talk.send(notificationMessage("$/cancel", {{"id", 2}}));
        Json reply = nextReply();
        QCOMPARE(reply["id"].get<int>(), 2);
        QCOMPARE(codeOf(reply), std::string("cancelled"));
        talk.send(notificationMessage("$/cancel", {{"id", 77}})); // unknown: nothing happens
        talk.send(notificationMessage("$/cancel", {{"id", 1}}));
        reply = nextReply();
        QCOMPARE(reply["id"].get<int>(), 1);
        QCOMPARE(codeOf(reply), std::string("cancelled"));
    }
    void oneIdOneRequest() {
        Conversation talk(handlers());
        talk.initialize();
        talk.send(requestMessage(1, "wait", Json::object()));
        talk.receive();
        talk.send(requestMessage(1, "echo", Json::object()));
        Json reply = talk.receive();
        while (reply.contains("method"))
            reply = talk.receive();
        QCOMPARE(codeOf(reply), std::string("protocol"));
    }
    void endOfInputEndsWhatRuns() {
        Conversation talk(handlers());
        talk.initialize();
        talk.send(requestMessage(1, "wait", Json::object()));
        talk.receive();
        talk.hangUp();
        while (!talk.receive().is_null()) {
        }
    }
    void shutdownIsAnswered() {
        Conversation talk(handlers());
        talk.initialize();
        talk.send(requestMessage(1, "shutdown", Json::object()));
        QVERIFY(talk.receive().contains("result"));
        QVERIFY(talk.receive().is_null());
    }
};

QTEST_GUILESS_MAIN(ProtocolTest)
#include "tst_protocol.moc"
