#include "base/error.h"
#include "jobs/fake_jobs.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
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
    /// Runs a long job in a thread, waits for its 20th step, does something to it and returns its exit code.
    static int interfere(const RunDirectory& run, const std::function<void()>& interference) {
        int code = -1;
        std::thread worker([&] { code = runJob(run.path(), fakeJobs()); });
        RunFollower follower(run);
        while (follower.poll(), follower.status().done < 20)
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
    void cancelEndsWithinOneStep() {
        const RunDirectory run = makeRun("cancel", "count", {{"steps", 100'000}, {"step_ms", 2}});
        std::int64_t asked = 0;
        const int code = interfere(run, [&] {
            run.setControl(RunControl::Cancel);
            asked = run.status().done;
        });
        QCOMPARE(code, 130);
        QCOMPARE(stateOf(run), QStringLiteral("cancelled"));
        QVERIFY(!run.result().has_value());
        // 100 ms until the request is seen and as much between two progress events, at 2 ms a step.
        QVERIFY(run.status().done - asked <= 150);
        std::int64_t offset = 0;
        QStringList states;
        for (const RunEvent& event : run.eventsSince(offset)) {
            if (event.type == "state")
                states << QString::fromStdString(event.data["state"]);
        }
        QCOMPARE(states, (QStringList{QStringLiteral("running"), QStringLiteral("cancelling"), QStringLiteral("cancelled")}));
    }
    void terminationSignalIsACancel() {
        const RunDirectory run = makeRun("term", "count", {{"steps", 100'000}});
        QCOMPARE(interfere(run, [] { ::kill(::getpid(), SIGTERM); }), 130);
        QCOMPARE(stateOf(run), QStringLiteral("cancelled"));
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
        const RunDirectory run = makeRun("busy", "count");
        const auto lock = FileLock::tryAcquire(run.lockFile());
        try {
            runJob(run.path(), fakeJobs());
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::Busy));
            QVERIFY(error.message().find("busy") != std::string::npos);
        }
        QCOMPARE(run.status().last_event, std::int64_t(0));
    }
    void watchersDoNotKeepAWorkerOut() {
        const RunDirectory run = makeRun("watched", "count", {{"steps", 20}});
        std::atomic<bool> over = false;
        std::thread watcher([&] {
            while (!over)
                run.isAlive();
        });
        const int code = runJob(run.path(), fakeJobs());
        over = true;
        watcher.join();
        QCOMPARE(code, 0);
    }
};

QTEST_GUILESS_MAIN(JobRunnerTest)
#include "tst_job_runner.moc"
