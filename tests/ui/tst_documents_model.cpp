#include "item_models/documents_model.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

using namespace triptych::ui;

namespace {

DocumentRow row(const QString& name, std::int64_t chunks, DocumentState state = DocumentState::Indexed, const QString& type = QStringLiteral("text")) {
    DocumentRow made;
    made.name = name;
    made.chunks = chunks;
    made.state = state;
    made.type = type;
    return made;
}

QStringList names(const DocumentsModel& model) {
    QStringList shown;
    for (int i = 0; i < model.rowCount(); ++i)
        shown.append(model.index(i, DocumentsModel::Name).data().toString());
    return shown;
}

} // namespace

class DocumentsModelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsAModelsContract() {
        DocumentsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows({row(QStringLiteral("a"), 3), row(QStringLiteral("b"), 12), row(QStringLiteral("c"), 0, DocumentState::Failed, QStringLiteral("pdf"))});
        QCOMPARE(names(model), QStringList({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}));
        QCOMPARE(model.count(DocumentState::Failed), 1);
        model.sort(DocumentsModel::Chunks, Qt::DescendingOrder);
        QCOMPARE(names(model), QStringList({QStringLiteral("b"), QStringLiteral("a"), QStringLiteral("c")}));
        model.sort(DocumentsModel::State);
        QCOMPARE(names(model).first(), QStringLiteral("c")); // what needs a look comes first
        model.setFilter(QStringLiteral(" PDF "));
        QCOMPARE(names(model), QStringList{QStringLiteral("c")});
        QCOMPARE(model.rowOf(QStringLiteral("a")), -1);
        QCOMPARE(model.count(), 3);
        model.setFilter({});
        model.setRows({});
        QCOMPARE(model.rowCount(), 0);
    }
    void aFailureSaysWhy() {
        DocumentsModel model;
        DocumentRow failed = row(QStringLiteral("scan.pdf"), 0, DocumentState::Failed);
        failed.reason = QStringLiteral("'scan.pdf' has no text layer");
        failed.hint = QStringLiteral("Recognise its text first.");
        model.setRows({failed});
        QVERIFY(model.index(0, DocumentsModel::Name).data(Qt::ToolTipRole).toString().contains(failed.hint));
        QVERIFY(!model.index(0, DocumentsModel::State).data(Qt::AccessibleTextRole).toString().isEmpty());
        QVERIFY(!model.index(0, DocumentsModel::State).data(Qt::DecorationRole).isNull());
    }
    void theSameDocumentsAgainKeepThePlace() {
        DocumentsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows({row(QStringLiteral("a"), 1), row(QStringLiteral("b"), 2)});
        model.sort(DocumentsModel::Chunks, Qt::DescendingOrder);
        const QPersistentModelIndex chosen(model.index(0, DocumentsModel::Name)); // b
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setRows({row(QStringLiteral("a"), 7), row(QStringLiteral("b"), 2, DocumentState::Changed)});
        QCOMPARE(resets.size(), 0);
        QCOMPARE(chosen.data().toString(), QStringLiteral("b"));
        QCOMPARE(chosen.row(), 1); // a has more chunks now
        model.setRows({row(QStringLiteral("a"), 7), row(QStringLiteral("b"), 2, DocumentState::Changed)});
        QCOMPARE(resets.size(), 0);
    }
    void aHundredThousandAreQuick() {
        std::vector<DocumentRow> rows;
        for (int i = 0; i < 100'000; ++i)
            rows.push_back(row(QStringLiteral("folder/%1.md").arg(i, 6, 10, QLatin1Char('0')), (i * 7919) % 500, i % 50 == 0 ? DocumentState::Failed : DocumentState::Indexed,
                               i % 3 == 0 ? QStringLiteral("pdf") : QStringLiteral("markdown")));
        DocumentsModel model;
        QElapsedTimer clock;
        const auto told = [&](const char* what, qint64 most) {
            const qint64 took = clock.elapsed();
            qInfo("%s: %lld ms", what, static_cast<long long>(took));
            return took < most;
        };
        clock.start();
        model.setRows(std::move(rows));
        QVERIFY(told("shown", 400));
        for (const int column : {DocumentsModel::Chunks, DocumentsModel::Type, DocumentsModel::State, DocumentsModel::Name}) {
            clock.start();
            model.sort(column, Qt::DescendingOrder);
            QVERIFY(told("sorted", 1000));
        }
        clock.start();
        model.setFilter(QStringLiteral("99"));
        QVERIFY(told("filtered", 400));
        QVERIFY(model.rowCount() > 100 && model.rowCount() < 100'000);
    }
};

QTEST_MAIN(DocumentsModelTest)
#include "tst_documents_model.moc"
