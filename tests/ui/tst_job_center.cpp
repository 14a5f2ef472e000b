#include "demo_workspace.h"
#include "engine_client/job_center.h"
#include "jobs/fake_jobs.h"
#include "jobs/job_runner.h"
#include "jobs/knowledge_runs.h"
#include "jobs/run_index.h"
#include "knowledge/chunker.h"
#include "knowledge/edit.h"
#include "storage/workspace.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <fstream>
#include <future>
#include <thread>

using namespace triptych;
using namespace triptych::ui;

namespace {

/// The fake jobs, and beside them methods that end as the product's do.
JobRegistry windowJobs() {
    JobRegistry jobs = triptych::test::fakeJobs();
    const JobFunction count = jobs.at("train/count");
    const JobFunction learn = [count](JobContext& job) {
        count(job);
        std::filesystem::create_directories(job.directory().model());
        writeJsonFile(job.directory().model() / "triptych.json", {{"kind", job.spec().method}});
        return Json{{"model", job.spec().out}, {"model_path", "model"}, {"metrics", Json::object()}};
    };
    jobs["train/full"] = learn;
    jobs["distill/soft"] = learn;
    // Fails the first time, as on a full disk, and not the second.
    jobs["train/flaky"] = [count](JobContext& job) {
        if (!job.resumed())
            throw Error(ErrorCode::Io, "no space left on the device");
        return count(job);
    };
    // Works until a file "gate" lies in the base's folder.
    jobs["ingest/add"] = [](JobContext& job) {
        while (!std::filesystem::exists(knowledgeRunSettings(job.spec()).base_path / "gate")) {
            throwIfStopped(job.stop());
            if (job.poll() == RunControl::Pause)
                throw PauseRequested();
            job.progress().progress({1, 2, "documents", "read"});
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return Json{{"added", Json::array({"a"})}};
    };
    jobs["ingest/sync"] = [](JobContext&) {
        return Json{{"added", Json::array()}, {"changed", Json::array()}, {"removed", Json::array()}, {"failed", Json::array()}};
    };
    return jobs;
}

struct Watched {
    explicit Watched(const QString& workspace) : finished(&jobs, &JobCenter::runFinished), failed(&jobs, &JobCenter::actionFailed) {
        QObject::connect(&jobs, &JobCenter::submitted, [this](quint64, const QStringList& ids) { last = ids; });
        jobs.setWorkspace(workspace);
    }
    QStringList submit(const QList<JobRequest>& requests) {
        last.clear();
        jobs.submit(requests);
        return QTest::qWaitFor([this] { return !last.isEmpty(); }, 10'000) ? last : QStringList();
    }
    RunState state(const QString& id) const {
        const auto job = jobs.job(id);
        return job ? job->status.state : RunState::Interrupted;
    }
    std::int64_t done(const QString& id) const {
        const auto job = jobs.job(id);
        return job ? job->status.done : -1;
    }
    JobCenter jobs;
    QStringList last;
    QSignalSpy finished, failed;
};

} // namespace

#define TRY_STATE(id, wanted) QTRY_COMPARE_WITH_TIMEOUT(static_cast<int>(w.state(id)), static_cast<int>(RunState::wanted), 30'000)

/// The window's supervisor over real processes: this program called as `... run DIR` is the worker.
class JobCenterTest : public QObject {
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_workspace;

    JobRequest request(const char* method, const Json& settings = Json::object()) const {
        JobRequest request;
        request.kind = qstrcmp(method, "soft") == 0 ? QStringLiteral("distill") : QStringLiteral("train");
        request.method = QString::fromLatin1(method);
        request.dataset = QStringLiteral("messages");
        request.model = m_workspace + QStringLiteral("/models/tiny");
        request.settings = settings;
        request.threads = 1;
        return request;
    }
    qsizetype runFolders() const { return QDir(m_workspace + QStringLiteral("/runs")).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(); }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_workspace = m_folder->filePath(QStringLiteral("w"));
        makeDemoWorkspace(m_workspace);
    }
    void cleanup() { m_folder.reset(); }

    void oneJobRunsAtATimeAndEachEndsInTheWorkspace() {
        Watched w(m_workspace);
        const QStringList ids = w.submit({request("count", {{"steps", 400}}), request("count", {{"steps", 20}})});
        QCOMPARE(ids.size(), qsizetype{2});
        QTRY_VERIFY_WITH_TIMEOUT(w.done(ids[0]) > 0, 20'000);
        QCOMPARE(static_cast<int>(w.state(ids[1])), static_cast<int>(RunState::Queued));
        TRY_STATE(ids[1], Done);
        QCOMPARE(static_cast<int>(w.state(ids[0])), static_cast<int>(RunState::Done));
        QTRY_COMPARE(w.finished.size(), qsizetype{2});
        QCOMPARE(Workspace::open(m_workspace.toStdString()).run(ids[1].toStdString())->state, std::string("done"));
        QVERIFY(w.jobs.metrics(ids[1]).isEmpty()); // the workspace has them
        QCOMPARE(Workspace::open(m_workspace.toStdString()).metrics(ids[1].toStdString()).size(), std::size_t{20});
        QCOMPARE(w.failed.size(), qsizetype{0});
    }
    void aKnowledgeBaseHasALaneOfItsOwn() {
        const std::filesystem::path base = createKnowledgeBase(Workspace::open(m_workspace.toStdString()), "manuals", "hashing", {}, false);
        Watched w(m_workspace);
        const QString training = w.submit({request("count", {{"steps", 20000}})}).value(0);
        QTRY_VERIFY_WITH_TIMEOUT(w.done(training) > 0, 20'000);
        JobRequest add;
        add.kind = QStringLiteral("ingest");
        add.method = QStringLiteral("add");
        add.knowledgeBase = QStringLiteral("manuals");
        add.paths = QStringList{m_folder->path()};
        add.threads = 1;
        const QStringList ids = w.submit({add, add});
        QCOMPARE(ids.size(), qsizetype{2});
        TRY_STATE(ids[0], Running);
        QCOMPARE(static_cast<int>(w.state(training)), static_cast<int>(RunState::Running));
        QCOMPARE(static_cast<int>(w.state(ids[1])), static_cast<int>(RunState::Queued));
        QCOMPARE(w.jobs.job(ids[0])->knowledgeBase, QStringLiteral("manuals"));
        QVERIFY(w.jobs.job(ids[0])->dataset.isEmpty() && w.jobs.job(ids[0])->out.isEmpty());
        w.jobs.pause(ids[0]);
        TRY_STATE(ids[0], Paused);
        TRY_STATE(ids[1], Running); // the next of its lane
        const QString second = w.submit({request("count", {{"steps", 20}})}).value(0);
        TRY_STATE(second, Queued);
        w.jobs.resume(ids[0]);
        TRY_STATE(ids[0], Queued);
        std::ofstream(base / "gate") << "open";
        TRY_STATE(ids[0], Done);
        TRY_STATE(ids[1], Done);
        QCOMPARE(static_cast<int>(w.state(training)), static_cast<int>(RunState::Running));
        w.jobs.cancel(training);
        TRY_STATE(second, Done);
        QCOMPARE(w.failed.size(), qsizetype{0});
    }
    void aSyncThatFoundNothingIsToldAndGoes() {
        createKnowledgeBase(Workspace::open(m_workspace.toStdString()), "manuals", "hashing", {}, false);
        Watched w(m_workspace);
        QString base;
        connect(&w.jobs, &JobCenter::runFinished, this, [&](const QString& id) { base = w.jobs.job(id)->knowledgeBase; });
        JobRequest sync;
        sync.kind = QStringLiteral("ingest");
        sync.method = QStringLiteral("sync");
        sync.knowledgeBase = QStringLiteral("manuals");
        const QString id = w.submit({sync}).value(0);
        QTRY_COMPARE_WITH_TIMEOUT(w.finished.size(), qsizetype{1}, 20'000);
        QCOMPARE(base, QStringLiteral("manuals"));
        QTRY_VERIFY_WITH_TIMEOUT(!w.jobs.job(id), 20'000);
        QVERIFY(!QFileInfo::exists(m_workspace + QStringLiteral("/runs/") + id));
        QCOMPARE(w.failed.size(), qsizetype{0});
    }
    void aRunThatAnotherProcessRemovesIsForgotten() {
        Watched w(m_workspace);
        const QString id = w.submit({request("count", {{"steps", 20}})}).value(0);
        TRY_STATE(id, Done);
        QTRY_COMPARE(w.finished.size(), qsizetype{1});
        Workspace workspace = Workspace::open(m_workspace.toStdString());
        removeRun(workspace, findRun(workspace, id.toStdString()));
        QTRY_VERIFY_WITH_TIMEOUT(!w.jobs.job(id), 20'000);
    }
    void aFailedJobRunsAgainWhenAsked() {
        Watched w(m_workspace);
        const QString flaky = w.submit({request("flaky", {{"steps", 20}})}).value(0);
        TRY_STATE(flaky, Failed);
        QTRY_COMPARE(w.finished.size(), qsizetype{1});
        // Behind another it waits, and is seen to.
        const QString other = w.submit({request("count", {{"steps", 500}})}).value(0);
        QTRY_VERIFY_WITH_TIMEOUT(w.done(other) > 0, 20'000);
        w.jobs.resume(flaky);
        TRY_STATE(flaky, Queued);
        QVERIFY(!w.jobs.job(flaky)->status.error);
        TRY_STATE(flaky, Done);
        QCOMPARE(static_cast<int>(w.state(other)), static_cast<int>(RunState::Done));
        QTRY_COMPARE(w.finished.size(), qsizetype{3}); // its first end was told once
        w.jobs.resume(flaky);
        QTRY_COMPARE(w.failed.size(), qsizetype{1}); // there is nothing left to do
        QCOMPARE(w.failed[0][0].toString(), flaky);
    }
    void aQueuedRetryCanBeTakenBack() {
        Watched w(m_workspace);
        const QString flaky = w.submit({request("flaky")}).value(0);
        TRY_STATE(flaky, Failed);
        const QString other = w.submit({request("count", {{"steps", 3000}})}).value(0);
        QTRY_VERIFY_WITH_TIMEOUT(w.done(other) > 0, 20'000);
        w.jobs.resume(flaky);
        TRY_STATE(flaky, Queued);
        w.jobs.cancel(flaky);
        TRY_STATE(flaky, Failed);
        w.jobs.cancel(other);
        TRY_STATE(other, Cancelled);
        QTest::qWait(500);
        QCOMPARE(static_cast<int>(w.state(flaky)), static_cast<int>(RunState::Failed));
    }
    void pauseResumeAndCancel() {
        Watched w(m_workspace);
        const QString id = w.submit({request("count", {{"steps", 3000}})}).value(0);
        QTRY_VERIFY_WITH_TIMEOUT(w.done(id) > 20, 20'000);
        w.jobs.pause(id);
        TRY_STATE(id, Paused);
        const std::int64_t at = w.done(id);
        w.jobs.resume(id);
        QTRY_VERIFY_WITH_TIMEOUT(w.done(id) > at, 20'000);
        w.jobs.cancel(id);
        TRY_STATE(id, Cancelled);
        w.jobs.resume(id); // a cancelled one may go on too
        TRY_STATE(id, Running);
        w.jobs.cancel(id);
        TRY_STATE(id, Cancelled);
        QTRY_VERIFY(canBeRemoved(w, id));
    }
    void aDistillationWaitsForItsTeacher() {
        Watched w(m_workspace);
        JobRequest student = request("soft", {{"steps", 10}});
        student.teacherRequest = 0;
        const QStringList ids = w.submit({request("full", {{"steps", 200}}), student});
        QCOMPARE(ids.size(), qsizetype{2});
        QTRY_VERIFY(w.jobs.job(ids[1]).has_value());
        QCOMPARE(w.jobs.job(ids[1])->waitsFor, ids[0]);
        // A second one, asked for while the first teacher is under way, takes the same.
        JobRequest second = request("soft", {{"steps", 10}});
        second.teacherRun = ids[0];
        const QStringList more = w.submit({second});
        QTRY_COMPARE(w.jobs.job(more[0])->waitsFor, ids[0]);
        const auto students = [&w] {
            int done = 0;
            for (const JobInfo& job : w.jobs.jobs())
                done += job.method == QLatin1String("soft") && job.status.state == RunState::Done && job.id > QStringLiteral("2026-01-02") ? 1 : 0;
            return done;
        };
        QTRY_VERIFY_WITH_TIMEOUT(students() >= 2, 30'000);
        QVERIFY(!w.jobs.job(ids[1])); // a run of its own stands in its place
        QCOMPARE(w.failed.size(), qsizetype{0});
    }
    void aVanishedWorkerIsToldAndGoesOn() {
        Watched w(m_workspace);
        QSignalSpy interrupted(&w.jobs, &JobCenter::runInterrupted);
        const QString id = w.submit({request("count", {{"steps", 2000}})}).value(0);
        QTRY_VERIFY_WITH_TIMEOUT(w.done(id) > 50, 20'000);
        ::kill(static_cast<pid_t>(w.jobs.job(id)->status.pid), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(interrupted.size(), qsizetype{1}, 20'000);
        QCOMPARE(interrupted[0][0].toString(), id);
        w.jobs.resume(id);
        TRY_STATE(id, Running);
        w.jobs.cancel(id);
        TRY_STATE(id, Cancelled);
    }
    void theQueueSurvivesTheWindow() {
        QStringList ids;
        {
            Watched w(m_workspace);
            ids = w.submit({request("count", {{"steps", 1200}}), request("count", {{"steps", 10}})});
            QTRY_VERIFY_WITH_TIMEOUT(w.done(ids[0]) > 0, 20'000);
        }
        Watched w(m_workspace);
        QTRY_VERIFY(w.jobs.job(ids[0]).has_value());
        TRY_STATE(ids[1], Queued);
        TRY_STATE(ids[1], Done);
    }
    void halfOfAListIsNothing() {
        Watched w(m_workspace);
        const qsizetype before = runFolders();
        QSignalSpy refused(&w.jobs, &JobCenter::submitFailed);
        JobRequest unknown = request("count");
        unknown.dataset = QStringLiteral("nowhere");
        w.jobs.submit({request("count"), unknown});
        QTRY_COMPARE(refused.size(), qsizetype{1});
        QVERIFY2(refused[0][1].toString().contains(QLatin1String("nowhere")), qPrintable(refused[0][1].toString()));
        QTest::qWait(400);
        QCOMPARE(runFolders(), before);
        QCOMPARE(w.jobs.activeCount(), 0);
        QCOMPARE(Workspace::open(m_workspace.toStdString()).runs().size(), static_cast<std::size_t>(before));
    }
    void anotherWriterDelaysAndLosesNothing() {
        Watched w(m_workspace);
        QTRY_COMPARE(w.jobs.jobs().size(), qsizetype{4});
        const qsizetype before = runFolders();
        std::promise<void> held, enough;
        std::jthread writer([&] {
            Workspace workspace = Workspace::open(m_workspace.toStdString());
            workspace.transaction([&] {
                held.set_value();
                enough.get_future().wait_for(std::chrono::minutes(1)); // until somebody gave up waiting
            });
        });
        held.get_future().wait();
        QSignalSpy refused(&w.jobs, &JobCenter::submitFailed);
        w.jobs.submit({request("count")});
        int changed = 0;
        w.jobs.change([](Workspace& workspace) { workspace.setSetting("kept", true); }, this, [&] { ++changed; }, [](const Error&) {});
        // The window goes on all the while.
        QElapsedTimer turn;
        qint64 longest = 0;
        QElapsedTimer whole;
        whole.start();
        while (refused.isEmpty() && whole.elapsed() < 50'000) {
            turn.start();
            QTest::qWait(10);
            longest = std::max(longest, turn.elapsed());
        }
        enough.set_value();
        QCOMPARE(refused.size(), qsizetype{1});
        QVERIFY2(longest < 2000, qPrintable(QString::number(longest)));
        QCOMPARE(runFolders(), before);
        QTRY_COMPARE_WITH_TIMEOUT(changed, 1, 20'000);
        const QString last = w.submit({request("count", {{"steps", 5}})}).value(0); // once: the macro asks again and again
        TRY_STATE(last, Done);
    }
    void aChangeIsMadeBeforeTheWindowCloses() {
        {
            Watched w(m_workspace);
            w.jobs.setSetting(QStringLiteral("late"), "yes");
            QVERIFY(w.jobs.settings().value(QStringLiteral("late")) == Json("yes"));
        }
        QVERIFY(Workspace::open(m_workspace.toStdString()).setting("late").value_or(Json()) == Json("yes"));
    }

private:
    bool canBeRemoved(Watched& w, const QString& id) const {
        w.jobs.remove(id);
        return QTest::qWaitFor([&] { return !w.jobs.job(id).has_value(); }, 3000)
               && !QFileInfo::exists(m_workspace + QStringLiteral("/runs/") + id);
    }
};

int main(int argc, char** argv) {
    if (argc == 3 && qstrcmp(argv[1], "run") == 0)
        return runJob(argv[2], windowJobs());
    qputenv("TRIPTYCH_ENGINE", QByteArray::fromStdString(std::filesystem::read_symlink("/proc/self/exe").string()));
    QApplication application(argc, argv);
    JobCenterTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_job_center.moc"
