#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "knowledge/lexical_index.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <thread>

using namespace triptych;

namespace {

using Corpus = std::map<std::int64_t, std::string>; // row -> text

/// Words w0, w1, ... the first far more often than the last, which is what real texts are like.
std::string randomText(Random& random, int words, int vocabulary) {
    std::string text;
    for (int i = 0; i < words; ++i) {
        const double u = random.uniform();
        text += "w" + std::to_string(static_cast<int>(vocabulary * u * u * u)) + " ";
    }
    return text;
}

Corpus randomCorpus(std::size_t rows, std::uint64_t seed, int vocabulary = 800) {
    Random random(seed);
    Corpus corpus;
    while (corpus.size() < rows)
        corpus[static_cast<std::int64_t>(random.below(rows * 10)) - 50] = randomText(random, 1 + static_cast<int>(random.below(40)), vocabulary);
    return corpus;
}

std::vector<LexicalText> textsOf(const Corpus& corpus) {
    std::vector<LexicalText> texts;
    for (const auto& [row, text] : corpus)
        texts.push_back({row, text});
    return texts;
}

LexicalIndex indexOf(const Corpus& corpus, const Bm25Settings& settings = {}) {
    LexicalIndex index(Analyzer("en"), settings);
    index.update({}, textsOf(corpus));
    return index;
}

/// BM25 as the textbook has it, in double precision.
std::map<std::int64_t, double> reference(const Corpus& corpus, const std::string& query, const Bm25Settings& settings = {}) {
    const Analyzer analyzer("en");
    std::map<std::int64_t, std::map<std::string, int>> counts;
    std::map<std::string, int> documents;
    std::map<std::int64_t, double> lengths;
    double total = 0;
    for (const auto& [row, text] : corpus) {
        analyzer.analyze(text, [&](const Term& term) {
            documents[std::string(term.text)] += counts[row][std::string(term.text)]++ == 0;
            lengths[row] += !term.weak;
        });
        total += lengths[row];
    }
    const auto n = static_cast<double>(corpus.size());
    std::map<std::int64_t, double> scores;
    analyzer.analyze(query, [&](const Term& term) {
        if (term.weak)
            return;
        for (const auto& [row, count] : counts) {
            const auto found = count.find(std::string(term.text));
            if (found == count.end())
                continue;
            const double df = documents[found->first];
            scores[row] += std::log(1 + (n - df + 0.5) / (df + 0.5)) * found->second * (settings.k1 + 1) /
                           (found->second + settings.k1 * (1 - settings.b + settings.b * lengths[row] * n / total));
        }
    });
    return scores;
}

/// All rows scored one by one, which is another way through the index than a search.
std::vector<LexicalHit> exhaustive(const LexicalIndex& index, const Corpus& corpus, const std::string& query, std::size_t k,
                                   const LexicalIndex::Filter& allowed = {}) {
    std::vector<std::int64_t> rows;
    for (const auto& [row, text] : corpus)
        rows.push_back(row);
    const auto scores = index.score(query, rows);
    std::vector<LexicalHit> hits;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (scores[i] > 0 && (!allowed || allowed(rows[i])))
            hits.push_back({rows[i], scores[i]});
    }
    std::stable_sort(hits.begin(), hits.end(), [](const LexicalHit& a, const LexicalHit& b) { return a.score > b.score; });
    hits.resize(std::min(k, hits.size()));
    return hits;
}

} // namespace

class LexicalIndexTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    std::filesystem::path path(const char* name) const { return m_dir.path().toStdString() + "/" + name; }

    static void compareSearches(const LexicalIndex& a, const LexicalIndex& b, std::uint64_t seed, int vocabulary = 800) {
        Random random(seed);
        for (int i = 0; i < 40; ++i) {
            const std::string query = randomText(random, 1 + i % 9, vocabulary);
            QCOMPARE(a.search(query, 25), b.search(query, 25));
        }
    }

