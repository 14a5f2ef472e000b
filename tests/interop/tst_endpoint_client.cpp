#include "base/error.h"
#include "interop/endpoint_client.h"
#include "support/http_server.h"

#include <QTest>

#include <chrono>
#include <cstring>
#include <dlfcn.h>
#include <netdb.h>
#include <optional>
#include <thread>

using namespace triptych;
using namespace triptych::testing;

/// In place of the system's: a name server that takes its time over one name.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
    if (node && std::strcmp(node, "slow.example") == 0) {
        std::this_thread::sleep_for(std::chrono::seconds(5));
        return EAI_AGAIN;
    }
    static const auto real = reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return real(node, service, hints, result);
}

namespace {

const std::string kKey = "sk-test-0123456789abcdefghij";
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

class Log final : public ProgressSink {
public:
    void progress(const Progress& progress) override { last = progress; }
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel, std::string_view message) override { text += std::string(message) + "\n"; }
    std::string text;
    Progress last;
};

Endpoint endpointAt(const HttpServer& server) {
    Endpoint endpoint;
    endpoint.name = "lab";
    endpoint.base_url = server.url();
    endpoint.model = "tiny";
    endpoint.attempts = 3;
    endpoint.retry_pause_s = 0.01;
    return endpoint;
}

/// What one question gave: the answer or the error, and what came piece by piece.
struct Asked {
    std::optional<EndpointAnswer> answer;
    std::optional<Error> error;
    std::string streamed, log;
    int pieces = 0;
    std::string words() const { return error ? error->message() + " " + error->hint() : std::string("no error"); }
};

Asked ask(const Endpoint& endpoint, const std::string& key = kKey, const std::stop_token& stop = {}, int most = 1 << 30) {
    Asked asked;
    Log log;
    try {
        const EndpointClient client(endpoint, {key, key.empty() ? "in TRIPTYCH_KEY_LAB and in the keychain" : "TRIPTYCH_KEY_LAB"});
        asked.answer = client.chat(OrderedJson::array({{{"role", "user"}, {"content", "Hello, 你好?"}}}), {{"max_tokens", 8}, {"temperature", 0}},
                                   [&](std::string_view piece) {
                                       asked.streamed += piece;
                                       return ++asked.pieces < most;
                                   },
                                   log, stop);
    } catch (const Error& error) {
        asked.error = error;
    }
    asked.log = log.text;
    return asked;
}

QByteArray goodStream() { return streamHead() + "data: {\"choices\": [{\"delta\": {\"role\": \"assistant\", \"content\": \"\"}}]}\n\n" + sse("Gr\xc3\xbc\xc3\x9f") + sse(" \xe4\xbd\xa0\xe5\xa5\xbd") + sse(" \xf0\x9f\x98\x80") + lastEvents("length", 7, 3); }
const std::string kGood = "Grüß 你好 😀";

} // namespace

