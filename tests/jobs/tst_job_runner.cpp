#include "base/error.h"
#include "jobs/fake_jobs.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/resource.h>
#include <thread>

using namespace triptych;
using namespace triptych::test;

class JobRunnerTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    RunDirectory makeRun(const std::string& id, const std::string& method, const Json& settings = Json::object()) const {
        return RunDirectory::create(m_dir.path().toStdString() + "/runs", fakeSpec(id, method, settings), {});
    }
    static QString stateOf(const RunDirectory& run) {
        const std::string_view name = runStateName(run.status().state);
        return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    }
    static std::int64_t stepsOf(const RunDirectory& run) {
        std::int64_t offset = 0, steps = 0;
        for (const RunEvent& event : run.eventsSince(offset))
            steps += event.type == "metric";
        return steps;
    }
    /// Runs a long job in a thread, waits for some steps, does something to it and returns its exit code.
    static int interfere(const RunDirectory& run, const std::function<void()>& interference, std::int64_t steps = 20) {
        int code = -1;
        std::thread worker([&] { code = runJob(run.path(), fakeJobs()); });
        RunFollower follower(run);
        while (follower.poll(), follower.status().done < steps)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        interference();
        worker.join();
        return code;
    }

private Q_SLOTS:
    void jobEndsWithResultAndState() {
        const RunDirectory run = makeRun("done", "count", {{"steps", 50}});
        QCOMPARE(runJob(run.path(), fakeJobs()), 0);
        QCOMPARE(stateOf(run), QStringLiteral("done"));
        const auto result = run.result();
        QVERIFY(result.has_value());
        QCOMPARE(result->at("sum").get<std::uint64_t>(), expectedSum(50));
        QCOMPARE(QString::fromStdString(result->at("state")), QStringLiteral("done"));
        const RunStatus status = run.status();
        QCOMPARE(status.done, status.total);
        QVERIFY(!run.isAlive());
    }
    void doneRunIsNotRunAgain() {
        const RunDirectory run = makeRun("twice", "count", {{"steps", 3}});
        QCOMPARE(runJob(run.path(), fakeJobs()), 0);
        const auto events = run.status().last_event;
        QCOMPARE(runJob(run.path(), {}), 0);
        QCOMPARE(run.status().last_event, events);
    }
    void resultWithoutItsEventIsEnough() {
        const RunDirectory run = makeRun("late", "count");
        writeJsonFile(run.path() / "result.json", {{"state", "done"}});
        QCOMPARE(runJob(run.path(), {}), 0);
        QCOMPARE(stateOf(run), QStringLiteral("done"));
    }
    void cancelEndsWithinTwoSteps() {
        const RunDirectory run = makeRun("cancel", "count", {{"steps", 100}, {"step_ms", 150}});
        std::int64_t asked = 0;
        const int code = interfere(run, [&] {
            run.setControl(RunControl::Cancel);
            asked = stepsOf(run);
        }, 3);
        QCOMPARE(code, 130);
        QCOMPARE(stateOf(run), QStringLiteral("cancelled"));
        QVERIFY(!run.result().has_value());
        // The step under way, and one that may begin in the 100 ms until the request is seen.
        QVERIFY(stepsOf(run) - asked <= 2);
        std::int64_t offset = 0;
        QStringList states;
        for (const RunEvent& event : run.eventsSince(offset)) {
            if (event.type == "state")
                states << QString::fromStdString(event.data["state"]);
        }
        QCOMPARE(states, (QStringList{QStringLiteral("running"), QStringLiteral("cancelling"), QStringLiteral("cancelled")}));
    }
    void cancelIsHeardOnAFullDisk() {
        const RunDirectory run = makeRun("full-disk", "quiet", {{"ms", 8000}});
        const auto begin = std::chrono::steady_clock::now();
        int code = -1;
        std::thread worker([&] {
            try {
                code = runJob(run.path(), fakeJobs());
            } catch (const Error& error) {
                code = error.code() == ErrorCode::Io ? 1 : -2; // its last word cannot be written
            }
        });
        while (run.status().state != RunState::Running)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        struct rlimit before {};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const auto old = std::signal(SIGXFSZ, SIG_IGN);
        struct rlimit full = before;
        full.rlim_cur = std::filesystem::file_size(run.eventsFile()) + 5;
        run.setControl(RunControl::Cancel);
        ::setrlimit(RLIMIT_FSIZE, &full);
        worker.join();
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, old);
        QCOMPARE(code, 1);
        QVERIFY(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
        QVERIFY(!run.result().has_value());
        QCOMPARE(readFile(run.eventsFile()).back(), '\n'); // no half line
    }
    void changedInputsAreRefused() {
        RunSpec spec = fakeSpec("changed", "count", {{"steps", 3}});
        spec.inputs["train"] = "inputs/train.jsonl";
        const RunDirectory run = RunDirectory::create(m_dir.path().toStdString() + "/runs", spec, [](const std::filesystem::path& inputs) {
            atomicWrite(inputs / "train.jsonl", "{\"text\": \"a\"}\n");
        });
        atomicWrite(run.path() / "inputs/train.jsonl", "{\"text\": \"b\"}\n");
        QCOMPARE(runJob(run.path(), fakeJobs()), 1);
        const Json error = *run.status().error;
        QCOMPARE(error["code"].get<std::string>(), std::string("corrupt"));
        QVERIFY(error["message"].get<std::string>().find("train.jsonl") != std::string::npos);
        atomicWrite(run.path() / "inputs/train.jsonl", "{\"text\": \"a\"}\n");
        QCOMPARE(runJob(run.path(), fakeJobs()), 0);
    }
    void terminationSignalIsACancel() {
        const RunDirectory run = makeRun("term", "count", {{"steps", 100'000}});
        QCOMPARE(interfere(run, [] { ::kill(::getpid(), SIGTERM); }), 130);
        QCOMPARE(stateOf(run), QStringLiteral("cancelled"));
    }
    void wishDuringAPauseIsHeard_data() {
        QTest::addColumn<int>("wish");
        QTest::addColumn<QString>("state");
        QTest::newRow("resume") << static_cast<int>(RunControl::Continue) << QStringLiteral("done");
        QTest::newRow("cancel") << static_cast<int>(RunControl::Cancel) << QStringLiteral("cancelled");
    }
    void wishDuringAPauseIsHeard() {
        QFETCH(int, wish);
        QFETCH(QString, state);
        const RunDirectory run = makeRun(std::string("wish-") + QTest::currentDataTag(), "slow-pause");
        const JobRegistry jobs = {{"train/slow-pause", [&](JobContext& job) -> Json {
                                       if (job.resumed())
                                           return Json::object();
                                       job.directory().setControl(static_cast<RunControl>(wish)); // its checkpoint is being written
                                       throw PauseRequested();
                                   }}};
        runJob(run.path(), jobs);
        QCOMPARE(stateOf(run), state);
        QVERIFY(!run.isAlive());
    }
    void pausedRunGoesOnExactly() {
        const RunDirectory run = makeRun("pause", "count", {{"steps", 400}});
        QCOMPARE(interfere(run, [&] { run.setControl(RunControl::Pause); }), 0);
        QCOMPARE(stateOf(run), QStringLiteral("paused"));
        QVERIFY(run.status().done < 400);
        QCOMPARE(runJob(run.path(), fakeJobs()), 0); // still asked to pause: does not start
        QCOMPARE(stateOf(run), QStringLiteral("paused"));
        run.setControl(RunControl::Continue);
        QCOMPARE(runJob(run.path(), fakeJobs()), 0);
        QCOMPARE(stateOf(run), QStringLiteral("done"));
        QCOMPARE(run.result()->at("sum").get<std::uint64_t>(), expectedSum(400));
    }
    void failureIsRecorded_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("message");
        QTest::newRow("our error") << QStringLiteral("fail") << QStringLiteral("invalid_input") << QStringLiteral("row 7 of 'a.jsonl' has no label");
        QTest::newRow("memory") << QStringLiteral("alloc") << QStringLiteral("out_of_memory") << QStringLiteral("the job ran out of memory");
        QTest::newRow("library") << QStringLiteral("odd") << QStringLiteral("internal") << QStringLiteral("shapes (2, 3) and (4) differ");
        QTest::newRow("unknown job") << QStringLiteral("levitate") << QStringLiteral("unsupported") << QString();
    }
    void failureIsRecorded() {
        QFETCH(QString, method);
        QFETCH(QString, code);
        QFETCH(QString, message);
        const RunDirectory run = makeRun("fail-" + method.toStdString(), method.toStdString());
        QCOMPARE(runJob(run.path(), fakeJobs()), 1);
        const RunStatus status = run.status();
        QCOMPARE(stateOf(run), QStringLiteral("failed"));
        QVERIFY(status.error.has_value());
        QCOMPARE(QString::fromStdString(status.error->at("code")), code);
        if (!message.isEmpty())
            QCOMPARE(QString::fromStdString(status.error->at("message")), message);
        QVERIFY(!run.result().has_value());
    }
    void spoiledSpecIsAFailure() {
        const RunDirectory run = makeRun("spoiled", "count");
        atomicWrite(run.path() / "spec.json", "{\"id\": \"spoiled\", ");
        QCOMPARE(runJob(run.path(), fakeJobs()), 1);
        QVERIFY(run.status().error->at("message").get<std::string>().find("spec.json") != std::string::npos);
    }
    void lockedRunIsBusy() {
        const RunDirectory run = makeRun("kept", "count");
        const auto lock = FileLock::tryAcquire(run.lockFile());
        try {
            runJob(run.path(), fakeJobs());
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::Busy));
            QVERIFY(error.message().find("kept") != std::string::npos);
        }
        QCOMPARE(run.status().last_event, std::int64_t(0));
    }
    void watchersDoNotKeepAWorkerOut() {
        for (int i = 0; i < 50; ++i) { // a watcher is in the way only now and then
            const RunDirectory run = makeRun("watched-" + std::to_string(i), "count", {{"steps", 1}});
            std::atomic<bool> over = false;
            std::thread watcher([&] {
                while (!over)
                    run.isAlive();
            });
            int code = -1;
            try {
                code = runJob(run.path(), fakeJobs());
            } catch (const Error&) {
            }
            over = true;
            watcher.join();
            QCOMPARE(code, 0);
        }
    }
};

QTEST_GUILESS_MAIN(JobRunnerTest)
#include "tst_job_runner.moc"
