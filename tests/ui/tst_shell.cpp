#include "demo_workspace.h"
#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "fake_page.h"
#include "l10n/language.h"
#include "shell/action_set.h"
#include "shell/command_palette.h"
#include "shell/dock.h"
#include "shell/main_window.h"
#include "shell/page_stack.h"
#include "shell/session_store.h"
#include "shell/shortcut_sheet.h"
#include "storage/workspace.h"
#include "widgets/banner.h"

#include <QAction>
#include <QDir>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace triptych;
using namespace triptych::ui;

namespace {

/// The window over fake pages, with its own session file.
struct Frame {
    explicit Frame(const QString& sessionFile = {})
        : session(sessionFile), window(WindowServices{jobs, engines, theme, language, session}, fakePages()) {
        language.setLanguage(QStringLiteral("en"));
        theme.setChoice(ThemeChoice::Light);
    }
    FakePage* page(const char* id) { return qobject_cast<FakePage*>(window.pages().page(QLatin1String(id))); }
    ThemeController theme;
    LanguageController language;
    SessionStore session;
    Engines engines;
    JobCenter jobs;
    MainWindow window;
};

QString shownBanner(const QWidget& window) {
    const auto banners = window.findChildren<Banner*>();
    for (const Banner* banner : banners) {
        if (banner->isVisible())
            return banner->message();
    }
    return {};
}

} // namespace

class ShellTest : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QString m_workspace;

