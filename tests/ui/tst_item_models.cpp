#include "demo_workspace.h"
#include "engine_client/job_center.h"
#include "item_models/jobs_model.h"
#include "item_models/log_model.h"
#include "item_models/run_summary.h"
#include "l10n/words.h"

#include <QAbstractItemModelTester>
#include <QLocale>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace triptych;
using namespace triptych::ui;

class ItemModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void jobsModelFollowsTheCenter() {
        QTemporaryDir folder;
        const QString workspace = folder.filePath(QStringLiteral("w"));
        makeDemoWorkspace(workspace);
        JobCenter jobs;
        JobsModel model(jobs);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy loaded(&jobs, &JobCenter::loaded);
        QSignalSpy finished(&jobs, &JobCenter::runFinished);
        jobs.setWorkspace(workspace);
        QTRY_COMPARE(loaded.size(), 1);
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(finished.size(), 0); // they ended before anybody looked
        for (int row = 1; row < model.rowCount(); ++row)
            QVERIFY(model.jobAt(row - 1)->created >= model.jobAt(row)->created);
        const QModelIndex done = model.index(0, JobsModel::Done);
        QCOMPARE(done.data().toString(), QStringLiteral("50 / 50 steps"));
        QCOMPARE(done.data(Qt::TextAlignmentRole).value<Qt::Alignment>(), Qt::AlignRight | Qt::AlignVCenter);
        QCOMPARE(model.index(0, 0).data(JobsModel::FractionRole).toDouble(), 1.0);
        QVERIFY(canRemove(*model.jobAt(0)) && !canCancel(*model.jobAt(0)) && !canPause(*model.jobAt(0)));

        // A run that another process makes shows up by itself, once, and is told as finished.
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        const QString id = addFinishedRun(workspace, QStringLiteral("head"), 0.9);
        QTRY_COMPARE_WITH_TIMEOUT(inserted.size(), 1, 10'000);
        QCOMPARE(model.rowCount(), 5);
        QVERIFY(model.rowOf(id) >= 0);

        QSignalSpy removed(&jobs, &JobCenter::runRemoved);
        jobs.remove(id);
        QTRY_COMPARE(removed.size(), 1);
        QCOMPARE(model.rowCount(), 4);
        QVERIFY(!QDir(workspace + QStringLiteral("/runs/") + id).exists());
        jobs.setWorkspace({});
        QCOMPARE(model.rowCount(), 0);
    }
    void changesOfKnowledgeBasesHaveTitlesOfTheirOwn() {
        QCOMPARE(runTitle(QStringLiteral("add"), QStringLiteral("add · manuals")), QStringLiteral("Add to manuals"));
        QCOMPARE(runTitle(QStringLiteral("sync"), QStringLiteral("sync · add · %1")), QStringLiteral("Sync add · %1"));
        QCOMPARE(runTitle(QStringLiteral("reembed"), QStringLiteral("reembed · manuals")), QStringLiteral("Re-embed manuals"));
        QCOMPARE(runTitle(QStringLiteral("add"), QStringLiteral("of somebody's own")), QStringLiteral("of somebody's own"));
        RunRecord run;
        run.kind = "ingest";
        run.state = "done";
        run.result = {{"added", 4}};
        QVERIFY(!summaryOf(run)); // it measured nothing
    }
    void problemsReadAsCoreWritesThem() {
        for (int i = 0; i <= static_cast<int>(RowFault::LabelNotAName); ++i) {
            RowProblem problem{7, "text", static_cast<RowFault>(i), {"<1> %1", "<2> {}", "<3>"}};
            const std::string all = rowProblemText(problem);
            while (!problem.values.empty() && all.find(problem.values.back()) == std::string::npos)
                problem.values.pop_back();
            QVERIFY(!all.empty());
            QCOMPARE(rowProblemSentence(problem), QString::fromStdString(rowProblemText(problem)));
        }
    }
    void logModelFilters() {
        LogModel log;
        LogFilter filter;
        filter.setSourceModel(&log);
        QAbstractItemModelTester tester(&log, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester filterTester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        log.append({QStringLiteral("r"), 0, LogLevel::Debug, QStringLiteral("one")});
        log.append({QStringLiteral("r"), 1, LogLevel::Info, QStringLiteral("two")});
        log.append({QStringLiteral("r"), 2, LogLevel::Error, QStringLiteral("three\tparts")});
        QCOMPARE(filter.rowCount(), 2); // debug is hidden unless asked for
        filter.setLowestLevel(LogLevel::Error);
        QCOMPARE(filter.rowCount(), 1);
        filter.setLowestLevel(LogLevel::Debug);
        filter.setWords(QStringLiteral("TW"));
        QCOMPARE(filter.rowCount(), 1);
        QVERIFY(log.line(1).endsWith(QStringLiteral("two")));
        filter.setWords({});
        log.clear();
        QCOMPARE(filter.rowCount(), 0);
    }
    void logModelKeepsTheNewest() { // without a tester, which looks at every row at every change
        LogModel log;
        for (int i = 0; i < 5100; ++i)
            log.append({QStringLiteral("r"), 3, LogLevel::Info, QString::number(i)});
        QCOMPARE(log.rowCount(), 5000);
        QCOMPARE(log.index(0, LogModel::Message).data().toString(), QStringLiteral("100"));
    }
};

QTEST_MAIN(ItemModels)
#include "tst_item_models.moc"
