#include "base/files.h"
#include "knowledge/chunker.h"
#include "knowledge/edit.h"
#include "pages/knowledge/base_facts.h"
#include "pages/knowledge/folder_watch.h"
#include "storage/workspace.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace triptych;
using namespace triptych::ui;

namespace {

constexpr int kPatience = 60'000; // an ingest starts an engine and a reader
const QString kBase = QStringLiteral("notes");

/// A workspace with an empty base by words, and a folder of files for it.
struct Place {
    Place() {
        folder = std::filesystem::path(dir.path().toStdString());
        createKnowledgeBase(Workspace::create(folder / "w"), "notes", "", ChunkerSettings(), false);
        std::filesystem::create_directories(folder / "files");
        atomicWrite(folder / "files/one.md", "# One\n\nThe pump hums.\n");
        jobs.setWorkspace(workspace());
        QObject::connect(&jobs, &JobCenter::submitted, [this] { ++submitted; });
    }
    QString workspace() const { return QString::fromStdString((folder / "w").string()); }
    void add() {
        QSignalSpy finished(&jobs, &JobCenter::runFinished);
        JobRequest request = ingestRequest(QStringLiteral("add"), kBase);
        request.paths = QStringList{QString::fromStdString((folder / "files").string())};
        jobs.submit({request});
        QTRY_VERIFY_WITH_TIMEOUT(finished.size() == 1, kPatience);
        submitted = 0;
    }
    std::int64_t documents() const { return KnowledgeStore::open(baseFolder(workspace(), kBase)).counts().documents; }

    QTemporaryDir dir;
    std::filesystem::path folder;
    JobCenter jobs;
    int submitted = 0;
};

} // namespace

class FolderWatchTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatIsAddedComesByItself() {
        Place place;
        place.add();
        QCOMPARE(place.documents(), 1);
        FolderWatch watch(place.jobs);
        watch.setInterval(200);
        QSignalSpy looked(&watch, &FolderWatch::looked);
        watch.setBases(place.workspace(), {kBase});
        QTRY_VERIFY(looked.size() >= 2);
        QVERIFY(watch.verdict(kBase)->inStep);
        QCOMPARE(place.submitted, 0); // nothing to do, nothing done
        atomicWrite(place.folder / "files/two.md", "# Two\n\nThe filter leaks.\n");
        QTRY_COMPARE_WITH_TIMEOUT(place.documents(), 2, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(watch.verdict(kBase)->inStep, kPatience);
        QCOMPARE(place.submitted, 1);
        std::filesystem::remove(place.folder / "files/one.md");
        QTRY_COMPARE_WITH_TIMEOUT(place.documents(), 1, kPatience);
    }
    void neverTwoSyncsAtOnce() {
        Place place;
        place.add();
        FolderWatch watch(place.jobs);
        watch.setInterval(30);
        for (int i = 0; i < 30; ++i)
            atomicWrite(place.folder / "files" / (std::to_string(i) + ".md"), "Words of file " + std::to_string(i) + ".\n");
        int most = 0;
        connect(&place.jobs, &JobCenter::runChanged, this, [&] {
            int underWay = 0;
            for (const JobInfo& job : place.jobs.jobs())
                underWay += isUnderWay(job) ? 1 : 0;
            most = std::max(most, underWay);
        });
        watch.setBases(place.workspace(), {kBase});
        QTRY_COMPARE_WITH_TIMEOUT(place.documents(), 31, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(watch.verdict(kBase) && watch.verdict(kBase)->inStep, kPatience);
        QCOMPARE(most, 1);
        QCOMPARE(place.submitted, 1);
    }
    void whatIsNotWatchedIsOnlyLookedAt() {
        Place place;
        place.add();
        FolderWatch watch(place.jobs);
        watch.setInterval(50);
        watch.setBases(place.workspace(), {});
        atomicWrite(place.folder / "files/two.md", "More words.\n");
        QSignalSpy looked(&watch, &FolderWatch::looked);
        watch.look(kBase);
        QTRY_COMPARE(looked.size(), 1);
        QVERIFY(!watch.verdict(kBase)->inStep);
        QTest::qWait(300);
        QCOMPARE(looked.size(), 1);
        QCOMPARE(place.submitted, 0);
        watch.setBases(QString(), {});
        QVERIFY(!watch.verdict(kBase));
    }
    void aBaseThatIsGoneIsNoNews() {
        Place place;
        FolderWatch watch(place.jobs);
        watch.setInterval(50);
        QSignalSpy failed(&watch, &FolderWatch::failed);
        watch.setBases(place.workspace(), {QStringLiteral("absent")});
        QTest::qWait(300);
        QCOMPARE(failed.size(), 0);
    }
};

QTEST_MAIN(FolderWatchTest)
#include "tst_folder_watch.moc"
