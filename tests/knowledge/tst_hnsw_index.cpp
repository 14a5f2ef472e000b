#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "knowledge/hnsw_file.h"
#include "knowledge/hnsw_index.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <set>

using namespace triptych;

namespace {

constexpr int kDimension = 24;

std::vector<float> randomVectors(std::int64_t rows, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> vectors(static_cast<std::size_t>(rows * kDimension));
    for (std::int64_t row = 0; row < rows; ++row) {
        double squares = 0;
        float* v = vectors.data() + row * kDimension;
        for (int j = 0; j < kDimension; ++j) {
            v[j] = static_cast<float>(random.uniform() + random.uniform() + random.uniform() - 1.5);
            squares += static_cast<double>(v[j]) * v[j];
        }
        for (int j = 0; j < kDimension; ++j)
            v[j] = static_cast<float>(v[j] / std::sqrt(squares));
    }
    return vectors;
}

std::vector<Neighbour> bruteForce(const std::vector<float>& vectors, std::span<const float> query, std::size_t k) {
    std::vector<Neighbour> all;
    for (std::size_t row = 0; row * kDimension < vectors.size(); ++row) {
        double product = 0;
        for (std::size_t j = 0; j < kDimension; ++j)
            product += static_cast<double>(vectors[row * kDimension + j]) * query[j];
        all.push_back({static_cast<std::int64_t>(row), static_cast<float>(product)});
    }
    std::sort(all.begin(), all.end(), [](const Neighbour& a, const Neighbour& b) { return a.score > b.score; });
    all.resize(std::min(k, all.size()));
    return all;
}

HnswSettings graphAlways() {
    HnswSettings settings;
    settings.exact_below = 0;
    return settings;
}

class Recorder final : public ProgressSink {
public:
    void progress(const Progress& progress) override { seen.push_back(progress.done); }
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel, std::string_view) override {}
    std::vector<std::int64_t> seen;
};

} // namespace

class HnswIndexTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    std::filesystem::path path(const char* name) const { return m_dir.path().toStdString() + "/" + name; }
    static HnswIndex build(std::vector<float> vectors, const HnswSettings& settings) {
        return HnswIndex::build(std::move(vectors), kDimension, settings, nullProgress(), {});
    }
    static std::span<const float> row(const std::vector<float>& vectors, std::size_t i) {
        return std::span(vectors).subspan(i * kDimension, kDimension);
    }