/// The client against a server in this process that does what real ones do, and worse.
class EndpointClientTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anAnswerComesPieceByPiece() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply{{goodStream()}}; });
        const Asked asked = ask(endpointAt(server));
        QVERIFY2(asked.answer.has_value(), asked.words().c_str());
        QCOMPARE(asked.answer->text, kGood);
        QCOMPARE(asked.streamed, kGood);
        QCOMPARE(asked.pieces, 3);
        QCOMPARE(asked.answer->promptTokens, 7);
        QCOMPARE(asked.answer->newTokens, 3);
        QCOMPARE(asked.answer->finish_reason, std::string("length"));
        QVERIFY(asked.answer->timeToFirstTokenS > 0 && asked.answer->seconds >= asked.answer->timeToFirstTokenS);
        const HttpRequest request = server.requests().at(0);
        QCOMPARE(request.path, QByteArray("/v1/chat/completions"));
        QCOMPARE(request.header("Authorization"), QByteArray("Bearer " + QByteArray::fromStdString(kKey)));
        QCOMPARE(request.header("Content-Type"), QByteArray("application/json"));
        const Json body = Json::parse(request.body.toStdString());
        QVERIFY(body["model"] == "tiny" && body["stream"] == true && body["max_tokens"] == 8);
        QCOMPARE(body["messages"][0]["content"].get<std::string>(), std::string("Hello, 你好?"));
    }
    void noKeyNoHeader() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply{{goodStream()}}; });
        QVERIFY(ask(endpointAt(server), "").answer.has_value());
        QVERIFY(server.requests().at(0).header("Authorization").isEmpty());
    }
    void piecesAreCutAnywhere_data() {
        QTest::addColumn<int>("size");
        for (const int size : {1, 2, 3, 5, 7, 11, 64})
            QTest::addRow("%d", size) << size;
    }
    void piecesAreCutAnywhere() {
        QFETCH(int, size);
        HttpServer server([size](const HttpRequest&, int) { return HttpReply{cut(goodStream(), size)}; });
        const Asked asked = ask(endpointAt(server));
        QVERIFY2(asked.answer.has_value(), asked.words().c_str());
        QCOMPARE(asked.streamed, kGood);
    }
    void linesThatHttpCutsAreWhole() {
        // Transfer-Encoding: chunked with chunks of five bytes, which split characters and lines.
        const QByteArray body = goodStream().mid(streamHead().size());
        QByteArray chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (const QByteArray& piece : cut(body, 5))
            chunked += QByteArray::number(piece.size(), 16) + "\r\n" + piece + "\r\n";
        chunked += "0\r\n\r\n";
        HttpServer server([chunked](const HttpRequest&, int) { return HttpReply{cut(chunked, 13)}; });
        QCOMPARE(ask(endpointAt(server)).streamed, kGood);
    }
    void aSlowStreamIsPassedOnAsItComes() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply{{streamHead() + sse("a"), sse("b"), sse("c") + lastEvents()}, 400}; });
        const Endpoint endpoint = endpointAt(server);
        const auto begin = Clock::now();
        double first = 0;
        const EndpointClient client(endpoint, {});
        const EndpointAnswer answer = client.chat(OrderedJson::array(), Json::object(), [&](std::string_view) {
            first = first == 0 ? secondsSince(begin) : first;
            return true;
        }, nullProgress(), {});
        QVERIFY2(first < 0.7 && secondsSince(begin) >= 0.8, std::to_string(first).c_str());
        QVERIFY(answer.timeToFirstTokenS < 0.7 && answer.seconds >= 0.8);
    }
    void aServerThatDoesNotStreamIsUnderstood() {
        HttpServer server([](const HttpRequest&, int) {
            return whole("200 OK", "application/json", R"({"choices": [{"message": {"role": "assistant", "content": "All at once"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 4, "completion_tokens": 3}})");
        });
        const Asked asked = ask(endpointAt(server));
        QCOMPARE(asked.streamed, std::string("All at once"));
        QCOMPARE(asked.answer->newTokens, 3);
    }
    void whatKeepsTheLineOpenIsNoEvent() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply{{streamHead() + ": PROCESSING\n\n: PROCESSING\n\n" + sse("ok") + lastEvents("stop", 0, 0)}}; });
        const Asked asked = ask(endpointAt(server));
        QCOMPARE(asked.streamed, std::string("ok"));
        QCOMPARE(asked.answer->newTokens, 1); // not said: its pieces
    }
    void theEndNeedsNoClosedLine() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply{{streamHead() + sse("ok") + lastEvents()}, 0, false, true}; });
        const auto begin = Clock::now();
        QCOMPARE(ask(endpointAt(server)).streamed, std::string("ok"));
        QVERIFY(secondsSince(begin) < 5);
    }

    void whatMayPassIsTriedAgain_data() {
        QTest::addColumn<QByteArray>("first");
        QTest::newRow("429") << whole("429 Too Many Requests", "application/json", R"({"error": {"message": "slow down"}})").pieces[0];
        QTest::newRow("429 for a second") << whole("429 Too Many Requests", "text/plain", "slow down", "Retry-After: 1\r\n").pieces[0];
        QTest::newRow("503") << whole("503 Service Unavailable", "text/html", "<html><title>Busy</title></html>").pieces[0];
        QTest::newRow("500") << whole("500 Internal Server Error", "text/plain", "").pieces[0];
        QTest::newRow("nothing at all") << QByteArray();
        QTest::newRow("a head and then nothing") << QByteArray("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500\r\n\r\n: hello\n\n");
    }
    void whatMayPassIsTriedAgain() {
        QFETCH(QByteArray, first);
        HttpServer server([first](const HttpRequest&, int number) { return HttpReply{{number == 0 ? first : goodStream()}}; });
        const auto begin = Clock::now();
        const Asked asked = ask(endpointAt(server));
        QVERIFY2(asked.answer.has_value(), asked.words().c_str());
        QCOMPARE(asked.streamed, kGood);
        QCOMPARE(server.requests().size(), qsizetype(2));
        QVERIFY2(asked.log.find(server.url()) != std::string::npos && asked.log.find("trying again") != std::string::npos, asked.log.c_str());
        QCOMPARE(secondsSince(begin) >= 1, first.contains("Retry-After"));
    }
    void attemptsEnd() {
        HttpServer server([](const HttpRequest&, int) { return whole("503 Busy", "text/plain", "no room"); });
        const Asked asked = ask(endpointAt(server));
        QCOMPARE(server.requests().size(), qsizetype(3));
        QVERIFY2(asked.words().find("503") != std::string::npos && asked.words().find("no room") != std::string::npos, asked.words().c_str());
    }
    void aLongWaitIsSaidAndNotWaited() {
        HttpServer server([](const HttpRequest&, int) { return whole("429 Too Many Requests", "text/plain", "tomorrow", "Retry-After: 86400\r\n"); });
        const auto begin = Clock::now();
        const Asked asked = ask(endpointAt(server));
        QVERIFY(secondsSince(begin) < 5);
        QCOMPARE(server.requests().size(), qsizetype(1));
        QVERIFY2(asked.words().find("86400") != std::string::npos, asked.words().c_str());
    }
    void nobodyThere() {
        Endpoint endpoint;
        endpoint.name = "gone";
        {
            HttpServer server([](const HttpRequest&, int) { return HttpReply(); });
            endpoint = endpointAt(server);
        }
        const Asked asked = ask(endpoint);
        QVERIFY2(asked.error && asked.error->code() == ErrorCode::Io && asked.words().find(endpoint.base_url) != std::string::npos, asked.words().c_str());
        QCOMPARE(QString::fromStdString(asked.log).count(QLatin1Char('\n')), 2);
    }

    /// One clear error that names the address and holds no part of the key, asked once; what has come stays.
    void faultsAreSaid_data() {
        QTest::addColumn<QByteArray>("reply");
        QTest::addColumn<QByteArray>("fault");
        QTest::addColumn<QByteArray>("streamed");
        const QByteArray key = QByteArray::fromStdString(kKey);
        const auto row = [](const char* name, const HttpReply& reply, const QByteArray& fault, const QByteArray& streamed = {}) { QTest::newRow(name) << reply.pieces[0] << fault << streamed; };
        const auto stream = [](const QByteArray& events) { return HttpReply{{streamHead() + events}}; };
        row("401 that repeats the key", whole("401 Unauthorized", "application/json", R"({"error": {"message": "Incorrect API key provided: )" + key + R"("}})"), "refuses the key from TRIPTYCH_KEY_LAB (HTTP 401): Incorrect API key provided: •••");
        row("403", whole("403 Forbidden", "text/plain", "not you, " + key), "refuses the key from TRIPTYCH_KEY_LAB (HTTP 403): not you");
        const QByteArray ends = "{\"error\": {\"message\": \"Incorrect key " + key.left(6) + "***" + key.right(4) + "\\u001b[31m\\u009b\\u202e\\nin red\"}}";
        row("401 that repeats both ends", whole("401 Unauthorized", "application/json", ends), "Incorrect key •••***•••[31m in red");
        row("400 that repeats the key", whole("400 Bad Request", "application/json", R"({"error": {"message": "no such setting; key )" + key + R"("}})"), "no such setting");
        row("400 that repeats a part", whole("400 Bad Request", "application/json", "{\"detail\": \"key " + key.left(12) + "... is for another model\"}"), "for another model");
        row("404", whole("404 Not Found", "application/json", R"({"error": {"message": "the model 'tiny' does not exist"}})"), "tiny");
        row("a page that is an error", whole("404 Not Found", "text/html", "<!doctype html><html><head><title>Not here</title></head><body>" + key + "</body></html>"), "Not here");
        row("a page in place of an answer", whole("200 OK", "text/html", "<html><head><title>Welcome " + key + "</title></head></html>"), "something else than JSON");
        row("a redirect", whole("307 Temporary Redirect", "text/plain", "", "Location: http://127.0.0.1:1/v1/chat/completions\r\n"), "redirect");
        row("bad JSON in the stream", stream(sse("so far") + "data: {\"choices\": [{\"del " + key + "\n\n" + lastEvents()), "no JSON", "so far");
        row("an error in the stream", stream(sse("so far") + "data: {\"error\": {\"message\": \"out of memory with " + key + "\"}}\n\n"), "out of memory", "so far");
        row("a stream that ends in the middle", stream(sse("so far") + sse(" and on")), "in the middle", "so far and on");
        row("a stream that ends in an event", stream(sse("so far") + "data: {\"choices\""), "in the middle", "so far");
        row("a line that breaks", {{QByteArray("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 5000\r\n\r\n") + sse("so far")}}, "broke off", "so far");
        row("JSON of another kind", whole("200 OK", "application/json", R"({"models": []})"), "no answer");
        row("half a document", whole("200 OK", "application/json", R"({"choices": [)"), "something else than JSON");
        row("nothing", whole("200 OK", "application/json", ""), "in the middle");
        row("ten megabytes in a line", stream("data: " + QByteArray(10 << 20, 'x') + "\n\n"), "one event of more");
    }
    void faultsAreSaid() {
        QFETCH(QByteArray, reply);
        QFETCH(QByteArray, fault);
        QFETCH(QByteArray, streamed);
        HttpServer server([reply](const HttpRequest&, int) { return HttpReply{{reply}}; });
        const Asked asked = ask(endpointAt(server));
        QVERIFY(asked.error.has_value());
        QVERIFY(asked.error->code() == ErrorCode::Io);
        const std::string words = asked.words() + asked.log;
        QVERIFY2(words.find(fault.toStdString()) != std::string::npos, words.c_str());
        QVERIFY2(asked.error->message().find(server.url("/v1/chat/completions")) != std::string::npos, words.c_str());
        for (std::size_t at = 0; at + 6 <= kKey.size(); ++at)
            QVERIFY2(words.find(kKey.substr(at, 6)) == std::string::npos, words.c_str());
        QVERIFY(words.size() < 1500);
        QCOMPARE(asked.streamed, streamed.toStdString());
        QCOMPARE(server.requests().size(), qsizetype(1));
    }
    void aMissingKeySaysWhereItWasLookedFor() {
        HttpServer server([](const HttpRequest&, int) { return whole("401 Unauthorized", "text/plain", ""); });
        const Asked asked = ask(endpointAt(server), "");
        QVERIFY2(asked.words().find("TRIPTYCH_KEY_LAB and in the keychain") != std::string::npos && asked.words().find("endpoint key lab") != std::string::npos, asked.words().c_str());
    }
    void redirectsKeepTheKeyHere() {
        HttpServer other([](const HttpRequest&, int) { return HttpReply{{goodStream()}}; });
        const QByteArray location = QByteArray::fromStdString(other.url("/v1/chat/completions"));
        HttpServer server([location](const HttpRequest&, int) { return whole("301 Moved", "text/plain", "", "Location: " + location + "\r\n"); });
        const Asked asked = ask(endpointAt(server));
        QVERIFY2(asked.error && asked.words().find(location.toStdString()) != std::string::npos, asked.words().c_str());
        QVERIFY(other.requests().isEmpty());
    }

    void silenceHasItsTimes_data() {
        QTest::addColumn<QByteArray>("begin");
        QTest::addColumn<QByteArray>("limit");
        QTest::newRow("no answer") << QByteArray() << QByteArray("--first-byte-timeout");
        QTest::newRow("only a head") << streamHead() << QByteArray("--first-byte-timeout");
        QTest::newRow("only comments") << QByteArray(streamHead() + ": wait\n\n") << QByteArray("--first-byte-timeout");
        QTest::newRow("in the middle") << QByteArray(streamHead() + sse("so far")) << QByteArray("--idle-timeout");
    }
    void silenceHasItsTimes() {
        QFETCH(QByteArray, begin);
        QFETCH(QByteArray, limit);
        HttpServer server([begin](const HttpRequest&, int) { return HttpReply{{begin}, 0, false, true}; });
        Endpoint endpoint = endpointAt(server);
        (limit.startsWith("--idle") ? endpoint.idle_timeout_s : endpoint.first_byte_timeout_s) = 0.4;
        const auto start = Clock::now();
        const Asked asked = ask(endpoint);
        QVERIFY2(secondsSince(start) >= 0.4 && secondsSince(start) < 3, std::to_string(secondsSince(start)).c_str());
        QVERIFY2(asked.error && asked.words().find(limit.toStdString()) != std::string::npos && asked.words().find("0.4 s") != std::string::npos, asked.words().c_str());
        QCOMPARE(server.requests().size(), qsizetype(1)); // asking a slow server again makes it slower
        QCOMPARE(asked.streamed, limit.startsWith("--idle") ? std::string("so far") : std::string());
    }
    void aStopIsHeardAtOnce_data() {
        QTest::addColumn<QByteArray>("begin");
        QTest::newRow("before the answer") << QByteArray();
        QTest::newRow("in the middle") << QByteArray(streamHead() + sse("so far"));
        QTest::newRow("between attempts") << whole("503 Busy", "text/plain", "", "Retry-After: 30\r\n").pieces[0];
    }
    void aStopIsHeardAtOnce() {
        QFETCH(QByteArray, begin);
        HttpServer server([begin](const HttpRequest&, int) { return HttpReply{{begin}, 0, false, !begin.contains("503")}; });
        std::stop_source source;
        Clock::time_point asked;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            asked = Clock::now();
            source.request_stop();
        });
        const Asked result = ask(endpointAt(server), kKey, source.get_token());
        QVERIFY(result.error && result.error->code() == ErrorCode::Cancelled);
        QVERIFY(secondsSince(asked) < 1);
    }
    void aStopDoesNotWaitForTheNameServer() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply(); });
        Endpoint endpoint = endpointAt(server);
        endpoint.base_url = "http://slow.example/v1";
        std::stop_source source;
        Clock::time_point asked;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            asked = Clock::now();
            source.request_stop();
        });
        const Asked result = ask(endpoint, kKey, source.get_token());
        QVERIFY2(result.error && result.error->code() == ErrorCode::Cancelled, result.words().c_str());
        QVERIFY(secondsSince(asked) < 1);
    }
    /// Bodies that would fill the stack or the memory of whoever takes them apart.
    void deepAnswersAreNoJson_data() {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        const QByteArray errors = QByteArray("{\"error\":").repeated(200'000), lists(32 << 20, '[');
        for (const char* status : {"200 OK", "400 Bad Request"}) {
            QTest::addRow("errors, %s", status) << QByteArray(status) << QByteArray("application/json") << errors;
            QTest::addRow("closed errors, %s", status) << QByteArray(status) << QByteArray("application/json") << errors + "1" + QByteArray(200'000, '}');
            QTest::addRow("lists, %s", status) << QByteArray(status) << QByteArray("application/json") << lists;
        }
        QTest::newRow("events") << QByteArray("200 OK") << QByteArray("text/event-stream") << "data: " + errors + "1" + QByteArray(200'000, '}') + "\n\n";
    }
    void deepAnswersAreNoJson() {
        QFETCH(QByteArray, status);
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        HttpServer server([&](const HttpRequest&, int) { return whole(status, type, body); });
        const Asked asked = ask(endpointAt(server));
        QVERIFY2(asked.error && asked.error->code() == ErrorCode::Io && asked.words().size() < 1000, asked.words().c_str());
        const EndpointClient client(endpointAt(server), {});
        const std::string word = "a";
        QVERIFY_EXCEPTION_THROWN(client.embed({&word, 1}, nullProgress(), {}), Error);
        QCOMPARE(server.requests().size(), qsizetype(2));
    }
    void nestedErrorsAreReadThreeLevelsDeep() {
        QByteArray body = R"({"error": {"error": {"message": "this far"}}})";
        HttpServer server([&](const HttpRequest&, int) { return whole("400 Bad Request", "application/json", body); });
        QVERIFY(ask(endpointAt(server)).words().find("this far") != std::string::npos);
        body = R"({"error": )" + body + "}";
        QVERIFY(ask(endpointAt(server)).words().find("this far") == std::string::npos);
    }
    void anEndlessStreamEndsWithASinkAStopOrItsSize() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply{{streamHead(), sse("x")}, 0, true}; });
        const Asked sunk = ask(endpointAt(server), kKey, {}, 50);
        QVERIFY2(sunk.answer.has_value(), sunk.words().c_str());
        QCOMPARE(sunk.pieces, 50);
        QCOMPARE(sunk.answer->finish_reason, std::string("sink"));
        QTRY_COMPARE(server.hungUp(), 1); // the server is told

        HttpServer large([](const HttpRequest&, int) { return HttpReply{{streamHead(), sse(QByteArray(1 << 20, 'x'))}, 0, true}; });
        const Asked all = ask(endpointAt(large));
        QVERIFY2(all.error && all.words().find("64 MB") != std::string::npos, all.words().c_str());
    }
    void aSinksOwnErrorComesThrough() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply{{goodStream()}}; });
        const EndpointClient client(endpointAt(server), {});
        try {
            client.chat(OrderedJson::array(), Json::object(), [](std::string_view) -> bool { throw Error(ErrorCode::Corrupt, "mine"); }, nullProgress(), {});
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(error.message(), std::string("mine"));
        }
    }

    void vectorsComeInTheOrderOfTheTexts() {
        HttpServer server([](const HttpRequest& request, int) {
            const Json body = Json::parse(request.body.toStdString());
            Json data = Json::array();
            for (std::size_t i = body["input"].size(); i-- > 0;) // the last one first
                data.push_back({{"index", i}, {"embedding", {double(body["input"][i].get<std::string>().size()), 0.5, -1}}});
            return whole("200 OK", "application/json", QByteArray::fromStdString(Json({{"data", data}}).dump()));
        });
        std::vector<std::string> texts;
        for (int i = 0; i < 150; ++i)
            texts.push_back(std::string(static_cast<std::size_t>(i), 'x'));
        Endpoint endpoint = endpointAt(server);
        endpoint.embedder = true;
        Log log;
        EndpointEmbedder embedder(EndpointClient(endpoint, {kKey, "x"}), log);
        QCOMPARE(embedder.dimension(), 3);
        const std::vector<float> vectors = embedder.embed(texts);
        QCOMPARE(vectors.size(), std::size_t(450));
        for (std::size_t i = 0; i < 150; ++i)
            QVERIFY(vectors[3 * i] == static_cast<float>(i) && vectors[3 * i + 2] == -1);
        QCOMPARE(server.requests().size(), qsizetype(4)); // one to know the dimension, then 64, 64 and 22
        QCOMPARE(server.requests().at(1).path, QByteArray("/v1/embeddings"));
        QCOMPARE(log.last.done, 150);
        endpoint.dimension = 4;
        EndpointEmbedder other(EndpointClient(endpoint, {}));
        QVERIFY_EXCEPTION_THROWN(other.embed(texts), Error);
    }
    void vectorsThatDoNotFitAreRefused_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("fault");
        const auto row = [](const char* name, const QByteArray& body, const QByteArray& fault) { QTest::newRow(name) << body << fault; };
        row("too few", R"({"data": [{"index": 0, "embedding": [1]}]})", "1 vectors for 2 texts");
        row("twice the same", R"({"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]})", "twice");
        row("beyond", R"({"data": [{"index": 0, "embedding": [1]}, {"index": 7, "embedding": [1]}]})", "beyond");
        row("two widths", R"({"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1, 2]}]})", "of 1 and of 2");
        row("no numbers", R"({"data": [{"index": 0, "embedding": ["a"]}, {"index": 1, "embedding": [1]}]})", "no list of numbers");
        row("base64", R"({"data": [{"index": 0, "embedding": "AACAPw=="}, {"index": 1, "embedding": "AACAPw=="}]})", "no list of numbers");
        row("too large", R"({"data": [{"index": 0, "embedding": [1e300]}, {"index": 1, "embedding": [1]}]})", "no list of numbers");
        row("none", R"({"error": "no embedder here"})", "no embedder here");
        row("no JSON", "hello", "something else than JSON");
    }
    void vectorsThatDoNotFitAreRefused() {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, fault);
        HttpServer server([body](const HttpRequest&, int) { return whole("200 OK", "application/json", body); });
        const EndpointClient client(endpointAt(server), {});
        const std::vector<std::string> texts = {"a", "b"};
        try {
            client.embed(texts, nullProgress(), {});
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(error.message().find(fault.toStdString()) != std::string::npos && error.message().find(server.url("/v1/embeddings")) != std::string::npos, error.what());
        }
    }
};

QTEST_GUILESS_MAIN(EndpointClientTest)
#include "tst_endpoint_client.moc"
