#include "base/error.h"
#include "metrics/retrieval.h"

#include <QTest>

#include <cmath>

using namespace triptych;

class RetrievalTest : public QObject {
    Q_OBJECT
    static bool near(std::optional<double> value, double expected) { return value && std::abs(*value - expected) < 5e-5; }

private Q_SLOTS:
    void recallCountsAllRelevant() {
        const Judgments judgments = {{"A", 1}, {"C", 1}, {"F", 1}, {"B", 0}};
        const Ranking ranking = {"A", "B", "C", "D", "E"};
        QVERIFY(near(recallAt(ranking, judgments, 1), 0.3333));
        QVERIFY(near(recallAt(ranking, judgments, 3), 0.6667));
        QVERIFY(near(recallAt(ranking, judgments, 5), 0.6667));
        QVERIFY(near(recallAt(ranking, judgments, 100), 0.6667));
        QVERIFY(near(ndcgAt(ranking, judgments, 5), 0.7039));
    }
    void reciprocalRankIsOfTheFirst() {
        QVERIFY(near(reciprocalRankAt({"x", "y", "a", "b"}, {{"a", 1}, {"b", 2}}, 10), 0.3333));
        QCOMPARE(reciprocalRankAt({"x", "y", "a"}, {{"a", 1}}, 2), std::optional(0.0));
        // Ranks 1, 3 and none.
        const std::vector<std::optional<double>> values = {reciprocalRankAt({"a"}, {{"a", 1}}, 10), reciprocalRankAt({"x", "y", "a"}, {{"a", 1}}, 10),
                                                           reciprocalRankAt({"x"}, {{"a", 1}}, 10)};
        QVERIFY(near(meanOverQueries(values, 1).value, 0.4444));
    }
    void gainIsLinear() {
        // Scores 3, 0, 2, 0, 1 in this order, one of 2 not found.
        const Judgments judgments = {{"a", 3}, {"b", 0}, {"c", 2}, {"d", 0}, {"e", 1}, {"f", 2}};
        QVERIFY(near(ndcgAt({"a", "b", "c", "d", "e"}, judgments, 5), 0.7706));
        QVERIFY(near(ndcgAt({"a", "c", "f", "e"}, judgments, 10), 1));
        // A score below 0 is no gain and no loss.
        QVERIFY(near(ndcgAt({"z", "a"}, {{"z", -1}, {"a", 1}}, 10), 0.6309));
        // Cut at 1 the ideal is cut too.
        QVERIFY(near(ndcgAt({"e", "a"}, judgments, 1), 0.3333));
    }
    void queriesWithoutRelevantAreCountedApart() {
        const std::vector<Ranking> rankings = {{"a"}, {"a"}, {}, {}};
        const std::vector<Judgments> judgments = {{{"a", 1}}, {}, {{"a", 1}}, {{"a", 0}}};
        const Metrics metrics = retrievalMetrics(rankings, judgments, 5);
        QCOMPARE(metrics.size(), std::size_t(6));
        for (const auto& [name, metric] : metrics) {
            QVERIFY2(near(metric.value, 0.5), name.c_str());
            QCOMPARE(metric.n, std::int64_t(2));
            QCOMPARE(metric.undefined, std::int64_t(2));
            QCOMPARE(*metric.low, 0.0);
            QCOMPARE(*metric.high, 1.0);
        }
    }
    void withoutQueriesThereIsNoValue() {
        const Metric metric = retrievalMetrics({}, {}, 1).at("ndcg@10");
        QVERIFY(!metric.value && !metric.low);
        QCOMPARE(metric.n, std::int64_t(0));
    }
    void intervalsAreSeededAndFitTheSpread() {
        std::vector<std::optional<double>> values;
        for (int i = 0; i < 400; ++i)
            values.push_back(i % 4 == 0 ? 0.0 : 1.0);
        const Metric metric = meanOverQueries(values, 3);
        // Standard error sqrt(.75 * .25 / 400) = 0.0217.
        QVERIFY(std::abs(*metric.low - (0.75 - 0.0424)) < 0.006 && std::abs(*metric.high - (0.75 + 0.0424)) < 0.006);
        QCOMPARE(*meanOverQueries(values, 3).low, *metric.low);
    }
    void sizesMustAgree() {
        QVERIFY_THROWS_EXCEPTION(Error, retrievalMetrics(std::vector<Ranking>(2), std::vector<Judgments>(1), 1));
    }
};

QTEST_APPLESS_MAIN(RetrievalTest)
#include "tst_retrieval.moc"
