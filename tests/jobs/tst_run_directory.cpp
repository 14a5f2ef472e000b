#include "base/error.h"
#include "jobs/event_writer.h"
#include "jobs/run_directory.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <thread>

using namespace triptych;

class RunDirectoryTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    std::filesystem::path runs() const { return m_dir.path().toStdString() + "/runs"; }

    static RunSpec spec(const std::string& id) {
        RunSpec result;
        result.id = id;
        result.kind = "train";
        result.method = "head";
        result.labels = {"a", "b"};
        result.inputs = {{"train", "inputs/train.jsonl"}};
        result.models = {{"base", "/models/m"}};
        result.settings = {{"epochs", 3}};
        result.seed = 18446744073709551615u;
        return result;
    }
    RunDirectory makeRun(const std::string& id) const { return RunDirectory::create(runs(), spec(id), {}); }
    static void append(const RunDirectory& run, const std::string& bytes) {
        std::ofstream(run.eventsFile(), std::ios::app) << bytes;
    }
    static QString failureOf(const std::function<void()>& body) {
        try {
            body();
        } catch (const Error& error) {
            return QString::fromStdString(error.message());
        }
        return {};
    }

private Q_SLOTS:
    void specSurvivesItsFile() {
        const RunSpec before = spec("roundtrip");
        const RunSpec after = RunDirectory::create(runs(), before, {}).spec();
        QCOMPARE(dumpJson(runSpecToJson(after)), dumpJson(runSpecToJson(before)));
    }
    void hostileSpecNamesItsField_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::newRow("id leaves the folder") << QStringLiteral("id") << QStringLiteral("\"../x\"");
        QTest::newRow("id is hidden") << QStringLiteral("id") << QStringLiteral("\".x\"");
        QTest::newRow("id is a number") << QStringLiteral("id") << QStringLiteral("7");
        QTest::newRow("method is absent") << QStringLiteral("method") << QStringLiteral("null");
        QTest::newRow("input above") << QStringLiteral("inputs") << QStringLiteral("{\"train\": \"../../etc/passwd\"}");
        QTest::newRow("input hides its way up") << QStringLiteral("inputs") << QStringLiteral("{\"train\": \"inputs/../../x\"}");
        QTest::newRow("input absolute") << QStringLiteral("inputs") << QStringLiteral("{\"train\": \"/etc/passwd\"}");
        QTest::newRow("input with NUL") << QStringLiteral("inputs") << QStringLiteral("{\"train\": \"a\\u0000b\"}");
        QTest::newRow("model relative") << QStringLiteral("models") << QStringLiteral("{\"base\": \"m\"}");
        QTest::newRow("labels no strings") << QStringLiteral("labels") << QStringLiteral("[1, 2]");
        QTest::newRow("settings a list") << QStringLiteral("settings") << QStringLiteral("[]");
        QTest::newRow("threads zero") << QStringLiteral("threads") << QStringLiteral("0");
        QTest::newRow("threads beyond") << QStringLiteral("threads") << QStringLiteral("100000000000");
        QTest::newRow("seed negative") << QStringLiteral("seed") << QStringLiteral("-1");
        QTest::newRow("seed a fraction") << QStringLiteral("seed") << QStringLiteral("1.5");
        QTest::newRow("newer version") << QStringLiteral("version") << QStringLiteral("2");
    }
    void hostileSpecNamesItsField() {
        QFETCH(QString, field);
        QFETCH(QString, value);
        Json json = runSpecToJson(spec("x"));
        json[field.toStdString()] = Json::parse(value.toStdString());
        const QString message = failureOf([&] { runSpecFromJson(json, "here/spec.json"); });
        QVERIFY2(message.contains(QStringLiteral("here/spec.json")) && message.contains(field), qPrintable(message));
    }
    void halfMadeRunIsNoRun() {
        QVERIFY_EXCEPTION_THROWN(RunDirectory::create(runs(), spec("half"), [](const auto&) { throw Error(ErrorCode::Io, "disk full"); }), Error);
        QVERIFY(!std::filesystem::exists(runs() / "half"));
        QVERIFY_EXCEPTION_THROWN(RunDirectory(runs() / "half"), Error);
    }
    void nameIsTakenOnce() {
        makeRun("taken");
        try {
            makeRun("taken");
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::AlreadyExists));
        }
        QVERIFY(std::filesystem::exists(runs() / "taken/spec.json"));
    }
    void newRunIsQueued() {
        const RunDirectory run = makeRun("fresh");
        QCOMPARE(static_cast<int>(run.status().state), static_cast<int>(RunState::Queued));
        QVERIFY(!run.result().has_value());
        QCOMPARE(static_cast<int>(run.control()), static_cast<int>(RunControl::Continue));
    }
    void settingsOfTheFirstStartStay() {
        const RunDirectory run = makeRun("frozen");
        QCOMPARE(run.frozenSettings({{"epochs", 9.5}})["epochs"].get<double>(), 9.5);
        QCOMPARE(run.frozenSettings({{"epochs", 3}})["epochs"].get<double>(), 9.5); // of a program with other defaults
    }
    void damagedControlIsNoWish() {
        const RunDirectory run = makeRun("control");
        run.setControl(RunControl::Pause);
        QCOMPARE(static_cast<int>(run.control()), static_cast<int>(RunControl::Pause));
        for (const char* bytes : {"", "{", "[]", "{\"control\": 5}", "{\"control\": \"fly\"}"}) {
            atomicWrite(run.path() / "control.json", bytes);
            QCOMPARE(static_cast<int>(run.control()), static_cast<int>(RunControl::Continue));
        }
    }
    void tornLastLineWaitsForItsRest() {
        const RunDirectory run = makeRun("torn");
        RunFollower follower(run);
        append(run, "{\"number\":1,\"type\":\"log\",\"wall_time\":1.0,\"level\":\"info\",\"message\":\"a\"}" "\n" "{\"number\":2,\"ty");
        QCOMPARE(follower.poll().size(), std::size_t(1));
        QCOMPARE(follower.poll().size(), std::size_t(0));
        append(run, "pe\":\"log\",\"wall_time\":2.0,\"message\":\"b\"}" "\n");
        const auto events = follower.poll();
        QCOMPARE(events.size(), std::size_t(1));
        QCOMPARE(events[0].number, std::int64_t(2));
        QCOMPARE(QString::fromStdString(events[0].data["message"]), QStringLiteral("b"));
        QCOMPARE(follower.status().last_event, std::int64_t(2));
    }
    void spoiledLinesHideNoOthers() {
        const RunDirectory run = makeRun("spoiled");
        append(run, std::string("\n\0\xff garbage\n", 12) + "[1,2]\n{}\n{\"number\":\"x\",\"type\":\"state\"}\n"
               "{\"number\":3,\"type\":\"state\",\"state\":\"flying\"}\n{\"number\":4,\"type\":\"progress\",\"done\":\"many\",\"total\":[]}\n"
               "{\"number\":5,\"type\":\"state\",\"state\":\"paused\",\"error\":7}\n");
        const RunStatus status = run.status();
        QCOMPARE(static_cast<int>(status.state), static_cast<int>(RunState::Paused));
        QCOMPARE(status.last_event, std::int64_t(5));
        QVERIFY(!status.error.has_value());
    }
    void endlessLineIsPassedOver() {
        const RunDirectory run = makeRun("endless");
        append(run, std::string(40u << 20, 'x') + "\n" "{\"number\":1,\"type\":\"state\",\"state\":\"failed\"}" "\n");
        QCOMPARE(static_cast<int>(run.status().state), static_cast<int>(RunState::Failed));
    }
    void replacedFileIsReadFromItsStart() {
        const RunDirectory run = makeRun("replaced");
        append(run, "{\"number\":1,\"type\":\"state\",\"state\":\"failed\"}" "\n" "{\"number\":2,\"type\":\"log\"}" "\n");
        RunFollower follower(run);
        follower.poll();
        atomicWrite(run.eventsFile(), "{\"number\":1,\"type\":\"state\",\"state\":\"paused\"}" "\n");
        QCOMPARE(follower.poll().size(), std::size_t(1));
        QCOMPARE(static_cast<int>(follower.status().state), static_cast<int>(RunState::Paused));
    }
    void runningWithoutLockIsInterrupted() {
        const RunDirectory run = makeRun("vanished");
        {
            const auto lock = FileLock::tryAcquire(run.lockFile());
            EventWriter(run).state(RunState::Running);
            QCOMPARE(static_cast<int>(run.status().state), static_cast<int>(RunState::Running));
        }
        QCOMPARE(static_cast<int>(run.status().state), static_cast<int>(RunState::Interrupted));
    }
    void launchTellsStartingFromDead() {
        const RunDirectory run = makeRun("launch");
        run.setLaunch({::getpid(), hostName(), 0, processStamp(::getpid())});
        QCOMPARE(static_cast<int>(run.status().state), static_cast<int>(RunState::Queued));
        run.setLaunch({std::numeric_limits<pid_t>::max(), hostName(), 0, "boot/1"});
        QCOMPARE(static_cast<int>(run.status().state), static_cast<int>(RunState::Interrupted));
        EventWriter(run).state(RunState::Failed, errorToJson(Error(ErrorCode::Io, "m", "h")));
        const RunStatus status = run.status();
        QCOMPARE(static_cast<int>(status.state), static_cast<int>(RunState::Failed));
        QCOMPARE(QString::fromStdString((*status.error)["message"]), QStringLiteral("m"));
    }
    void resumedRunIsNotOverBeforeItsFirstWord() {
        const RunDirectory run = makeRun("resumed");
        EventWriter(run).state(RunState::Paused);
        run.setLaunch({::getpid(), hostName(), 1, processStamp(::getpid())});
        const auto lock = FileLock::tryAcquire(run.lockFile()); // the worker has it, and said nothing yet
        QCOMPARE(static_cast<int>(run.status().state), static_cast<int>(RunState::Queued));
        EventWriter(run).state(RunState::Running);
        QCOMPARE(static_cast<int>(run.status().state), static_cast<int>(RunState::Running));
    }
    void progressIsThinnedAndKeepsItsEnds() {
        const RunDirectory run = makeRun("thin");
        EventWriter writer(run);
        constexpr int kSteps = 3000;
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 1; i <= kSteps; ++i) {
            writer.progress({i % 7 == 0 ? i - 5 : i, kSteps, "steps", "train"}); // now and then it goes back
            if (i % 10 == 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        writer.progress({1, 10, "rows", "evaluate"});
        writer.progress({4, 10, "rows", "evaluate"});
        writer.state(RunState::Done);

        std::int64_t offset = 0;
        std::vector<std::int64_t> train, evaluate;
        bool sawRate = false;
        for (const RunEvent& event : run.eventsSince(offset)) {
            if (event.type == "progress")
                (event.data["stage"] == "train" ? train : evaluate).push_back(event.data["done"]);
            sawRate = sawRate || (event.type == "progress" && event.data["rate"].is_number() && event.data["eta_s"].is_number());
        }
        QVERIFY(sawRate);
        QCOMPARE(train.front(), std::int64_t(1));
        QCOMPARE(train.back(), std::int64_t(kSteps));
        QVERIFY(std::is_sorted(train.begin(), train.end()));
        QVERIFY2(static_cast<double>(train.size()) <= 10 * seconds + 3, qPrintable(QString::number(train.size())));
        QCOMPARE(evaluate, (std::vector<std::int64_t>{1, 10})); // a stage that ended early is over all the same
    }
    void numbersGoOnOverResumes() {
        const RunDirectory run = makeRun("numbers");
        EventWriter(run).log(LogLevel::Info, "one");
        append(run, "{\"number\":2,\"ty"); // killed while it wrote
        EventWriter(run).log(LogLevel::Info, "two");
        std::int64_t offset = 0;
        const auto events = run.eventsSince(offset);
        QCOMPARE(events.size(), std::size_t(2));
        QCOMPARE(events[1].number, std::int64_t(2));
    }
    void undefinedMetricIsNull() {
        const RunDirectory run = makeRun("nan");
        EventWriter(run).metric("train_loss", 1, std::numeric_limits<double>::quiet_NaN());
        std::int64_t offset = 0;
        const auto events = run.eventsSince(offset);
        QCOMPARE(events.size(), std::size_t(1));
        QVERIFY(events[0].data["value"].is_null());
    }
    void followingALongRunCostsWhatIsNew() {
        const RunDirectory run = makeRun("long");
        {
            std::ofstream file(run.eventsFile());
            for (int i = 1; i <= 100'000; ++i)
                file << "{\"number\":" << i << ",\"type\":\"metric\",\"wall_time\":1.0,\"name\":\"train_loss\",\"step\":1,\"value\":0.5}" "\n";
        }
        RunFollower follower(run);
        QCOMPARE(follower.poll().size(), std::size_t(100'000));
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < 100; ++i)
            follower.poll();
        const auto spent = std::chrono::steady_clock::now() - begin;
        QVERIFY2(spent < std::chrono::milliseconds(100), "100 polls without news took over 1 ms each");
    }
};

QTEST_GUILESS_MAIN(RunDirectoryTest)
#include "tst_run_directory.moc"