private Q_SLOTS:
    void fewRowsAreSearchedExactly() {
        const auto vectors = randomVectors(500, 1);
        const HnswIndex index = build(vectors, {});
        QVERIFY(index.isExact());
        for (std::size_t q = 0; q < 50; ++q) {
            const auto query = randomVectors(1, 100 + q);
            const auto found = index.search(query, 10);
            const auto expected = bruteForce(vectors, query, 10);
            QCOMPARE(found.size(), expected.size());
            for (std::size_t i = 0; i < found.size(); ++i) {
                QCOMPARE(found[i].row, expected[i].row);
                QVERIFY(std::abs(found[i].score - expected[i].score) < 1e-5f);
            }
        }
        QVERIFY_EXCEPTION_THROWN(index.save(path("exact")), Error);
    }
    void theSwitchIsAtTheThreshold() {
        HnswSettings settings;
        settings.exact_below = 100;
        QVERIFY(build(randomVectors(99, 2), settings).isExact());
        QVERIFY(!build(randomVectors(100, 2), settings).isExact());
    }
    void graphFindsNearlyAllNeighbours() {
        const auto vectors = randomVectors(5000, 3);
        Recorder recorder;
        const HnswIndex index = HnswIndex::build(vectors, kDimension, {}, recorder, {});
        QVERIFY(!index.isExact());
        QVERIFY(std::is_sorted(recorder.seen.begin(), recorder.seen.end()));
        QCOMPARE(recorder.seen.back(), std::int64_t(5000));
        int hits = 0;
        for (std::size_t q = 0; q < 100; ++q) {
            const auto query = randomVectors(1, 1000 + q);
            std::set<std::int64_t> expected;
            for (const Neighbour& n : bruteForce(vectors, query, 10))
                expected.insert(n.row);
            const auto found = index.search(query, 10);
            QCOMPARE(found.size(), std::size_t(10));
            QVERIFY(std::is_sorted(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; }));
            for (const Neighbour& n : found)
                hits += expected.contains(n.row) ? 1 : 0;
        }
        QVERIFY2(hits >= 970, qPrintable(QString::number(hits)));
    }
    void edgesOfSizeAndCount() {
        for (const HnswSettings& settings : {HnswSettings{}, graphAlways()}) {
            const auto vectors = randomVectors(3, 4);
            const HnswIndex index = build(vectors, settings);
            QCOMPARE(index.search(row(vectors, 1), 10).size(), std::size_t(3));
            QCOMPARE(index.search(row(vectors, 1), 10).front().row, std::int64_t(1));
            QVERIFY(index.search(row(vectors, 1), 0).empty());
            QVERIFY(build({}, settings).search(row(vectors, 0), 5).empty());
            QVERIFY_EXCEPTION_THROWN(index.search(std::span(vectors).first(5), 1), Error);
        }
    }
    void copiesOfOneRowAreAllFound() {
        auto vectors = randomVectors(1, 5);
        for (int i = 0; i < 12; ++i)
            vectors.insert(vectors.end(), vectors.begin(), vectors.begin() + kDimension);
        const auto found = build(vectors, {}).search(row(vectors, 0), 13);
        for (std::size_t i = 0; i < found.size(); ++i)
            QCOMPARE(found[i].row, static_cast<std::int64_t>(i));
    }
    void badInputIsNamed() {
        auto vectors = randomVectors(10, 6);
        vectors[3 * kDimension + 1] = std::numeric_limits<float>::quiet_NaN();
        try {
            build(vectors, {});
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.message().find("row 3") != std::string::npos);
        }
        QVERIFY_EXCEPTION_THROWN(build(std::vector<float>(kDimension + 1), {}), Error);
        HnswSettings settings;
        settings.M = 1;
        QVERIFY_EXCEPTION_THROWN(build(randomVectors(10, 6), settings), Error);
    }
    void stopEndsTheBuild() {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(HnswIndex::build(randomVectors(100, 7), kDimension, graphAlways(), nullProgress(), stop.get_token()), Error);
    }

    void savedLinksGiveTheSameAnswers() {
        const auto vectors = randomVectors(3000, 8);
        const HnswIndex built = build(vectors, graphAlways());
        built.save(path("graph"));
        const HnswIndex opened = HnswIndex::open(path("graph"), vectors, kDimension, graphAlways());
        for (std::size_t q = 0; q < 50; ++q) {
            const auto query = randomVectors(1, 2000 + q);
            const auto a = built.search(query, 10), b = opened.search(query, 10);
            QCOMPARE(a.size(), b.size());
            for (std::size_t i = 0; i < a.size(); ++i)
                QCOMPARE(a[i].row, b[i].row);
        }
        build(vectors, graphAlways()).save(path("again"));
        QCOMPARE(sha256File(path("again")), sha256File(path("graph")));
        opened.save(path("reopened"));
        QCOMPARE(sha256File(path("reopened")), sha256File(path("graph")));
    }
    void otherVectorsOrSettingsAreRefused() {
        const auto vectors = randomVectors(200, 9);
        build(vectors, graphAlways()).save(path("mine"));
        auto other = vectors;
        other[7] += 0.001f;
        QVERIFY_EXCEPTION_THROWN(HnswIndex::open(path("mine"), other, kDimension, graphAlways()), Error);
        HnswSettings settings = graphAlways();
        settings.M = 8;
        QVERIFY_EXCEPTION_THROWN(HnswIndex::open(path("mine"), vectors, kDimension, settings), Error);
        QVERIFY_EXCEPTION_THROWN(HnswIndex::open(path("none"), vectors, kDimension, graphAlways()), Error);
    }
    void rowsThatComeLaterAreFoundAtOnce() {
        const auto vectors = randomVectors(3000, 12);
        const std::span all(vectors);
        HnswIndex index = build({vectors.begin(), vectors.begin() + 2500 * kDimension}, graphAlways());
        index.save(path("early"));
        index.append(all.subspan(2500 * kDimension));
        QCOMPARE(index.waiting(), std::int64_t(500));
        HnswIndex opened = HnswIndex::open(path("early"), vectors, kDimension, graphAlways());
        QCOMPARE(opened.waiting(), std::int64_t(500));
        HnswIndex absorbed = HnswIndex::open(path("early"), vectors, kDimension, graphAlways());
        absorbed.absorb(nullProgress(), {});
        QCOMPARE(absorbed.waiting(), std::int64_t(0));
        for (const HnswIndex* one : {&index, &opened, &absorbed}) {
            QCOMPARE(one->size(), std::int64_t(3000));
            for (std::size_t i : {0u, 2499u, 2500u, 2999u})
                QCOMPARE(one->search(row(vectors, i), 1).front().row, static_cast<std::int64_t>(i));
        }
        absorbed.save(path("late"));
        QCOMPARE(HnswIndex::open(path("late"), vectors, kDimension, graphAlways()).waiting(), std::int64_t(0));
        HnswIndex small = build({}, HnswSettings{.exact_below = 100});
        small.append(all.first(100 * kDimension));
        QVERIFY(small.isExact());
        small.absorb(nullProgress(), {});
        QVERIFY(!small.isExact());
        QVERIFY_EXCEPTION_THROWN(small.append(all.first(5)), Error);
        QCOMPARE(small.scores(row(vectors, 3), std::array<std::int64_t, 1>{3})[0], small.search(row(vectors, 3), 1)[0].score);
        QVERIFY_EXCEPTION_THROWN(small.scores(row(vectors, 3), std::array<std::int64_t, 1>{100}), Error);
    }
    void filteredSearchLosesLittle_data() {
        QTest::addColumn<int>("every");
        QTest::newRow("1 %") << 100;
        QTest::newRow("10 %") << 10;
        QTest::newRow("50 %") << 2;
        QTest::newRow("none") << 1'000'000;
    }
    void filteredSearchLosesLittle() {
        QFETCH(int, every);
        const auto vectors = randomVectors(6000, 13);
        HnswIndex index = build({vectors.begin(), vectors.begin() + 5900 * kDimension}, {});
        index.append(std::span(vectors).subspan(5900 * kDimension));
        RowSet among;
        among.has.assign(6000, 0);
        for (std::size_t i = 7; i < 6000; i += static_cast<std::size_t>(every)) {
            among.has[i] = every < 1000;
            among.count += among.has[i];
        }
        std::size_t hits = 0, wanted = 0;
        for (std::size_t q = 0; q < 50; ++q) {
            const auto query = randomVectors(1, 3000 + q);
            const auto exact = index.searchExactly(query, 10, &among);
            const auto found = index.search(query, 10, &among);
            QCOMPARE(found.size(), exact.size());
            for (const Neighbour& n : found) {
                QVERIFY(among.has[static_cast<std::size_t>(n.row)]);
                hits += static_cast<std::size_t>(std::count_if(exact.begin(), exact.end(), [&](const Neighbour& one) { return one.row == n.row; }));
            }
            wanted += exact.size();
        }
        QVERIFY2(hits * 100 >= wanted * 97, qPrintable(QStringLiteral("%1 of %2").arg(hits).arg(wanted)));
    }
    void everyDamagedFileIsRefused() {
        const auto vectors = randomVectors(40, 10);
        build(vectors, graphAlways()).save(path("whole"));
        const std::string whole = readFile(path("whole"));
        const auto refused = [&](const std::string& bytes) {
            std::ofstream(path("damaged"), std::ios::binary) << bytes;
            try {
                HnswIndex::open(path("damaged"), vectors, kDimension, graphAlways());
                return false;
            } catch (const Error& error) {
                return error.code() == ErrorCode::Corrupt && error.message().find("damaged") != std::string::npos;
            }
        };
        QVERIFY(!refused(whole));
        for (std::size_t i = 0; i < whole.size(); i += i < 300 ? 1 : 11) {
            std::string bytes = whole;
            bytes[i] = static_cast<char>(bytes[i] ^ 0x41);
            QVERIFY2(refused(bytes), qPrintable(QString::number(i)));
        }
        for (std::size_t size = 0; size < whole.size(); size += 31)
            QVERIFY(refused(whole.substr(0, size)));
        QVERIFY(refused(whole + "x"));
    }
    void linksThatLieAreRefusedInSpiteOfAGoodChecksum_data() {
        QTest::addColumn<int>("lie");
        QTest::newRow("to a node that is not there") << 0;
        QTest::newRow("to a layer that is not there") << 1;
        QTest::newRow("more than M allows") << 2;
        QTest::newRow("entry point below the top") << 3;
        QTest::newRow("entry point outside") << 4;
        QTest::newRow("node without layers") << 5;
        QTest::newRow("M of one") << 6;
    }
    void linksThatLieAreRefusedInSpiteOfAGoodChecksum() {
        QFETCH(int, lie);
        const auto vectors = randomVectors(300, 11);
        build(vectors, graphAlways()).save(path("honest"));
        HnswGraph graph = readHnswFile(path("honest"));
        const auto flat = static_cast<std::uint32_t>(
            std::find_if(graph.links.begin(), graph.links.end(), [](const auto& layers) { return layers.size() == 1; }) - graph.links.begin());
        switch (lie) {
        case 0: graph.links[5][0][0] = 300; break;
        case 1: graph.links[graph.entryPoint][1].assign(1, flat); break;
        case 2: graph.links[5][0].assign(33, 0); break;
        case 3: graph.entryPoint = flat; break;
        case 4: graph.entryPoint = 300; break;
        case 5: graph.links[5].clear(); break;
        default: graph.M = 1; break;
        }
        writeHnswFile(path("lie"), graph);
        try {
            readHnswFile(path("lie"));
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Corrupt);
        }
    }
};

QTEST_GUILESS_MAIN(HnswIndexTest)
#include "tst_hnsw_index.moc"