private Q_SLOTS:
    void scoresAreThoseOfTheTextbook() {
        for (const Bm25Settings settings : {Bm25Settings{}, Bm25Settings{0.9f, 0.4f}, Bm25Settings{2, 1}, Bm25Settings{1, 0}}) {
            const Corpus corpus = randomCorpus(400, 3, 60);
            const LexicalIndex index = indexOf(corpus, settings);
            Random random(4);
            for (int i = 0; i < 20; ++i) {
                const std::string query = randomText(random, 1 + i % 6, 60);
                const auto expected = reference(corpus, query, settings);
                const auto hits = index.search(query, corpus.size());
                QCOMPARE(hits.size(), expected.size());
                for (const LexicalHit& hit : hits)
                    QVERIFY(std::abs(static_cast<double>(hit.score) - expected.at(hit.row)) < 2e-3);
            }
        }
    }
    void handNumbers() {
        LexicalIndex index;
        const std::vector<LexicalText> texts = {{10, "lift lift drag"}, {20, "drag"}, {30, "thrust of engines"}};
        index.update({}, texts);
        // N 3, df 2: idf ln(1 + 1.5 / 2.5) = 0.4700; mean length 2, row 20 has 1: 0.47 * 2.2 / (1 + 1.2 * (0.25 + 0.375)) = 0.5909.
        const auto hits = index.search("drag", 10);
        QCOMPARE(hits.size(), std::size_t(2));
        QCOMPARE(hits[0].row, std::int64_t(20));
        QVERIFY(std::abs(hits[0].score - 0.5909f) < 2e-4f);
        QCOMPARE(index.size(), std::int64_t(3));
        const auto terms = index.terms("Drag of the engine, drag xyzzy");
        QCOMPARE(terms.size(), std::size_t(3));
        QCOMPARE(terms[0].text, std::string("drag"));
        QCOMPARE(terms[0].repeats, 2u);
        QCOMPARE(terms[0].documents, std::int64_t(2));
        QCOMPARE(terms[2].documents, std::int64_t(0));
        const auto matches = index.explain("lift engine", 10);
        QCOMPARE(matches.size(), std::size_t(2));
        QCOMPARE(matches[0].count, 2u);
        QCOMPARE(matches[0].score, index.search("lift", 1).front().score);
        QCOMPARE(matches[1].count, 0u);
    }
    void bestAreThoseOfAllScored_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("vocabulary");
        QTest::newRow("one block") << 100 << 50;
        QTest::newRow("several windows") << 15'000 << 3000;
        QTest::newRow("long lists") << 12'000 << 40;
        QTest::newRow("wide blocks") << 80'000 << 60'000;
    }
    void bestAreThoseOfAllScored() {
        QFETCH(int, rows);
        QFETCH(int, vocabulary);
        const Corpus corpus = randomCorpus(static_cast<std::size_t>(rows), 11, vocabulary);
        const LexicalIndex index = indexOf(corpus);
        Random random(12);
        for (int i = 0; i < 15; ++i) {
            const std::string query = randomText(random, 1 + i % 12, vocabulary);
            const std::size_t k = i % 3 == 0 ? 1 : i % 3 == 1 ? 10 : 300;
            QCOMPARE(index.search(query, k), exhaustive(index, corpus, query, k));
        }
    }
    void filtersArePushedIn() {
        const Corpus corpus = randomCorpus(20'000, 21);
        const LexicalIndex index = indexOf(corpus);
        Random random(22);
        for (const int modulus : {2, 10, 100, 5000}) {
            const auto allowed = [modulus](std::int64_t row) { return (row % modulus + modulus) % modulus == 1; };
            for (int i = 0; i < 10; ++i) {
                const std::string query = randomText(random, 1 + i, 800);
                QCOMPARE(index.search(query, 10, allowed), exhaustive(index, corpus, query, 10, allowed));
            }
        }
        QVERIFY(index.search("w1", 10, [](std::int64_t) { return false; }).empty());
    }
    void equalScoresGoByRow() {
        LexicalIndex index;
        const std::vector<LexicalText> first = {{7, "same text"}, {5, "same text"}}, second = {{6, "same text"}, {-3, "same text"}, {1, "other"}};
        index.update({}, first);
        index.update({}, second);
        std::vector<std::int64_t> rows;
        for (const LexicalHit& hit : index.search("same", 3))
            rows.push_back(hit.row);
        QCOMPARE(rows, (std::vector<std::int64_t>{-3, 5, 6}));
    }
    void changesEqualAFreshBuild() {
        Corpus corpus = randomCorpus(3000, 31);
        LexicalIndex index = indexOf(corpus);
        Random random(32);
        for (int round = 0; round < 60; ++round) {
            std::vector<std::int64_t> removed = {999'999};
            for (int i = 0; i < static_cast<int>(random.below(30)); ++i) {
                auto at = corpus.begin();
                std::advance(at, static_cast<std::ptrdiff_t>(random.below(corpus.size())));
                removed.push_back(at->first);
                corpus.erase(at);
            }
            Corpus added;
            for (int i = 0; i < static_cast<int>(random.below(40)); ++i)
                added[static_cast<std::int64_t>(random.below(40'000))] = randomText(random, 20, 800); // some of them are there
            index.update(removed, textsOf(added));
            for (const auto& [row, text] : added)
                corpus[row] = text;
            if (round % 10 == 9) {
                const LexicalIndex fresh = indexOf(corpus);
                QCOMPARE(index.size(), fresh.size());
                compareSearches(index, fresh, 33);
                // The file does not tell how it came about.
                index.save(path("changed"), 5);
                fresh.save(path("fresh"), 5);
                QVERIFY(readFile(path("changed")) == readFile(path("fresh")));
            }
        }
        LexicalIndex compacted = index;
        compacted.compact();
        compareSearches(index, compacted, 34);
        std::vector<std::int64_t> all;
        for (const auto& [row, text] : corpus)
            all.push_back(row);
        index.update(all, {});
        QCOMPARE(index.size(), std::int64_t(0));
        QVERIFY(index.search("w1", 10).empty());
        QVERIFY(compacted.contains(all.front()) && !index.contains(all.front()));
    }
    void savedEqualsOpened() {
        const Corpus corpus = randomCorpus(5000, 41);
        LexicalIndex index = indexOf(corpus);
        index.save(path("index"), 77);
        LexicalIndex opened = LexicalIndex::open(path("index"), Analyzer("en"));
        QCOMPARE(opened.generation(), std::uint64_t(77));
        QCOMPARE(opened.size(), index.size());
        compareSearches(index, opened, 42);
        // What came after the file is added to it.
        const std::vector<LexicalText> later = {{1'000'000, "w1 w2 w3"}, {corpus.begin()->first, "w4 w5"}};
        const std::vector<std::int64_t> gone = {std::next(corpus.begin())->first};
        index.update(gone, later);
        opened.update(gone, later);
        compareSearches(index, opened, 43);
        LexicalIndex().save(path("empty"), 1);
        QCOMPARE(LexicalIndex::open(path("empty"), Analyzer()).size(), std::int64_t(0));
    }
    void damagedFilesAreRefused() {
        indexOf(randomCorpus(8, 51, 20)).save(path("small"), 3);
        const std::string bytes = readFile(path("small"));
        const auto refused = [&](const std::string& damaged) {
            std::ofstream(path("damaged"), std::ios::binary | std::ios::trunc) << damaged;
            try {
                LexicalIndex::open(path("damaged"), Analyzer("en"));
            } catch (const Error& error) {
                return error.code() == ErrorCode::Corrupt && error.message().find("damaged") != std::string::npos;
            }
            return false;
        };
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            std::string damaged = bytes;
            damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
            QVERIFY2(refused(damaged), qPrintable(QString::number(i)));
        }
        for (std::size_t size = 0; size < bytes.size(); size += size < 200 ? 1 : 37)
            QVERIFY(refused(bytes.substr(0, size)));
        QVERIFY(refused(bytes + "x"));
        QVERIFY(refused(std::string(10'000, '\0')));
        for (const auto& [analyzer, settings] : {std::pair{Analyzer("de"), Bm25Settings{}}, {Analyzer("en"), Bm25Settings{1, 0.75f}}}) {
            try {
                LexicalIndex::open(path("small"), analyzer, settings);
                QFAIL("opened with other settings");
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::Corrupt);
            }
        }
        QVERIFY_THROWS_EXCEPTION(Error, LexicalIndex::open(path("nowhere"), Analyzer()));
    }
    void liesWithoutAChecksumReadNothingOutside() {
        // The bytes of a segment, damaged in every way; whatever view() lets pass must be searchable.
        const Corpus corpus = randomCorpus(150, 61, 40);
        const auto whole = LexicalSegment::build(textsOf(corpus), Analyzer("en"), {});
        const auto original = whole->bytes();
        Random random(62);
        int passed = 0;
        for (int i = 0; i < 1000; ++i) {
            auto bytes = std::make_shared<std::vector<std::byte>>(original.begin(), original.end());
            for (int j = 0; j <= i % 3; ++j)
                (*bytes)[random.below(bytes->size())] = static_cast<std::byte>(random.below(256));
            try {
                const auto segment = LexicalSegment::view(*bytes, bytes);
                ++passed;
                LexicalSegment::Postings postings;
                for (std::uint32_t term = 0; term < segment->termCount(); ++term) {
                    segment->findTerm(segment->term(term));
                    for (std::size_t b = 0; b < segment->blocks(term).size(); ++b) {
                        segment->read(term, b, postings);
                        for (std::uint32_t p = 0; p < postings.count; ++p)
                            QVERIFY(postings.ordinals[p] < segment->size());
                    }
                    segment->count(term, static_cast<std::uint32_t>(random.below(segment->size())));
                }
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::Corrupt);
            }
        }
        QVERIFY(passed > 50);
    }
    void stopWordsAndSingleCharactersAreFound() {
        LexicalIndex index(Analyzer("zh"));
        const std::vector<LexicalText> texts = {{1, "苹果公司发布了新的手机"}, {2, "The band is The Who"}, {3, "数据库和索引"}};
        index.update({}, texts);
        const auto rows = [&](const char* query) {
            std::vector<std::int64_t> found;
            for (const LexicalHit& hit : index.search(query, 10))
                found.push_back(hit.row);
            return found;
        };
        QCOMPARE(rows("苹果"), std::vector<std::int64_t>{1});
        QCOMPARE(rows("索引"), std::vector<std::int64_t>{3});
        QCOMPARE(rows("果"), std::vector<std::int64_t>{1});
        QCOMPARE(rows("引"), std::vector<std::int64_t>{3});
        QCOMPARE(rows("的"), std::vector<std::int64_t>{1});
        QCOMPARE(rows("the who"), std::vector<std::int64_t>{2});
        QVERIFY(rows("").empty());
        QVERIFY(rows("香蕉").empty());
    }
    void oddRequests() {
        LexicalIndex index;
        QVERIFY(index.search("x", 10).empty());
        QVERIFY(index.score("x", {}).empty());
        const std::vector<LexicalText> texts = {{1, ""}, {2, "x"}, {INT64_MAX, "the"}, {INT64_MIN, "x y"}};
        index.update({}, texts);
        QCOMPARE(index.search("x", 0).size(), std::size_t(0));
        QCOMPARE(index.search("x", SIZE_MAX).size(), std::size_t(2));
        std::string endless;
        for (int i = 0; i < 20'000; ++i)
            endless += "x w" + std::to_string(i) + " ";
        QCOMPARE(index.search(endless, 10).size(), std::size_t(2));
        const std::vector<LexicalText> twice = {{5, "a"}, {5, "b"}};
        QVERIFY_THROWS_EXCEPTION(Error, index.update({}, twice));
        QCOMPARE(index.size(), std::int64_t(4));
        for (const Bm25Settings settings : {Bm25Settings{0, 0.5f}, Bm25Settings{11, 0.5f}, Bm25Settings{1, 1.5f}, Bm25Settings{NAN, 0.5f}})
            QVERIFY_THROWS_EXCEPTION(Error, LexicalIndex(Analyzer(), settings));
    }
    void searchesRunInParallel() {
        const Corpus corpus = randomCorpus(5000, 71);
        const LexicalIndex index = indexOf(corpus);
        const auto expected = index.search("w1 w20 w300", 10);
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 200; ++i)
                    wrong += index.search("w1 w20 w300", 10) != expected;
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(wrong.load(), 0);
    }
};

QTEST_APPLESS_MAIN(LexicalIndexTest)
#include "tst_lexical_index.moc"
