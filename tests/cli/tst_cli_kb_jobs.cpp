#include "base/files.h"
#include "documents/document.h"
#include "documents/reader_process.h"
#include "jobs/run_directory.h"
#include "jobs/supervisor.h"
#include "storage/workspace.h"
#include "support/cli_run.h"
#include "support/http_server.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <unistd.h>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

namespace {

constexpr int kDocuments = 150;
constexpr std::chrono::milliseconds kReading{8}, kEmbedding{60};

/// What this program does where it is called as the reader: plain texts, and no faster on a fast machine.
void readSlowly() {
    serveDocuments(STDIN_FILENO, STDOUT_FILENO, [] { std::this_thread::sleep_for(kReading); }, [](const fs::path& file) {
        ExtractedDocument document;
        document.text = readFile(file);
        document.type = "text";
        return document;
    });
}

HttpReply embeddings(const HttpRequest& request) {
    std::this_thread::sleep_for(kEmbedding);
    const Json body = Json::parse(request.body.toStdString());
    Json data = Json::array();
    for (const Json& text : body["input"])
        data.push_back({{"embedding", {static_cast<double>(text.get<std::string>().size()), 2, 1}}});
    return whole("200 OK", "application/json", QByteArray::fromStdString(Json({{"data", data}}).dump()));
}

} // namespace

