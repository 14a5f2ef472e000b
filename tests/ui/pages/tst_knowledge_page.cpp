#include "base/files.h"
#include "engine_client/engines.h"
#include "item_models/documents_model.h"
#include "knowledge/edit.h"
#include "pages/knowledge/chunk_editor.h"
#include "pages/knowledge/chunk_text_view.h"
#include "pages/knowledge/chunks_card.h"
#include "pages/knowledge/create_base_card.h"
#include "pages/knowledge/documents_card.h"
#include "pages/knowledge/folder_watch.h"
#include "pages/knowledge/knowledge_page.h"
#include "pages/knowledge/source_text.h"
#include "ui/support/page_host.h"
#include "ui/support/pictures.h"
#include "widgets/banner.h"

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QElapsedTimer>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QTimer>
#include <QUrl>

using namespace triptych;
using namespace triptych::ui;

namespace {

constexpr int kPatience = 90'000; // an ingest starts an engine and a reader
const QString kBase = QStringLiteral("notes");

template <typename Widget> Widget* part(const QWidget& page, const char* name) { return page.findChild<Widget*>(QLatin1String(name)); }
void click(const QWidget& page, const char* button) { QTest::mouseClick(part<QPushButton>(page, button), Qt::LeftButton); }

/// As a click on the entry of a menu.
void trigger(const QWidget& page, const char* action) {
    auto* const found = page.findChild<QAction*>(QLatin1String(action));
    QVERIFY2(found, action);
    found->trigger();
}

/// What the next modal dialog is answered with, once it is there.
template <typename Dialog> void answerNext(QObject* context, std::function<void(Dialog&)> answer) {
    QTimer::singleShot(0, context, [context, answer] {
        auto* const dialog = qobject_cast<Dialog*>(QApplication::activeModalWidget());
        if (!dialog)
            return answerNext<Dialog>(context, answer);
        answer(*dialog);
    });
}

/// Once everything has its place.
void keepLook(QWidget& page, const QString& name) {
    QTest::qWait(100);
    keepPicture(page, name);
}

/// How long the window's thread was away from its events at most.
class LongestTurn : public QObject {
public:
    LongestTurn() {
        m_clock.start();
        m_timer.setInterval(0);
        connect(&m_timer, &QTimer::timeout, this, [this] { m_longest = std::max(m_longest, m_clock.restart()); });
        m_timer.start();
    }
    qint64 milliseconds() const { return m_longest; }

private:
    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_longest = 0;
};

} // namespace

/// The page with the real engine; files of a few lines and the embedder that needs no model.
class KnowledgePageTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    int m_count = 0;

    std::filesystem::path fresh() {
        const auto folder = std::filesystem::path(m_dir.path().toStdString()) / std::to_string(++m_count);
        qputenv("TRIPTYCH_DATA_DIR", (folder / "data").string().c_str());
        Workspace::create(folder / "w");
        std::filesystem::create_directories(folder / "files");
        return folder / "w";
    }
    /// With a base of two documents, both as they are on disk, and one file that cannot be read.
    std::filesystem::path withBase(PageHost*& host, KnowledgePage*& page) {
        const auto workspace = fresh();
        const auto files = workspace.parent_path() / "files";
        std::string pumps;
        for (int i = 0; i < 40; ++i)
            pumps += "The drain pump of machine number " + std::to_string(i) + " hums when the filter is not clean.\n\n";
        atomicWrite(files / "pumps.md", "# Pumps\n\n" + pumps);
        atomicWrite(files / "warranty.txt", "The warranty covers two years.\n");
        atomicWrite(files / "broken.pdf", "%PDF-1.4 this is none");
        ChunkerSettings chunker;
        chunker.chunk_size = 64;
        chunker.overlap = 8;
        createKnowledgeBase(Workspace::open(workspace), "notes", "hashing", chunker, false);
        host = new PageHost(workspace, {});
        m_host.reset(host);
        page = shown(*host);
        page->open(QString::fromStdString(files.string()));
        auto* documents = page->findChild<DocumentsCard*>();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(documents->model().count(DocumentState::Indexed), 2, kPatience); }();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(documents->model().count(DocumentState::Failed), 1, kPatience); }();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(!busy(*host), kPatience); }();
        return workspace;
    }
    static bool busy(PageHost& host) {
        const auto jobs = host.jobs().jobs();
        return std::any_of(jobs.begin(), jobs.end(), [](const JobInfo& job) { return job.isActive(); });
    }
    static KnowledgePage* shown(PageHost& host) {
        auto* page = static_cast<KnowledgePage*>(host.make(QStringLiteral("knowledge")));
        QSignalSpy read(page, &KnowledgePage::shown);
        page->resize(1256, 860);
        page->show();
        page->refresh();
        [&] { QTRY_VERIFY(read.size() > 0); }();
        return page;
    }
    static QString stateOf(const KnowledgePage& page) {
        QStringList texts;
        for (const QLabel* label : page.findChildren<QLabel*>())
            texts.append(label->text());
        return texts.join(u'\n');
    }
    /// The document's text with its chunks is in the view.
    static void openDocument(KnowledgePage& page, const QString& name) {
        auto* documents = page.findChild<DocumentsCard*>();
        auto* chunks = page.findChild<ChunksCard*>();
        QSignalSpy text(chunks, &ChunksCard::shown);
        documents->choose(name);
        QTest::keyClick(documents->table(), Qt::Key_Return);
        QTRY_VERIFY(text.size() > 0);
        QCOMPARE(chunks->document(), name);
        QTRY_VERIFY(part<ChunkTextView>(page, "source")->chunkCount() > 0);
    }
    std::unique_ptr<PageHost> m_host;

