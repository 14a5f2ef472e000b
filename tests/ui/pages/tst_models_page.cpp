#include "item_models/tensors_model.h"
#include "pages/models/models_page.h"
#include "ui/support/page_host.h"
#include "ui/support/pictures.h"
#include "widgets/banner.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace triptych;
using namespace triptych::ui;

namespace {

const QString kTiny = QStringLiteral(TRIPTYCH_TEST_DATA "/bert_tiny/");
constexpr int kPatience = 60'000; // the first request starts the engine

} // namespace

/// The page with the real engine and models of a few kilobytes.
class ModelsPageTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    int m_count = 0;

    std::filesystem::path fresh() {
        const auto folder = std::filesystem::path(m_dir.path().toStdString()) / std::to_string(++m_count);
        qputenv("TRIPTYCH_DATA_DIR", (folder / "data").string().c_str());
        Workspace::create(folder / "w");
        return folder / "w";
    }
    static ModelsPage* shown(PageHost& host) {
        auto* page = static_cast<ModelsPage*>(host.make(QStringLiteral("models")));
        page->resize(1200, 860);
        page->show();
        page->refresh();
        return page;
    }
    static QString complaintOf(const ModelsPage& page) {
        for (const Banner* banner : page.findChildren<Banner*>()) {
            if (banner->isVisible())
                return banner->message();
        }
        return {};
    }
    static void importThere(ModelsPage& page, const QString& folder, const QString& name) {
        QSignalSpy described(&page, &ModelsPage::described);
        page.open(folder);
        auto* field = page.findChild<QLineEdit*>(QStringLiteral("importName"));
        field->setText(name);
        QTest::mouseClick(page.findChild<QPushButton*>(QStringLiteral("importModel")), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(described.size() > 0, kPatience);
    }

private Q_SLOTS:
    void aModelIsImportedShownTriedAndRemoved() {
        const auto folder = fresh();
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        importThere(*page, kTiny + QStringLiteral("encoder"), QStringLiteral("tiny"));
        QCOMPARE(host.errors(), QStringList());
        QVERIFY(std::filesystem::exists(folder / "models/tiny/model.safetensors"));
        QCOMPARE(host.workspace().model("tiny")->kind, std::string("encoder"));
        QCOMPARE(page->findChild<QListWidget*>(QStringLiteral("models"))->count(), 1);

        // The tree: embeddings, encoder, pooler; the sums are the model's.
        TensorsModel& tensors = page->tensors();
        QCOMPARE(tensors.rowCount(), 3);
        QCOMPARE(tensors.index(1, 0).data().toString(), QStringLiteral("encoder"));
        const QModelIndex layers = tensors.index(0, 0, tensors.index(1, 0));
        QCOMPARE(layers.data().toString(), QStringLiteral("layer"));
        QCOMPARE(tensors.rowCount(layers), 2);

        auto* first = page->findChild<QLineEdit*>(QStringLiteral("tryFirst"));
        auto* second = page->findChild<QLineEdit*>(QStringLiteral("trySecond"));
        QVERIFY(first->isVisible() && second->isVisible());
        QTest::keyClicks(first, QStringLiteral("what is my bank balance"));
        QTest::keyClicks(second, QStringLiteral("what is my bank balance"));
        QSignalSpy tried(page, &ModelsPage::tried);
        QTest::keyClick(second, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{1}, kPatience);
        const QString answer = page->findChild<QLabel*>(QStringLiteral("answer"))->text();
        QVERIFY2(answer.contains(QStringLiteral("1.000")) && answer.contains(QStringLiteral("7 + 7 tokens")), qPrintable(answer));
        keepPicture(*page, QStringLiteral("models-encoder"));

        QTimer::singleShot(0, this, [] {
            auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            QVERIFY(box);
            QVERIFY(box->informativeText().contains(QLatin1String("tiny")));
            box->findChild<QPushButton*>(QStringLiteral("confirmRemove"))->click();
        });
        QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("removeModel")), Qt::LeftButton);
        QTRY_COMPARE(page->findChild<QListWidget*>(QStringLiteral("models"))->count(), 0);
        QVERIFY(!std::filesystem::exists(folder / "models/tiny"));
        QVERIFY(!host.workspace().model("tiny"));
    }
    void aClassifierGivesItsLabels() {
        PageHost host(fresh(), {});
        ModelsPage* page = shown(host);
        importThere(*page, kTiny + QStringLiteral("classifier"), QStringLiteral("labels"));
        auto* first = page->findChild<QLineEdit*>(QStringLiteral("tryFirst"));
        QVERIFY(first->isVisible() && !page->findChild<QLineEdit*>(QStringLiteral("trySecond"))->isVisible());
        QTest::keyClicks(first, QStringLiteral("play the red music"));
        QSignalSpy tried(page, &ModelsPage::tried);
        QTest::keyClick(first, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{1}, kPatience);
        const QString answer = page->findChild<QLabel*>(QStringLiteral("answer"))->text();
        for (const char* label : {"alpha", "beta", "gamma"})
            QVERIFY2(answer.contains(QLatin1String(label)), qPrintable(answer));
        keepPicture(*page, QStringLiteral("models-classifier"));
    }
    void withoutAWorkspaceModelsAreTheUsers() {
        const auto folder = fresh();
        PageHost host({}, {});
        ModelsPage* page = shown(host);
        importThere(*page, kTiny + QStringLiteral("encoder"), QStringLiteral("mine"));
        QVERIFY(std::filesystem::exists(folder.parent_path() / "data/models/mine/config.json"));
    }
    void knownModelsAreOfferedUnlessTheyAreThere() {
        const auto folder = fresh();
        std::filesystem::create_directories(folder.parent_path() / "data/models/all-minilm-l6-v2");
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        QMenu* const menu = page->findChild<QPushButton*>(QStringLiteral("getModel"))->menu();
        Q_EMIT menu->aboutToShow();
        QVERIFY(menu->actions().size() > 1);
        for (const QAction* action : menu->actions())
            QCOMPARE(action->isEnabled(), !action->text().startsWith(QLatin1String("all-minilm-l6-v2")));
    }
    void aFailedFetchIsSaid() {
        qputenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple"); // nobody listens there
        const auto folder = fresh();
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        QMenu* const menu = page->findChild<QPushButton*>(QStringLiteral("getModel"))->menu();
        Q_EMIT menu->aboutToShow();
        menu->actions().constFirst()->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(complaintOf(*page).contains(QLatin1String("127.0.0.1")), kPatience);
        qunsetenv("PIP_INDEX_URL");
        keepPicture(*page, QStringLiteral("models-not-fetched"));
    }
    void whatCannotBeImportedIsSaidAndLeavesNothing() {
        const auto folder = fresh();
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        const QString bad = m_dir.filePath(QStringLiteral("bad"));
        std::filesystem::copy(TRIPTYCH_TEST_DATA "/bert_tiny/encoder", bad.toStdString(), std::filesystem::copy_options::recursive);
        QFile weights(bad + QStringLiteral("/model.safetensors"));
        QVERIFY(weights.resize(weights.size() - 7));
        page->open(bad);
        QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("importModel")), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(complaintOf(*page).contains(QLatin1String("model.safetensors")), kPatience);
        QVERIFY(!std::filesystem::exists(folder / "models/bad"));
        QVERIFY(host.workspace().models().empty());
        // A name that is no name cannot be pressed.
        page->findChild<QLineEdit*>(QStringLiteral("importName"))->setText(QStringLiteral("a/b"));
        QVERIFY(!page->findChild<QPushButton*>(QStringLiteral("importModel"))->isEnabled());
    }
    void theTreeKeepsAModelsContract() {
        TensorsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setTensors(Json::array({{{"name", "layer.10.weight"}, {"dtype", "F32"}, {"shape", {2, 3}}, {"bytes", 24}},
                                      {{"name", "layer.9.weight"}, {"dtype", "F16"}, {"shape", Json::array()}, {"bytes", 2}},
                                      {{"nonsense", 1}}, 7}));
        QCOMPARE(model.rowCount(), 1);
        const QModelIndex layer = model.index(0, 0);
        QCOMPARE(model.rowCount(layer), 2);
        QCOMPARE(model.index(0, 0, layer).data().toString(), QStringLiteral("9")); // by number, not by letter
        QCOMPARE(layer.siblingAtColumn(TensorsModel::Parameters).data().toString(), QStringLiteral("7"));
        const QModelIndex weight = model.index(0, TensorsModel::Shape, model.index(1, 0, layer));
        QCOMPARE(weight.data().toString(), QStringLiteral("2 × 3"));
        model.setTensors(Json());
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(ModelsPageTest)
#include "tst_models_page.moc"