/// Changes of knowledge bases as jobs: the built command line starts the built engine, which is paused, cancelled and killed.
class CliKnowledgeJobsTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    const QByteArray m_reader = qgetenv("TRIPTYCH_READER");

    fs::path path(const std::string& name) const { return fs::path(m_dir->path().toStdString()) / name; }
    QStringList words(const QString& line) const { return QStringList{QStringLiteral("--json")} + line.split(QLatin1Char(' '), Qt::SkipEmptyParts); }
    CliResult call(const QString& line) const { return runCli(m_dir->path(), words(line)); }
    Json document(const QString& line) const {
        const CliResult result = call(line);
        return result.exitCode == 0 ? result.json().value_or(Json()) : Json(result.errorCode().toStdString());
    }
    std::unique_ptr<QProcess> start(const QString& line) const {
        auto process = std::make_unique<QProcess>();
        process->setWorkingDirectory(m_dir->path());
        process->start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-cli"), words(line));
        return process;
    }
    static CliResult finished(QProcess& process) {
        CliResult result;
        if (!process.waitForFinished(120'000))
            return result;
        result.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
        result.out = process.readAllStandardOutput();
        result.err = process.readAllStandardError();
        return result;
    }
    std::vector<RunDirectory> runs() const { return listRuns(path("runs")); }
    /// The run at work once it has got so far in a stage.
    std::optional<RunDirectory> runAt(const char* stage, std::int64_t done) const {
        std::optional<RunDirectory> found;
        QTest::qWaitFor([&] {
            for (const RunDirectory& run : runs()) {
                const RunStatus status = run.status();
                if (status.state == RunState::Running && status.stage == stage && status.done >= done)
                    found = run;
            }
            return found.has_value();
        }, 30'000);
        return found;
    }
    static QString idOf(const RunDirectory& run) { return QString::fromStdString(run.id()); }
    void writeMany() const {
        qputenv("TRIPTYCH_READER", (QCoreApplication::applicationFilePath() + QStringLiteral(" reader")).toLocal8Bit());
        fs::create_directories(path("many"));
        for (int i = 0; i < kDocuments; ++i) {
            std::ofstream file(path("many/part" + std::to_string(i) + ".txt"));
            for (int line = 0; line < 8; ++line)
                file << "The valve number " << 100 * i + line << " of the pump is opened by the lever " << i << ", and line " << line << " says it again.\n";
        }
    }
    /// All that is stored.
    QByteArray rows(const char* base) const {
        QProcess sqlite;
        sqlite.start(QStringLiteral("sqlite3"), {QString::fromStdString((path("knowledge") / base / "kb.sqlite").string()), QStringLiteral(".dump")});
        sqlite.waitForFinished();
        return sqlite.readAllStandardOutput();
    }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        Workspace::create(m_dir->path().toStdString());
        qputenv("TRIPTYCH_DATA_DIR", (m_dir->path() + QStringLiteral("/data")).toLocal8Bit());
        qputenv("TRIPTYCH_READER", m_reader);
    }

    void killedRunGoesOnAndNoRowDiffers() {
        writeMany();
        document(QStringLiteral("kb create whole --embedder hashing --chunker sentence --chunk-size 32"));
        document(QStringLiteral("kb create broken --embedder hashing --chunker sentence --chunk-size 32"));
        QCOMPARE(document(QStringLiteral("kb add whole many")).at("added").size(), std::size_t(kDocuments));
        auto process = start(QStringLiteral("kb add broken many"));
        QString id;
        for (const std::int64_t done : {20, 50, 80, 110}) {
            const auto run = runAt("read", done);
            QVERIFY2(run, process->readAllStandardError().constData());
            id = idOf(*run);
            ::kill(static_cast<pid_t>(run->status().pid), SIGKILL);
            const CliResult killed = finished(*process);
            QCOMPARE(killed.exitCode, 1);
            QCOMPARE(killed.errorCode(), QStringLiteral("worker_died"));
            QCOMPARE(document(QStringLiteral("job show ") + id).at("state").get<std::string>(), std::string("interrupted"));
            process = start(QStringLiteral("job resume --wait ") + id);
        }
        const CliResult resumed = finished(*process);
        QVERIFY2(resumed.exitCode == 0, resumed.err.constData());
        const Json result = *resumed.json();
        QCOMPARE(result.at("added").size(), std::size_t(kDocuments)); // of all starts together
        QCOMPARE(result.at("run").get<std::string>(), id.toStdString());
        QVERIFY(!rows("whole").isEmpty());
        QCOMPARE(rows("broken"), rows("whole"));
    }
    void pausedRunFreesTheBaseAndGoesOn() {
        writeMany();
        document(QStringLiteral("kb create m --embedder hashing"));
        const auto process = start(QStringLiteral("kb add m many"));
        const auto run = runAt("read", 20);
        QVERIFY2(run, process->readAllStandardError().constData());
        const Json shown = document(QStringLiteral("job show ") + idOf(*run));
        QCOMPARE(shown.at("base").get<std::string>(), std::string("m"));
        QCOMPARE(shown.at("unit").get<std::string>(), std::string("documents"));
        QCOMPARE(call(QStringLiteral("kb add m many")).errorCode(), QStringLiteral("busy"));
        QCOMPARE(document(QStringLiteral("job pause ") + idOf(*run)).at("state").get<std::string>(), std::string("paused"));
        QCOMPARE(finished(*process).exitCode, 1);
        document(QStringLiteral("kb snapshot m while-it-waits")); // the lock is free
        QCOMPARE(document(QStringLiteral("job resume --wait ") + idOf(*run)).at("added").size(), std::size_t(kDocuments));
        QCOMPARE(document(QStringLiteral("kb info m")).at("documents").get<int>(), kDocuments);
    }
    void interruptCancelsAndKeepsWhatIsThere() {
        writeMany();
        document(QStringLiteral("kb create m --embedder hashing"));
        const auto process = start(QStringLiteral("kb add m many"));
        const auto run = runAt("read", 20);
        QVERIFY2(run, process->readAllStandardError().constData());
        ::kill(static_cast<pid_t>(process->processId()), SIGINT);
        const CliResult cancelled = finished(*process);
        QCOMPARE(cancelled.exitCode, 130);
        QCOMPARE(cancelled.errorCode(), QStringLiteral("cancelled"));
        QCOMPARE(document(QStringLiteral("job show ") + idOf(*run)).at("state").get<std::string>(), std::string("cancelled"));
        QCOMPARE(document(QStringLiteral("kb sync m")).at("added").size(), std::size_t(kDocuments)); // the rest and what was staged
    }
    void reembedIsPausedAndGoesOn() {
        writeMany();
        document(QStringLiteral("kb create m --embedder none --chunker sentence --chunk-size 16 --overlap 0"));
        document(QStringLiteral("kb add m many"));
        QVERIFY(document(QStringLiteral("kb info m")).at("dimension").is_null());
        HttpServer server([](const HttpRequest& request, int) { return embeddings(request); });
        QCOMPARE(call(QStringLiteral("endpoint add lab --embedder --model tiny --url ") + QString::fromStdString(server.url())).exitCode, 0);
        const auto process = start(QStringLiteral("kb reembed m --embedder lab"));
        const auto run = runAt("embed", 256);
        QVERIFY2(run, process->readAllStandardError().constData());
        QCOMPARE(document(QStringLiteral("job pause ") + idOf(*run)).at("state").get<std::string>(), std::string("paused"));
        finished(*process);
        const Json between = document(QStringLiteral("kb info m"));
        QVERIFY(between.at("embedder").get<std::string>().empty());
        QVERIFY(!document(QStringLiteral("kb search m valve --mode lexical")).at("hits").empty()); // the old one answers
        const Json resumed = document(QStringLiteral("job resume --wait ") + idOf(*run));
        QVERIFY2(resumed.is_object() && resumed.at("embedded").get<int>() < resumed.at("chunks").get<int>(), resumed.dump().c_str());
        const Json after = document(QStringLiteral("kb info m"));
        QCOMPARE(after.at("embedder").get<std::string>(), std::string("lab"));
        QVERIFY(after.at("chunks") == between.at("chunks"));
        QCOMPARE(after.at("waiting").get<int>(), 0);
        QVERIFY(!document(QStringLiteral("kb search m valve --mode dense")).at("hits").empty());
        QCOMPARE(call(QStringLiteral("kb reembed m --embedder none")).exitCode, 2);
        QCOMPARE(call(QStringLiteral("kb reembed m --embedder no-such-model")).errorCode(), QStringLiteral("not_found"));
    }
    void runsThatDidNothingAreRemoved() {
        fs::create_directories(path("docs"));
        atomicWrite(path("docs/a.txt"), "The oven is cleaned with warm water.");
        document(QStringLiteral("kb create m --embedder hashing"));
        document(QStringLiteral("kb add m docs"));
        QCOMPARE(runs().size(), std::size_t(1));
        QCOMPARE(document(QStringLiteral("kb sync m")).at("unchanged").get<int>(), 1);
        QCOMPARE(runs().size(), std::size_t(1));
        for (int i = 0; i < 6; ++i) {
            atomicWrite(path("docs/a.txt"), "The oven is cleaned with warm water, version " + std::to_string(i) + ".");
            QCOMPARE(document(QStringLiteral("kb sync m")).at("changed").size(), std::size_t(1));
        }
        QCOMPARE(runs().size(), std::size_t(5));
        const CliResult compared = call(QStringLiteral("compare ") + idOf(runs().back()));
        QVERIFY2(compared.out.contains("measured nothing"), compared.out.constData());
        QCOMPARE(document(QStringLiteral("job list")).at("jobs").at(0).at("kind").get<std::string>(), std::string("ingest"));
    }
    void failuresAreLoggedWithTheirDocument() {
        fs::create_directories(path("docs"));
        atomicWrite(path("docs/broken.pdf"), "%PDF-1.4 cut off");
        atomicWrite(path("docs/a.txt"), "The oven is cleaned with warm water.");
        document(QStringLiteral("kb create m --embedder hashing"));
        const CliResult added = call(QStringLiteral("kb add m docs"));
        QCOMPARE(added.json()->at("failed").at(0).at("document").get<std::string>(), std::string("broken.pdf"));
        QVERIFY2(added.err.contains("broken.pdf"), added.err.constData());
        std::int64_t offset = 0;
        const auto events = runs().back().eventsSince(offset);
        QVERIFY(std::any_of(events.begin(), events.end(), [](const RunEvent& event) {
            return event.type == "log" && event.data.value("message", "").find("broken.pdf") != std::string::npos;
        }));
        QCOMPARE(document(QStringLiteral("kb sync m --retry")).at("failed").size(), std::size_t(1));
    }
    void watchSyncsWhatChanges() {
        fs::create_directories(path("docs"));
        atomicWrite(path("docs/a.txt"), "The oven is cleaned with warm water.");
        document(QStringLiteral("kb create m --embedder hashing"));
        document(QStringLiteral("kb add m docs"));
        const auto process = start(QStringLiteral("kb watch m --interval 0.2"));
        QVERIFY(process->waitForStarted());
        atomicWrite(path("docs/b.txt"), "The kettle is descaled with vinegar.");
        QByteArray out;
        QVERIFY(QTest::qWaitFor([&] { return (out += process->readAllStandardOutput()).endsWith('\n'); }, 30'000));
        QVERIFY2(Json::parse(out.toStdString()).at("added") == Json({"b.txt"}), out.constData());
        ::kill(static_cast<pid_t>(process->processId()), SIGINT);
        QCOMPARE(finished(*process).exitCode, 0);
    }
    void engineEditsAChunk() {
        fs::create_directories(path("docs"));
        atomicWrite(path("docs/a.txt"), "The oven is cleaned with warm water.");
        document(QStringLiteral("kb create m --embedder hashing"));
        document(QStringLiteral("kb add m docs"));
        const std::int64_t chunk = document(QStringLiteral("kb chunks m a.txt")).at("chunks").at(0).at("chunk_id").get<std::int64_t>();
        QProcess engine;
        engine.start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-engine"), {QStringLiteral("serve")});
        int id = 0;
        const auto ask = [&](const char* method, Json params) {
            const Json request = {{"jsonrpc", "2.0"}, {"id", ++id}, {"method", method}, {"params", std::move(params)}};
            engine.write(QByteArray::fromStdString(dumpJson(request) + "\n"));
            while (engine.canReadLine() || engine.waitForReadyRead(60'000)) {
                const Json reply = Json::parse(engine.readLine().toStdString(), nullptr, false);
                if (reply.is_object() && reply.value("id", Json()) == id)
                    return reply;
            }
            return Json();
        };
        ask("initialize", {{"protocol", 1}});
        const auto edit = [&](std::int64_t which, Json change) {
            change["workspace"] = path("").string();
            change["base"] = "m";
            change["chunk"] = which;
            return ask("kb.edit_chunk", std::move(change));
        };
        const Json edited = edit(chunk, {{"text", "The oven is cleaned with soda."}});
        QVERIFY2(edited.contains("result") && edited["result"]["chunk"].get<std::int64_t>() != chunk, edited.dump().c_str());
        QCOMPARE(document(QStringLiteral("kb search m soda --mode lexical")).at("hits").size(), std::size_t(1));
        QVERIFY(edit(chunk, {{"enabled", false}}).contains("error")); // that chunk has died
        const Json restored = edit(edited["result"]["chunk"].get<std::int64_t>(), {{"text", nullptr}, {"enabled", false}});
        QVERIFY2(restored.contains("result"), restored.dump().c_str());
        const Json shown = document(QStringLiteral("kb chunks m a.txt")).at("chunks").at(0);
        QVERIFY2(!shown.at("edited").get<bool>() && !shown.at("enabled").get<bool>(), shown.dump().c_str());
        engine.closeWriteChannel();
        QVERIFY(engine.waitForFinished(30'000));
    }
    void chunksAreEditedTaggedAndForgotten() {
        fs::create_directories(path("docs"));
        atomicWrite(path("docs/a.txt"), "The oven is cleaned with warm water.");
        document(QStringLiteral("kb create m --embedder hashing"));
        document(QStringLiteral("kb add m docs"));
        QCOMPARE(document(QStringLiteral("kb chunks m a.txt")).at("chunks").size(), std::size_t(1));
        atomicWrite(path("new.txt"), "The oven is cleaned with soda.");
        const Json edited = document(QStringLiteral("kb edit m a.txt 0 --file new.txt"));
        QVERIFY2(edited.is_object() && edited.at("edited").get<bool>(), edited.dump().c_str());
        QCOMPARE(document(QStringLiteral("kb search m soda --mode lexical")).at("hits").size(), std::size_t(1));
        QVERIFY(!document(QStringLiteral("kb edit m a.txt 0 --off")).at("enabled").get<bool>());
        QVERIFY(document(QStringLiteral("kb search m soda")).at("hits").empty());
        atomicWrite(path("docs/a.txt"), "The oven is cleaned with warm water.\n"); // other bytes, the same chunk
        document(QStringLiteral("kb sync m"));
        const Json kept = document(QStringLiteral("kb chunks m a.txt")).at("chunks").at(0);
        QVERIFY2(kept.at("edited").get<bool>() && !kept.at("enabled").get<bool>(), kept.dump().c_str());
        const Json restored = document(QStringLiteral("kb edit m a.txt 0 --restore --on"));
        QVERIFY(!restored.at("edited").get<bool>() && restored.at("enabled").get<bool>());
        QCOMPARE(call(QStringLiteral("kb edit m a.txt 7 --off")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(call(QStringLiteral("kb edit m a.txt 0")).exitCode, 2);
        QCOMPARE(call(QStringLiteral("kb edit m a.txt 0 --on --off")).exitCode, 2);
        QVERIFY(document(QStringLiteral("kb tag m a.txt red blue red")).at("tags") == Json({"red", "blue"}));
        QCOMPARE(document(QStringLiteral("kb search m oven --tag blue")).at("hits").size(), std::size_t(1));
        QVERIFY(document(QStringLiteral("kb tag m a.txt --clear green")).at("tags") == Json({"green"}));
        QCOMPARE(document(QStringLiteral("kb rename m manuals")).at("name").get<std::string>(), std::string("manuals"));
        QCOMPARE(call(QStringLiteral("kb info m")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(document(QStringLiteral("kb forget manuals docs")).at("removed").get<int>(), 1);
        QCOMPARE(call(QStringLiteral("kb forget manuals docs")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(document(QStringLiteral("kb info manuals")).at("documents").get<int>(), 0);
    }
};

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "reader") {
        readSlowly();
        return 0;
    }
    QCoreApplication app(argc, argv);
    CliKnowledgeJobsTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_cli_kb_jobs.moc"
