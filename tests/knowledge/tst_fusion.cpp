#include "base/error.h"
#include "base/random.h"
#include "knowledge/embedder.h"
#include "knowledge/fusion.h"
#include "knowledge/hit_selection.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace triptych;

namespace {

/// A base whose dense scores are noise for some seeds and right for others.
class PlantedEmbedder final : public Embedder {
public:
    explicit PlantedEmbedder(bool good) : m_good(good) {}
    int dimension() const override { return 64; }
    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token&) override {
        std::vector<float> vectors;
        for (const std::string& text : texts) {
            // Good: the sum of its words' directions, so that a piece is near its whole. Bad: a direction of its own.
            std::vector<double> sum(64);
            const auto addDirection = [&](std::size_t hash) {
                Random random(hash);
                for (double& value : sum)
                    value += random.uniform() - 0.5;
            };
            if (m_good)
                Analyzer().analyze(text, [&](const Term& term) { addDirection(std::hash<std::string_view>()(term.text)); });
            else
                addDirection(std::hash<std::string>()(text));
            double squares = 1e-12;
            for (const double value : sum)
                squares += value * value;
            for (const double value : sum)
                vectors.push_back(static_cast<float>(value / std::sqrt(squares)));
        }
        return vectors;
    }

private:
    bool m_good;
};

std::vector<std::string> someTexts(const char* end) {
    std::vector<std::string> texts;
    Random random(1);
    for (int i = 0; i < 60; ++i) {
        std::string text;
        for (int sentence = 0; sentence < 4; ++sentence) {
            for (int word = 0; word < 6; ++word)
                text += "w" + std::string(1, static_cast<char>('a' + random.below(26))) + std::string(1, static_cast<char>('a' + random.below(26))) + " ";
            text.back() = end[0];
            text += " ";
        }
        texts.push_back(text);
    }
    return texts;
}

constexpr LexicalBackground kLexical = {0.2, 2, 1};
constexpr DenseBackground kDense = {0.1, 0.1};

std::vector<std::int64_t> rowsOf(const std::vector<FusedHit>& hits) {
    std::vector<std::int64_t> rows;
    for (const FusedHit& hit : hits)
        rows.push_back(hit.row);
    return rows;
}

} // namespace

class FusionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reciprocalRanksAdd() {
        const std::vector<Candidate> candidates = {{1, 5, 0.1f}, {2, 4, 0.9f}, {3, 0, 0.5f}};
        const auto hits = reciprocalRankFusion(candidates);
        QCOMPARE(rowsOf(hits), (std::vector<std::int64_t>{2, 1, 3}));
        QVERIFY(std::abs(hits[0].score - (1.0 / 62 + 1.0 / 61)) < 1e-12);
        QVERIFY(std::abs(hits[2].score - 1.0 / 62) < 1e-12);
        QCOMPARE(hits[0].lexicalRank, std::optional(2));
        QCOMPARE(hits[0].denseRank, std::optional(1));
        QCOMPARE(hits[2].lexicalRank, std::optional<int>());
    }
    void evidenceAdds() {
        // One candidate: gap = 5 / 2 - ln 0.2 = 4.1094 less the mean of nothing; weight 2.2 / (4.1094 + 0.5) = 0.4773;
        // z = 2: -ln 0.02275 = 3.7832. 4.1094 + 0.4773 * 3.7832 = 5.915.
        const std::vector<Candidate> one = {{1, 5, 0.3f}};
        QVERIFY(std::abs(fuse(one, kLexical, kDense, 1).front().score - 5.915) < 0.01);
    }
    void anUnreliablePartDoesNotMoveTheOther() {
        std::vector<Candidate> candidates;
        for (int i = 0; i < 50; ++i)
            candidates.push_back({i, static_cast<float>(20 - i) > 0 ? static_cast<float>(20 - i) : 0, static_cast<float>((i * 37) % 50) / 100});
        QCOMPARE(rowsOf(fuse(candidates, kLexical, kDense, 0)).front(), std::int64_t(0));
        // Below a half it is all the same.
        QCOMPARE(rowsOf(fuse(candidates, kLexical, kDense, 0.5)), rowsOf(fuse(candidates, kLexical, kDense, 0)));
        const auto none = rowsOf(fuse(candidates, kLexical, kDense, 0));
        for (int i = 0; i < 20; ++i)
            QCOMPARE(none[static_cast<std::size_t>(i)], std::int64_t(i));
        // No word of the query is known: the dense order.
        const auto dense = fuse(candidates, {0, 0, 0}, kDense, 1);
        for (std::size_t i = 1; i < dense.size(); ++i)
            QVERIFY(*dense[i - 1].denseRank < *dense[i].denseRank);
    }
    void oddValuesAreHarmless() {
        QVERIFY(fuse({}, kLexical, kDense, 1).empty());
        QVERIFY(reciprocalRankFusion({}).empty());
        const std::vector<Candidate> candidates = {{1, 1e6f, 1e6f}, {2, 0, -1e6f}, {3, 1, 0}};
        for (const DenseBackground& dense : {kDense, DenseBackground{}}) {
            for (const LexicalBackground& lexical : {kLexical, LexicalBackground{}}) {
                for (const FusedHit& hit : fuse(candidates, lexical, dense, 1))
                    QVERIFY(std::isfinite(hit.score));
            }
        }
        // Equal scores by row.
        const std::vector<Candidate> equal = {{9, 1, 0.5f}, {4, 1, 0.5f}};
        QCOMPARE(rowsOf(fuse(equal, kLexical, kDense, 1)), (std::vector<std::int64_t>{4, 9}));
    }
    void backgroundsFollowFromTermsAndSamples() {
        // Two terms in 10 and 50 of 100 rows, one in none.
        std::vector<QueryTerm> terms = {{"a", 1, 10, std::log(1 + 90.5 / 10.5)}, {"b", 2, 50, std::log(2)}, {"c", 1, 0, 0}};
        const LexicalBackground background = lexicalBackground(terms, 100);
        QVERIFY(std::abs(background.share - 0.55) < 1e-9);
        QVERIFY(std::abs(background.mean - (0.1 * terms[0].idf + 0.5 * 2 * std::log(2)) / 0.55) < 1e-9);
        const double known = terms[0].idf + 2 * std::log(2);
        QVERIFY(std::abs(background.known - known / (known + std::log(202))) < 1e-9);
        QCOMPARE(lexicalBackground({}, 100).known, 0.0);
        const std::vector<float> query = {1, 0}, sample = {0, 1, 1, 0, 0.5f, 0};
        const DenseBackground dense = denseBackground(query, sample);
        QVERIFY(std::abs(dense.mean - 0.5) < 1e-9 && std::abs(dense.deviation - std::sqrt(0.5 / 3)) < 1e-9);
        QCOMPARE(denseBackground(query, {}).deviation, 0.0);
    }
    void reliabilityTellsGoodFromBad() {
        for (const char* end : {".", " "}) { // sentences, and words without any
            const auto texts = someTexts(end);
            PlantedEmbedder good(true), bad(false);
            const double high = denseReliability(good, texts, good.embed(texts, {}), 1), low = denseReliability(bad, texts, bad.embed(texts, {}), 1);
            QVERIFY2(high > 0.8 && high <= 1, qPrintable(QString::number(high)));
            QVERIFY2(low < 0.25, qPrintable(QString::number(low)));
        }
        PlantedEmbedder good(true);
        const std::vector<std::string> few = {"a", "", "two words"};
        QCOMPARE(denseReliability(good, few, good.embed(few, {}), 1), 1.0);
        QVERIFY_THROWS_EXCEPTION(Error, denseReliability(good, few, std::vector<float>(7), 1));
    }

    void diverseHitsComeFirst() {
        const std::vector<double> scores = {1, 0.9, 0.5};
        const std::vector<float> vectors = {1, 0, 1, 0, 0, 1};
        QCOMPARE(diversified(scores, vectors, 3, 0.5), (std::vector<std::size_t>{0, 2, 1}));
        QCOMPARE(diversified(scores, vectors, 3, 1), (std::vector<std::size_t>{0, 1, 2}));
        QCOMPARE(diversified(scores, vectors, 2, 0.5).size(), std::size_t(2));
        QVERIFY(diversified({}, {}, 5, 0.5).empty());
        QVERIFY_THROWS_EXCEPTION(Error, diversified(scores, std::vector<float>(4), 3, 0.5));
        QVERIFY_THROWS_EXCEPTION(Error, diversified(scores, vectors, 3, 1.5));
    }
    void neighboursStayInTheirDocument() {
        const std::vector<ChunkPlace> hits = {{1, 5}, {2, 0}, {1, 7}, {1, 20}};
        const std::vector<std::int64_t> chunks = {21, 2, 21, 21};
        QCOMPARE(withNeighbours(hits, chunks, 1), (std::vector<ChunkRange>{{1, 4, 8, 0}, {2, 0, 1, 1}, {1, 19, 20, 3}}));
        QCOMPARE(withNeighbours(hits, chunks, 0).size(), std::size_t(4));
        QCOMPARE(withNeighbours(hits, chunks, std::numeric_limits<std::int64_t>::max()), (std::vector<ChunkRange>{{1, 0, 20, 0}, {2, 0, 1, 1}}));
        QVERIFY_THROWS_EXCEPTION(Error, withNeighbours(hits, chunks, -1));
    }
};

QTEST_APPLESS_MAIN(FusionTest)
#include "tst_fusion.moc"
