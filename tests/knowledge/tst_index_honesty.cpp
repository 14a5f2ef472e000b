#include "base/error.h"
#include "base/random.h"
#include "knowledge/index_honesty.h"
#include "support/small_base.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

class IndexHonestyTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path path() const { return fs::path(m_dir->path().toStdString()) / "kb"; }

    KnowledgeStore make(int count = 600) const {
        std::vector<std::pair<std::string, std::string>> documents;
        Random random(5);
        for (int i = 0; i < count; ++i) {
            std::string meaning;
            for (int j = 0; j < 8; ++j)
                meaning += std::to_string(random.uniform() - 0.5) + " ";
            documents.emplace_back("d" + std::to_string(i), "Text number " + std::to_string(i) + " [" + meaning + "]");
        }
        return makeBase(path(), documents, planted());
    }
    static std::vector<std::string> queries() {
        std::vector<std::string> list;
        Random random(7);
        for (int i = 0; i < 60; ++i) {
            std::string meaning = "[";
            for (int j = 0; j < 8; ++j)
                meaning += std::to_string(random.uniform() - 0.5) + " ";
            list.push_back(meaning + "]");
        }
        return list;
    }
    static HnswSettings poor() {
        HnswSettings settings;
        settings.M = 3;
        settings.ef_construction = 4;
        settings.ef = 6;
        settings.exact_below = 0;
        return settings;
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    /// To the last digit what counting by hand gives, from the products of all vectors with all queries.
    void recallEqualsBruteForce() {
        KnowledgeStore store = make();
        store.removeDocument("d17"); // a row that is not visible
        const KnowledgeBase base = openBase(path(), planted(), poor());
        HonestyOptions options;
        options.k = 5;
        const std::vector<std::string> asked = queries();
        const IndexHonesty honesty = indexHonesty(base, store, asked, options, nullProgress(), {});
        QVERIFY(honesty.graph && !honesty.forced);
        QCOMPARE(honesty.queries, std::int64_t(60));
        const std::vector<float> vectors = base.embedQueries(asked);
        const auto recallAt = [&](int ef) {
            double sum = 0;
            for (std::size_t q = 0; q < asked.size(); ++q) {
                const auto query = std::span(vectors).subspan(q * 8, 8);
                std::vector<std::pair<float, std::int64_t>> all;
                for (const std::int64_t id : base.visibleIds()) {
                    const std::int64_t row = *base.vectorRows().rowOf(id);
                    all.emplace_back(-base.vectors()->scores(query, std::array{row}).front(), row);
                }
                std::sort(all.begin(), all.end());
                int right = 0;
                for (const Neighbour& one : base.vectors()->search(query, 5, &base.visibleRows(), ef))
                    right += std::any_of(all.begin(), all.begin() + 5, [&](const auto& best) { return best.second == one.row; });
                sum += right / 5.0;
            }
            return sum / static_cast<double>(asked.size());
        };
        QCOMPARE(*honesty.recall.value, recallAt(6));
        QVERIFY(*honesty.recall.value < 1 && *honesty.recall.low <= *honesty.recall.value && *honesty.recall.high >= *honesty.recall.value);
        for (const HonestyPoint& point : honesty.frontier)
            QCOMPARE(point.recall, recallAt(point.ef));
    }
    void frontierRises() {
        KnowledgeStore store = make();
        const KnowledgeBase base = openBase(path(), planted(), poor());
        const IndexHonesty honesty = indexHonesty(base, store, queries(), {}, nullProgress(), {});
        QVERIFY(honesty.frontier.size() >= 6);
        for (std::size_t i = 1; i < honesty.frontier.size(); ++i)
            QVERIFY(honesty.frontier[i].ef > honesty.frontier[i - 1].ef && honesty.frontier[i].ms > 0);
        QVERIFY(honesty.frontier.back().recall > honesty.frontier.front().recall);
    }
    void aSmallBaseLosesNothing() {
        KnowledgeStore store = make(300);
        const KnowledgeBase base = openBase(path(), planted());
        const IndexHonesty honesty = indexHonesty(base, store, queries(), {}, nullProgress(), {});
        QVERIFY(!honesty.graph && !honesty.forced && honesty.frontier.empty());
        QCOMPARE(*honesty.recall.value, 1.0);
        QVERIFY(honestyToJson(honesty).at("graph") == false);
        HonestyOptions options;
        options.forced = true;
        const IndexHonesty forced = indexHonesty(base, store, queries(), options, nullProgress(), {});
        QVERIFY(!forced.graph && forced.forced && forced.frontier.size() >= 6 && *forced.recall.value > 0.9);
    }
    void queriesAreDrawnFromTheBase() {
        KnowledgeStore store = make(300);
        const KnowledgeBase base = openBase(path(), planted(), poor());
        HonestyOptions options;
        options.sample = 50;
        const IndexHonesty honesty = indexHonesty(base, store, {}, options, nullProgress(), {});
        QCOMPARE(honesty.queries, std::int64_t(50));
        QCOMPARE(sampledQueries(base, store, 50, 13), sampledQueries(base, store, 50, 13));
    }
    void withoutVectorsThereIsNothingToMeasure() {
        KnowledgeStore store = makeBase(path(), {{"a", "one"}}, wordsOnly());
        QVERIFY_EXCEPTION_THROWN(indexHonesty(openBase(path(), wordsOnly()), store, {}, {}, nullProgress(), {}), Error);
    }
    void aStopEndsIt() {
        KnowledgeStore store = make(300);
        const KnowledgeBase base = openBase(path(), planted(), poor());
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(indexHonesty(base, store, queries(), {}, nullProgress(), stop.get_token()), Error);
    }
};

QTEST_GUILESS_MAIN(IndexHonestyTest)
#include "tst_index_honesty.moc"
