#include "base/error.h"
#include "base/files.h"
#include "knowledge/knowledge_store.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>

using namespace triptych;

namespace {

constexpr int kDimension = 4;

NewDocument document(const std::string& name, const std::string& text) {
    NewDocument made;
    made.record.name = name;
    made.record.source = "/in/" + name;
    made.record.root = "/in";
    made.record.type = "txt";
    made.record.hash = sha256(text);
    made.record.bytes = static_cast<std::int64_t>(text.size());
    made.record.characters = static_cast<std::int64_t>(text.size());
    made.record.outline = Json::object();
    made.text = text;
    return made;
}

/// A chunk a line.
std::vector<NewChunk> lines(const std::string& text) {
    std::vector<NewChunk> chunks;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        chunks.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end), 1, "", text.substr(begin, end - begin)});
        begin = end + 1;
    }
    return chunks;
}

std::vector<float> vectorFor(const std::string& text) {
    std::vector<float> vector(kDimension);
    for (std::size_t i = 0; i < kDimension; ++i)
        vector[i] = static_cast<float>(std::hash<std::string>()(text + std::to_string(i)) % 1000) / 1000.0f;
    return vector;
}

} // namespace

class KnowledgeStoreTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    std::filesystem::path folder() const { return std::filesystem::path(m_dir->path().toStdString()) / "kb"; }

    static void put(KnowledgeStore& store, const std::string& name, const std::string& text) { store.stage(document(name, text), lines(text)); }

    /// Vectors for all that waits, then publishes.
    static int embedAll(KnowledgeStore& store) {
        const EmbeddingSet set = *store.activeSet();
        int made = 0;
        for (auto waiting = store.waiting(set.id, 3); !waiting.empty(); waiting = store.waiting(set.id, 3)) {
            std::vector<std::int64_t> ids;
            std::vector<float> vectors;
            for (const ChunkRecord& chunk : waiting) {
                ids.push_back(chunk.id);
                const std::vector<float> vector = vectorFor(chunk.text);
                vectors.insert(vectors.end(), vector.begin(), vector.end());
            }
            store.saveVectors(set, ids, vectors);
            made += static_cast<int>(ids.size());
        }
        store.publish();
        return made;
    }

    KnowledgeStore withVectors(bool int8 = false) {
        KnowledgeStore store = KnowledgeStore::create(folder(), Json::object());
        store.activate(store.addEmbeddingSet({0, "toy", "1", kDimension, int8}).id);
        return store;
    }

    /// Texts of the visible chunks, sorted by document and ordinal.
    static QStringList texts(const KnowledgeStore& store) {
        QStringList list;
        const std::vector<std::int64_t> visible = store.visibleChunks();
        for (const DocumentRecord& record : store.documents()) {
            for (const ChunkRecord& chunk : store.chunksOf(record.id)) {
                if (std::find(visible.begin(), visible.end(), chunk.id) != visible.end())
                    list << QString::fromStdString(record.name + ":" + chunk.text);
            }
        }
        return list;
    }

    static void checkVectors(const KnowledgeStore& store, float tolerance = 0) {
        std::map<std::int64_t, std::vector<float>> stored;
        store.forEachVector(*store.activeSet(), 0, [&](std::int64_t id, std::span<const float> vector) { stored[id].assign(vector.begin(), vector.end()); });
        const std::vector<std::int64_t> visible = store.visibleChunks();
        for (const ChunkRecord& chunk : store.chunks(visible)) {
            const std::vector<float> expected = vectorFor(chunk.text);
            QVERIFY2(stored.contains(chunk.id), chunk.text.c_str());
            for (std::size_t i = 0; i < kDimension; ++i)
                QVERIFY(std::abs(stored[chunk.id][i] - expected[i]) <= tolerance);
        }
        QVERIFY(store.check().empty());
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void documentIsSeenOnceItsVectorsAreThere() {
        KnowledgeStore store = withVectors();
        put(store, "a", "one\ntwo");
        QVERIFY(store.documents().empty());
        QVERIFY(store.publish().empty());
        QCOMPARE(store.counts().waiting, std::int64_t(2));
        QCOMPARE(embedAll(store), 2);
        QCOMPARE(texts(store), (QStringList{QStringLiteral("a:one"), QStringLiteral("a:two")}));
        QCOMPARE(store.generation(), Generation(2)); // the set, the document
        checkVectors(store);
    }
    void withoutVectorsDocumentsAreSeenAtOnce() {
        KnowledgeStore store = KnowledgeStore::create(folder(), {{"k", 1}});
        put(store, "a", "one");
        QCOMPARE(store.publish(), std::vector<std::string>{"a"});
        QVERIFY(KnowledgeStore::open(folder()).settings() == Json({{"k", 1}}));
    }
    void oldVersionAnswersUntilTheNewOneIsReady() {
        KnowledgeStore store = withVectors();
        put(store, "a", "one\ntwo");
        embedAll(store);
        put(store, "a", "one\nthree\ntwo");
        QCOMPARE(texts(store).size(), 2);
        QCOMPARE(store.counts().waiting, std::int64_t(1)); // the other two texts have their vectors
        QCOMPARE(embedAll(store), 1);
        QCOMPARE(texts(store), (QStringList{QStringLiteral("a:one"), QStringLiteral("a:three"), QStringLiteral("a:two")}));
        checkVectors(store);
    }
    void stagingAgainReplacesWhatWasStaged() {
        KnowledgeStore store = withVectors();
        put(store, "a", "one");
        put(store, "a", "two");
        QCOMPARE(*store.stagedHash("a"), sha256("two"));
        embedAll(store);
        QCOMPARE(texts(store), QStringList{QStringLiteral("a:two")});
    }
    void editsAndSwitchesSurviveANewVersion() {
        KnowledgeStore store = withVectors();
        put(store, "a", "one\ntwo\nthree");
        embedAll(store);
        auto chunks = store.chunksOf(store.document("a")->id);
        store.editChunk(chunks[0].id, "first", 1, vectorFor("first"));
        store.setChunkEnabled(chunks[1].id, false);
        QCOMPARE(texts(store), (QStringList{QStringLiteral("a:first"), QStringLiteral("a:three")}));
        put(store, "a", "zero\none\ntwo\nthree");
        QCOMPARE(embedAll(store), 1);
        QCOMPARE(texts(store), (QStringList{QStringLiteral("a:zero"), QStringLiteral("a:first"), QStringLiteral("a:three")}));
        chunks = store.chunksOf(store.document("a")->id);
        QVERIFY(chunks[1].edited && !chunks[0].edited);
        QVERIFY(!chunks[2].enabled);
        // Edited back to what stands in the document: no edit any more. Switched on again.
        store.editChunk(chunks[1].id, "one", 1, vectorFor("one"));
        store.setChunkEnabled(chunks[2].id, true);
        QCOMPARE(embedAll(store), 0);
        QCOMPARE(store.counts().edited, std::int64_t(0));
        QCOMPARE(texts(store).size(), 4);
        checkVectors(store);
        QVERIFY_EXCEPTION_THROWN(store.setChunkEnabled(chunks[2].id, true), Error); // has died
    }
    void snapshotComesBackWhole() {
        KnowledgeStore store = withVectors();
        put(store, "a", "one\ntwo");
        put(store, "b", "three");
        embedAll(store);
        store.saveSnapshot("first");
        const QStringList first = texts(store);
        put(store, "a", "one\nfour");
        put(store, "c", "five");
        embedAll(store);
        store.removeDocument("b");
        store.editChunk(store.chunksOf(store.document("c")->id)[0].id, "six", 1, vectorFor("six"));
        store.saveSnapshot("second");
        const QStringList second = texts(store);
        QCOMPARE(second, (QStringList{QStringLiteral("a:one"), QStringLiteral("a:four"), QStringLiteral("c:six")}));
        store.rollback("first");
        QCOMPARE(texts(store), first);
        checkVectors(store);
        QCOMPARE(store.purge(), std::int64_t(1)); // "five", which no snapshot saw
        store.rollback("second");
        QCOMPARE(texts(store), second);
        store.rollback("first");
        QCOMPARE(texts(store), first);
        checkVectors(store);
        store.removeSnapshot("second");
        QVERIFY(store.purge() > 0);
        QCOMPARE(texts(store), first);
        QVERIFY_EXCEPTION_THROWN(store.rollback("second"), Error);
        QVERIFY_EXCEPTION_THROWN(store.saveSnapshot("first"), Error);
    }
    void secondSetIsSwitchedToOnlyWhole() {
        KnowledgeStore store = withVectors();
        put(store, "a", "one\ntwo");
        embedAll(store);
        const EmbeddingSet second = store.addEmbeddingSet({0, "toy", "2", kDimension, true});
        QVERIFY_EXCEPTION_THROWN(store.activate(second.id), Error);
        for (const ChunkRecord& chunk : store.waiting(second.id, 10))
            store.saveVectors(second, std::array{chunk.id}, vectorFor(chunk.text));
        QVERIFY_EXCEPTION_THROWN(store.removeEmbeddingSet(store.activeSet()->id), Error);
        const std::int64_t first = store.activeSet()->id;
        store.activate(second.id);
        store.removeEmbeddingSet(first);
        QCOMPARE(store.embeddingSets().size(), std::size_t(1));
        checkVectors(store, 0.5f / 127.0f); // half a step of 8 bits
    }
    void filtersByDocumentTypeTagAndDate() {
        KnowledgeStore store = KnowledgeStore::create(folder(), Json::object());
        NewDocument a = document("dir/a.md", "one");
        a.record.type = "md";
        a.record.modified = 100;
        store.stage(a, lines("one"));
        put(store, "b.txt", "two");
        store.publish();
        store.setTags("b.txt", std::array<std::string, 1>{"red"});
        const auto ids = store.visibleChunks();
        QCOMPARE(store.visibleChunks("dir/", "", ""), std::vector<std::int64_t>{ids[0]});
        QCOMPARE(store.visibleChunks("", "txt", ""), std::vector<std::int64_t>{ids[1]});
        QCOMPARE(store.visibleChunks("", "", "red"), std::vector<std::int64_t>{ids[1]});
        QCOMPARE(store.visibleChunks("", "", "", 50), std::vector<std::int64_t>{ids[0]});
        QVERIFY(store.visibleChunks("dir/", "txt", "").empty());
        QCOMPARE(store.document("b.txt")->tags, std::vector<std::string>{"red"});
    }
    void badThingsAreRefused() {
        QVERIFY_EXCEPTION_THROWN(KnowledgeStore::open(folder()), Error);
        KnowledgeStore store = withVectors();
        QVERIFY_EXCEPTION_THROWN(KnowledgeStore::create(folder(), Json::object()), Error);
        put(store, "a", "one");
        const EmbeddingSet set = *store.activeSet();
        const auto waiting = store.waiting(set.id, 1);
        QVERIFY_EXCEPTION_THROWN(store.saveVectors(set, std::array{waiting[0].id}, std::array{1.0f}), Error);
        QVERIFY_EXCEPTION_THROWN(store.saveVectors(set, std::array{waiting[0].id}, std::array{1.0f, 2.0f, std::nanf(""), 0.0f}), Error);
        QVERIFY_EXCEPTION_THROWN(store.saveVectors(set, std::array<std::int64_t, 1>{999}, vectorFor("x")), Error); // no such chunk
        QVERIFY_EXCEPTION_THROWN(store.removeDocument("none"), Error);
        embedAll(store);
        QVERIFY_EXCEPTION_THROWN(store.editChunk(waiting[0].id, "", 0, vectorFor("x")), Error);
        QVERIFY_EXCEPTION_THROWN(store.editChunk(waiting[0].id, "x", 1, {}), Error);
        QCOMPARE(texts(store), QStringList{QStringLiteral("a:one")});
    }
    void damagedFileIsNamed() {
        {
            KnowledgeStore store = withVectors();
            put(store, "a", "one");
        }
        std::string bytes = readFile(folder() / "kb.sqlite");
        std::fill(bytes.begin() + 16384, bytes.end(), '\x5a');
        atomicWrite(folder() / "kb.sqlite", bytes);
        try {
            KnowledgeStore::open(folder()).documents();
            QFAIL("opened");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Corrupt);
            QVERIFY(error.message().find("kb.sqlite") != std::string::npos);
        }
        atomicWrite(folder() / "kb.sqlite", "no database at all, but some text that is long enough");
        QVERIFY_EXCEPTION_THROWN(KnowledgeStore::open(folder()), Error);
    }
    void failuresAndRootsAreKept() {
        KnowledgeStore store = KnowledgeStore::create(folder(), Json::object());
        store.saveFailure({"x.pdf", "/in/x.pdf", "/in", "h", "it is encrypted", "Save it without a password.", 7});
        QCOMPARE(store.failures().size(), std::size_t(1));
        QCOMPARE(store.failures()[0].modified, std::int64_t(7));
        put(store, "x.pdf", "now it reads");
        QVERIFY(store.failures().empty());
        store.saveRoot({"/in", true, false});
        store.saveRoot({"/in", true, true});
        QCOMPARE(store.roots().size(), std::size_t(1));
        QVERIFY(store.roots()[0].watched);
    }
};

QTEST_GUILESS_MAIN(KnowledgeStoreTest)
#include "tst_knowledge_store.moc"
