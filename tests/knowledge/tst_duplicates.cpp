#include "base/error.h"
#include "base/random.h"
#include "knowledge/duplicates.h"
#include "support/small_base.h"
#include "text/unicode.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <set>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

namespace {

std::string sentence(Random& random, int words) {
    std::string text;
    for (int i = 0; i < words; ++i)
        text += "w" + std::to_string(random.below(5000)) + " ";
    return text;
}

} // namespace

class DuplicatesTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path path() const { return fs::path(m_dir->path().toStdString()) / "kb"; }

    static std::set<std::string> names(const KnowledgeStore& store, const DuplicateGroup& group) {
        std::set<std::string> result;
        for (const ChunkRecord& chunk : store.chunks(group.chunks))
            result.insert(chunk.document);
        return result;
    }
    static Duplicates find(const KnowledgeBase& base, const KnowledgeStore& store, double threshold = 0.9, std::size_t most = 100) {
        return findDuplicates(base, store, threshold, most, nullProgress(), {});
    }
    /// Chunks that differ, three equal but for case and white space, and a pair of which one has a word more.
    static std::vector<std::pair<std::string, std::string>> planted() {
        Random random(3);
        std::vector<std::pair<std::string, std::string>> documents;
        for (int i = 0; i < 50; ++i)
            documents.emplace_back("d" + std::to_string(i), sentence(random, 60));
        documents.emplace_back("equal1", "Clean the Oven with warm water, and never with sand.");
        documents.emplace_back("equal2", "clean the oven\nwith   warm water, and never with sand.");
        documents.emplace_back("equal3", "CLEAN THE OVEN WITH WARM WATER, AND NEVER WITH SAND.");
        const std::string near = sentence(random, 60);
        documents.emplace_back("near1", near);
        documents.emplace_back("near2", near + "surplus");
        return documents;
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void plantedOnesAreFound_data() {
        QTest::addColumn<bool>("vectors");
        QTest::newRow("by vectors") << true;
        QTest::newRow("by words") << false;
    }
    void plantedOnesAreFound() {
        QFETCH(bool, vectors);
        const BaseEmbedder embedder = vectors ? hashing() : wordsOnly();
        KnowledgeStore store = makeBase(path(), planted(), embedder);
        const Duplicates duplicates = find(openBase(path(), embedder), store);
        QCOMPARE(duplicates.compared, std::int64_t(55));
        QCOMPARE(duplicates.groups.size(), std::size_t(2));
        QCOMPARE(names(store, duplicates.groups[0]), (std::set<std::string>{"equal1", "equal2", "equal3"}));
        QVERIFY(duplicates.groups[0].exact && duplicates.groups[0].similarity == 1);
        QCOMPARE(names(store, duplicates.groups[1]), (std::set<std::string>{"near1", "near2"}));
        QVERIFY(!duplicates.groups[1].exact && duplicates.groups[1].similarity >= 0.9 && duplicates.groups[1].similarity < 1);
        QCOMPARE(find(openBase(path(), embedder), store, 0.9, 1).groups.size(), std::size_t(1));
        QCOMPARE(find(openBase(path(), embedder), store, 0.9, 1).found, std::int64_t(2));
        const Json json = duplicatesToJson(duplicates, store);
        QVERIFY(json.at("groups")[0].at("chunks").size() == 3 && json.at("groups")[0].at("chunks")[0].at("document") == "equal1");
    }
    void groupsMayBeShownInPart() {
        KnowledgeStore store = makeBase(path(), planted(), hashing());
        const Json json = duplicatesToJson(find(openBase(path(), hashing()), store), store, 2, 5);
        const Json& group = json.at("groups")[0];
        QVERIFY(group.at("count") == 3 && group.at("chunks").size() == 2 && group.at("chunks")[0].at("text") == "Clean");
    }
    void aStopEndsIt() {
        KnowledgeStore store = makeBase(path(), planted(), hashing());
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(findDuplicates(openBase(path(), hashing()), store, 0.9, 10, nullProgress(), stop.get_token()), Error);
    }
    void whatIsSwitchedOffDoesNotCount() {
        KnowledgeStore store = makeBase(path(), planted(), hashing());
        store.setChunkEnabled(store.chunksOf(store.document("near2")->id).front().id, false);
        QCOMPARE(find(openBase(path(), hashing()), store).groups.size(), std::size_t(1));
    }
    void aGroupMayBeLargerThanOneSearch() {
        std::vector<std::pair<std::string, std::string>> documents;
        for (int i = 0; i < 120; ++i)
            documents.emplace_back("copy" + std::to_string(i), "The same page again and again with the number " + std::to_string(i) + " on it. [1 0 0.0" + std::to_string(10 + i % 80) + "]");
        for (int i = 0; i < 20; ++i)
            documents.emplace_back("other" + std::to_string(i), "Alone " + std::to_string(i) + " [0 " + std::to_string(i % 2) + " 0 1 " + std::to_string(i) + "]");
        KnowledgeStore store = makeBase(path(), documents, triptych::testing::planted());
        const Duplicates duplicates = find(openBase(path(), triptych::testing::planted()), store, 0.995);
        QCOMPARE(duplicates.groups.front().chunks.size(), std::size_t(120));
    }
    void normalisedTextsAreEqualButForCaseAndBlanks() {
        QCOMPARE(normalisedText("  A \n\t B  "), std::string("a b"));
        QCOMPARE(normalisedText("ÄÖ 保修\u3000期"), std::string("äö 保修 期"));
        QCOMPARE(normalisedText(" \n "), std::string());
        QCOMPARE(std::string(firstCharacters("保a修期", 3)), std::string("保a修"));
        QCOMPARE(std::string(firstCharacters("ab", 3)), std::string("ab"));
    }
    void whatCannotBeIsSaid() {
        KnowledgeStore store = makeBase(path(), planted(), hashing());
        const KnowledgeBase base = openBase(path(), hashing());
        QVERIFY_EXCEPTION_THROWN(find(base, store, 0.4), Error);
        QVERIFY_EXCEPTION_THROWN(find(base, store, 0.9, 0), Error);
    }
    /// MinHash over what 50,000 chunks are, in seconds; the same by vectors is measured in tests/bench.
    void manyTextsTakeSeconds() {
        const Analyzer analyzer;
        WordPairs pairs(analyzer);
        Random random(4);
        QElapsedTimer timer;
        timer.start();
        std::vector<std::string> texts;
        for (int i = 0; i < 10'000; ++i)
            texts.push_back(i % 100 == 99 ? texts[static_cast<std::size_t>(i) - 50] + "more" : sentence(random, 100));
        for (const std::string& text : texts)
            pairs.add(text);
        const auto likes = pairs.likeTexts(0.9, nullProgress(), {});
        const auto found = std::count_if(likes.begin(), likes.end(), [&](const LikeText& like) { return like.like != static_cast<std::size_t>(&like - likes.data()); });
        QVERIFY2(found >= 99 && found <= 100, std::to_string(found).c_str());
        QVERIFY2(timer.elapsed() < 20'000, std::to_string(timer.elapsed()).c_str());
    }
};

QTEST_GUILESS_MAIN(DuplicatesTest)
#include "tst_duplicates.moc"
