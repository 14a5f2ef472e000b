#include "base/error.h"
#include "knowledge/hit_selection.h"
#include "knowledge/search_answer.h"
#include "support/small_base.h"
#include "text/unicode.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <set>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

namespace {

using Documents = std::vector<std::pair<std::string, std::string>>;

Documents manuals() {
    Documents documents;
    for (int i = 0; i < 30; ++i)
        documents.emplace_back("part" + std::to_string(i), "Valve number " + std::to_string(i) + " of the pump is opened by lever " + std::to_string(i % 7) + ".");
    documents.emplace_back("oven", "The oven is cleaned with warm water. Never clean ovens with sand.");
    documents.emplace_back("kettle", "电热水壶的保修期为两年。请保留发票。");
    return documents;
}

std::vector<std::string> documentsOf(const std::vector<SearchHit>& hits) {
    std::vector<std::string> names;
    for (const SearchHit& hit : hits)
        names.push_back(hit.chunk.document);
    return names;
}

/// The words that are highlighted.
std::vector<std::string> highlighted(const KnowledgeBase& base, const std::string& query, const ChunkRecord& chunk) {
    const std::u32string text = decodeUtf8(chunk.text);
    std::vector<std::string> words;
    for (const TermSpan& span : base.explain(query, chunk).spans)
        words.push_back(encodeUtf8(std::u32string_view(text).substr(span.begin, span.end - span.begin)));
    return words;
}

} // namespace

