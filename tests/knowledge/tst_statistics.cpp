#include "base/error.h"
#include "knowledge/chunk_preview.h"
#include "knowledge/statistics.h"
#include "support/small_base.h"
#include "text/unicode.h"

#include <QTemporaryDir>
#include <QTest>

#include <numeric>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

/// What a base holds, counted; and what a chunker would make of a text.
class StatisticsTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path path() const { return fs::path(m_dir->path().toStdString()) / "kb"; }

    static ChunkerSettings cut(ChunkerKind kind, int size, int overlap = 0) {
        ChunkerSettings settings;
        settings.chunker = kind;
        settings.chunk_size = size;
        settings.overlap = overlap;
        return settings;
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void everythingIsCounted() {
        std::string longText;
        for (int i = 0; i < 300; ++i)
            longText += "word" + std::to_string(i) + " ";
        KnowledgeStore store = makeBase(path(), {{"long", longText}, {"short", "two words"}, {"blank", ""}, {"zh", "电热水壶的保修期为两年。请保留发票。"}}, hashing(), ChunkerKind::Fixed, 64);
        store.saveFailure({"broken.pdf", "/x/broken.pdf", "/x", "", "cut off", "", 0});
        store.setChunkEnabled(store.chunksOf(store.document("short")->id).front().id, false);
        const KnowledgeStatistics statistics = knowledgeStatistics(store, {});
        QCOMPARE(statistics.documents, std::int64_t(4));
        QCOMPARE(statistics.chunks, store.counts().chunks);
        QCOMPARE(statistics.tokens, store.counts().tokens);
        QCOMPARE(statistics.empty, std::vector<std::string>{"blank"});
        QVERIFY(statistics.failed == 1 && statistics.disabled == 1);
        QCOMPARE(statistics.shortest.document, std::string("short"));
        QCOMPARE(statistics.shortest.tokens, std::int64_t(2));
        QCOMPARE(statistics.longest.document, std::string("long"));
        QCOMPARE(statistics.longest.tokens, std::int64_t(64));
        QCOMPARE(statistics.types.at("text"), std::int64_t(4));
        QCOMPARE(statistics.languages.at("zh"), std::int64_t(1));
        QCOMPARE(std::accumulate(statistics.histogram.begin(), statistics.histogram.end(), std::int64_t(0), [](std::int64_t sum, const auto& bin) { return sum + bin.count; }), statistics.chunks);
        for (std::size_t i = 1; i < statistics.histogram.size(); ++i)
            QCOMPARE(statistics.histogram[i].from, statistics.histogram[i - 1].to);
        QVERIFY(statistics.histogram.size() <= 21 && statistics.histogram.front().count > 0 && statistics.histogram.back().count > 0);
        QVERIFY(statisticsToJson(statistics).at("longest").at("tokens") == Json(64));
    }
    void anEmptyBaseHasNothing() {
        const KnowledgeStatistics statistics = knowledgeStatistics(makeBase(path(), {}, hashing()), {});
        QVERIFY(statistics.documents == 0 && statistics.histogram.empty() && statisticsToJson(statistics).at("shortest").is_null());
    }
    void aPreviewIsWhatTheBaseWouldHave() {
        std::string text = "# Kettle\n\n";
        for (int i = 0; i < 40; ++i)
            text += "Sentence " + std::to_string(i) + " about the kettle and its lid. ";
        KnowledgeStore store = makeBase(path(), {{"d", text}}, wordsOnly(), ChunkerKind::Sentence, 32, 8);
        ExtractedDocument document;
        document.text = text;
        document.headings = {{0, 1, "Kettle"}};
        const Json preview = chunkPreview("d", document, cut(ChunkerKind::Sentence, 32, 8), wordsOnly(), {});
        const auto chunks = store.chunksOf(store.document("d")->id);
        QCOMPARE(preview.at("chunks").size(), chunks.size());
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            const Json& shown = preview.at("chunks")[i];
            QVERIFY(shown.at("begin") == chunks[i].begin && shown.at("end") == chunks[i].end && shown.at("tokens") == chunks[i].tokens && shown.at("heading") == "Kettle");
        }
        QVERIFY(!preview.at("truncated").get<bool>() && preview.at("characters") == text.size() && preview.at("tokens").get<int>() > 200);
    }
    void aLongTextIsShownInPart() {
        ExtractedDocument document;
        for (int i = 0; i < 60'000; ++i)
            document.text += "保修 ab ";
        document.headings = {{0, 1, "first"}, {300'000, 1, "beyond"}};
        const Json preview = chunkPreview("d", document, cut(ChunkerKind::Fixed, 512), wordsOnly(), {});
        QVERIFY(preview.at("truncated").get<bool>());
        QCOMPARE(preview.at("characters").get<std::size_t>(), std::size_t(360'000));
        QCOMPARE(decodeUtf8(preview.at("text").get<std::string>()).size(), std::size_t(200'000));
        QVERIFY(preview.at("chunks").back().at("end").get<int>() <= 200'000);
    }
    void semanticCutsWithoutAModel() {
        ExtractedDocument document;
        for (int i = 0; i < 40; ++i)
            document.text += (i < 17 ? "The oven is cleaned with warm water on day " : "Ships sail out of the harbour in week ") + std::to_string(i) + ". ";
        BaseEmbedder base = wordsOnly();
        QVERIFY_EXCEPTION_THROWN(chunkPreview("d", document, cut(ChunkerKind::Semantic, 128), base, {}), Error);
        QVERIFY(chunkPreview("d", document, cut(ChunkerKind::Semantic, 128), hashing(), {}).at("chunks").size() >= 2);
    }
};

QTEST_GUILESS_MAIN(StatisticsTest)
#include "tst_statistics.moc"