private Q_SLOTS:
    void initTestCase() {
        m_workspace = m_folder.filePath(QStringLiteral("support desk"));
        makeDemoWorkspace(m_workspace);
    }
    void pagesAreBuiltWhenFirstShown() {
        Frame frame;
        frame.window.show();
        QVERIFY(frame.window.openWorkspace(m_workspace));
        QVERIFY(frame.page("first"));
        QVERIFY(!frame.page("datasets"));
        frame.window.showPage(QStringLiteral("datasets"), QStringLiteral("messages"));
        QVERIFY(frame.page("datasets"));
        QCOMPARE(frame.page("datasets")->opened, QStringList{QStringLiteral("messages")});
        const int before = frame.page("first")->refreshed;
        Q_EMIT frame.jobs.datasetChanged(QStringLiteral("messages"));
        QCOMPARE(frame.page("first")->refreshed, before); // out of sight: only remembered
        frame.window.showPage(QStringLiteral("first"));
        QCOMPARE(frame.page("first")->refreshed, before + 1);
    }
    void aPageAsksForAnotherOne() {
        Frame frame;
        frame.window.openWorkspace(m_workspace);
        frame.page("first")->ask(QStringLiteral("datasets"), QStringLiteral("x"));
        QCOMPARE(frame.window.pages().currentId(), QStringLiteral("datasets"));
        QCOMPARE(frame.page("datasets")->opened, QStringList{QStringLiteral("x")});
    }
    void anErrorStaysWithItsPage() {
        Frame frame;
        frame.window.show();
        frame.window.openWorkspace(m_workspace);
        frame.page("first")->complain(QStringLiteral("row 7 is short"));
        QCOMPARE(shownBanner(frame.window), QStringLiteral("row 7 is short"));
        frame.window.showPage(QStringLiteral("datasets"));
        QVERIFY(shownBanner(frame.window).isEmpty());
        frame.window.showPage(QStringLiteral("first"));
        QCOMPARE(shownBanner(frame.window), QStringLiteral("row 7 is short"));
    }
    void aSharedSettingMakesTheOthersReadAnew() {
        Frame frame;
        frame.window.show();
        frame.window.openWorkspace(m_workspace);
        frame.window.showPage(QStringLiteral("datasets"));
        const int before = frame.page("first")->refreshed, here = frame.page("datasets")->refreshed;
        frame.jobs.setSetting(QStringLiteral("current_dataset"), "messages");
        QCOMPARE(frame.page("datasets")->refreshed, here); // it set it, and knows
        frame.window.showPage(QStringLiteral("first"));
        QCOMPARE(frame.page("first")->refreshed, before + 1);
    }
    void aVanishedWorkerIsOfferedToGoOn() {
        Frame frame;
        frame.window.show();
        frame.window.openWorkspace(m_workspace);
        QTRY_COMPARE(frame.jobs.jobs().size(), qsizetype{4});
        Q_EMIT frame.jobs.runInterrupted(frame.jobs.jobs().first().id);
        QVERIFY2(shownBanner(frame.window).contains(QLatin1String("interrupted")), qPrintable(shownBanner(frame.window)));
    }
    void anEngineThatCannotStartIsNotSaidToHaveStarted() {
        Frame frame;
        frame.window.show();
        Q_EMIT frame.engines.writing.crashed(QStringLiteral("no such file"), false);
        QVERIFY(shownBanner(frame.window).contains(QLatin1String("does not start")));
        Q_EMIT frame.engines.answers.crashed(QStringLiteral("killed"), true);
        QVERIFY(shownBanner(frame.window).contains(QLatin1String("was started again")));
        frame.language.setLanguage(QStringLiteral("zh")); // a banner that is shown is read in the new language
        QTRY_VERIFY(shownBanner(frame.window).contains(QStringLiteral("引擎进程")));
        frame.language.setLanguage(QStringLiteral("en"));
        QTRY_VERIFY(shownBanner(frame.window).contains(QLatin1String("was started again")));
    }
    void aFolderWithoutWorkspaceIsSaidAndCanBeMadeOne() {
        Frame frame;
        frame.window.show();
        const QString empty = m_folder.filePath(QStringLiteral("empty"));
        QDir().mkpath(empty);
        QVERIFY(!frame.window.openWorkspace(empty));
        QVERIFY(shownBanner(frame.window).contains(empty));
        QVERIFY(frame.window.createWorkspace(empty));
        QVERIFY(Workspace::exists(empty.toStdString()));
    }
    void shortcutsAreUniqueAndEveryActionHasWords() {
        Frame frame;
        QStringList keys;
        for (const QString& language : {QStringLiteral("en"), QStringLiteral("zh")}) {
            frame.language.setLanguage(language);
            for (const ActionSet::Entry& entry : frame.window.actions().entries())
                QVERIFY2(!entry.action->text().isEmpty(), qPrintable(entry.id));
        }
        for (const ActionSet::Entry& entry : frame.window.actions().entries()) {
            const QString shortcut = entry.action->shortcut().toString();
            QVERIFY2(shortcut.isEmpty() || !keys.contains(shortcut), qPrintable(shortcut));
            keys.append(shortcut);
        }
        ShortcutSheet sheet(frame.window.actions(), &frame.window);
        QVERIFY(sheet.findChildren<QLabel*>().size() > 20);
    }
    void paletteIsDrivenByTheKeyboard() {
        Frame frame;
        frame.window.show();
        frame.window.openWorkspace(m_workspace);
        QVERIFY(QTest::qWaitForWindowActive(&frame.window));
        QSignalSpy loaded(&frame.jobs, &JobCenter::loaded);
        QTRY_VERIFY(frame.jobs.jobs().size() == 4);
        QTest::keyClick(&frame.window, Qt::Key_K, Qt::ControlModifier);
        CommandPalette& palette = frame.window.palette();
        QVERIFY(palette.isVisible());
        QTest::keyClicks(palette.field(), QStringLiteral("dark th"));
        QCOMPARE(palette.list()->currentIndex().data().toString(), QStringLiteral("Dark theme"));
        QTest::keyClick(palette.field(), Qt::Key_Return);
        QVERIFY(!palette.isVisible());
        QVERIFY(frame.theme.isDark());
        // A data set, by its name; Escape leaves everything as it is.
        QTest::keyClick(&frame.window, Qt::Key_K, Qt::ControlModifier);
        QTest::keyClicks(palette.field(), QStringLiteral("messages"));
        QVERIFY(palette.list()->model()->rowCount() >= 5); // the data set and its four runs
        QTest::keyClick(palette.field(), Qt::Key_Down);
        QTest::keyClick(palette.field(), Qt::Key_Up);
        QTest::keyClick(palette.field(), Qt::Key_Return);
        QCOMPARE(frame.window.pages().currentId(), QStringLiteral("datasets"));
        QTest::keyClick(&frame.window, Qt::Key_K, Qt::ControlModifier);
        QTest::keyClicks(palette.field(), QStringLiteral("qqzzx"));
        QCOMPARE(palette.list()->model()->rowCount(), 0);
        QTest::keyClick(palette.field(), Qt::Key_Return);
        QVERIFY(palette.isVisible());
        QTest::keyClick(palette.field(), Qt::Key_Escape);
        QVERIFY(!palette.isVisible());
        QTest::keyClick(&frame.window, Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(frame.window.pages().currentId(), QStringLiteral("first"));
    }
    void droppedFileOpensTheDataPage() {
        Frame frame;
        frame.window.show();
        frame.window.openWorkspace(m_workspace);
        QMimeData files;
        files.setUrls({QUrl::fromLocalFile(QStringLiteral("/tmp/some.csv"))});
        QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        static_cast<QObject&>(frame.window).event(&drop); // notify() delivers drops of a running drag only
        QCOMPARE(frame.window.pages().currentId(), QStringLiteral("datasets"));
        QCOMPARE(frame.page("datasets")->opened, QStringList{QStringLiteral("/tmp/some.csv")});
    }
    void languageSwitchReachesPagesAndFrame() {
        Frame frame;
        frame.window.show();
        frame.window.openWorkspace(m_workspace);
        const int before = frame.page("first")->retranslated;
        frame.language.setLanguage(QStringLiteral("zh"));
        QTRY_VERIFY(frame.page("first")->retranslated > before);
        QCOMPARE(frame.window.actions().action(QStringLiteral("theme.dark"))->text(), QStringLiteral("深色主题"));
        frame.language.setLanguage(QStringLiteral("en"));
        QTRY_COMPARE(frame.window.actions().action(QStringLiteral("theme.dark"))->text(), QStringLiteral("Dark theme"));
    }
    void narrowWindowFoldsTheRail() {
        Frame frame;
        frame.window.resize(1440, 900);
        frame.window.show();
        QWidget* rail = frame.window.findChild<QWidget*>(QStringLiteral("rail"));
        QVERIFY(rail->width() > 150);
        frame.window.resize(1024, 700);
        QTRY_VERIFY(rail->width() < 80);
        QCOMPARE(frame.window.size(), QSize(1024, 700)); // nothing forces it wider
    }
    void sessionComesBack() {
        const QString file = m_folder.filePath(QStringLiteral("session.json"));
        {
            Frame frame(file);
            frame.session.beginStart();
            frame.window.restoreSession(m_workspace);
            frame.window.show();
            frame.window.showPage(QStringLiteral("datasets"));
            frame.page("datasets")->field->setText(QStringLiteral("half a sent"));
            frame.theme.setChoice(ThemeChoice::Dark);
            frame.window.dock().showTab(Dock::Tab::Log);
            frame.window.close();
        }
        Frame frame(file);
        QVERIFY(!frame.session.beginStart());
        frame.window.restoreSession({});
        QCOMPARE(frame.window.pages().currentId(), QStringLiteral("datasets"));
        QCOMPARE(frame.page("datasets")->field->text(), QStringLiteral("half a sent"));
        QCOMPARE(frame.window.dock().currentTab(), Dock::Tab::Log);
        QCOMPARE(frame.session.load().value(QLatin1String("theme")).toString(), QStringLiteral("dark"));
    }
    void sessionSurvivesKill() {
        // The same program again, as a window that types and is killed.
        const QString file = m_folder.filePath(QStringLiteral("killed.json"));
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--child"), file, m_workspace});
        QVERIFY(child.waitForStarted());
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((said += child.readAllStandardOutput()).contains("typed"), 20'000);
        QTest::qWait(2000); // what is promised: on disk within two seconds
        ::kill(static_cast<pid_t>(child.processId()), SIGKILL);
        child.waitForFinished();
        Frame frame(file);
        QVERIFY(!frame.session.beginStart()); // one failed start is no reason for the safe mode
        frame.window.restoreSession({});
        QCOMPARE(frame.window.pages().currentId(), QStringLiteral("datasets"));
        QCOMPARE(frame.page("datasets")->field->text(), QStringLiteral("typed before the end"));
    }
    void twoFailedStartsGiveSafeMode() {
        const QString file = m_folder.filePath(QStringLiteral("broken.json"));
        for (int i = 0; i < 2; ++i) {
            SessionStore store(file);
            QVERIFY(!store.beginStart());
        }
        QFile old(file);
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("{\"page\":\"first\"}") > 0);
        old.close();
        SessionStore third(file);
        QVERIFY(third.beginStart());
        QVERIFY(third.load().isEmpty());
        third.save({{QStringLiteral("page"), QStringLiteral("datasets")}});
        third.flush();
        QFile kept(file + QStringLiteral(".bak"));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), QByteArray("{\"page\":\"first\"}"));
        third.startSucceeded();
        SessionStore fourth(file);
        QVERIFY(!fourth.beginStart());
    }
    void unreadableStateIsNoObstacle() {
        const QString file = m_folder.filePath(QStringLiteral("rubbish.json"));
        QFile rubbish(file);
        QVERIFY(rubbish.open(QIODevice::WriteOnly));
        rubbish.write("{\"geometry\": 7, \"pages\": [");
        rubbish.close();
        Frame frame(file);
        frame.window.restoreSession(m_workspace);
        QCOMPARE(frame.window.pages().currentId(), QStringLiteral("first"));
    }
};

namespace {

int typeUntilKilled(const QString& sessionFile, const QString& workspace) {
    Frame frame(sessionFile);
    frame.session.beginStart();
    frame.window.restoreSession(workspace);
    frame.window.show();
    frame.window.showPage(QStringLiteral("datasets"));
    frame.page("datasets")->field->setText(QStringLiteral("typed before the end"));
    std::puts("typed");
    std::fflush(stdout);
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 4 && arguments[1] == QLatin1String("--child"))
        return typeUntilKilled(arguments[2], arguments[3]);
    ShellTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_shell.moc"
