#include "base/error.h"
#include "knowledge/retrieval_eval.h"
#include "support/small_base.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

namespace {

/// Every question has words of its document and of several others.
RetrievalSet plantedSet() {
    RetrievalSet set;
    for (int i = 0; i < 60; ++i) {
        std::string text;
        for (int j = 0; j < 30; ++j)
            text += "word" + std::to_string((7 * i + j * j) % 97) + " ";
        set.documents.push_back({"d" + std::to_string(i), text + "."});
    }
    for (int i = 0; i < 40; ++i) {
        std::string text;
        for (int j = 3; j < 7; ++j)
            text += "word" + std::to_string((7 * i + j * j) % 97) + " ";
        set.queries.push_back({"q" + std::to_string(i), text, {{"d" + std::to_string(i), 1}, {"d" + std::to_string((i + 5) % 60), 1}}});
    }
    set.queries.push_back({"q40", "unanswered", {}});
    return set;
}

} // namespace

class RetrievalEvalTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path path(const char* name = "cache") const { return fs::path(m_dir->path().toStdString()) / name; }
    static Json settings() {
        ChunkerSettings chunker;
        chunker.chunk_size = 32;
        chunker.overlap = 0;
        return knowledgeSettings("hashing", chunker, false);
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void curveAgreesWithTheMetrics() {
        const RetrievalSet set = plantedSet();
        const KnowledgeBase base = evaluationBase(path(), set, settings(), hashing(), nullProgress(), {});
        const auto results = evaluateRetrieval(base, set, base.modes(), 13, nullProgress(), {});
        QCOMPARE(results.size(), std::size_t(3));
        for (const RetrievalEvaluation& result : results) {
            QCOMPARE(result.curve.size(), std::size_t(20));
            for (const int k : {1, 5, 10, 20}) {
                const Metric& metric = result.metrics.at("recall@" + std::to_string(k));
                const Metric& point = result.curve[static_cast<std::size_t>(k) - 1];
                QVERIFY(point.value == metric.value && point.low == metric.low && point.high == metric.high && point.n == 40 && point.undefined == 1);
            }
            for (std::size_t k = 1; k < result.curve.size(); ++k)
                QVERIFY(*result.curve[k].value >= *result.curve[k - 1].value);
            const Json json = evaluationToJson(result);
            QVERIFY(json.at("curve").size() == 20 && json.at("curve")[4].at("k") == 5 && json.at("curve")[4].at("value") == *result.curve[4].value);
        }
    }
    void sweepTriesWhatIsPossible() {
        const RetrievalSet set = plantedSet();
        SweepGrid grid;
        grid.chunk_sizes = {16, 32};
        grid.overlaps = {0, 4, 12};
        std::vector<Progress> reports;
        class Kept final : public ProgressSink {
        public:
            explicit Kept(std::vector<Progress>& to) : m_to(to) {}
            void progress(const Progress& progress) override { m_to.push_back(progress); }
            void metric(std::string_view, std::int64_t, double) override {}
            void log(LogLevel, std::string_view) override {}

        private:
            std::vector<Progress>& m_to;
        } kept(reports);
        const Sweep sweep = sweepChunking(path(), set, settings(), hashing(), grid, 13, kept, {});
        QCOMPARE(sweep.cells.size(), std::size_t(5)); // 16 with 12 is refused
        QVERIFY(sweep.best && sweep.cells[0].chunks > sweep.cells[3].chunks);
        QVERIFY(reports.front().done == 0 && reports.back().done == 5 && std::all_of(reports.begin(), reports.end(), [](const Progress& one) { return one.total == 5 && one.unit == "settings"; }));
        // Each cell is what an evaluation with its settings gives.
        ChunkerSettings chunker = chunkerSettings(settings());
        chunker.chunk_size = sweep.cells[1].chunk_size;
        chunker.overlap = sweep.cells[1].overlap;
        const KnowledgeBase base = evaluationBase(path("other"), set, knowledgeSettings("hashing", chunker, false), hashing(), nullProgress(), {});
        const auto result = evaluateRetrieval(base, set, std::array{SearchMode::Hybrid}, 13, nullProgress(), {});
        QCOMPARE(*result.front().metrics.at("recall@5").value, *sweep.cells[1].metrics.at("recall@5").value);
        for (const SweepCell& cell : sweep.cells)
            QVERIFY(*cell.metrics.at("recall@5").value <= *sweep.cells[*sweep.best].metrics.at("recall@5").value);
        QVERIFY(sweepToJson(sweep).at("best").at("chunk_size") == Json(sweep.cells[*sweep.best].chunk_size));
    }
    void aStopEndsASweep() {
        SweepGrid grid;
        grid.chunk_sizes = {16, 32};
        grid.overlaps = {0};
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(sweepChunking(path(), plantedSet(), settings(), hashing(), grid, 13, nullProgress(), stop.get_token()), Error);
        QCOMPARE(sweepChunking(path(), plantedSet(), settings(), hashing(), grid, 13, nullProgress(), {}).cells.size(), std::size_t(2)); // what it left is gone on with
    }
    void sweepSaysWhatCannotBe() {
        SweepGrid grid;
        grid.chunk_sizes = {16};
        grid.overlaps = {12};
        QVERIFY_EXCEPTION_THROWN(sweepChunking(path(), plantedSet(), settings(), hashing(), grid, 13, nullProgress(), {}), Error);
        grid.overlaps = {0};
        grid.metric = "recall@7";
        QVERIFY_EXCEPTION_THROWN(sweepChunking(path(), plantedSet(), settings(), hashing(), grid, 13, nullProgress(), {}), Error);
    }
};

QTEST_GUILESS_MAIN(RetrievalEvalTest)
#include "tst_retrieval_eval.moc"
