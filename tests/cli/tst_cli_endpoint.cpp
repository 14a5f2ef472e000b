#include "base/files.h"
#include "base/json.h"
#include "storage/workspace.h"
#include "support/cli_run.h"
#include "support/fake_keychain.h"
#include "support/http_server.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <termios.h>
#include <unistd.h>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

namespace {

const QByteArray kKey = "sk-test-0123456789abcdefghij";

HttpReply answered(const HttpRequest& request) {
    if (request.header("Authorization") != QByteArray("Bearer " + kKey))
        return whole("401 Unauthorized", "application/json", R"({"error": {"message": "Incorrect API key provided: )" + request.header("Authorization") + R"("}})");
    const Json body = Json::parse(request.body.toStdString());
    if (request.path == "/v1/chat/completions")
        return {cut(streamHead() + sse("Hello") + sse(" \xe4\xb8\x96\xe7\x95\x8c") + lastEvents("stop", 4, 2), 9)};
    Json data = Json::array();
    for (const Json& text : body["input"])
        data.push_back({{"embedding", {double(text.get<std::string>().size()), 2}}});
    return whole("200 OK", "application/json", QByteArray::fromStdString(Json({{"data", data}}).dump()));
}

} // namespace

/// The commands of endpoints, with a server of this process and a keychain of its own.
class CliEndpointTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    QByteArray m_said; ///< everything that any command has printed

    fs::path path(const char* name) const { return m_dir->path().toStdString() + "/w/" + name; }
    CliResult cli(const QStringList& arguments) {
        const CliResult result = runCli(m_dir->path() + QStringLiteral("/w"), arguments);
        m_said += result.out + result.err;
        return result;
    }
    CliResult json(QStringList arguments) { return cli(arguments << QStringLiteral("--json")); }
    static QStringList words(const char* text) { return QString::fromUtf8(text).split(QLatin1Char(' ')); }
    CliResult add(const char* more, const HttpServer& server) {
        return json(words("endpoint add") << words(more) << QStringLiteral("--url") << QString::fromStdString(server.url()) << QStringLiteral("--model") << QStringLiteral("tiny"));
    }
    CliResult giveKey(const QString& name, const QByteArray& key) {
        QProcess process;
        process.setWorkingDirectory(m_dir->path() + QStringLiteral("/w"));
        process.start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-cli"), {QStringLiteral("endpoint"), QStringLiteral("key"), name, QStringLiteral("--json")});
        process.write(key + '\n');
        process.closeWriteChannel();
        process.waitForFinished(60'000);
        CliResult result{process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
        m_said += result.out + result.err;
        return result;
    }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_said.clear();
        Workspace::create(m_dir->path().toStdString() + "/w");
        qputenv("TRIPTYCH_DATA_DIR", (m_dir->path() + QStringLiteral("/data")).toLocal8Bit());
        qunsetenv("TRIPTYCH_KEY_LAB");
    }
    /// Whatever a test did, the key is in no file of the workspace and in nothing that was printed.
    void cleanup() {
        QVERIFY2(!m_said.contains(kKey), m_said.constData());
        for (const auto& entry : fs::recursive_directory_iterator(m_dir->path().toStdString() + "/w")) {
            if (entry.is_regular_file())
                QVERIFY2(readFile(entry.path()).find(kKey.toStdString()) == std::string::npos, entry.path().c_str());
        }
        qunsetenv("TRIPTYCH_KEY_LAB");
    }

    void anEndpointStandsForAGenerator() {
        HttpServer server([](const HttpRequest& request, int) { return answered(request); });
        FakeKeychain keychain(m_dir->path());
        const CliResult added = add("lab", server);
        QCOMPARE(added.exitCode, 0);
        QCOMPARE(added.json()->at("base_url").get<std::string>(), server.url());
        QCOMPARE(added.json()->at("key_variable").get<std::string>(), std::string("TRIPTYCH_KEY_LAB"));
        QVERIFY(fs::exists(path("endpoints/lab.json")));
        // Without a key the server's refusal says where one is looked for.
        const CliResult refused = json(words("endpoint test lab"));
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.out.contains("TRIPTYCH_KEY_LAB") && refused.out.contains("endpoint key lab"), refused.out.constData());
        QCOMPARE(giveKey(QStringLiteral("lab"), kKey).exitCode, 0);
        QCOMPARE(keychain.kept(), kKey);
        const Json tested = *json(words("endpoint test lab")).json();
        QVERIFY2(tested["key"] == "the keychain" && tested["answer"] == "Hello 世界", tested.dump().c_str());

        const Json answer = *json(words("model generate lab --prompt hi")).json();
        QCOMPARE(answer["text"].get<std::string>(), std::string("Hello 世界"));
        QVERIFY(answer["prompt_tokens"] == 4 && answer["new_tokens"] == 2 && answer["stop_reason"] == "eos" && !answer.contains("ids"));
        QVERIFY(answer["time_to_first_token_s"].get<double>() > 0);
        const CliResult text = cli(words("model generate lab --prompt hi"));
        QCOMPARE(text.out, QByteArray("Hello 世界\n"));
        QVERIFY(text.err.contains("4 tokens in, 2 out"));
        QCOMPARE(json(words("model embed lab nothing.jsonl")).exitCode, 1);
        for (const char* option : {"--template tools", "--precision exact"}) {
            const CliResult useless = json(words("model generate lab --prompt hi") << words(option));
            QVERIFY2(useless.errorCode() == QStringLiteral("invalid_argument") && useless.out.contains(words(option)[0].toLatin1()), useless.out.constData());
        }

        const Json listed = *json(words("endpoint list")).json();
        QVERIFY(listed["endpoints"].size() == 1 && listed["endpoints"][0]["name"] == "lab" && listed["endpoints"][0]["key_in_environment"] == false);
        QCOMPARE(json(words("endpoint remove lab")).exitCode, 0);
        QVERIFY(!fs::exists(path("endpoints/lab.json")));
        QVERIFY(keychain.kept().isEmpty());
        QCOMPARE(json(words("model generate lab --prompt hi")).errorCode(), QStringLiteral("not_found"));
        QVERIFY(!keychain.calls().contains(kKey));
    }
    void anEndpointStandsForAnEmbedder() {
        HttpServer server([](const HttpRequest& request, int) { return answered(request); });
        qputenv("TRIPTYCH_KEY_LAB", kKey);
        QCOMPARE(add("lab --embedder", server).exitCode, 0);
        atomicWrite(path("texts.jsonl"), "{\"text\": \"abc\"}\n{\"text\": \"abcdef\"}\n");
        const Json vectors = *json(words("model embed lab texts.jsonl")).json();
        QVERIFY2(vectors["dimension"] == 2 && vectors["embeddings"] == Json::parse("[[3.0, 2.0], [6.0, 2.0]]"), vectors.dump().c_str());
        QCOMPARE(cli(words("model embed lab texts.jsonl --out v.f32")).exitCode, 0);
        QCOMPARE(readFile(path("v.f32")).size(), std::size_t(16));
        QVERIFY(json(words("endpoint test lab")).json()->at("dimension") == 2);
        QVERIFY(json(words("endpoint list")).json()->at("endpoints")[0]["dimension"] == 2);
        QCOMPARE(json(words("model generate lab --prompt x")).errorCode(), QStringLiteral("invalid_argument"));
        QCOMPARE(json(words("model embed lab texts.jsonl --precision fast")).errorCode(), QStringLiteral("invalid_argument"));
        QCOMPARE(json(words("model embed lab texts.jsonl --as query")).errorCode(), QStringLiteral("invalid_argument"));
        atomicWrite(path("ids.jsonl"), "{\"text\": \"a\"}\n{\"ids\": [1]}\n");
        const CliResult ids = json(words("model embed lab ids.jsonl"));
        QVERIFY2(ids.errorCode() == QStringLiteral("invalid_input") && ids.out.contains("line 2"), ids.out.constData());
    }
    void namesAreTakenOnce() {
        HttpServer server([](const HttpRequest& request, int) { return answered(request); });
        QCOMPARE(add("lab", server).exitCode, 0);
        QCOMPARE(add("lab", server).errorCode(), QStringLiteral("already_exists"));
        QCOMPARE(json(words("model import --name lab") << QStringLiteral(TRIPTYCH_TEST_DATA "/bert_tiny/encoder")).errorCode(), QStringLiteral("already_exists"));
        QCOMPARE(json(words("model import --name tiny") << QStringLiteral(TRIPTYCH_TEST_DATA "/bert_tiny/encoder")).exitCode, 0);
        QCOMPARE(add("tiny", server).errorCode(), QStringLiteral("already_exists"));
    }
    void aWorkspaceFromElsewhereGetsNoKey() {
        HttpServer server([](const HttpRequest& request, int) { return answered(request); });
        fs::create_directories(path("endpoints"));
        const auto plant = [&](const char* variable) {
            atomicWrite(path("endpoints/lab.json"), Json({{"base_url", server.url()}, {"model", "m"}, {"key_env", variable}}).dump());
        };
        plant("HOME");
        QCOMPARE(json(words("model generate lab --prompt hi")).errorCode(), QStringLiteral("invalid_input"));
        plant("TRIPTYCH_KEY_LAB");
        qputenv("TRIPTYCH_KEY_LAB", kKey);
        const CliResult refused = json(words("model generate lab --prompt hi"));
        QVERIFY2(refused.errorCode() == QStringLiteral("invalid_argument") && refused.out.contains("add it again"), refused.out.constData());
        QVERIFY(server.requests().isEmpty());
        QCOMPARE(json(words("endpoint remove lab")).exitCode, 0);
        QCOMPARE(add("lab", server).exitCode, 0);
        QCOMPARE(json(words("model generate lab --prompt hi")).exitCode, 0);
        // Nor does it stand in for a model.
        fs::create_directories(m_dir->path().toStdString() + "/data/models/lab");
        for (const char* command : {"model generate lab --prompt hi", "model embed lab texts.jsonl"}) {
            atomicWrite(path("texts.jsonl"), "{\"text\": \"abc\"}\n");
            const CliResult both = json(words(command));
            QVERIFY2(both.errorCode() == QStringLiteral("invalid_argument") && both.out.contains("models/lab") && both.out.contains(QByteArray::fromStdString(server.url())), both.out.constData());
        }
    }
    void faultsAreSaid() {
        HttpServer server([](const HttpRequest& request, int) { return answered(request); });
        const CliResult asUser = json(words("endpoint add lab --model m --url") << QStringLiteral("https://user:") + QString::fromLatin1(kKey) + QStringLiteral("@host/v1"));
        QCOMPARE(asUser.exitCode, 2);
        const CliResult inUrl = json(words("endpoint add lab --model m --url") << QStringLiteral("https://host/v1?key=") + QString::fromLatin1(kKey));
        QCOMPARE(inUrl.errorCode(), QStringLiteral("invalid_argument"));
        QCOMPARE(json(words("endpoint test nobody")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(json(words("endpoint remove nobody")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(giveKey(QStringLiteral("nobody"), kKey).exitCode, 1);
        QCOMPARE(add("lab", server).exitCode, 0);
        qputenv("TRIPTYCH_KEY_LAB", "sk-wrong-key-that-is-long");
        const CliResult wrong = json(words("model generate lab --prompt hi"));
        QCOMPARE(wrong.exitCode, 1);
        QVERIFY2(wrong.out.contains("HTTP 401") && wrong.out.contains(QByteArray::fromStdString(server.url())) && wrong.out.contains("Incorrect API key provided") && !wrong.out.contains("sk-wrong"), wrong.out.constData());
        const CliResult late = json(words("endpoint add late --model m --url http://127.0.0.1:1 --idle-timeout 0"));
        QVERIFY2(late.exitCode == 2 && late.out.contains("--idle-timeout"), late.out.constData());
        atomicWrite(path("endpoints/lab.json"), "{\"base_url\": 3}");
        QCOMPARE(json(words("model generate lab --prompt hi")).errorCode(), QStringLiteral("invalid_input"));
        QVERIFY(json(words("endpoint list")).json()->at("endpoints")[0].contains("error"));
        QCOMPARE(json(words("endpoint remove lab")).exitCode, 0); // what cannot be read can be removed
    }
    void anEndpointIsNoModelAndThatIsSaid() {
        HttpServer server([](const HttpRequest& request, int) { return answered(request); });
        QCOMPARE(add("ok", server).exitCode, 0);
        for (const char* command : {"model info ok", "model remove ok", "model perplexity ok texts.jsonl"}) {
            const CliResult result = json(words(command));
            QVERIFY2(result.errorCode() == QStringLiteral("not_found") && result.out.contains("'ok' is an endpoint") && result.out.contains("model generate"), result.out.constData());
        }
    }
    void whatComesFromOutsideSteersNoTerminal() {
        const QByteArray says = "red \\u001b[31m\\u009b7m\\u202e\\n\\tend";
        const QByteArray escapes[] = {"\x1b", "\xc2\x9b", "\xe2\x80\xae"};
        HttpServer server([says](const HttpRequest&, int) { return HttpReply{{streamHead() + sse(says) + lastEvents()}}; });
        const auto steers = [&](const QByteArray& text) { return std::any_of(std::begin(escapes), std::end(escapes), [&](const QByteArray& bytes) { return text.contains(bytes); }); };
        // Names, in tables and in errors.
        const QString name = QStringLiteral("a\u009b7m\u202eb");
        QCOMPARE(cli(words("endpoint add lab --model") << name << QStringLiteral("--url") << QString::fromStdString(server.url())).exitCode, 0);
        const CliResult list = cli(words("endpoint list"));
        QVERIFY2(list.out.contains("a\\x9b7m\\u202eb") && !steers(list.out), list.out.constData());
        QCOMPARE(QString::fromStdString(json(words("endpoint list")).json()->at("endpoints")[0]["model"].get<std::string>()), name);
        const CliResult unknown = cli(words("model info") << QStringLiteral("no\x1b[2J\u202esuch"));
        QVERIFY2(unknown.exitCode == 1 && unknown.err.contains("no\\x1b[2J\\u202esuch") && !steers(unknown.err), unknown.err.constData());
        // What is written: as it is in a file, without controls on a terminal.
        const QByteArray written = QStringLiteral("red \x1b[31m\u009b7m\u202e\n\tend\n").toUtf8();
        QCOMPARE(cli(words("model generate lab --prompt hi")).out, written);
        const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
        QVERIFY(terminal >= 0 && ::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0);
        const QString shown = QString::fromLocal8Bit(::ptsname(terminal));
        const int held = ::open(shown.toLocal8Bit().constData(), O_RDWR | O_NOCTTY); // what was written outlives the program
        QProcess process;
        process.setWorkingDirectory(m_dir->path() + QStringLiteral("/w"));
        process.setStandardOutputFile(shown);
        process.start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-cli"), words("model generate lab --prompt hi"));
        QVERIFY(process.waitForFinished(60'000) && process.exitCode() == 0);
        char bytes[1000] = {};
        QVERIFY(::read(terminal, bytes, sizeof bytes - 1) > 0);
        QVERIFY2(QByteArray(bytes).startsWith("red [31m7m\r\n") && QByteArray(bytes).contains("end") && !steers(bytes), bytes);
        ::close(held);
        ::close(terminal);
    }
    void whatEndsTheQuestionForAKeyShowsWhatIsTypedAgain_data() {
        QTest::addColumn<QList<int>>("signals_");
        QTest::newRow("Ctrl+C") << QList<int>{SIGINT};
        QTest::newRow("twice at once") << QList<int>{SIGINT, SIGTERM}; // two of a kind would be one
        QTest::newRow("the terminal goes away") << QList<int>{SIGHUP};
    }
    void whatEndsTheQuestionForAKeyShowsWhatIsTypedAgain() {
        QFETCH(QList<int>, signals_);
        HttpServer server([](const HttpRequest& request, int) { return answered(request); });
        FakeKeychain keychain(m_dir->path());
        QCOMPARE(add("lab", server).exitCode, 0);
        const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
        QVERIFY(terminal >= 0 && ::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0);
        const QString name = QString::fromLocal8Bit(::ptsname(terminal));
        const int held = ::open(name.toLocal8Bit().constData(), O_RDWR | O_NOCTTY); // its settings outlive the program
        const auto echoes = [held] {
            termios now{};
            return ::tcgetattr(held, &now) == 0 && (now.c_lflag & ECHO) != 0;
        };
        QVERIFY(echoes());
        std::signal(SIGHUP, SIG_DFL); // nohup ignores it, and children inherit that
        QProcess process;
        process.setWorkingDirectory(m_dir->path() + QStringLiteral("/w"));
        process.setStandardInputFile(name);
        process.start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-cli"), words("endpoint key lab"));
        QTRY_VERIFY_WITH_TIMEOUT(!echoes(), 60'000);
        for (const int signal : signals_)
            ::kill(static_cast<pid_t>(process.processId()), signal);
        QVERIFY(process.waitForFinished(5000));
        if (signals_.contains(SIGHUP))
            QCOMPARE(process.exitStatus(), QProcess::CrashExit);
        else
            QCOMPARE(process.exitCode(), 130);
        QVERIFY(echoes());
        QVERIFY(keychain.kept().isEmpty());
        ::close(held);
        ::close(terminal);
    }
    void whatHasComeIsKeptAndControlCEnds() {
        HttpServer broken([](const HttpRequest&, int) { return HttpReply{{streamHead() + sse("so far")}}; });
        QCOMPARE(add("lab", broken).exitCode, 0);
        const CliResult half = cli(words("model generate lab --prompt hi"));
        QCOMPARE(half.exitCode, 1);
        QCOMPARE(half.out, QByteArray("so far\n"));
        QVERIFY2(half.err.contains("in the middle"), half.err.constData());

        HttpServer endless([](const HttpRequest&, int) { return HttpReply{{streamHead(), sse("on ")}, 5, true}; });
        QCOMPARE(add("endless", endless).exitCode, 0);
        QProcess process;
        process.setWorkingDirectory(m_dir->path() + QStringLiteral("/w"));
        process.start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-cli"), words("model generate endless --prompt hi"));
        QVERIFY(process.waitForReadyRead(60'000));
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(5000));
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(process.readAllStandardOutput().startsWith("on "));
        QTRY_COMPARE(endless.hungUp(), 1);
    }
};

QTEST_GUILESS_MAIN(CliEndpointTest)
#include "tst_cli_endpoint.moc"
