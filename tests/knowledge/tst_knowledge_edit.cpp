#include "base/error.h"
#include "base/files.h"
#include "documents/reader_process.h"
#include "knowledge/chunker.h"
#include "knowledge/edit.h"
#include "knowledge/ingest.h"
#include "knowledge/knowledge_base.h"
#include "knowledge/reembed.h"
#include "storage/workspace.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>

using namespace triptych;
namespace fs = std::filesystem;

namespace {

/// A vector that follows from the text alone; asks for a stop after so many calls.
class ToyEmbedder final : public Embedder {
public:
    explicit ToyEmbedder(int dimension) : m_dimension(dimension) {}
    int dimension() const override { return m_dimension; }
    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token& stop) override {
        if (left > 0 && --left == 0)
            source.request_stop();
        throwIfStopped(stop);
        embedded += texts.size();
        std::vector<float> vectors;
        for (const std::string& text : texts) {
            for (int i = 0; i < m_dimension; ++i)
                vectors.push_back(static_cast<float>(std::hash<std::string>()(text + std::to_string(i)) % 1000 + 1) / 1000.0f);
        }
        return vectors;
    }
    std::size_t embedded = 0;
    int left = 0; ///< calls until the stop; 0: never
    std::stop_source source;

private:
    int m_dimension;
};

struct Toy {
    explicit Toy(const std::string& name, int dimension = 8) : embedder(std::make_shared<ToyEmbedder>(dimension)) {
        base = wordsOnly();
        base.name = name;
        base.fingerprint = "1";
        base.embedder = embedder;
    }
    std::shared_ptr<ToyEmbedder> embedder;
    BaseEmbedder base;
};

} // namespace

class KnowledgeEditTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    std::optional<Workspace> m_workspace;
    DocumentReader m_reader;

    fs::path path(const std::string& name) const { return fs::path(m_dir->path().toStdString()) / name; }
    void write(const std::string& name, const std::string& text) const {
        fs::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << text;
    }
    /// A base of sentences of its own, filled from docs.
    KnowledgeStore made(const std::string& name, const BaseEmbedder& base) {
        ChunkerSettings chunker;
        chunker.chunker = ChunkerKind::Sentence;
        chunker.chunk_size = 16;
        chunker.overlap = 0;
        KnowledgeStore store = KnowledgeStore::open(createKnowledgeBase(*m_workspace, name, base.name, chunker, false));
        ingest(store, base, std::array{path("docs")}, m_reader, {}, nullProgress(), {});
        return store;
    }
    IngestReport sync(KnowledgeStore& store, const BaseEmbedder& base) { return syncRoots(store, base, m_reader, {}, nullProgress(), {}); }
    static ChunkRecord chunk(const KnowledgeStore& store, const std::string& document, std::size_t ordinal) {
        return store.chunksOf(store.document(document)->id).at(ordinal);
    }
    static std::int64_t edit(KnowledgeStore& store, const BaseEmbedder& base, std::int64_t id, const ChunkEdit& change) {
        return editChunk(store, id, change, [&] { return base; }, {});
    }
    static std::int64_t setText(KnowledgeStore& store, const BaseEmbedder& base, std::int64_t id, const std::string& text) {
        ChunkEdit change;
        change.text = text;
        return edit(store, base, id, change);
    }
    static std::int64_t setEnabled(KnowledgeStore& store, const BaseEmbedder& base, std::int64_t id, bool enabled) {
        ChunkEdit change;
        change.enabled = enabled;
        return edit(store, base, id, change);
    }
    static QByteArray rows(const fs::path& folder) {
        QProcess sqlite;
        sqlite.start(QStringLiteral("sqlite3"), {QString::fromStdString((folder / "kb.sqlite").string()), QStringLiteral(".dump")});
        sqlite.waitForFinished();
        return sqlite.readAllStandardOutput();
    }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_workspace.emplace(Workspace::create(path("w")));
        write("docs/oven.txt", "The oven is cleaned with warm water and with nothing else at all. Never use sand on the door of the oven, and never a knife. "
                               "The lamp of the oven is changed by the service of the maker, not by you.");
        write("docs/kettle.txt", "The kettle is descaled with vinegar once a month or sooner.");
    }
    void cleanup() { m_workspace.reset(); }

    void editedChunkIsEmbeddedAloneAndSurvivesAReindex() {
        const Toy toy("toy");
        KnowledgeStore store = made("m", toy.base);
        const std::size_t before = toy.embedder->embedded;
        const ChunkRecord first = chunk(store, "oven.txt", 0);
        const std::int64_t id = setText(store, toy.base, first.id, "The oven is cleaned with soda.");
        QCOMPARE(toy.embedder->embedded, before + 1);
        QVERIFY(id != first.id);
        QCOMPARE(chunk(store, "oven.txt", 0).id, id);
        QCOMPARE(chunk(store, "oven.txt", 0).text, std::string("The oven is cleaned with soda."));
        QCOMPARE(chunk(store, "oven.txt", 0).tokens, std::int64_t(7)); // six words and the stop
        const std::int64_t off = setEnabled(store, toy.base, chunk(store, "oven.txt", 1).id, false);
        QCOMPARE(toy.embedder->embedded, before + 1);
        write("docs/oven.txt", "A new beginning for this small text about the oven, which is longer. " + readFile(path("docs/oven.txt")));
        QCOMPARE(sync(store, toy.base).changed, std::vector<std::string>{"oven.txt"});
        QVERIFY(chunk(store, "oven.txt", 1).edited && chunk(store, "oven.txt", 1).text == "The oven is cleaned with soda.");
        QVERIFY(!chunk(store, "oven.txt", 2).enabled && chunk(store, "oven.txt", 2).id != off);
        QCOMPARE(toy.embedder->embedded, before + 2); // the new sentence
        ChunkEdit restore;
        restore.restore = true;
        edit(store, toy.base, chunk(store, "oven.txt", 1).id, restore);
        QVERIFY(!chunk(store, "oven.txt", 1).edited);
        QCOMPARE(chunk(store, "oven.txt", 1).text, first.text);
        QCOMPARE(store.counts().edited, std::int64_t(0));
        QVERIFY(store.check().empty());
    }
    void chunkThatWasOffGetsItsVectorWhenItIsSwitchedOn() {
        const Toy toy("toy");
        KnowledgeStore store = made("m", toy.base);
        setEnabled(store, toy.base, chunk(store, "oven.txt", 1).id, false);
        const Toy other("other");
        reembed(store, other.base, nullProgress(), {}); // passes over what is off
        const std::size_t before = other.embedder->embedded;
        setEnabled(store, other.base, chunk(store, "oven.txt", 1).id, true);
        QCOMPARE(other.embedder->embedded, before + 1);
        QCOMPARE(store.counts().waiting, std::int64_t(0));
        const std::int64_t same = setEnabled(store, other.base, chunk(store, "oven.txt", 1).id, true);
        QCOMPARE(same, chunk(store, "oven.txt", 1).id); // nothing to do
        QCOMPARE(other.embedder->embedded, before + 1);
    }
    void textAndSwitchChangeTogether() {
        const Toy toy("toy");
        KnowledgeStore store = made("m", toy.base);
        ChunkEdit both;
        both.text = "Quite another text.";
        both.enabled = false;
        edit(store, toy.base, chunk(store, "kettle.txt", 0).id, both);
        QVERIFY(!chunk(store, "kettle.txt", 0).enabled && chunk(store, "kettle.txt", 0).edited);
        setEnabled(store, toy.base, chunk(store, "kettle.txt", 0).id, true);
        const KnowledgeBase base = KnowledgeBase::open(store.folder(), toy.base, nullProgress(), {});
        SearchSettings words;
        words.mode = SearchMode::Lexical;
        QCOMPARE(base.search("quite another", words).front().chunk.document, std::string("kettle.txt"));
        QVERIFY(base.search("vinegar", words).empty());
    }
    void editsThatCannotBeChangeNothing() {
        const Toy toy("toy");
        KnowledgeStore store = made("m", toy.base);
        const QByteArray before = rows(store.folder());
        const std::int64_t id = chunk(store, "oven.txt", 0).id;
        QVERIFY_EXCEPTION_THROWN(setText(store, toy.base, id, " \n "), Error);
        QVERIFY_EXCEPTION_THROWN(setText(store, toy.base, id, "half \xe4\xbd"), Error);
        QVERIFY_EXCEPTION_THROWN(setText(store, toy.base, 9999, "text"), Error);
        const Toy other("other");
        QVERIFY_EXCEPTION_THROWN(setText(store, other.base, id, "by another embedder"), Error);
        QVERIFY(!before.isEmpty());
        QCOMPARE(rows(store.folder()), before);
    }

    void reembedSwitchesOnceAllIsThere() {
        const Toy first("first", 8), second("second", 5);
        KnowledgeStore store = made("m", first.base);
        setText(store, first.base, chunk(store, "kettle.txt", 0).id, "An edited kettle.");
        const std::int64_t chunks = store.counts().chunks;
        const ReembedReport report = reembed(store, second.base, nullProgress(), {});
        QCOMPARE(report.dimension, 5);
        QVERIFY(report.embedded.count >= chunks);
        QCOMPARE(store.settings().value("embedder", ""), std::string("second"));
        QCOMPARE(store.activeSet()->embedder, std::string("second"));
        QCOMPARE(store.embeddingSets().size(), std::size_t(1));
        QCOMPARE(store.counts().chunks, chunks);
        QVERIFY(chunk(store, "kettle.txt", 0).edited);
        QVERIFY_EXCEPTION_THROWN(KnowledgeBase::open(store.folder(), first.base, nullProgress(), {}), Error);
        const KnowledgeBase base = KnowledgeBase::open(store.folder(), second.base, nullProgress(), {});
        QVERIFY(base.search("kettle", {}).front().dense_score.has_value());
        QCOMPARE(reembed(store, second.base, nullProgress(), {}).embedded.count, std::int64_t(0));
        QVERIFY(store.check().empty());
    }
    void stoppedReembedLeavesTheOldVectorsAndGoesOn() {
        for (int i = 0; i < 400; ++i)
            write("docs/many/" + std::to_string(i) + ".txt", "Fact number " + std::to_string(i) + " is about the thing number " + std::to_string(i) + ".");
        const Toy first("first"), second("second"), other("other");
        KnowledgeStore store = made("m", first.base);
        KnowledgeStore whole = made("whole", first.base);
        second.embedder->left = 2; // 256 chunks are stored by then
        try {
            reembed(store, second.base, nullProgress(), second.embedder->source.get_token());
            QFAIL("it ended");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Cancelled);
        }
        QCOMPARE(store.activeSet()->embedder, std::string("first"));
        QCOMPARE(store.settings().value("embedder", ""), std::string("first"));
        KnowledgeBase::open(store.folder(), first.base, nullProgress(), {}).search("fact", {});
        const std::size_t before = second.embedder->embedded;
        QCOMPARE(before, std::size_t(256));
        second.embedder->left = 0;
        reembed(store, second.base, nullProgress(), {});
        const Toy again("second");
        reembed(whole, again.base, nullProgress(), {});
        QCOMPARE(second.embedder->embedded, again.embedder->embedded); // nothing was made twice
        QCOMPARE(rows(store.folder()), rows(whole.folder()));
        // What was left of an attempt is removed by one with another embedder.
        second.embedder->left = 2;
        reembed(store, other.base, nullProgress(), {});
        QCOMPARE(store.embeddingSets().size(), std::size_t(1));
    }
    void snapshotKeepsItsVectorsAndItsEmbedder() {
        const Toy first("first"), second("second");
        KnowledgeStore store = made("m", first.base);
        store.saveSnapshot("before");
        reembed(store, second.base, nullProgress(), {});
        QCOMPARE(store.embeddingSets().size(), std::size_t(2));
        store.rollback("before");
        QCOMPARE(store.activeSet()->embedder, std::string("first"));
        QCOMPARE(store.settings().value("embedder", ""), std::string("first"));
        KnowledgeBase::open(store.folder(), first.base, nullProgress(), {}).search("oven", {});
        // The set of the other one was nobody's any more but is here still: nothing is embedded twice.
        const std::size_t made = first.embedder->embedded;
        reembed(store, second.base, nullProgress(), {});
        reembed(store, first.base, nullProgress(), {});
        QVERIFY(first.embedder->embedded <= made + static_cast<std::size_t>(store.counts().chunks)); // the queries that measure it
        QCOMPARE(store.activeSet()->embedder, std::string("first"));
    }
    void hashingAndWordsOnlyCanBeLeftAndCome() {
        KnowledgeStore store = made("m", wordsOnly());
        QVERIFY(!store.activeSet());
        BaseEmbedder hashing = wordsOnly();
        hashing.name = "hashing";
        hashing.fingerprint = "1";
        QVERIFY(reembed(store, hashing, nullProgress(), {}).dimension > 0);
        const KnowledgeBase base = KnowledgeBase::open(store.folder(), hashingEmbedder(store), nullProgress(), {});
        QVERIFY(base.search("descale the kettle", {}).front().dense_score.value_or(0) > 0);
        QVERIFY_EXCEPTION_THROWN(reembed(store, wordsOnly(), nullProgress(), {}), Error);
    }
    void emptyBaseOnlyRemembersItsEmbedder() {
        const Toy toy("toy");
        KnowledgeStore store = KnowledgeStore::open(createKnowledgeBase(*m_workspace, "empty", "hashing", {}, false));
        QCOMPARE(reembed(store, toy.base, nullProgress(), {}).dimension, 0);
        QCOMPARE(store.settings().value("embedder", ""), std::string("toy"));
        ingest(store, toy.base, std::array{path("docs")}, m_reader, {}, nullProgress(), {});
        QCOMPARE(store.activeSet()->embedder, std::string("toy"));
    }

    void forgottenFolderTakesItsDocumentsAndFailuresAlong() {
        write("docs/broken.pdf", "%PDF-1.4 cut off");
        write("other/fridge.txt", "The fridge hums.");
        const Toy toy("toy");
        KnowledgeStore store = made("m", toy.base);
        ingest(store, toy.base, std::array{path("other")}, m_reader, {}, nullProgress(), {});
        QCOMPARE(store.failures().size(), std::size_t(1));
        QCOMPARE(removeRootWithDocuments(store, path("docs").string()), std::int64_t(2));
        QCOMPARE(store.documents().size(), std::size_t(1));
        QVERIFY(store.failures().empty());
        QCOMPARE(store.roots().size(), std::size_t(1));
        QVERIFY(sync(store, toy.base).added.empty());
        try {
            removeRootWithDocuments(store, "/nowhere");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(error.hint().find("other") != std::string::npos, error.hint().c_str());
        }
    }
    void outOfStepSaysWhenASyncHasSomethingToDo() {
        const Toy toy("toy");
        write("docs/broken.pdf", "%PDF-1.4 cut off");
        write("docs/binary.dat", std::string("\x7f""ELF\0\0\0\1\2\3", 10));
        KnowledgeStore store = made("m", toy.base);
        const auto step = [&] {
            const bool out = isOutOfStep(store, {});
            sync(store, toy.base);
            return out && !isOutOfStep(store, {});
        };
        QVERIFY(!isOutOfStep(store, {}));
        write("docs/new.txt", "A new one.");
        QVERIFY(step());
        write("docs/new.txt", "A new one, changed.");
        QVERIFY(step());
        fs::last_write_time(path("docs/new.txt"), fs::last_write_time(path("docs/new.txt")) + std::chrono::seconds(5));
        QVERIFY(step()); // its time alone
        fs::remove(path("docs/new.txt"));
        QVERIFY(step());
        fs::remove(path("docs/broken.pdf"));
        QVERIFY(step());
        write("docs/binary.dat", "It is a text now.");
        QVERIFY(step());
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(isOutOfStep(store, stop.get_token()), Error);
    }
    void deletedFileGoesAndMissingFolderStays() {
        const Toy toy("toy");
        write("single/note.txt", "A note by itself.");
        KnowledgeStore store = made("m", toy.base);
        ingest(store, toy.base, std::array{path("single/note.txt")}, m_reader, {}, nullProgress(), {});
        fs::remove(path("single/note.txt"));
        QVERIFY(isOutOfStep(store, {}));
        sync(store, toy.base);
        QVERIFY(!store.document("note.txt") && store.roots().size() == 1 && !isOutOfStep(store, {}));
        fs::rename(path("docs"), path("away"));
        QVERIFY(!isOutOfStep(store, {})); // a sync could do nothing
        const IngestReport report = sync(store, toy.base);
        QCOMPARE(report.failed.size(), std::size_t(1));
        QCOMPARE(report.failed[0].name, path("docs").string());
        QCOMPARE(store.documents().size(), std::size_t(2));
        QVERIFY(store.failures().empty());
        fs::rename(path("away"), path("docs"));
        QVERIFY(sync(store, toy.base).failed.empty());
    }
    void createRenameDropAndTheLock() {
        const fs::path folder = createKnowledgeBase(*m_workspace, "one", "", {}, false);
        QVERIFY_EXCEPTION_THROWN(createKnowledgeBase(*m_workspace, "one", "", {}, false), Error);
        QVERIFY_EXCEPTION_THROWN(createKnowledgeBase(*m_workspace, "a/b", "", {}, false), Error);
        createKnowledgeBase(*m_workspace, "two", "models/tiny", {}, true);
        QVERIFY(fs::path(KnowledgeStore::open(path("w/knowledge/two")).settings().value("embedder", "")).is_absolute());
        QVERIFY_EXCEPTION_THROWN(renameKnowledgeBase(*m_workspace, "one", "two"), Error);
        QVERIFY_EXCEPTION_THROWN(renameKnowledgeBase(*m_workspace, "none", "three"), Error);
        QVERIFY_EXCEPTION_THROWN(renameKnowledgeBase(*m_workspace, "one", ".hidden"), Error);
        {
            const FileLock lock = lockKnowledgeBase(folder);
            for (const auto& change : {std::function<void()>([&] { lockKnowledgeBase(folder); }), std::function<void()>([&] { dropKnowledgeBase(folder); }),
                                       std::function<void()>([&] { renameKnowledgeBase(*m_workspace, "one", "three"); })}) {
                try {
                    change();
                    QFAIL("it was not locked");
                } catch (const Error& error) {
                    QCOMPARE(error.code(), ErrorCode::Busy);
                    QVERIFY(error.message().find("'one'") != std::string::npos);
                }
            }
        }
        renameKnowledgeBase(*m_workspace, "one", "three");
        QVERIFY(!KnowledgeStore::exists(folder) && KnowledgeStore::exists(path("w/knowledge/three")));
        dropKnowledgeBase(path("w/knowledge/three"));
        QVERIFY(!fs::exists(path("w/knowledge/three")));
        QVERIFY_EXCEPTION_THROWN(dropKnowledgeBase(path("w/knowledge/three")), Error);
    }
};

QTEST_GUILESS_MAIN(KnowledgeEditTest)
#include "tst_knowledge_edit.moc"
