#include "base/error.h"
#include "documents/reader_process.h"
#include "knowledge/why_not_found.h"
#include "support/small_base.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

namespace {

using Documents = std::vector<std::pair<std::string, std::string>>;

/// So many documents around, of which none has the words or the meaning that is asked for.
Documents crowd(int count = 40) {
    Documents documents;
    for (int i = 0; i < count; ++i)
        documents.emplace_back("crowd" + std::to_string(i), "Remark " + std::to_string(i) + " on weather and harvest. [0 0 0 1 0." + std::to_string(i % 10) + "]");
    return documents;
}

} // namespace

/// One planted fault a test: the ladder has to name its rung, and no earlier one.
class WhyNotFoundTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path path(const std::string& name = "kb") const { return fs::path(m_dir->path().toStdString()) / name; }

    static WhyNotFound ask(KnowledgeStore& store, const KnowledgeBase& base, const std::string& query, const std::string& document, const SearchSettings& settings = {}) {
        WhyQuestion question;
        question.query = planting(query);
        question.document = document;
        question.settings = settings;
        return whyNotFound(store, [&]() -> const KnowledgeBase& { return base; }, question, {});
    }
    static std::string broken(const WhyNotFound& why) { return why.broken ? std::string(rungName(*why.broken)) : "none"; }
    static const Json& facts(const WhyNotFound& why, Rung rung) { return why.rungs[static_cast<std::size_t>(rung)].facts; }
    static RungState state(const WhyNotFound& why, Rung rung) { return why.rungs[static_cast<std::size_t>(rung)].state; }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void whatIsFoundIsBrokenNowhere() {
        Documents documents = crowd();
        documents.emplace_back("oven", "The oven is cleaned with warm water. [1 0]");
        KnowledgeStore store = makeBase(path(), documents, planted());
        const KnowledgeBase base = openBase(path(), planted());
        const WhyNotFound why = ask(store, base, "cleaning the oven [1 0]", "oven");
        QCOMPARE(broken(why), std::string("none"));
        QCOMPARE(why.found, std::optional(1));
        QCOMPARE(why.rungs.size(), std::size_t(10));
        for (const Rung rung : {Rung::InBase, Rung::Parsed, Rung::Chunked, Rung::Enabled, Rung::Embedded, Rung::Words, Rung::ExactRank, Rung::IndexRank, Rung::FusedRank})
            QVERIFY2(state(why, rung) == RungState::Ok, std::string(rungName(rung)).c_str());
        QVERIFY(state(why, Rung::Filters) == RungState::Skipped);
        QVERIFY(whyToJson(why).at("broken") == Json());
    }
    void notInTheBase() {
        Documents documents = crowd(5);
        documents.emplace_back("manuals/oven.txt", "The oven.");
        KnowledgeStore store = makeBase(path(), documents, hashing());
        const WhyNotFound why = ask(store, openBase(path(), hashing()), "oven", "oven.md");
        QCOMPARE(broken(why), std::string("in_base"));
        QVERIFY(facts(why, Rung::InBase).at("similar") == Json({"manuals/oven.txt"}));
        QVERIFY(facts(why, Rung::InBase).at("file").get<std::string>().empty());
        QVERIFY(state(why, Rung::Parsed) == RungState::Skipped);
    }
    void inTheFolderButNotSynced() {
        fs::create_directories(path("docs"));
        std::ofstream(path("docs/oven.txt")) << "The oven.";
        KnowledgeStore store = makeBase(path(), crowd(5), hashing());
        store.saveRoot({path("docs").string(), true, false});
        const WhyNotFound why = ask(store, openBase(path(), hashing()), "oven", "oven.txt");
        QCOMPARE(broken(why), std::string("in_base"));
        QCOMPARE(facts(why, Rung::InBase).at("file").get<std::string>(), path("docs/oven.txt").string());
    }
    void couldNotBeRead() {
        fs::create_directories(path("docs"));
        std::ofstream(path("docs/oven.pdf")) << "%PDF-1.7 and then nothing";
        std::ofstream(path("docs/other.txt")) << "Something else.";
        KnowledgeStore store = KnowledgeStore::create(path(), knowledgeSettings("hashing", ChunkerSettings(), false));
        DocumentReader reader;
        ingest(store, hashingEmbedder(store), std::array{path("docs")}, reader, {}, nullProgress(), {});
        const WhyNotFound why = ask(store, openBase(path(), hashing()), "oven", "oven.pdf");
        QCOMPARE(broken(why), std::string("parsed"));
        QVERIFY(!facts(why, Rung::Parsed).at("reason").get<std::string>().empty());
    }
    void hasNoText() {
        Documents documents = crowd(5);
        documents.emplace_back("scan", "");
        KnowledgeStore store = makeBase(path(), documents, hashing());
        QCOMPARE(broken(ask(store, openBase(path(), hashing()), "oven", "scan")), std::string("parsed"));
    }
    void anOlderVersionAnswers() {
        Documents documents = crowd(5);
        documents.emplace_back("oven", "Nothing about it yet.");
        KnowledgeStore store = makeBase(path(), documents, wordsOnly());
        store.saveFailure({"oven", "/docs/oven", "/docs", "", "'oven' is cut off", "Save it again.", 0});
        const WhyNotFound why = ask(store, openBase(path(), wordsOnly()), "descaling", "oven");
        QCOMPARE(broken(why), std::string("parsed"));
        QVERIFY(facts(why, Rung::Parsed).at("older_answers").get<bool>());
    }
    void cutByAChunkEdge() {
        Documents documents;
        for (int i = 0; i < 30; ++i)
            documents.emplace_back("crowd" + std::to_string(i), i % 2 ? "the quorum meets" : "a zeppelin rises");
        std::string text;
        for (int i = 0; i < 15; ++i)
            text += "filler" + std::to_string(i) + " ";
        text += "quorum zeppelin "; // the 16th and the 17th token
        for (int i = 15; i < 30; ++i)
            text += "filler" + std::to_string(i) + " ";
        documents.emplace_back("long", text);
        KnowledgeStore store = makeBase(path(), documents, wordsOnly(), ChunkerKind::Fixed, 16);
        const WhyNotFound why = ask(store, openBase(path(), wordsOnly()), "quorum zeppelin", "long");
        QVERIFY2(broken(why) == "chunked", whyToJson(why).dump().c_str());
        QVERIFY(facts(why, Rung::Chunked).at("cut") == Json({0, 1}));
        const std::int64_t begin = facts(why, Rung::Chunked).at("begin"), end = facts(why, Rung::Chunked).at("end");
        QCOMPARE(text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)), std::string("quorum zeppelin"));
    }
    void switchedOff() {
        Documents documents = crowd();
        documents.emplace_back("oven", "The oven is cleaned with warm water. [1 0]");
        KnowledgeStore store = makeBase(path(), documents, planted());
        store.setChunkEnabled(store.chunksOf(store.document("oven")->id).front().id, false);
        const WhyNotFound why = ask(store, openBase(path(), planted()), "cleaning the oven [1 0]", "oven");
        QCOMPARE(broken(why), std::string("enabled"));
        QVERIFY(facts(why, Rung::Enabled).at("chunk") == Json(0));
    }
    void waitsForItsVectors() {
        KnowledgeStore store = makeBase(path(), crowd(), planted());
        NewDocument document;
        document.record.name = "oven";
        document.text = "The oven is cleaned with warm water.";
        NewChunk chunk;
        chunk.end = static_cast<std::int64_t>(document.text.size());
        chunk.text = document.text;
        store.stage(document, std::span(&chunk, 1));
        const WhyNotFound why = ask(store, openBase(path(), planted()), "cleaning the oven [1 0]", "oven");
        QCOMPARE(broken(why), std::string("embedded"));
        QVERIFY(facts(why, Rung::Embedded).at("staged").get<bool>() && facts(why, Rung::Embedded).at("waiting") == 1);
    }
    /// Switched off while the base was embedded anew, switched on again after that.
    void hasNoVectorOfTheActiveSet() {
        Documents documents = crowd();
        documents.emplace_back("oven", "The oven is cleaned with warm water. [1 0]");
        KnowledgeStore store = makeBase(path(), documents, planted());
        const std::int64_t off = store.setChunkEnabled(store.chunksOf(store.document("oven")->id).front().id, false);
        EmbeddingSet second = *store.activeSet();
        second.embedder = "second";
        second = store.addEmbeddingSet(second);
        for (const ChunkRecord& chunk : store.waiting(second.id, 1000))
            store.saveVectors(second, std::array{chunk.id}, planted().embedder->embed(std::span(&chunk.text, 1)));
        store.activate(second.id);
        store.setChunkEnabled(off, true);
        const WhyNotFound why = ask(store, openBase(path(), planted("second")), "cleaning the oven [0 0 0 1]", "oven", [] {
            SearchSettings settings;
            settings.mode = SearchMode::Dense;
            return settings;
        }());
        QVERIFY2(broken(why) == "embedded", whyToJson(why).dump().c_str());
        QVERIFY(!facts(why, Rung::Embedded).at("staged").get<bool>());
    }
    void otherModel() {
        Documents documents = crowd();
        documents.emplace_back("oven", "The oven is cleaned with warm water. [1 0]");
        KnowledgeStore store = makeBase(path(), documents, planted());
        BaseEmbedder other = planted();
        other.fingerprint = "2";
        WhyQuestion question;
        question.query = "cleaning the oven";
        question.document = "oven";
        std::optional<KnowledgeBase> base;
        const WhyNotFound why = whyNotFound(store, [&]() -> const KnowledgeBase& { return base.emplace(openBase(path(), other)); }, question, {});
        QCOMPARE(broken(why), std::string("embedded"));
        QVERIFY(facts(why, Rung::Embedded).at("reason").get<std::string>().find("planted") != std::string::npos);
    }
    void sharesNoWord() {
        Documents documents = crowd();
        documents.emplace_back("oven", "The stove is cleaned with warm water.");
        KnowledgeStore store = makeBase(path(), documents, wordsOnly());
        const WhyNotFound why = ask(store, openBase(path(), wordsOnly()), "descaling the kettle", "oven");
        QCOMPARE(broken(why), std::string("words"));
        QVERIFY(facts(why, Rung::Words).at("shared") == 0 && facts(why, Rung::Words).at("unknown").size() == 2);
        QVERIFY(state(why, Rung::Embedded) == RungState::Skipped);
    }
    void meansSomethingElse() {
        Documents documents = crowd(300);
        documents.emplace_back("oven", "The stove is cleaned with warm water. [1 0]");
        KnowledgeStore store = makeBase(path(), documents, planted());
        const WhyNotFound why = ask(store, openBase(path(), planted()), "descaling the kettle [0 0 0 1]", "oven");
        QCOMPARE(broken(why), std::string("exact_rank"));
        QVERIFY(facts(why, Rung::ExactRank).at("rank") == 301 && facts(why, Rung::ExactRank).at("of") == 301);
        QVERIFY(state(why, Rung::Words) == RungState::Unknown);
    }
    /// A graph of very few links with a very short search does not come by most vectors.
    void lostByTheGraph() {
        Documents documents;
        for (int i = 0; i < 400; ++i) {
            std::string meaning;
            std::uint32_t bits = 2654435761u * static_cast<std::uint32_t>(i + 1);
            for (int j = 0; j < 8; ++j, bits = bits * 1664525u + 1013904223u)
                meaning += std::to_string(static_cast<double>(bits >> 16) / 65536 - 0.5) + " ";
            documents.emplace_back("d" + std::to_string(i), "Text [" + meaning + "]");
        }
        KnowledgeStore store = makeBase(path(), documents, planted());
        HnswSettings poor;
        poor.M = 2;
        poor.ef_construction = 1;
        poor.ef = 1;
        poor.exact_below = 0;
        const KnowledgeBase base = openBase(path(), planted(), poor);
        SearchSettings settings;
        settings.mode = SearchMode::Dense;
        settings.k = 1;
        int lost = 0;
        for (int i = 0; i < 400 && lost == 0; ++i) {
            const WhyNotFound why = ask(store, base, documents[static_cast<std::size_t>(i)].second, "d" + std::to_string(i), settings);
            if (!why.broken)
                continue;
            QCOMPARE(broken(why), std::string("index_rank"));
            QVERIFY(facts(why, Rung::IndexRank).at("rank").is_null() && facts(why, Rung::IndexRank).at("exact_rank") == 1);
            settings.exact = true;
            QVERIFY(!ask(store, base, documents[static_cast<std::size_t>(i)].second, "d" + std::to_string(i), settings).broken);
            ++lost;
        }
        QCOMPARE(lost, 1);
    }
    void othersAreBetter() {
        Documents documents = crowd();
        for (int i = 0; i < 20; ++i)
            documents.emplace_back("better" + std::to_string(i), "oven oven cleaning [1 0]");
        documents.emplace_back("oven", "The oven, among many other things that have to be said about kitchens, walls, pipes and doors. [1 0.5]");
        KnowledgeStore store = makeBase(path(), documents, planted());
        const WhyNotFound why = ask(store, openBase(path(), planted()), "cleaning the oven [1 0]", "oven");
        QCOMPARE(broken(why), std::string("fused_rank"));
        QVERIFY(facts(why, Rung::FusedRank).at("rank") == 21 && facts(why, Rung::FusedRank).at("k") == 10);
    }
    void filteredOut() {
        Documents documents = crowd();
        documents.emplace_back("oven", "The oven is cleaned with warm water. [1 0]");
        KnowledgeStore store = makeBase(path(), documents, planted());
        store.setTags("oven", std::array<std::string, 1>{"old"});
        const KnowledgeBase base = openBase(path(), planted());
        SearchSettings settings;
        settings.tag = "new";
        const WhyNotFound why = ask(store, base, "cleaning the oven [1 0]", "oven", settings);
        QCOMPARE(broken(why), std::string("filters"));
        QVERIFY(facts(why, Rung::Filters).at("filter") == Json("tag"));
        settings = {};
        settings.type = "pdf";
        QVERIFY(facts(ask(store, base, "cleaning the oven [1 0]", "oven", settings), Rung::Filters).at("filter") == Json("type"));
        settings = {};
        settings.tag = "old";
        QCOMPARE(broken(ask(store, base, "cleaning the oven [1 0]", "oven", settings)), std::string("none"));
    }
    void tooLikeABetterOne() {
        Documents documents = crowd();
        documents.emplace_back("first", "The oven is cleaned with warm water. [1 0]");
        documents.emplace_back("second", "The oven is cleaned with warm water. [1 0]");
        documents.emplace_back("third", "An oven may be old. [0.8 0.6]");
        KnowledgeStore store = makeBase(path(), documents, planted());
        SearchSettings settings;
        settings.k = 2;
        settings.mode = SearchMode::Dense;
        settings.diversity = 0.4;
        const WhyNotFound why = ask(store, openBase(path(), planted()), "cleaning the oven [1 0]", "second", settings);
        QVERIFY2(broken(why) == "filters", whyToJson(why).dump().c_str());
        QVERIFY(facts(why, Rung::Filters).at("filter") == Json("diversity"));
    }
    void aChunkMayBeNamed() {
        std::string text;
        for (const char* topic : {"anchor", "bridge", "candle", "dragon", "engine", "forest"})
            text += std::string("Here is a sentence that speaks of a ") + topic + " and of nothing else at all. ";
        KnowledgeStore store = makeBase(path(), {{"long", text}}, wordsOnly(), ChunkerKind::Sentence, 16);
        const KnowledgeBase base = openBase(path(), wordsOnly());
        WhyQuestion question;
        question.query = "bridge";
        question.document = "long";
        question.chunk = store.chunksOf(store.document("long")->id).back().ordinal;
        const auto open = [&]() -> const KnowledgeBase& { return base; };
        QCOMPARE(broken(whyNotFound(store, open, question, {})), std::string("words"));
        question.chunk.reset();
        QCOMPARE(broken(whyNotFound(store, open, question, {})), std::string("none"));
        question.chunk = 99;
        QVERIFY_EXCEPTION_THROWN(whyNotFound(store, open, question, {}), Error);
    }
};

QTEST_GUILESS_MAIN(WhyNotFoundTest)
#include "tst_why_not_found.moc"