/// What stands around the ranking of a search: diversity, neighbours, what a hit has of the query, all modes at once.
class KnowledgeSearchTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path path(const char* name = "kb") const { return fs::path(m_dir->path().toStdString()) / name; }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    /// Both scores of a hit are those that each part gives alone.
    void hitsCarryTheScoresOfBothParts() {
        makeBase(path(), manuals(), hashing());
        const KnowledgeBase base = openBase(path(), hashing());
        const std::string query = "which lever opens valve 12";
        const std::vector<float> vector = base.embedQueries(std::span(&query, 1));
        for (const SearchMode mode : base.modes()) {
            SearchSettings settings;
            settings.mode = mode;
            for (const SearchHit& hit : base.search(query, vector, settings)) {
                const float lexical = base.words().score(query, std::array{hit.chunk.id}).front();
                const float dense = base.vectors()->scores(vector, std::array{*base.vectorRows().rowOf(hit.chunk.id)}).front();
                QCOMPARE(hit.lexical_score.value_or(0), lexical);
                QVERIFY(hit.dense_score && std::abs(*hit.dense_score - dense) < 1e-6f);
            }
        }
        SearchSettings words;
        words.mode = SearchMode::Lexical;
        QVERIFY(!base.search(query, words).front().dense_score); // no vector, no score
    }
    void diversityPutsCopiesLater() {
        Documents documents;
        for (int i = 0; i < 5; ++i)
            documents.emplace_back("copy" + std::to_string(i), "pump pump valve [1 0 0]");
        documents.emplace_back("other", "pump valve seal [0.3 1 0]");
        documents.emplace_back("third", "pump seal ring [0.3 0 1]");
        for (int i = 0; i < 10; ++i)
            documents.emplace_back("far" + std::to_string(i), "rust [0 0 0 1]");
        makeBase(path(), documents, planted());
        const KnowledgeBase base = openBase(path(), planted());
        SearchSettings settings;
        settings.mode = SearchMode::Dense;
        settings.k = 3;
        QCOMPARE(documentsOf(base.search("pump [1 0.4 0.4]", settings)), (std::vector<std::string>{"copy0", "copy1", "copy2"}));
        settings.diversity = 0.5;
        const std::vector<SearchHit> diverse = base.search("pump [1 0.4 0.4]", settings);
        const std::vector<std::string> names = documentsOf(diverse);
        QCOMPARE(names.front(), std::string("copy0"));
        QVERIFY(std::count_if(names.begin(), names.end(), [](const std::string& name) { return name.starts_with("copy"); }) == 1);
        QCOMPARE(names.size(), std::size_t(3));
    }
    void diversityWorksWithoutVectors() {
        Documents documents;
        for (int i = 0; i < 4; ++i)
            documents.emplace_back("copy" + std::to_string(i), "the pump has a valve");
        documents.emplace_back("other", "a pump leaks where its seal is old");
        for (int i = 0; i < 6; ++i)
            documents.emplace_back("far" + std::to_string(i), "nothing of the kind " + std::to_string(i));
        makeBase(path(), documents, wordsOnly());
        const KnowledgeBase base = openBase(path(), wordsOnly());
        SearchSettings settings;
        settings.k = 2;
        settings.diversity = 0.3;
        const auto names = documentsOf(base.search("pump", settings));
        QCOMPARE(std::set<std::string>(names.begin(), names.end()), (std::set<std::string>{"copy0", "other"}));
    }
    void neighboursComeWithAHit() {
        std::string text;
        for (const char* topic : {"anchor", "bridge", "candle", "dragon", "engine", "forest", "garden", "hammer", "island", "jacket", "kettle", "ladder"})
            text += std::string("Here is a sentence that speaks of a ") + topic + " and of nothing else at all. ";
        KnowledgeStore store = makeBase(path(), {{"long", text}, {"short", "a dragon alone"}}, hashing(), ChunkerKind::Sentence, 16);
        const auto chunks = store.chunksOf(store.document("long")->id);
        QVERIFY(chunks.size() >= 10);
        store.setChunkEnabled(chunks[4].id, false);
        const KnowledgeBase base = openBase(path(), hashing());
        SearchSettings settings;
        settings.mode = SearchMode::Lexical;
        settings.k = 2;
        settings.neighbours = 2;
        const auto hits = base.search("forest", settings);
        QCOMPARE(hits.size(), std::size_t(1));
        std::vector<std::int64_t> ordinals;
        for (const ChunkRecord& chunk : hits.front().neighbours)
            ordinals.push_back(chunk.ordinal);
        const std::int64_t own = hits.front().chunk.ordinal;
        QVERIFY(std::find(ordinals.begin(), ordinals.end(), own) == ordinals.end());
        QVERIFY(std::find(ordinals.begin(), ordinals.end(), std::int64_t(4)) == ordinals.end()); // switched off
        QVERIFY(std::is_sorted(ordinals.begin(), ordinals.end()) && ordinals.front() == own - 2 && ordinals.back() == own + 2);
        // Hits that touch are one passage, in the place of the better.
        const auto joined = base.search("forest garden", settings);
        QCOMPARE(joined.size(), std::size_t(1));
        QVERIFY(joined.front().neighbours.size() >= 3);
    }
    void settingsOutsideTheirRangeAreNamed() {
        makeBase(path(), manuals(), hashing());
        const KnowledgeBase base = openBase(path(), hashing());
        const auto refused = [&](const SearchSettings& settings, const char* name) {
            try {
                base.search("pump", settings);
            } catch (const Error& error) {
                return error.code() == ErrorCode::InvalidArgument && error.message().find(name) != std::string::npos;
            }
            return false;
        };
        SearchSettings settings;
        settings.diversity = 1.5;
        QVERIFY(refused(settings, "diversity"));
        settings.diversity = 0.5;
        settings.k = 2000;
        QVERIFY(refused(settings, "'k'"));
        settings = {};
        settings.neighbours = 101;
        QVERIFY(refused(settings, "neighbours"));
    }
    void wordsAreHighlightedInEveryLanguage() {
        KnowledgeStore store = makeBase(path(), manuals(), hashing());
        const KnowledgeBase base = openBase(path(), hashing());
        const auto chunkOf = [&](const char* document) { return store.chunksOf(store.document(document)->id).front(); };
        // By stems: "cleaning" asks for "cleaned" and "clean"; the stop word "the" for nothing.
        QCOMPARE(highlighted(base, "cleaning the oven", chunkOf("oven")), (std::vector<std::string>{"oven", "cleaned", "clean", "ovens"}));
        QCOMPARE(highlighted(base, "OVENS", chunkOf("oven")), (std::vector<std::string>{"oven", "ovens"}));
        QCOMPARE(highlighted(base, "保修期", chunkOf("kettle")), (std::vector<std::string>{"保修期"}));
        QCOMPARE(highlighted(base, "发票", chunkOf("kettle")), (std::vector<std::string>{"发票"}));
        QVERIFY(highlighted(base, "nothing like it", chunkOf("kettle")).empty());
        const HitWords words = base.explain("cleaning unheard oven", chunkOf("oven"));
        QCOMPARE(words.terms.size(), std::size_t(3));
        QVERIFY(words.terms[0].count == 2 && words.terms[0].score > 0 && words.terms[1].count == 0 && words.terms[1].documents == 0);
    }
    void allModesAreAnsweredAtOnce() {
        KnowledgeStore store = makeBase(path(), manuals(), hashing());
        const KnowledgeBase base = openBase(path(), hashing());
        SearchRequest request;
        request.query = "how is the oven cleaned";
        request.settings.k = 3;
        const Json answer = searchAnswer(base, store, request, {});
        QCOMPARE(answer.at("results").size(), std::size_t(3));
        QVERIFY(answer.at("exact").get<bool>() && answer.at("dimension") == HashingEmbedder::kDimension && answer.at("chunks") == 32);
        for (const char* mode : {"hybrid", "dense", "lexical"}) {
            const Json& hit = answer.at("results").at(mode).at("hits").at(0);
            QCOMPARE(hit.at("document").get<std::string>(), std::string("oven"));
            QCOMPARE(hit.at("share").get<double>(), 1.0);
            QVERIFY(hit.at("page").is_null() && hit.at("type") == "text" && hit.at("spans").size() >= 2 && !hit.at("edited").get<bool>());
        }
        request.most_text = 12; // "The oven is "
        const Json cut = searchAnswer(base, store, request, {}).at("results").at("lexical").at("hits").at(0);
        QCOMPARE(cut.at("text").get<std::string>(), std::string("The oven is "));
        QVERIFY(cut.at("spans") == Json::array({Json::array({4, 8})}));
        makeBase(path("words"), manuals(), wordsOnly());
        const Json words = searchAnswer(openBase(path("words"), wordsOnly()), KnowledgeStore::open(path("words")), request, {});
        QVERIFY(words.at("results").size() == 1 && words.at("results").contains("lexical") && words.at("dimension").is_null());
    }
};

QTEST_GUILESS_MAIN(KnowledgeSearchTest)
#include "tst_knowledge_search.moc"