private Q_SLOTS:
    void cleanup() { m_host.reset(); }
    void anEmptyPageMakesABase() {
        PageHost host(fresh(), {});
        KnowledgePage* page = shown(host);
        keepLook(*page, QStringLiteral("knowledge-empty"));
        auto* card = page->findChild<CreateBaseCard*>();
        QVERIFY(!card->isVisible());
        for (QPushButton* button : page->findChildren<QPushButton*>()) {
            if (button->text() == QStringLiteral("Make a knowledge base…"))
                QTest::mouseClick(button, Qt::LeftButton);
        }
        QVERIFY(card->isVisible());
        auto* name = part<QLineEdit>(*page, "baseName");
        name->clear();
        QVERIFY(!part<QPushButton>(*page, "createBase")->isEnabled());
        QTest::keyClicks(name, kBase);
        auto* embedder = part<QComboBox>(*card, "embedder");
        QVERIFY(embedder->findData(QStringLiteral("hashing")) >= 0 && embedder->findData(QStringLiteral("none")) >= 0);
        embedder->setCurrentIndex(embedder->findData(QStringLiteral("hashing")));
        Q_EMIT embedder->activated(embedder->currentIndex());
        QSignalSpy read(page, &KnowledgePage::shown);
        click(*page, "createBase");
        QTRY_COMPARE(page->base(), kBase);
        QVERIFY(!card->isVisible());
        QVERIFY2(stateOf(*page).contains(QStringLiteral("Knowledge · notes")), qPrintable(stateOf(*page)));
        QVERIFY(stateOf(*page).contains(QStringLiteral("0 documents")));
        // Its name cannot be taken twice.
        trigger(*page, "newBase");
        part<QLineEdit>(*page, "baseName")->setText(kBase);
        QVERIFY(!part<QPushButton>(*page, "createBase")->isEnabled() && part<QLabel>(*page, "baseProblem")->isVisible());
        QCOMPARE(host.errors(), QStringList());
    }
    void aSampleIsCutWhileItIsTyped() {
        PageHost host(fresh(), {});
        KnowledgePage* page = shown(host);
        trigger(*page, "newBase");
        auto* card = page->findChild<CreateBaseCard*>();
        auto* view = part<ChunkTextView>(*card, "sample");
        QSignalSpy cut(card, &CreateBaseCard::previewed);
        part<QPlainTextEdit>(*card, "pasted")->setPlainText(QStringLiteral("One sentence of seven words stands here. ").repeated(80));
        QTRY_VERIFY_WITH_TIMEOUT(cut.size() > 0, kPatience);
        QVERIFY(view->isVisible());
        const std::size_t wide = view->chunkCount();
        QVERIFY(wide >= 2);
        cut.clear();
        part<QSpinBox>(*card, "chunkSize")->setValue(32);
        QTRY_VERIFY_WITH_TIMEOUT(cut.size() > 0, kPatience);
        QVERIFY2(view->chunkCount() > 2 * wide, qPrintable(QString::number(view->chunkCount())));
        keepLook(*page, QStringLiteral("knowledge-sample"));
    }
    void droppedFilesBecomeDocuments() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        const auto workspace = withBase(host, page);
        QVERIFY2(stateOf(*page).contains(QStringLiteral("2 documents")) && stateOf(*page).contains(QStringLiteral("1 failed")), qPrintable(stateOf(*page)));
        auto* documents = page->findChild<DocumentsCard*>();
        documents->choose(QStringLiteral("broken.pdf"));
        QVERIFY2(part<QLabel>(*page, "documentReason")->text().contains(QStringLiteral("broken.pdf")), qPrintable(part<QLabel>(*page, "documentReason")->text()));
        keepLook(*page, QStringLiteral("knowledge-documents"));

        // A further file by drop, anywhere on the page.
        const auto more = workspace.parent_path() / "more.txt";
        atomicWrite(more, "The hose is behind the machine.\n");
        QMimeData files;
        files.setUrls({QUrl::fromLocalFile(QString::fromStdString(more.string()))});
        QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        static_cast<QObject*>(page)->event(&enter); // notify() delivers drops of a running drag only
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(20, 20), Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        static_cast<QObject*>(page)->event(&drop);
        QTRY_COMPARE_WITH_TIMEOUT(documents->model().count(DocumentState::Indexed), 3, kPatience);

        // What is mended goes in when it is tried again.
        QTRY_VERIFY_WITH_TIMEOUT(!busy(*host), kPatience);
        std::filesystem::remove(workspace.parent_path() / "files/broken.pdf");
        atomicWrite(workspace.parent_path() / "files/broken.md", "Words after all.\n");
        click(*page, "retryFailed");
        QTRY_COMPARE_WITH_TIMEOUT(documents->model().count(DocumentState::Indexed), 4, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(documents->model().count(DocumentState::Failed), 0, kPatience);
        QCOMPARE(host->errors(), QStringList());
    }
    void aChangedFileIsSeenAndSynced() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        const auto workspace = withBase(host, page);
        auto* documents = page->findChild<DocumentsCard*>();
        QTRY_VERIFY2(stateOf(*page).contains(QStringLiteral("fresh ")), qPrintable(stateOf(*page)));
        atomicWrite(workspace.parent_path() / "files/warranty.txt", "The warranty covers three years, as of now.\n");
        page->refresh();
        QTRY_COMPARE(documents->model().count(DocumentState::Changed), 1);
        QTRY_VERIFY(stateOf(*page).contains(QStringLiteral("files have changed")));
        trigger(*page, "syncNow");
        QTRY_COMPARE_WITH_TIMEOUT(documents->model().count(DocumentState::Indexed), 2, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!busy(*host), kPatience);
        openDocument(*page, QStringLiteral("warranty.txt"));
        QVERIFY(part<ChunkTextView>(*page, "source")->toPlainText().contains(QStringLiteral("three years")));
    }
    void aWatchedFolderComesByItself() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        const auto workspace = withBase(host, page);
        page->watch().setInterval(200);
        trigger(*page, "watchNow");
        QTRY_VERIFY(stateOf(*page).contains(QStringLiteral("watching 1 folder")));
        atomicWrite(workspace.parent_path() / "files/noise.md", "# Noise\n\nA knock while spinning.\n");
        auto* documents = page->findChild<DocumentsCard*>();
        QTRY_COMPARE_WITH_TIMEOUT(documents->model().count(DocumentState::Indexed), 3, kPatience);
        // It is remembered with the workspace.
        QTRY_VERIFY(host->workspace().setting("knowledge_watch/notes").value_or(Json(false)) == Json(true));
    }
    void chunksAreDrawnEditedAndSwitched() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        const auto workspace = withBase(host, page);
        openDocument(*page, QStringLiteral("pumps.md"));
        auto* view = part<ChunkTextView>(*page, "source");
        auto* editor = page->findChild<ChunkEditor*>();
        QVERIFY(view->chunkCount() > 4);
        QVERIFY(!editor->isVisible());
        QTextCursor cursor(view->document());
        cursor.setPosition(view->document()->findBlockByNumber(4).position() + 3);
        view->setTextCursor(cursor);
        view->ensureCursorVisible();
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->cursorRect(cursor).center());
        QVERIFY(editor->isVisible());
        QCOMPARE(view->currentChunk(), view->chunkAt(cursor.position()));
        keepLook(*page, QStringLiteral("knowledge-chunk"));

        auto* text = part<QPlainTextEdit>(*page, "chunkText");
        const QString original = text->toPlainText();
        QVERIFY(original.contains(QStringLiteral("drain pump")));
        QVERIFY(!part<QPushButton>(*page, "saveChunk")->isEnabled());
        text->setPlainText(QStringLiteral("The word xylophone stands here now."));
        QSignalSpy answered(editor, &ChunkEditor::answered);
        click(*page, "saveChunk");
        QTRY_COMPARE_WITH_TIMEOUT(answered.size(), 1, kPatience);
        QTRY_VERIFY(part<QLabel>(*page, "chunksSummary")->text().contains(QStringLiteral("1 edited")));
        QVERIFY(editor->isVisible() && text->toPlainText().contains(QStringLiteral("xylophone")));
        click(*page, "switchChunk");
        QTRY_COMPARE_WITH_TIMEOUT(answered.size(), 2, kPatience);
        QTRY_VERIFY(part<QLabel>(*page, "chunksSummary")->text().contains(QStringLiteral("1 switched off")));
        QTRY_VERIFY(part<QPushButton>(*page, "restoreChunk")->isEnabled());
        click(*page, "restoreChunk");
        QTRY_COMPARE_WITH_TIMEOUT(answered.size(), 3, kPatience);
        QTRY_COMPARE(text->toPlainText(), original);
        QVERIFY(!part<QLabel>(*page, "chunksSummary")->text().contains(QStringLiteral("edited")));
        QCOMPARE(host->errors(), QStringList());
    }
    void otherSettingsArePreviewedInTheDocument() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        withBase(host, page);
        openDocument(*page, QStringLiteral("pumps.md"));
        auto* view = part<ChunkTextView>(*page, "source");
        auto* chunks = page->findChild<ChunksCard*>();
        const std::size_t before = view->chunkCount();
        click(*page, "changeChunker");
        QSignalSpy previewed(chunks, &ChunksCard::previewed);
        part<QSpinBox>(*chunks, "chunkSize")->setValue(24);
        QTRY_VERIFY_WITH_TIMEOUT(previewed.size() > 0, kPatience);
        QVERIFY(view->chunkCount() > before);
        keepLook(*page, QStringLiteral("knowledge-preview"));
        // A base of its own is made with them, of the same files.
        click(*page, "cutAnew");
        auto* card = page->findChild<CreateBaseCard*>();
        QVERIFY(card->isVisible());
        QCOMPARE(part<QLineEdit>(*page, "baseName")->text(), QStringLiteral("notes-2"));
        QCOMPARE(part<QSpinBox>(*card, "chunkSize")->value(), 24);
        QCOMPARE(card->paths().size(), 1);
        click(*page, "createBase");
        QTRY_COMPARE(page->base(), QStringLiteral("notes-2"));
        QTRY_COMPARE_WITH_TIMEOUT(page->findChild<DocumentsCard*>()->model().count(DocumentState::Indexed), 2, kPatience);
        auto* picker = part<QComboBox>(*page, "basePicker");
        QVERIFY(picker->isVisible());
        QCOMPARE(picker->count(), 2);
        picker->setCurrentIndex(0);
        Q_EMIT picker->activated(0);
        QTRY_COMPARE(page->base(), kBase);
        QTRY_VERIFY_WITH_TIMEOUT(!busy(*host), kPatience);
    }
    void aRemovalCanBeTakenBack() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        const auto workspace = withBase(host, page);
        {
            KnowledgeStore store = KnowledgeStore::open(workspace / "knowledge/notes");
            store.setTags("warranty.txt", std::vector<std::string>{"law"});
        }
        auto* documents = page->findChild<DocumentsCard*>();
        documents->choose(QStringLiteral("warranty.txt"));
        Q_EMIT documents->table()->customContextMenuRequested(QPoint(10, 10));
        auto* menu = documents->findChild<QMenu*>(QStringLiteral("documentMenu"));
        QVERIFY(menu);
        trigger(*menu, "removeDocument");
        menu->close();
        auto* banner = part<Banner>(*page, "undoRemoval");
        QTRY_VERIFY(banner->isVisible());
        QTRY_COMPARE(documents->model().count(DocumentState::Indexed), 1);
        QVERIFY(banner->message().contains(QStringLiteral("warranty.txt")));
        for (QPushButton* button : banner->findChildren<QPushButton*>())
            QTest::mouseClick(button, Qt::LeftButton);
        QTRY_COMPARE(documents->model().count(DocumentState::Indexed), 2);
        const KnowledgeStore store = KnowledgeStore::open(workspace / "knowledge/notes");
        QCOMPARE(store.document("warranty.txt")->tags, std::vector<std::string>{"law"}); // exactly as it was
        QVERIFY(store.snapshots().empty());
        QVERIFY(!banner->isVisible());
    }
    void tagsAreTyped() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        const auto workspace = withBase(host, page);
        auto* documents = page->findChild<DocumentsCard*>();
        documents->choose(QStringLiteral("pumps.md"));
        Q_EMIT documents->table()->customContextMenuRequested(QPoint(10, 10));
        auto* menu = documents->findChild<QMenu*>(QStringLiteral("documentMenu"));
        QVERIFY(menu);
        answerNext<QInputDialog>(this, [](QInputDialog& dialog) {
            dialog.setTextValue(QStringLiteral("water, repair , water"));
            dialog.accept();
        });
        trigger(*menu, "editTags");
        menu->close();
        QTRY_COMPARE(documents->model().document(documents->model().rowOf(QStringLiteral("pumps.md"))).tags, QStringList({QStringLiteral("water"), QStringLiteral("repair")}));
    }
    void aSnapshotBringsBackWhatWas() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        const auto workspace = withBase(host, page);
        auto* documents = page->findChild<DocumentsCard*>();
        auto* menu = part<QPushButton>(*page, "baseMenu")->menu();
        const auto fill = [menu] { Q_EMIT menu->aboutToShow(); };
        fill();
        answerNext<QInputDialog>(this, [](QInputDialog& dialog) {
            dialog.setTextValue(QStringLiteral("before"));
            dialog.accept();
        });
        trigger(*page, "takeSnapshot");
        const auto snapshots = [&] { return KnowledgeStore::open(workspace / "knowledge/notes").snapshots().size(); };
        QTRY_COMPARE(snapshots(), std::size_t{1});
        std::filesystem::remove(workspace.parent_path() / "files/warranty.txt");
        trigger(*page, "syncNow");
        QTRY_COMPARE_WITH_TIMEOUT(documents->model().count(DocumentState::Indexed), 1, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!busy(*host), kPatience);
        QTest::qWait(200); // the page has read it
        fill();
        QString said;
        answerNext<QMessageBox>(this, [&said](QMessageBox& box) {
            said = box.text();
            box.findChild<QPushButton*>(QStringLiteral("confirm"))->click();
        });
        trigger(*page, "rollBack");
        QVERIFY2(said.contains(QStringLiteral("before")), qPrintable(said));
        QTRY_COMPARE(documents->model().rowOf(QStringLiteral("warranty.txt")) >= 0, true);
        fill();
        answerNext<QMessageBox>(this, [](QMessageBox& box) { box.findChild<QPushButton*>(QStringLiteral("confirm"))->click(); });
        trigger(*page, "forgetSnapshot");
        QTRY_COMPARE(snapshots(), std::size_t{0});
        QCOMPARE(host->errors(), QStringList());
    }
    void deletionSaysWhatIsLost() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        const auto workspace = withBase(host, page);
        QString said;
        answerNext<QMessageBox>(this, [&said](QMessageBox& box) {
            said = box.informativeText();
            box.reject();
        });
        trigger(*page, "removeBase");
        QVERIFY2(said.contains(QStringLiteral("2 documents")) && said.contains(QStringLiteral("stay")), qPrintable(said));
        QVERIFY(KnowledgeStore::exists(workspace / "knowledge/notes"));
        answerNext<QInputDialog>(this, [](QInputDialog& dialog) {
            dialog.setTextValue(QStringLiteral("renamed"));
            dialog.accept();
        });
        trigger(*page, "renameBase");
        QTRY_COMPARE(page->base(), QStringLiteral("renamed"));
        answerNext<QMessageBox>(this, [](QMessageBox& box) { box.findChild<QPushButton*>(QStringLiteral("confirm"))->click(); });
        trigger(*page, "removeBase");
        QTRY_COMPARE(page->base(), QString());
        QVERIFY(!KnowledgeStore::exists(workspace / "knowledge/renamed"));
        QCOMPARE(host->errors(), QStringList());
    }
    void anEmbedderIsExchanged() {
        PageHost* host = nullptr;
        KnowledgePage* page = nullptr;
        const auto workspace = withBase(host, page);
        QString asked;
        answerNext<QInputDialog>(this, [&asked](QInputDialog& dialog) {
            asked = dialog.labelText();
            dialog.accept(); // the same one again: every vector anew
        });
        trigger(*page, "reembed");
        QVERIFY2(asked.contains(QStringLiteral("stay")), qPrintable(asked));
        QTRY_VERIFY_WITH_TIMEOUT(host->jobs().jobs().size() >= 2, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!busy(*host), kPatience);
        QCOMPARE(host->jobs().jobs().last().method, QStringLiteral("reembed"));
        QCOMPARE(host->jobs().jobs().last().status.state, RunState::Done);
    }
    void aMegabyteDoesNotHoldTheWindow_data() {
        QTest::addColumn<bool>("lines");
        QTest::newRow("lines") << true;
        QTest::newRow("one line") << false;
    }
    void aMegabyteDoesNotHoldTheWindow() {
        QFETCH(bool, lines);
        const auto workspace = fresh();
        std::string text;
        while (text.size() < 1'000'000)
            text += "The drain pump hums when the filter is not clean, " + std::to_string(text.size()) + (lines ? ".\n" : ". ");
        atomicWrite(workspace.parent_path() / "files/long.txt", text);
        createKnowledgeBase(Workspace::open(workspace), "notes", "", ChunkerSettings(), false);
        PageHost host(workspace, {});
        KnowledgePage* page = shown(host);
        page->open(QString::fromStdString((workspace.parent_path() / "files").string()));
        QTRY_COMPARE_WITH_TIMEOUT(page->findChild<DocumentsCard*>()->model().count(DocumentState::Indexed), 1, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!busy(host), kPatience);
        auto* chunks = page->findChild<ChunksCard*>();
        auto* view = part<ChunkTextView>(*page, "source");
        QSignalSpy there(chunks, &ChunksCard::shown);
        LongestTurn turn;
        chunks->showDocument(QStringLiteral("long.txt"), 500'000, 500'060);
        QTRY_VERIFY_WITH_TIMEOUT(there.size() > 0, kPatience);
        QTest::qWait(300);
        QVERIFY(view->chunkCount() > 500);
        QVERIFY(view->cursorForPosition(QPoint(5, 5)).blockNumber() > 100); // at the passage, not at the begin
        qInfo("longest turn %lld ms", static_cast<long long>(turn.milliseconds()));
        QVERIFY2(turn.milliseconds() < 250, qPrintable(QString::number(turn.milliseconds())));
    }
    void placesAreThoseOfCodePoints() {
        const QString words = QStringLiteral("注意😀 ");
        std::string text;
        for (int i = 0; i < 3000; ++i)
            text += words.toStdString(); // four code points, five units, and no line end
        const SourceText source(text);
        QCOMPARE(source.codePoints(), 12'000);
        QVERIFY(source.shown().count(u'\n') > 5);
        QString flat = source.shown();
        QCOMPARE(flat.remove(u'\n'), words.repeated(3000));
        for (const std::int64_t word : {0, 1, 299, 300, 1023, 1024, 2047, 2999}) {
            QCOMPARE(source.shown().mid(source.place(4 * word), 2), QStringLiteral("注意"));
            QCOMPARE(source.shown().mid(source.place(4 * word + 2), 2), QStringLiteral("😀"));
        }
        QCOMPARE(source.place(-5), 0);
        QCOMPARE(source.place(1'000'000), static_cast<int>(source.shown().size()));
        QCOMPARE(SourceText().place(3), 0);
    }
};

QTEST_MAIN(KnowledgePageTest)
#include "tst_knowledge_page.moc"
