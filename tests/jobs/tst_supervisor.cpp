#include "base/error.h"
#include "jobs/fake_jobs.h"
#include "jobs/supervisor.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <thread>
#include <sys/wait.h>
#include <unistd.h>

using namespace triptych;
using namespace triptych::test;

/// Real processes: this executable called as `... run DIR` is the worker.
class SupervisorTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    std::filesystem::path runs() const { return m_dir.path().toStdString() + "/runs"; }
    RunDirectory makeRun(const std::string& id, const std::string& method, const Json& settings = Json::object()) const {
        return RunDirectory::create(runs(), fakeSpec(id, method, settings), {});
    }
    static std::vector<std::string> engine() { return {std::filesystem::read_symlink("/proc/self/exe").string()}; }
    static RunState stateOf(const RunDirectory& run) { return run.status().state; }

private Q_SLOTS:
    void workerRunsToItsEnd() {
        const RunDirectory run = makeRun("whole", "count", {{"steps", 30}});
        const std::int64_t pid = startWorker(engine(), run);
        QVERIFY(pid > 0);
        QTRY_COMPARE_WITH_TIMEOUT(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Done), 30'000);
        QCOMPARE(run.result()->at("sum").get<std::uint64_t>(), expectedSum(30));
        QVERIFY(std::filesystem::exists(run.path() / "worker.log"));
        QTRY_VERIFY_WITH_TIMEOUT(!isProcessAlive(pid), 20'000);
        QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1); // it leaves no child of ours behind
    }
    void workerIsInASessionOfItsOwn() {
        const RunDirectory run = makeRun("session", "count", {{"steps", 100'000}});
        const auto pid = static_cast<pid_t>(startWorker(engine(), run));
        QCOMPARE(::getsid(pid), pid);
        QVERIFY(::getsid(0) != pid);
        cancelRun(run);
    }
    void statusNeverSaysInterruptedWhileItStarts() {
        const RunDirectory run = makeRun("start", "count", {{"steps", 300}});
        RunFollower follower(run);
        startWorker(engine(), run);
        do {
            follower.poll();
            QVERIFY(follower.status().state != RunState::Interrupted);
        } while (!isFinal(follower.status().state));
        QCOMPARE(static_cast<int>(follower.status().state), static_cast<int>(RunState::Done));
    }
    void killedWorkerIsInterruptedAndGoesOnExactly() {
        const RunDirectory run = makeRun("killed", "count", {{"steps", 1500}});
        for (const std::int64_t step : {100, 500, 900}) {
            resumeRun(engine(), run);
            QTRY_VERIFY_WITH_TIMEOUT(run.status().done >= step, 30'000);
            QCOMPARE(::kill(static_cast<pid_t>(run.status().pid), SIGKILL), 0);
            QTRY_COMPARE_WITH_TIMEOUT(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Interrupted), 20'000);
        }
        resumeRun(engine(), run);
        QTRY_COMPARE_WITH_TIMEOUT(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Done), 30'000);
        QCOMPARE(run.result()->at("sum").get<std::uint64_t>(), expectedSum(1500));
        std::int64_t offset = 0, last = 0;
        for (const RunEvent& event : run.eventsSince(offset))
            QCOMPARE(event.number, ++last);
    }
    void cancelIsCooperativeFirst() {
        const RunDirectory run = makeRun("cancel", "count", {{"steps", 100'000}});
        startWorker(engine(), run);
        QTRY_VERIFY_WITH_TIMEOUT(run.status().done > 5, 30'000);
        cancelRun(run);
        QCOMPARE(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Cancelled));
        QVERIFY(!run.isAlive());
    }
    void cancelOfAStartingWorkerIsHeard() {
        const RunDirectory run = makeRun("early", "count", {{"steps", 100'000}});
        startWorker(engine(), run);
        cancelRun(run);
        QCOMPARE(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Cancelled));
        QVERIFY(!run.isAlive());
    }
    void deafWorkerIsKilled() {
        const RunDirectory run = makeRun("deaf", "deaf");
        startWorker(engine(), run);
        QTRY_VERIFY_WITH_TIMEOUT(run.status().done > 5, 30'000);
        cancelRun(run, 0.3);
        QCOMPARE(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Cancelled));
    }
    void strangerWithTheWorkersNumberIsLeftAlone() {
        const pid_t stranger = ::fork();
        if (stranger == 0) {
            ::execlp("sleep", "sleep", "60", nullptr);
            ::_exit(1);
        }
        const RunDirectory run = makeRun("reused", "count", {{"steps", 3}});
        run.setLaunch({stranger, hostName(), 0, "boot/1"}); // the worker died, and the system gave its number away
        const RunState before = stateOf(run);
        cancelRun(run, 0.2);
        int status = 0;
        const bool lives = ::waitpid(stranger, &status, WNOHANG) == 0;
        ::kill(stranger, SIGKILL);
        ::waitpid(stranger, &status, 0);
        QVERIFY(lives);
        QCOMPARE(static_cast<int>(before), static_cast<int>(RunState::Interrupted));
    }
    void launcherEndsWithAllItStarted() {
        const RunDirectory run = makeRun("ranks", "deaf");
        const std::string other = (run.path() / "other-rank").string();
        const std::string script = "sleep 300 & echo $! > '" + other + "'; \"$0\" \"$@\"";
        const std::int64_t launcher = startWorker({"/bin/sh", "-c", script, engine().front()}, run);
        QTRY_VERIFY_WITH_TIMEOUT(run.status().done > 5, 30'000);
        const std::int64_t rank = std::stoll(readFile(other));
        QVERIFY(isProcessAlive(rank));
        cancelRun(run, 0.3);
        QTRY_VERIFY_WITH_TIMEOUT(!isProcessAlive(rank), 3'000);
        QTRY_VERIFY_WITH_TIMEOUT(!isProcessAlive(launcher), 3'000);
    }
    void runNobodyWorksOnIsMarked() {
        const RunDirectory run = makeRun("idle", "count");
        cancelRun(run);
        QCOMPARE(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Cancelled));
        const auto events = run.status().last_event;
        cancelRun(run);
        QCOMPARE(run.status().last_event, events);
    }
    void pauseAndResumeOverProcesses() {
        const RunDirectory run = makeRun("pause", "count", {{"steps", 600}});
        startWorker(engine(), run);
        QTRY_VERIFY_WITH_TIMEOUT(run.status().done > 20, 30'000);
        run.setControl(RunControl::Pause);
        QTRY_COMPARE_WITH_TIMEOUT(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Paused), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(!run.isAlive(), 20'000);
        resumeRun(engine(), run);
        QTRY_COMPARE_WITH_TIMEOUT(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Done), 30'000);
        QCOMPARE(run.result()->at("sum").get<std::uint64_t>(), expectedSum(600));
        QVERIFY_EXCEPTION_THROWN(resumeRun(engine(), run), Error);
    }
    void missingEngineIsNamed() {
        const RunDirectory run = makeRun("missing", "count");
        try {
            startWorker({"/no/such/engine"}, run);
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::NotFound));
            QVERIFY(error.message().find("/no/such/engine") != std::string::npos);
        }
        QCOMPARE(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Queued));
    }
    void workerThatDiesBeforeItsFirstWordIsInterrupted() {
        const RunDirectory run = makeRun("stillborn", "count");
        startWorker({"/bin/false"}, run);
        QTRY_COMPARE_WITH_TIMEOUT(static_cast<int>(stateOf(run)), static_cast<int>(RunState::Interrupted), 20'000);
    }
    void listSkipsWhatIsNoRun() {
        const QTemporaryDir other;
        const std::filesystem::path folder = other.path().toStdString();
        RunSpec late = fakeSpec("a-late", "count");
        late.created = "2026-02-01T00:00:00Z";
        RunDirectory::create(folder, late, {});
        RunDirectory::create(folder, fakeSpec("b-early", "count"), {});
        std::filesystem::create_directories(folder / "half");
        std::filesystem::create_directories(folder / "spoiled");
        atomicWrite(folder / "spoiled/spec.json", "nonsense");
        atomicWrite(folder / "file", "x");
        const auto found = listRuns(folder);
        QCOMPARE(found.size(), std::size_t(2));
        QCOMPARE(QString::fromStdString(found[0].id()), QStringLiteral("b-early"));
        QVERIFY(listRuns(folder / "absent").empty());
    }
    void runsOfOneSecondStandInTheOrderTheyWereMade() {
        const QTemporaryDir other;
        const std::filesystem::path folder = other.path().toStdString();
        std::vector<std::string> made;
        for (const char* id : {"s-q", "s-a", "s-z", "s-c"}) {
            RunDirectory::create(folder, fakeSpec(id, "count"), {});
            made.push_back(id);
            std::this_thread::sleep_for(std::chrono::milliseconds(20)); // the file system's clock ticks this fast
        }
        std::vector<std::string> listed;
        for (const RunDirectory& run : listRuns(folder))
            listed.push_back(run.id());
        QCOMPARE(listed, made);
    }
    void engineCommandMayHoldALauncher() {
        const QByteArray before = qgetenv("TRIPTYCH_ENGINE");
        qputenv("TRIPTYCH_ENGINE", "srun -n 1  /opt/triptych-engine");
        QCOMPARE(defaultEngineCommand(), (std::vector<std::string>{"srun", "-n", "1", "/opt/triptych-engine"}));
        qunsetenv("TRIPTYCH_ENGINE");
        QCOMPARE(QString::fromStdString(std::filesystem::path(defaultEngineCommand().back()).filename().string()), QStringLiteral("triptych-engine"));
        qputenv("TRIPTYCH_ENGINE", before);
    }
};

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "run")
        return runJob(argv[2], fakeJobs());
    QCoreApplication app(argc, argv);
    SupervisorTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_supervisor.moc"
