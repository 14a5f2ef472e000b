#include "base/error.h"
#include "base/files.h"
#include "documents/reader_process.h"
#include "knowledge/chunker.h"
#include "knowledge/ingest.h"
#include "knowledge/knowledge_base.h"
#include "knowledge/retrieval_eval.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

using namespace triptych;
namespace fs = std::filesystem;

namespace {

/// Asks for a stop after so many reports.
class StopAfter final : public ProgressSink {
public:
    StopAfter(std::stop_source& stop, int reports) : m_stop(stop), m_left(reports) {}
    void progress(const Progress&) override {
        if (m_left-- == 0)
            m_stop.request_stop();
    }
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel, std::string_view) override {}

private:
    std::stop_source& m_stop;
    int m_left;
};

class CountingEmbedder final : public Embedder {
public:
    explicit CountingEmbedder(BaseEmbedder base) : m_base(std::move(base)) {}
    int dimension() const override { return m_base.embedder->dimension(); }
    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token& stop) override {
        embedded += texts.size();
        return m_base.embedder->embed(texts, stop);
    }
    std::size_t embedded = 0;

private:
    BaseEmbedder m_base;
};

} // namespace

class KnowledgeBaseTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    DocumentReader m_reader;
    fs::path path(const std::string& name) const { return fs::path(m_dir->path().toStdString()) / name; }

    void write(const std::string& name, const std::string& text) const {
        fs::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << text;
    }
    static Json settings(int chunk_size = 32) {
        ChunkerSettings chunker;
        chunker.chunk_size = chunk_size;
        chunker.overlap = 4;
        return knowledgeSettings("hashing", chunker, false);
    }
    IngestReport add(KnowledgeStore& store, ProgressSink& progress = nullProgress(), const std::stop_token& stop = {}) {
        return ingest(store, hashingEmbedder(store), std::array{path("docs")}, m_reader, {}, progress, stop);
    }
    KnowledgeBase opened(const std::string& name = "kb") const {
        return KnowledgeBase::open(path(name), hashingEmbedder(KnowledgeStore::open(path(name))), nullProgress(), {});
    }
    static std::string best(const KnowledgeBase& base, const std::string& query, SearchSettings wanted = {}) {
        const auto hits = base.search(query, wanted);
        return hits.empty() ? std::string() : hits.front().chunk.document;
    }
    void writeDocuments(int count = 12) const {
        for (int i = 0; i < count; ++i) {
            std::string text = "# Part " + std::to_string(i) + "\n\n";
            for (int line = 0; line < 6; ++line)
                text += "The valve number " + std::to_string(100 * i + line) + " of the pump is opened by lever " + std::to_string(i) + ". ";
            write("docs/part" + std::to_string(i) + ".md", text);
        }
        write("docs/zh/kettle.txt", "电热水壶的保修期为两年。请保留发票。");
        write("docs/oven.txt", "The oven is cleaned with warm water. Never use sand.");
    }
    /// Every row that is not a time, table by table.
    static QByteArray rows(const fs::path& folder) {
        QProcess sqlite;
        sqlite.start(QStringLiteral("sqlite3"), {QString::fromStdString((folder / "kb.sqlite").string()), QStringLiteral(".dump")});
        sqlite.waitForFinished();
        return sqlite.readAllStandardOutput();
    }

    /// With a graph, however few rows there are.
    KnowledgeBase openedGraph(const std::string& name = "kb") const {
        HnswSettings always;
        always.exact_below = 0;
        return KnowledgeBase::open(path(name), hashingEmbedder(KnowledgeStore::open(path(name))), nullProgress(), {}, always);
    }
    /// Every chunk has its own vector: it is what its own text finds first by meaning.
    static void everyChunkFindsItself(KnowledgeBase& base) {
        SearchSettings dense;
        dense.mode = SearchMode::Dense;
        for (const std::int64_t id : base.store().visibleChunks()) {
            const ChunkRecord chunk = base.store().chunks(std::array{id}).front();
            const auto hits = base.search(chunk.text, dense);
            QVERIFY2(!hits.empty() && hits.front().chunk.text == chunk.text && hits.front().dense_score > 0.99f, chunk.text.c_str());
        }
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void folderBecomesSearchable() {
        writeDocuments();
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        const IngestReport report = add(store);
        QCOMPARE(report.added.size(), std::size_t(14));
        QVERIFY(report.failed.empty());
        const KnowledgeBase base = opened();
        QCOMPARE(best(base, "how do I clean the oven"), std::string("oven.txt"));
        QCOMPARE(best(base, "保修"), std::string("zh/kettle.txt"));
        for (const SearchMode mode : {SearchMode::Lexical, SearchMode::Dense, SearchMode::Hybrid}) {
            SearchSettings wanted;
            wanted.mode = mode;
            QCOMPARE(best(base, "valve number 703", wanted), std::string("part7.md"));
            const auto hits = base.search("valve number 703", wanted);
            QCOMPARE(hits.size(), std::size_t(10));
            QVERIFY(std::is_sorted(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.score > b.score; }));
            QCOMPARE(hits.front().lexical_rank.has_value(), mode != SearchMode::Dense);
            QCOMPARE(hits.front().dense_rank.has_value(), mode != SearchMode::Lexical);
            // The span is where the text stands in the document.
            KnowledgeStore& same = const_cast<KnowledgeBase&>(base).store();
            const std::string text = same.documentText(hits.front().chunk.document_id);
            QCOMPARE(text.substr(static_cast<std::size_t>(hits.front().chunk.begin), hits.front().chunk.text.size()), hits.front().chunk.text);
        }
    }
    void filtersHoldInEveryMode() {
        writeDocuments();
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        add(store);
        store.setTags("part3.md", std::array<std::string, 1>{"red"});
        const KnowledgeBase base = opened();
        for (const SearchMode mode : {SearchMode::Lexical, SearchMode::Dense, SearchMode::Hybrid}) {
            SearchSettings wanted;
            wanted.mode = mode;
            wanted.tag = "red";
            for (const SearchHit& hit : base.search("valve number 703 lever", wanted))
                QCOMPARE(hit.chunk.document, std::string("part3.md"));
            QVERIFY(!base.search("valve number 703 lever", wanted).empty());
            wanted.tag = "none";
            QVERIFY(base.search("valve", wanted).empty());
        }
    }
    void syncDoesOnlyWhatChanged() {
        writeDocuments();
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        add(store);
        KnowledgeBase base = opened();
        BaseEmbedder counting = hashingEmbedder(store);
        auto counter = std::make_shared<CountingEmbedder>(counting);
        counting.embedder = counter;
        const auto again = [&] { return ingest(store, counting, std::array{path("docs")}, m_reader, {}, nullProgress(), {}); };
        QCOMPARE(again().unchanged, std::int64_t(14));
        QCOMPARE(counter->embedded, std::size_t(0));
        write("docs/oven.txt", "The oven is cleaned with soda. Never use sand.");
        write("docs/new.txt", "The fridge hums at night.");
        fs::remove(path("docs/part3.md"));
        const IngestReport report = again();
        QCOMPARE(report.changed, std::vector<std::string>{"oven.txt"});
        QCOMPARE(report.added, std::vector<std::string>{"new.txt"});
        QCOMPARE(report.removed, std::vector<std::string>{"part3.md"});
        QCOMPARE(counter->embedded, std::size_t(2));
        SearchSettings words;
        words.mode = SearchMode::Lexical;
        // An open base goes on with what it knows until it is refreshed.
        QCOMPARE(best(base, "fridge", words), std::string());
        QVERIFY(base.refresh(nullProgress(), {}));
        QVERIFY(!base.refresh(nullProgress(), {}));
        QCOMPARE(best(base, "fridge hums", words), std::string("new.txt"));
        QCOMPARE(best(base, "soda", words), std::string("oven.txt"));
        for (const SearchHit& hit : base.search("valve number 301", {}))
            QVERIFY(hit.chunk.document != "part3.md");
    }
    void stoppedAnywhereItEndsAsIfItHadNot_data() {
        QTest::addColumn<int>("reports");
        for (const int reports : {0, 1, 5, 13, 14, 15, 16, 17})
            QTest::addRow("%d", reports) << reports;
    }
    void stoppedAnywhereItEndsAsIfItHadNot() {
        QFETCH(int, reports);
        writeDocuments();
        KnowledgeStore whole = KnowledgeStore::create(path("whole"), settings());
        add(whole);
        KnowledgeStore broken = KnowledgeStore::create(path("broken"), settings());
        std::stop_source stop;
        StopAfter after(stop, reports);
        try {
            add(broken, after, stop.get_token());
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Cancelled);
        }
        add(broken);
        QVERIFY(!rows(path("whole")).isEmpty());
        QCOMPARE(rows(path("broken")), rows(path("whole")));
        QVERIFY(broken.check().empty());
    }
    void badFilesFailAlone() {
        writeDocuments(2);
        write("docs/broken.pdf", "%PDF-1.7 and then nothing");
        write("docs/binary.dat", std::string("\x7f""ELF\0\0\0\1\2\3", 10));
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        const IngestReport report = add(store);
        QCOMPARE(report.added.size(), std::size_t(4));
        QCOMPARE(report.failed.size(), std::size_t(2));
        for (const FailedDocument& failure : report.failed)
            QVERIFY2(failure.reason.find(failure.name) != std::string::npos, failure.reason.c_str());
        QVERIFY(add(store).failed.empty()); // not tried again
        QCOMPARE(store.failures().size(), std::size_t(2));
        write("docs/broken.pdf", "It is a text now, whatever its name says, and much longer.");
        QCOMPARE(add(store).added.size() + store.failures().size(), std::size_t(2));
    }
    void clashOfNamesChangesNothing() {
        write("docs/a.txt", "one");
        write("other/a.txt", "two");
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        add(store);
        const Generation before = store.generation();
        try {
            ingest(store, hashingEmbedder(store), std::array{path("other")}, m_reader, {}, nullProgress(), {});
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("docs/a.txt") != std::string::npos && error.message().find("other/a.txt") != std::string::npos, error.message().c_str());
        }
        QCOMPARE(store.generation(), before);
        QVERIFY_EXCEPTION_THROWN(ingest(store, hashingEmbedder(store), std::array{path("nowhere")}, m_reader, {}, nullProgress(), {}), Error);
    }
    void cachesAreRebuiltWhenTheyAreDamagedOrStale() {
        writeDocuments(40);
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        add(store);
        HnswSettings always;
        always.exact_below = 0;
        const auto open = [&] { return KnowledgeBase::open(path("kb"), hashingEmbedder(store), nullProgress(), {}, always); };
        std::vector<std::int64_t> expected;
        {
            KnowledgeBase base = open();
            for (const SearchHit& hit : base.search("valve number 1703 lever", {}))
                expected.push_back(hit.chunk.id);
            base.saveIndexes(true);
        }
        const auto answers = [&] {
            std::vector<std::int64_t> ids;
            for (const SearchHit& hit : open().search("valve number 1703 lever", {}))
                ids.push_back(hit.chunk.id);
            return ids;
        };
        QCOMPARE(answers(), expected);
        for (const char* name : {"lexical.idx", "vectors.hnsw"}) {
            const std::string whole = readFile(path("kb") / name);
            for (const std::string& damaged : {whole.substr(0, whole.size() / 2), std::string(), whole + "x", "other" + whole.substr(5)}) {
                atomicWrite(path("kb") / name, damaged);
                QCOMPARE(answers(), expected);
            }
            atomicWrite(path("kb") / name, whole);
        }
        // Stale: what has come and gone since the files were written.
        store.removeDocument("part17.md");
        write("docs/new.txt", "valve number 1703 lever, the only one of its kind");
        add(store); // brings part17 back too: its file is there
        QCOMPARE(store.documents().size(), std::size_t(43));
        QCOMPARE(best(open(), "the only one of its kind"), std::string("new.txt"));
        store.removeDocument("new.txt");
        store.purge();
        QVERIFY(best(open(), "the only one of its kind") != "new.txt");
    }
    void vectorsOfEightBitsAreSearchedAndKept() {
        writeDocuments(30);
        ChunkerSettings chunker;
        chunker.chunk_size = 32;
        chunker.overlap = 4;
        KnowledgeStore store = KnowledgeStore::create(path("kb"), knowledgeSettings("hashing", chunker, true));
        add(store);
        for (int time = 0; time < 2; ++time) {
            KnowledgeBase base = openedGraph();
            everyChunkFindsItself(base);
            base.saveIndexes(true);
        }
        QVERIFY(fs::file_size(path("kb/vectors.hnsw")) < static_cast<std::uintmax_t>(store.vectorCount(1)) * (512 + 200));
    }
    void fileOfAnotherBaseIsNoticed() {
        writeDocuments(30);
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        add(store);
        openedGraph().saveIndexes(true);
        const std::string other = readFile(path("kb/vectors.hnsw"));
        for (int i = 0; i < 30; ++i)
            write("docs/part" + std::to_string(i) + ".md", readFile(path("docs/part" + std::to_string(29 - i) + ".md")));
        KnowledgeStore second = KnowledgeStore::create(path("second"), settings());
        ingest(second, hashingEmbedder(second), std::array{path("docs")}, m_reader, {}, nullProgress(), {});
        atomicWrite(path("second/vectors.hnsw"), other);
        KnowledgeBase base = openedGraph("second");
        everyChunkFindsItself(base);
    }
    void idsThatComeAgainHaveNewVectors_data() {
        QTest::addColumn<bool>("stayOpen");
        QTest::newRow("opened from the file") << false;
        QTest::newRow("refreshed") << true;
    }
    void idsThatComeAgainHaveNewVectors() {
        QFETCH(bool, stayOpen);
        writeDocuments(30);
        write("docs/zzz.txt", "The last of all documents speaks of whales.");
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        add(store);
        KnowledgeBase base = openedGraph();
        base.saveIndexes(true);
        const std::int64_t last = store.visibleChunks().back();
        QCOMPARE(store.chunks(std::array{last}).front().document, std::string("zzz.txt"));
        fs::remove(path("docs/zzz.txt"));
        add(store);
        store.purge();
        if (stayOpen)
            base.refresh(nullProgress(), {});
        write("docs/zzzz.txt", "A text about lighthouses has taken its place.");
        add(store);
        QCOMPARE(store.chunks(std::array{last}).front().document, std::string("zzzz.txt"));
        if (stayOpen)
            base.refresh(nullProgress(), {});
        else
            base = openedGraph();
        everyChunkFindsItself(base);
        QCOMPARE(best(base, "lighthouses"), std::string("zzzz.txt"));
        base.saveIndexes(true);
        base = openedGraph();
        everyChunkFindsItself(base);
    }
    void mostRowsMayGo() {
        writeDocuments(30);
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        add(store);
        KnowledgeBase base = openedGraph();
        base.saveIndexes(true);
        for (int i = 0; i < 28; ++i)
            fs::remove(path("docs/part" + std::to_string(i) + ".md"));
        add(store);
        store.purge();
        base.refresh(nullProgress(), {});
        everyChunkFindsItself(base);
        base.saveIndexes(true);
        QVERIFY(fs::file_size(path("kb/vectors.hnsw")) < static_cast<std::uintmax_t>(store.vectorCount(1) + 10) * (2048 + 200));
        base = openedGraph();
        everyChunkFindsItself(base);
    }
    void vectorsMayComeBelowThoseThatAreThere() {
        writeDocuments(10);
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        add(store);
        // Two documents wait for their vectors; that of the second comes first.
        NewDocument first, second;
        first.record.name = "first.txt";
        first.text = "The elephant never forgets.";
        second.record.name = "second.txt";
        second.text = "A giraffe sleeps standing.";
        for (NewDocument* one : {&first, &second}) {
            one->record.outline = Json::object();
            one->record.characters = static_cast<std::int64_t>(one->text.size());
            std::array<NewChunk, 1> chunk;
            chunk[0].end = one->record.characters;
            chunk[0].tokens = 5;
            chunk[0].text = one->text;
            store.stage(*one, chunk);
        }
        const EmbeddingSet set = *store.activeSet();
        const auto waiting = store.waiting(set.id, 10);
        QCOMPARE(waiting.size(), std::size_t(2));
        const BaseEmbedder embedder = hashingEmbedder(store);
        const auto embed = [&](const ChunkRecord& chunk) {
            store.saveVectors(set, std::array{chunk.id}, embedder.embedder->embed(std::array{chunk.text}));
            QCOMPARE(store.publish().size(), std::size_t(1));
        };
        KnowledgeBase base = openedGraph();
        embed(waiting[1]);
        base.refresh(nullProgress(), {});
        everyChunkFindsItself(base);
        embed(waiting[0]);
        base.refresh(nullProgress(), {});
        everyChunkFindsItself(base);
        base.saveIndexes(true);
        base = openedGraph();
        everyChunkFindsItself(base);
        QCOMPARE(best(base, "elephant"), std::string("first.txt"));
    }
    void otherEmbedderIsRefused() {
        writeDocuments(2);
        KnowledgeStore store = KnowledgeStore::create(path("kb"), settings());
        add(store);
        BaseEmbedder other = hashingEmbedder(store);
        other.fingerprint = "2";
        QVERIFY_EXCEPTION_THROWN(KnowledgeBase::open(path("kb"), other, nullProgress(), {}), Error);
        write("docs/more.txt", "more");
        QVERIFY_EXCEPTION_THROWN(ingest(store, other, std::array{path("docs")}, m_reader, {}, nullProgress(), {}), Error);
    }
    void withoutVectorsWordsAreSearched() {
        writeDocuments(3);
        KnowledgeStore store = KnowledgeStore::create(path("kb"), knowledgeSettings("", ChunkerSettings(), false));
        ingest(store, wordsOnly(), std::array{path("docs")}, m_reader, {}, nullProgress(), {});
        const KnowledgeBase base = KnowledgeBase::open(path("kb"), wordsOnly(), nullProgress(), {});
        QCOMPARE(best(base, "clean oven"), std::string("oven.txt"));
        SearchSettings dense;
        dense.mode = SearchMode::Dense;
        QVERIFY_EXCEPTION_THROWN(base.search("oven", dense), Error);
        SearchSettings none;
        none.k = 0;
        QVERIFY_EXCEPTION_THROWN(base.search("oven", none), Error);
    }
    void evaluationCountsDocumentsByTheirBestChunk() {
        RetrievalSet set;
        for (int i = 0; i < 30; ++i)
            set.documents.push_back({"d" + std::to_string(i), i == 29 ? "" : "Fact number " + std::to_string(i) + " is about topic" + std::to_string(i) + "."});
        set.queries.push_back({"q0", "topic3", {{"d3", 1}}});
        set.queries.push_back({"q1", "topic7", {{"d7", 2}, {"d8", 0}}});
        set.queries.push_back({"q2", "nothing at all", {}});
        const BaseEmbedder hashing = [] { BaseEmbedder base = wordsOnly(); base.name = "hashing"; base.fingerprint = "1"; return base; }();
        for (int time = 0; time < 2; ++time) {
            const KnowledgeBase base = evaluationBase(path("cache"), set, settings(256), hashing, nullProgress(), {});
            const auto results = evaluateRetrieval(base, set, std::array{SearchMode::Hybrid, SearchMode::Lexical}, 13, nullProgress(), {});
            for (const RetrievalEvaluation& result : results) {
                QCOMPARE(*result.metrics.at("ndcg@10").value, 1.0);
                QCOMPARE(result.metrics.at("ndcg@10").n, std::int64_t(2));
                QCOMPARE(result.metrics.at("ndcg@10").undefined, std::int64_t(1));
            }
        }
    }
};

QTEST_GUILESS_MAIN(KnowledgeBaseTest)
#include "tst_knowledge_base.moc"
