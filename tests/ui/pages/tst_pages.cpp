#include "ui/support/page_host.h"
#include "ui/support/pictures.h"
#include "ui/support/planted_workspace.h"

#include "base/error.h"
#include "base/resources.h"
#include "datasets/languages.h"
#include "jobs/event_writer.h"
#include "jobs/run_index.h"
#include "item_models/examples_model.h"
#include "item_models/problems_model.h"
#include "item_models/runs_model.h"
#include "pages/common/command_line.h"
#include "pages/common/dataset_picker.h"
#include "pages/common/estimate.h"
#include "pages/common/measure_requests.h"
#include "pages/common/model_names.h"
#include "pages/common/outlook.h"
#include "pages/common/runs_table.h"
#include "pages/common/technique_matrix.h"
#include "pages/compare/compare_page.h"
#include "pages/datasets/datasets_page.h"
#include "pages/datasets/import_panel.h"
#include "pages/datasets/labels_editor.h"
#include "pages/distillation/distillation_page.h"
#include "pages/overview/overview_page.h"
#include "pages/overview/technique_card.h"
#include "pages/selection/node_box.h"
#include "pages/selection/selection_page.h"
#include "pages/selection/tree_view.h"
#include "pages/training/training_page.h"
#include "support/cli_run.h"
#include "widgets/banner.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>
#include <QUndoStack>

using namespace triptych;
using namespace triptych::ui;

namespace {

template <typename PageType>
PageType* shownPage(PageHost& host, const char* id) {
    auto* page = static_cast<PageType*>(host.make(QString::fromLatin1(id)));
    page->resize(1300, 900);
    page->show();
    page->refresh();
    return page;
}

void click(QWidget* widget) {
    QTest::mouseClick(widget, Qt::LeftButton, {}, widget->rect().center());
}

bool hasLabel(const QWidget& widget, const QString& text) {
    const auto labels = widget.findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) { return label->text() == text; });
}

QPushButton* startOf(TechniqueCard* card) {
    return card->findChild<QPushButton*>(QStringLiteral("start"));
}

} // namespace

