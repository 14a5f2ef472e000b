#include "demo_workspace.h"
#include "engine_client/job_center.h"
#include "jobs/fake_jobs.h"
#include "jobs/job_runner.h"
#include "jobs/run_index.h"
#include "storage/workspace.h"

#include <QApplication>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace triptych;
using namespace triptych::ui;

/// The built program as a person starts it; this test is its engine.
class WindowProcess : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QString m_workspace;

    /// Starts the window and waits until it has written its first state, a second after it came up.
    void startWindow(QProcess& window, const char* home) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), m_folder.filePath(QString::fromLatin1(home)));
        window.setProcessEnvironment(environment);
        window.setProcessChannelMode(QProcess::ForwardedChannels);
        window.start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych"), {QStringLiteral("--workspace"), m_workspace});
        const QString session = m_folder.filePath(QString::fromLatin1(home) + QStringLiteral("/triptych/session.json"));
        if (!QTest::qWaitFor([&] { return QFile::exists(session) || window.state() == QProcess::NotRunning; }, 60'000))
            qWarning("the window wrote no state");
    }
    static QByteArray mapsOf(const QProcess& process) {
        QFile maps(QStringLiteral("/proc/%1/maps").arg(process.processId()));
        return maps.open(QIODevice::ReadOnly) ? maps.readAll() : QByteArray();
    }

private Q_SLOTS:
    void initTestCase() {
        m_workspace = m_folder.filePath(QStringLiteral("w"));
        makeDemoWorkspace(m_workspace);
    }
    void theWindowNeverMapsLibTorch() {
        QProcess window;
        startWindow(window, "one");
        const QByteArray maps = mapsOf(window);
        QVERIFY(maps.contains("libQt6Widgets"));
        QVERIFY(!maps.contains("libtorch"));
        QVERIFY(!maps.contains("libc10"));
        window.kill();
        QVERIFY(window.waitForFinished());
    }
    void aKilledWindowLeavesItsJobRunningAndTheNextFindsIt() {
        QString id;
        {
            // In line as a window leaves it, so that the next one starts it.
            Workspace workspace = Workspace::open(m_workspace.toStdString());
            RunRequest request;
            request.kind = "train";
            request.method = "count";
            request.dataset = "messages";
            request.settings = {{"steps", 6000}};
            id = QString::fromStdString(registerRun(workspace, request).id());
            workspace.setSetting("window.queue", {{"runs", {id.toStdString()}}, {"waiting", Json::array()}});
        }
        const RunDirectory run(m_workspace.toStdString() + "/runs/" + id.toStdString());
        QProcess window;
        startWindow(window, "two");
        QTRY_VERIFY_WITH_TIMEOUT(run.status().done > 100, 30'000);
        ::kill(static_cast<pid_t>(window.processId()), SIGKILL);
        QVERIFY(window.waitForFinished());
        const std::int64_t then = run.status().done;
        QTRY_VERIFY_WITH_TIMEOUT(run.status().done > then + 50, 20'000);
        QCOMPARE(static_cast<int>(run.status().state), static_cast<int>(RunState::Running));
        JobCenter jobs;
        jobs.setWorkspace(m_workspace);
        QTRY_VERIFY(jobs.job(id) && jobs.job(id)->status.state == RunState::Running);
        QTRY_VERIFY_WITH_TIMEOUT(jobs.job(id)->status.state == RunState::Done, 60'000);
        QCOMPARE(run.result()->at("sum").get<std::uint64_t>(), triptych::test::expectedSum(6000));
    }
};

int main(int argc, char** argv) {
    if (argc == 3 && qstrcmp(argv[1], "run") == 0)
        return runJob(argv[2], triptych::test::fakeJobs());
    qputenv("TRIPTYCH_ENGINE", QByteArray::fromStdString(std::filesystem::read_symlink("/proc/self/exe").string()));
    QApplication application(argc, argv);
    WindowProcess test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_window_process.moc"