class Pages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
    }
    void cleanup() { m_folder.reset(); }

    // Overview
    void overviewShowsTheBestRunOfEachColumn() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<OverviewPage>(host, "overview");
        const auto cards = page->findChildren<TechniqueCard*>();
        QCOMPARE(cards.size(), qsizetype{3});
        // Every 24th of 120 rows is wrong for the fully fine-tuned model.
        QTRY_VERIFY(hasLabel(*cards[1], QStringLiteral("95.8")));
        QVERIFY(hasLabel(*cards[0], QStringLiteral("rows with every answer")));
        QSignalSpy asked(page, &Page::pageRequested);
        const auto buttons = cards[1]->findChildren<QPushButton*>();
        for (QPushButton* button : buttons) {
            if (button->text().startsWith(QLatin1String("Open run")))
                click(button);
        }
        QCOMPARE(asked.size(), qsizetype{1});
        QCOMPARE(asked[0][0].toString(), QStringLiteral("compare"));
        QCOMPARE(asked[0][1].toString(), planted.run("full"));
        QVERIFY(host.errors().isEmpty());
    }
    void emptyColumnsOfferTheButtonThatFillsThem() {
        PlantedWorkspace::Options options;
        options.methods = {"retrieve"};
        const PlantedWorkspace planted(path("w"), options);
        PageHost host(planted.folder());
        auto* page = shownPage<OverviewPage>(host, "overview");
        const auto cards = page->findChildren<TechniqueCard*>();
        QTRY_VERIFY(hasLabel(*cards[0], QStringLiteral("rows with every answer")));
        QVERIFY(!startOf(cards[0])->isVisible());
        QVERIFY(startOf(cards[1])->isVisible() && startOf(cards[2])->isVisible());
        // No base model lies in the data folder of this test, so the start must say so where it was asked.
        qputenv("TRIPTYCH_DATA_DIR", QFile::encodeName(m_folder->filePath(QStringLiteral("nothing"))));
        QSignalSpy refused(&host.jobs(), &JobCenter::submitFailed); // said once, by the window
        click(startOf(cards[1]));
        QTRY_COMPARE(refused.size(), qsizetype{1});
        qunsetenv("TRIPTYCH_DATA_DIR");
        QVERIFY2(refused[0][1].toString().contains(QLatin1String("all-minilm-l6-v2")), qPrintable(refused[0][1].toString()));
        QVERIFY(host.errors().isEmpty());
    }
    void chineseRowsOnAnEnglishEncoderAreCounted() {
        const PlantedWorkspace planted(path("w"), {});
        const Outlook outlook = loadOutlook(planted.folder(), PlantedWorkspace::kDataset, {});
        QCOMPARE(outlook.cjkShare, 0.25);
        QCOMPARE(outlook.decision.arms.size(), std::size_t{4});
        QVERIFY(isEnglishEncoder("all-minilm-l6-v2") && isEnglishEncoder("All-MiniLM-L12-v2"));
        QVERIFY(!isEnglishEncoder("multilingual-e5-small"));
        PlantedWorkspace::Options english;
        english.cjk = false;
        const PlantedWorkspace other(path("v"), english);
        QCOMPARE(loadOutlook(other.folder(), "", {}).cjkShare, 0.0);
    }

    void theMultilingualEncoderIsOneClickAway() {
        const PlantedWorkspace planted(path("w"), {});
        qputenv("TRIPTYCH_DATA_DIR", QFile::encodeName(m_folder->filePath(QStringLiteral("models"))));
        PageHost host(planted.folder());
        auto* page = shownPage<OverviewPage>(host, "overview");
        auto* note = page->findChild<Banner*>();
        auto* use = note->findChild<QPushButton*>();
        QTRY_VERIFY(note->isVisible());
        QVERIFY(!use->isVisible()); // it is not there yet
        const QString model = m_folder->filePath(QStringLiteral("models/models/multilingual-e5-small"));
        QVERIFY(QDir().mkpath(model));
        QFile config(model + QStringLiteral("/config.json"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.close();
        page->refresh();
        QTRY_VERIFY(use->isVisible());
        click(use);
        QTRY_VERIFY(!note->isVisible());
        QCOMPARE(baseModel(host.context()), QStringLiteral("multilingual-e5-small"));
        qunsetenv("TRIPTYCH_DATA_DIR");
    }

    // Data
    void aFileIsImportedByClicks() {
        PlantedWorkspace::Options nothing;
        nothing.dataset = false;
        const PlantedWorkspace planted(path("w"), nothing);
        PageHost host(planted.folder());
        auto* page = shownPage<DatasetsPage>(host, "datasets");
        QByteArray csv = "sentence,class\n";
        for (int i = 0; i < 60; ++i)
            csv += QByteArray("text number ") + QByteArray::number(i) + (i % 2 ? ",yes\n" : ",no\n");
        csv += "only one cell\n";
        page->open(write(QStringLiteral("tickets.csv"), csv));
        ImportPanel& panel = page->importPanel();
        QSignalSpy read(&panel, &ImportPanel::readFinished);
        QTRY_COMPARE(read.size(), qsizetype{1});
        QVERIFY(panel.isVisible());
        QCOMPARE(panel.problems().rowCount(), 1);
        QCOMPARE(panel.problems().problems()[0].line, std::int64_t{62});
        QVERIFY(panel.problems().asText().startsWith(QLatin1String("line\tfield\treason\n62\t")));
        QVERIFY(panel.findChild<QLabel*>(QStringLiteral("importSummary"))->text().contains(QLatin1String("60 accepted")));
        // Without a name there is nothing to press.
        auto* name = panel.findChild<QLineEdit*>(QStringLiteral("datasetName"));
        name->selectAll();
        QTest::keyClick(name, Qt::Key_Backspace);
        QVERIFY(!panel.importButton()->isEnabled());
        QTest::keyClicks(name, QStringLiteral("tickets"));
        QTRY_VERIFY(panel.importButton()->isEnabled());
        QSignalSpy imported(&panel, &ImportPanel::imported);
        click(panel.importButton());
        QTRY_COMPARE(imported.size(), qsizetype{1});
        const auto dataset = host.workspace().dataset("tickets");
        QVERIFY(dataset.has_value());
        QCOMPARE(dataset->rows, std::int64_t{60});
        QTRY_COMPARE(page->examples().rowCount(), 60);
        QVERIFY(host.errors().isEmpty());
    }
    void aFileThatCannotBeReadChangesNothing() {
        PlantedWorkspace::Options nothing;
        nothing.dataset = false;
        const PlantedWorkspace planted(path("w"), nothing);
        PageHost host(planted.folder());
        auto* page = shownPage<DatasetsPage>(host, "datasets");
        QSignalSpy read(&page->importPanel(), &ImportPanel::readFinished);
        page->open(write(QStringLiteral("x.csv"), QByteArray("text,label\n\0\0\0\0\x01\x02\xff\xfe", 19)));
        QTRY_VERIFY(read.size() >= 1);
        QVERIFY(!page->importPanel().importButton()->isEnabled());
        QVERIFY(host.workspace().datasets().empty());
    }
    void rowsAreReadPageByPageAndFound() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<DatasetsPage>(host, "datasets");
        QTRY_COMPARE(page->examples().rowCount(), 320);
        QVERIFY(page->examples().pagesRead() <= 2);
        QAbstractItemModelTester tester(&page->examples(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        auto* search = page->findChild<QLineEdit*>(QStringLiteral("search"));
        QTest::keyClicks(search, QStringLiteral("MESSAGE 11 about"));
        QTRY_COMPARE(page->examples().rowCount(), 1);
        search->clear();
        QTRY_COMPARE(page->examples().rowCount(), 320);
    }
    void aLabelIsDescribedAndUndone() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<DatasetsPage>(host, "datasets");
        auto* editor = page->findChild<LabelsEditor*>();
        QTRY_COMPARE(editor->table()->rowCount(), 5);
        const auto stored = [&] { return QString::fromStdString(host.workspace().dataset(PlantedWorkspace::kDataset)->labels[0].value("description", "")); };
        const QString before = stored();
        editor->table()->item(0, 2)->setText(QStringLiteral("parcels that are late"));
        QTRY_COMPARE(stored(), QStringLiteral("parcels that are late"));
        editor->undoStack().undo();
        QTRY_COMPARE(stored(), before);
        QCOMPARE(editor->table()->item(0, 2)->text(), before);
    }
    void whatIsBeingTypedSurvivesARefresh() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<DatasetsPage>(host, "datasets");
        QTableWidget* table = page->findChild<LabelsEditor*>()->table();
        QTRY_COMPARE(table->rowCount(), 5);
        QTRY_COMPARE(host.jobs().jobs().size(), qsizetype{5});
        table->setCurrentCell(1, 2);
        table->editItem(table->item(1, 2));
        auto* cell = table->findChild<QLineEdit*>();
        QVERIFY(cell);
        cell->setText(QStringLiteral("half a mean"));
        page->refresh();
        QTest::qWait(50);
        QCOMPARE(table->findChild<QLineEdit*>(), cell);
        QCOMPARE(cell->text(), QStringLiteral("half a mean"));
        QTest::keyClick(cell, Qt::Key_Return);
        QTRY_COMPARE(QString::fromStdString(host.workspace().dataset(PlantedWorkspace::kDataset)->labels[1].value("description", "")),
                     QStringLiteral("half a mean"));
    }
    void aStoppedImportSaysWhatBecameOfIt() {
        PlantedWorkspace::Options nothing;
        nothing.dataset = false;
        const PlantedWorkspace planted(path("w"), nothing);
        PageHost host(planted.folder());
        auto* page = shownPage<DatasetsPage>(host, "datasets");
        QByteArray csv = "text,label\n";
        for (int i = 0; i < 60'000; ++i)
            csv += QByteArray("text number ") + QByteArray::number(i) + (i % 2 ? ",yes\n" : ",no\n");
        ImportPanel& panel = page->importPanel();
        QSignalSpy read(&panel, &ImportPanel::readFinished);
        page->open(write(QStringLiteral("big.csv"), csv));
        QTRY_COMPARE(read.size(), qsizetype{1});
        // Its form comes back at the next start.
        const QByteArray state = page->saveState();
        QVERIFY(state.contains("big.csv"));
        click(panel.importButton());
        QVERIFY(panel.isRunning());
        auto* list = page->findChild<QListWidget*>(QStringLiteral("datasets"));
        list->setCurrentRow(-1);
        QVERIFY(panel.isRunning());
        const auto buttons = panel.findChildren<QPushButton*>();
        for (QPushButton* button : buttons) {
            if (button->text() == QLatin1String("Cancel"))
                click(button);
        }
        QTRY_VERIFY_WITH_TIMEOUT(!panel.isRunning(), 20'000);
        // Stopped in time or not: what is there is listed.
        QCOMPARE(list->count(), static_cast<int>(host.workspace().datasets().size()));
        PageHost other(planted.folder());
        auto* second = static_cast<DatasetsPage*>(other.make(QStringLiteral("datasets")));
        second->restoreState(state);
        QCOMPARE(second->saveState(), state);
        second->refresh();
        QVERIFY(second->importPanel().isOpen());
        QTRY_VERIFY(second->importPanel().importButton()->isEnabled());
        QCOMPARE(second->saveState(), state);
    }
    void pagesAgreeOnTheDataSet() {
        const PlantedWorkspace planted(path("w"), {});
        {
            Workspace workspace = Workspace::open(planted.folder());
            DatasetRecord copy = *workspace.dataset(PlantedWorkspace::kDataset);
            copy.name = "another";
            workspace.saveDataset(copy, workspace.examples(PlantedWorkspace::kDataset));
        }
        PageHost host(planted.folder());
        QSignalSpy told(&host.jobs(), &JobCenter::settingsChanged);
        auto* training = shownPage<TrainingPage>(host, "training");
        QTRY_VERIFY(training->command()->text().contains(QLatin1String("--data another")));
        setCurrentDataset(host.context(), QStringLiteral("desk"));
        QCOMPARE(told.size(), qsizetype{1});
        QCOMPARE(currentDataset(host.context()), QStringLiteral("desk")); // before it is on disk
        training->refresh();
        QTRY_VERIFY(training->command()->text().contains(QLatin1String("--data desk")));
        auto* compare = shownPage<ComparePage>(host, "compare");
        QTRY_COMPARE(compare->table().view()->model()->rowCount(), 5);
        QTRY_VERIFY(host.workspace().setting("current_dataset").value_or(Json()) == Json("desk"));
    }

    // Decide
    void anAnswerChangesThePathAndCanBeUndone() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<SelectionPage>(host, "selection");
        QSignalSpy decided(page, &SelectionPage::decided);
        QTRY_VERIFY(decided.size() >= 1);
        auto* tree = page->findChild<TreeView*>();
        NodeBox* fresh = tree->node(QStringLiteral("knowledge_must_be_fresh"));
        QVERIFY(fresh);
        QVERIFY(!fresh->answer());
        QVERIFY(tree->leaf(Technique::Rag)->reach() == LeafBox::Reach::Dim);
        click(fresh);
        QMenu* menu = nullptr;
        QTRY_VERIFY((menu = page->findChild<QMenu*>(QStringLiteral("answerMenu"))) && menu->isVisible());
        const auto before = decided.size();
        QTest::keyClick(menu, Qt::Key_Down);
        QTest::keyClick(menu, Qt::Key_Return);
        QTRY_VERIFY(decided.size() > before);
        QVERIFY(fresh->answer());
        QVERIFY(fresh->source() == EvidenceSource::Entered);
        QVERIFY(tree->leaf(Technique::Rag)->reach() != LeafBox::Reach::Dim);
        QVERIFY(page->outlook()->recommends(Technique::Rag));
        QTRY_VERIFY(storedAnswers(host.workspace(), PlantedWorkspace::kDataset).knowledge_must_be_fresh == true);
        page->undoStack().undo();
        QTRY_VERIFY(!fresh->answer());
        QTRY_VERIFY(!storedAnswers(host.workspace(), PlantedWorkspace::kDataset).knowledge_must_be_fresh);
    }
    void anAnswerOutlivesAReadThatIsUnderWay() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<SelectionPage>(host, "selection");
        QSignalSpy decided(page, &SelectionPage::decided);
        QTRY_VERIFY(decided.size() >= 1);
        auto* limit = page->findChild<QLineEdit*>(QStringLiteral("max_bytes"));
        limit->setFocus();
        QTest::keyClicks(limit, QStringLiteral("1"));
        page->refresh(); // half typed: it stays
        const auto before = decided.size();
        QTRY_VERIFY(decided.size() > before);
        QCOMPARE(limit->text(), QStringLiteral("1"));
        QTest::keyClicks(limit, QStringLiteral("0"));
        page->refresh();
        QTest::keyClick(limit, Qt::Key_Return); // while the page reads
        QTRY_VERIFY(page->outlook()->recommends(Technique::Distill));
        QThreadPool::globalInstance()->waitForDone();
        QTest::qWait(200);
        QCOMPARE(page->outlook()->answers.max_bytes.value_or(0), 10e6);
        QCOMPARE(limit->text(), QStringLiteral("10"));
    }
    void aStudentTakesTheTeacherThatIsUnderWay() {
        PlantedWorkspace::Options options;
        options.methods = {"retrieve"};
        const PlantedWorkspace planted(path("w"), options);
        const Outlook outlook = loadOutlook(planted.folder(), PlantedWorkspace::kDataset, {});
        const QString base = QStringLiteral("all-minilm-l6-v2");
        const QStringList soft = {QStringLiteral("soft")};
        QList<JobRequest> requests = measureRequests(soft, outlook, {}, base);
        QCOMPARE(requests.size(), qsizetype{2});
        QCOMPARE(requests[1].teacherRequest, std::optional(0));
        JobInfo teacher;
        teacher.id = QStringLiteral("run-1");
        teacher.method = QStringLiteral("full");
        teacher.dataset = QString::fromLatin1(PlantedWorkspace::kDataset);
        teacher.status.state = RunState::Queued;
        requests = measureRequests(soft, outlook, {teacher}, base);
        QCOMPARE(requests.size(), qsizetype{1});
        QCOMPARE(requests[0].teacherRun, teacher.id);
        teacher.dataset = QStringLiteral("another");
        QCOMPARE(measureRequests(soft, outlook, {teacher}, base).size(), qsizetype{2});
        const PlantedWorkspace measured(path("v"), {});
        requests = measureRequests(soft, loadOutlook(measured.folder(), "", {}), {}, base);
        QCOMPARE(requests.size(), qsizetype{1});
        QCOMPARE(requests[0].teacher, QStringLiteral("desk-full"));
    }
    void aLimitThatIsTypedLeadsToTheStudent() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<SelectionPage>(host, "selection");
        QSignalSpy decided(page, &SelectionPage::decided);
        QTRY_VERIFY(decided.size() >= 1);
        auto* limit = page->findChild<QLineEdit*>(QStringLiteral("max_bytes"));
        limit->setFocus();
        QTest::keyClicks(limit, QStringLiteral("10"));
        QTest::keyClick(limit, Qt::Key_Return);
        QTRY_VERIFY(page->outlook()->recommends(Technique::Distill));
        QTRY_COMPARE(storedAnswers(host.workspace(), PlantedWorkspace::kDataset).max_bytes.value_or(0), 10e6);
        QVERIFY(page->findChild<TreeView*>()->leaf(Technique::Distill)->reach() == LeafBox::Reach::Recommended);
    }
    void theMatrixHasBothLanguages() {
        const Json texts = readJsonFile(resourcePath("technique_matrix.json"));
        QCOMPARE(TechniqueMatrix::fromJson(texts).rows().size(), qsizetype{6});
        for (const Json& row : texts["rows"]) {
            QVERIFY(row["title"]["en"] != row["title"]["zh"]);
            for (const auto& [technique, cell] : row["cells"].items())
                QVERIFY2(cell["en"] != cell["zh"], technique.c_str());
        }
        Json broken = texts;
        broken["rows"][1]["cells"]["rag"].erase("zh");
        try {
            TechniqueMatrix::fromJson(broken);
            QFAIL("a gap in the texts was not seen");
        } catch (const Error& error) {
            QVERIFY(error.message().find("compute") != std::string::npos);
            QVERIFY(error.message().find("zh") != std::string::npos);
        }
    }

    // Compare
    void theTableIsSortedByAClickOnItsHead() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<ComparePage>(host, "compare");
        QTableView* view = page->table().view();
        QTRY_COMPARE(view->model()->rowCount(), 5);
        QAbstractItemModelTester tester(view->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QHeaderView* head = view->horizontalHeader();
        const auto clickHead = [&](int column) {
            QTest::mouseClick(head->viewport(), Qt::LeftButton, {}, QPoint(head->sectionViewportPosition(column) + 10, head->height() / 2));
        };
        const auto idAt = [&](int row) { return view->model()->index(row, 0).data(RunsModel::IdRole).toString(); };
        clickHead(RunsModel::P50);
        const QString oneEnd = idAt(0), otherEnd = idAt(4);
        QVERIFY(oneEnd == planted.run("soft") || otherEnd == planted.run("soft"));
        clickHead(RunsModel::P50);
        QCOMPARE(idAt(0), otherEnd);
        QCOMPARE(idAt(4), oneEnd);
        const auto full = view->model()->match(view->model()->index(0, 0), RunsModel::IdRole, planted.run("full"));
        QVERIFY(view->model()->index(full[0].row(), RunsModel::Accuracy).data(RunsModel::BestRole).toBool());
        auto* filter = page->findChild<QLineEdit*>(QStringLiteral("filter"));
        QTest::keyClicks(filter, QStringLiteral("fine-tune"));
        QCOMPARE(view->model()->rowCount(), 2);
    }
    void twoRunsAreTestedRowByRow() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<ComparePage>(host, "compare");
        QSignalSpy compared(page, &ComparePage::compared);
        QTRY_VERIFY(compared.size() >= 1);
        page->table().select({planted.run("zero_shot"), planted.run("full")});
        const auto shown = [&] { return page->comparison() ? page->comparison()->pairs : std::vector<PairResult>(); };
        QTRY_VERIFY(shown().size() == 1 && QStringList({shown()[0].a, shown()[0].b}).contains(planted.run("zero_shot")));
        const PairResult pair = shown()[0];
        QVERIFY(std::abs(pair.accuracy.difference) > 0.2);
        QVERIFY(pair.adjustedP < 0.001);
        const auto& differences = page->comparison()->differences;
        QCOMPARE(pair.onlyA + pair.onlyB, static_cast<std::int64_t>(differences.size()));
        QVERIFY(differences[0].text.contains(QLatin1String("message")) || differences[0].text.contains(QStringLiteral("消息")));
    }
    void lostPredictionsAreNamedAndTheRestGoesOn() {
        const PlantedWorkspace planted(path("w"), {});
        std::filesystem::remove(planted.folder() / "runs" / planted.run("head").toStdString() / "predictions.jsonl");
        const std::vector<RunSummary> runs = summariesOf(Workspace::open(planted.folder()).runs());
        const RunComparison comparison = compareRuns(planted.folder(), runs, {});
        QCOMPARE(comparison.passedOver.size(), qsizetype{1});
        QVERIFY(comparison.passedOver[0].contains(QLatin1String("predictions.jsonl")));
        QCOMPARE(comparison.pairs.size(), std::size_t{6});
    }

    void anUnfinishedRunIsShownWithItsDataSetAndState() {
        const PlantedWorkspace planted(path("w"), {});
        QString id;
        {
            Workspace workspace = Workspace::open(planted.folder());
            DatasetRecord copy = *workspace.dataset(PlantedWorkspace::kDataset);
            copy.name = "another";
            workspace.saveDataset(copy, workspace.examples(PlantedWorkspace::kDataset));
            RunRequest request;
            request.kind = "train";
            request.method = "zero_shot";
            request.dataset = "another";
            std::filesystem::create_directories(planted.folder() / "models" / "tiny");
            request.models["base"] = (planted.folder() / "models" / "tiny").string();
            const RunDirectory run = registerRun(workspace, request);
            EventWriter(run).state(RunState::Failed, errorToJson(Error(ErrorCode::InvalidInput, "row 7 has no label")));
            id = QString::fromStdString(run.id());
        }
        PageHost host(planted.folder());
        QTRY_VERIFY(host.jobs().job(id).has_value());
        auto* page = shownPage<ComparePage>(host, "compare");
        page->open(id);
        auto* note = page->findChild<Banner*>();
        QTRY_VERIFY(note->isVisible());
        QVERIFY2(note->message().contains(QLatin1String("failed")), qPrintable(note->message()));
        QCOMPARE(page->findChild<DatasetPicker*>()->current(), QStringLiteral("another"));
        page->open(planted.run("full"));
        QTRY_VERIFY(!note->isVisible());
        QCOMPARE(page->findChild<DatasetPicker*>()->current(), QStringLiteral("desk"));
    }

    // Fine-tune and Distil
    void everyCommandShownIsOneThatTheCommandLineTakes() {
        const PlantedWorkspace planted(path("w"), {});
        const auto taken = [this](const CommandLine* command) {
            QStringList words = QProcess::splitCommand(command->text());
            words.removeFirst();
            const testing::CliResult result = testing::runCli(m_folder->path(), words);
            // 2 would be wrong usage; past that it misses the workspace.
            if (result.exitCode != 1 || !result.err.contains("workspace"))
                qWarning("%s\n%s", qPrintable(command->text()), result.err.constData());
            return result.exitCode == 1 && result.err.contains("workspace");
        };
        PageHost host(planted.folder());
        auto* training = shownPage<TrainingPage>(host, "training");
        QTRY_VERIFY(training->command()->text().contains(QLatin1String("--data desk")));
        QVERIFY(taken(training->command()));
        for (QLineEdit* edit : training->settings().findChildren<QLineEdit*>())
            edit->setText(edit->objectName() == QLatin1String("warmup_ratio") ? QStringLiteral("0.25") : QStringLiteral("3"));
        QVERIFY(training->settings().isValid());
        QVERIFY(taken(training->command()));
        training->restoreState(R"({"method":"head","texts":{"C":"0.5"}})");
        QVERIFY(training->command()->text().contains(QLatin1String("-C 0.5")));
        QVERIFY(taken(training->command()));
        auto* student = shownPage<DistillationPage>(host, "distillation");
        QTRY_VERIFY(student->command()->text().contains(QLatin1String("--data desk")));
        QVERIFY(student->command()->text().contains(QLatin1String("--variants")));
        QVERIFY(taken(student->command()));
        auto* choice = student->findChild<QComboBox*>(QStringLiteral("student"));
        for (int i = 0; i < choice->count(); ++i) {
            choice->setCurrentIndex(i);
            Q_EMIT choice->activated(i);
            const QString command = student->command()->text();
            QVERIFY(command.contains(QStringLiteral("--student ") + choice->itemData(i).toString()));
            QCOMPARE(command.contains(QLatin1String("--filters")), i == 0);
            QCOMPARE(command.contains(QLatin1String("--hidden-size")), i == 1);
            QVERIFY(!command.contains(QLatin1String("--learning-rate"))); // the student's own
            QVERIFY(taken(student->command()));
        }
    }
    void settingsSayTheStudent() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<DistillationPage>(host, "distillation");
        auto* choice = page->findChild<QComboBox*>(QStringLiteral("student"));
        QCOMPARE(choice->currentData().toString(), QStringLiteral("textcnn"));
        page->settings().setValues({{"student", "shrunken-3"}});
        QCOMPARE(choice->currentData().toString(), QStringLiteral("shrunken"));
        QVERIFY(page->command()->text().contains(QLatin1String("--num-hidden-layers 3")));
        const QByteArray state = page->saveState();
        PageHost other(planted.folder());
        auto* second = shownPage<DistillationPage>(other, "distillation");
        second->restoreState(state);
        QCOMPARE(second->findChild<QComboBox*>(QStringLiteral("student"))->currentData().toString(), QStringLiteral("shrunken"));
        QCOMPARE(second->saveState(), state);
    }
    void whatIsTypedComesBackEvenIfItIsNoNumber() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<TrainingPage>(host, "training");
        page->settings().findChild<QLineEdit*>(QStringLiteral("learning_rate"))->setText(QStringLiteral("2e-"));
        const QByteArray state = page->saveState();
        PageHost other(planted.folder());
        auto* second = shownPage<TrainingPage>(other, "training");
        second->restoreState(state);
        QCOMPARE(second->settings().findChild<QLineEdit*>(QStringLiteral("learning_rate"))->text(), QStringLiteral("2e-"));
        QVERIFY(!second->settings().isValid());
        QCOMPARE(second->saveState(), state);
    }
    void theFormIsTheCommand() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<TrainingPage>(host, "training");
        QTRY_VERIFY(page->command()->text().contains(QLatin1String("--data desk")));
        QVERIFY(page->command()->text().contains(QLatin1String("--method full")));
        QVERIFY(!page->command()->text().contains(QLatin1String("--epochs"))); // the method's own, more for few rows
        auto* epochs = page->settings().findChild<QLineEdit*>(QStringLiteral("epochs"));
        epochs->selectAll();
        QTest::keyClicks(epochs, QStringLiteral("5"));
        QVERIFY(page->command()->text().contains(QLatin1String("--epochs 5")));
        epochs->selectAll();
        QTest::keyClicks(epochs, QStringLiteral("-1"));
        QVERIFY(!page->settings().isValid());
        QVERIFY(!page->startButton()->isEnabled());
        QCOMPARE(page->shownRun(), planted.run("full"));
    }
    void theEstimateComesFromEarlierRuns() {
        const PlantedWorkspace planted(path("w"), {});
        const std::vector<RunSummary> runs = summariesOf(Workspace::open(planted.folder()).runs());
        const Json settings = {{"epochs", 3.0}, {"batch_size", 32}};
        const QString full = QStringLiteral("full"), soft = QStringLiteral("soft"), head = QStringLiteral("head");
        const QString base = QStringLiteral("all-minilm-l6-v2"), desk = QStringLiteral("desk");
        QCOMPARE(stepCount(full, 160, 2, settings), std::int64_t{15});
        QCOMPARE(stepCount(full, 160, 2, Json::object()), std::int64_t{200}); // 40 epochs of 5 steps: the method's own rule
        QCOMPARE(stepCount(soft, 160, 2, Json::object()), std::int64_t{1002});
        const Estimate known = estimateRun(runs, {full, base, desk, 160, 2, settings});
        QVERIFY(known.seconds.has_value());
        QCOMPARE(*known.seconds, 15 * 0.31);
        const Estimate unknown = estimateRun(runs, {full, QStringLiteral("another"), desk, 160, 2, settings});
        QVERIFY(!unknown.seconds);
        QVERIFY(!estimateRun(runs, {full, base, QStringLiteral("another"), 160, 2, settings}).seconds);
        Json longer = settings;
        longer["max_length"] = 128;
        QVERIFY(!estimateRun(runs, {full, base, desk, 160, 2, longer}).seconds);
        // The control is trained as long as the student; a head has no steps, its time goes by rows.
        const Estimate student = estimateRun(runs, {soft, {}, desk, 160, 2, Json::object()});
        QCOMPARE(student.steps, std::optional(std::int64_t{2004}));
        QCOMPARE(student.seconds.value_or(0), 2004 * 0.02);
        const Estimate fitted = estimateRun(runs, {head, base, desk, 206, 2, Json::object()});
        QVERIFY(!fitted.steps);
        QCOMPARE(fitted.seconds.value_or(0), 2.0); // at 103 rows a second
        QVERIFY(estimateRows(unknown).last().value.contains(QLatin1String("no earlier run")));
    }
    void theBestTeacherOfTheDataIsProposed() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        const auto add = [&](const char* name, const char* dataset, double accuracy, const char* created) {
            RunRecord run = *host.workspace().run(planted.run("full").toStdString());
            run.id = std::string("run-of-") + name;
            run.dataset = dataset;
            run.result["metrics"]["accuracy"]["value"] = accuracy;
            host.workspace().saveRun(run);
            host.workspace().saveModel({name, "models/x", "full", run.id, created});
        };
        DatasetRecord other = host.workspace().requireDataset("desk");
        std::vector<ExampleRecord> rows = host.workspace().examples("desk");
        other.name = "other";
        host.workspace().saveDataset(other, rows);
        add("newer-and-worse", "desk", 0.2, "2026-02-01T00:00:00Z");
        add("best", "desk", 0.999, "2026-01-01T00:00:00Z");
        add("of-other-data", "other", 1.0, "2026-03-01T00:00:00Z");
        QCOMPARE(teacherNames(host.workspace(), QStringLiteral("desk")).mid(0, 1), QStringList{QStringLiteral("best")});
        auto* page = shownPage<DistillationPage>(host, "distillation");
        auto* teacher = page->findChild<QComboBox*>(QStringLiteral("teacher"));
        QTRY_COMPARE(teacher->currentText(), QStringLiteral("best"));
        QCOMPARE(teacher->itemText(teacher->count() - 2), QStringLiteral("newer-and-worse"));
        auto* data = page->findChild<DatasetPicker*>();
        Q_EMIT data->chosen(QStringLiteral("desk"));
        QCOMPARE(teacher->currentText(), QStringLiteral("best"));
        const auto choose = [&](const QString& name) {
            data->setNames({QStringLiteral("desk"), QStringLiteral("other")}, name);
            Q_EMIT data->chosen(name);
        };
        choose(QStringLiteral("other"));
        QCOMPARE(teacher->currentText(), QStringLiteral("of-other-data"));
        // What somebody chose stays, whatever the data.
        teacher->setCurrentText(QStringLiteral("newer-and-worse"));
        Q_EMIT teacher->textActivated(QStringLiteral("newer-and-worse"));
        choose(QStringLiteral("desk"));
        QCOMPARE(teacher->currentText(), QStringLiteral("newer-and-worse"));
        QVERIFY(page->saveState().contains("newer-and-worse"));
    }
    void expertSettingsOfAStudentAreFoldedFields() {
        const PlantedWorkspace planted(path("w"), {});
        PageHost host(planted.folder());
        auto* page = shownPage<DistillationPage>(host, "distillation");
        QTRY_VERIFY(page->command()->text().contains(QLatin1String("--data desk")));
        auto* student = page->findChild<QComboBox*>(QStringLiteral("student"));
        auto* expert = page->findChild<QPushButton*>(QStringLiteral("expert"));
        auto* pooling = page->findChild<QComboBox*>(QStringLiteral("pooling"));
        auto* prune = page->findChild<QCheckBox*>(QStringLiteral("prune_vocabulary"));
        const auto choose = [&](const char* name) {
            student->setCurrentIndex(student->findData(QString::fromLatin1(name)));
            Q_EMIT student->activated(student->currentIndex());
        };
        QVERIFY(!expert->isVisible() && !pooling->isVisible() && !prune->isVisible()); // TextCNN has none
        choose("bilstm");
        QVERIFY(expert->isVisible() && !pooling->isVisible());
        expert->click();
        QVERIFY(pooling->isVisible() && !prune->isVisible());
        QVERIFY(!page->command()->text().contains(QLatin1String("--pooling")));
        pooling->setCurrentIndex(1);
        Q_EMIT pooling->activated(1);
        QVERIFY(page->command()->text().contains(QLatin1String("--pooling mean")));
        QCOMPARE(page->settings().values()["pooling"].get<std::string>(), std::string("mean"));
        keepPicture(*page, QStringLiteral("distill-expert-pooling"));
        choose("shrunken");
        QVERIFY(prune->isVisible() && !pooling->isVisible() && !page->settings().values().contains("pooling"));
        prune->click();
        QVERIFY(page->command()->text().contains(QLatin1String("--prune-vocabulary")));
        QVERIFY(page->settings().values()["prune_vocabulary"].get<bool>());
        keepPicture(*page, QStringLiteral("distill-expert-prune"));
        // It comes back, unfolded: it is not the usual.
        PageHost other(planted.folder());
        auto* second = shownPage<DistillationPage>(other, "distillation");
        second->restoreState(page->saveState());
        QVERIFY(second->findChild<QCheckBox*>(QStringLiteral("prune_vocabulary"))->isChecked());
        QVERIFY(second->findChild<QCheckBox*>(QStringLiteral("prune_vocabulary"))->isVisible());
        choose("textcnn");
        QVERIFY(!expert->isVisible() && !page->settings().values().contains("prune_vocabulary"));
    }
    void aWeakTeacherIsWarnedOf() {
        const PlantedWorkspace planted(path("w"), {});
        RunSummary student = summariesOf(Workspace::open(planted.folder()).runs()).back();
        QCOMPARE(student.method, QStringLiteral("soft"));
        student.result["teacher"]["metrics"]["accuracy"]["value"] = 0.5;
        const QStringList warnings = distillationWarnings(student);
        QVERIFY(!warnings.isEmpty());
        QVERIFY(warnings.first().contains(QLatin1String("weak")));
    }
    void shellQuotingKeepsOddNames() {
        QCOMPARE(shellQuoted(QStringLiteral("plain-1.2")), QStringLiteral("plain-1.2"));
        QCOMPARE(shellQuoted(QStringLiteral("it's 5 €")), QStringLiteral("'it'\\''s 5 €'"));
    }

private:
    std::filesystem::path path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)).toStdString(); }
    QString write(const QString& name, const QByteArray& bytes) const {
        QFile file(m_folder->filePath(name));
        if (file.open(QIODevice::WriteOnly))
            file.write(bytes);
        return file.fileName();
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_MAIN(Pages)
#include "tst_pages.moc"
