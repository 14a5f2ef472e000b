#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "knowledge/hnsw_file.h"
#include "knowledge/hnsw_index.h"
#include "knowledge/vector_products.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
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
    static HnswIndex build(const std::vector<float>& vectors, const HnswSettings& settings) {
        return HnswIndex::build(vectors, kDimension, settings, nullProgress(), {});
    }
    /// Saves and opens again: the links alone, or all of it.
    HnswIndex reopened(const HnswIndex& index, const std::vector<float>& vectors, bool whole) const {
        if (!whole) {
            index.saveLinks(path("links"));
            return HnswIndex::open(path("links"), vectors, kDimension, index.settings());
        }
        index.save(path("whole"), "mine", "a note");
        std::string note;
        HnswIndex opened = HnswIndex::open(path("whole"), "mine", kDimension, index.settings(), note);
        [&] { QCOMPARE(note, std::string("a note")); }();
        return opened;
    }
    static void twoFormatsAndKinds() {
        QTest::addColumn<bool>("int8");
        QTest::addColumn<bool>("whole");
        for (const bool int8 : {false, true}) {
            for (const bool whole : {false, true})
                QTest::addRow("%s, %s", int8 ? "8 bits" : "floats", whole ? "whole" : "links") << int8 << whole;
        }
    }
    static HnswSettings graphOf(bool int8) {
        HnswSettings settings = graphAlways();
        settings.format = int8 ? VectorFormat::Int8 : VectorFormat::Float32;
        return settings;
    }
    static std::vector<std::int64_t> rowsOf(const std::vector<Neighbour>& found) {
        std::vector<std::int64_t> rows;
        for (const Neighbour& one : found)
            rows.push_back(one.row);
        return rows;
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
        QVERIFY_EXCEPTION_THROWN(index.saveLinks(path("exact")), Error);
        QVERIFY_EXCEPTION_THROWN(index.save(path("exact"), "", ""), Error);
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

    void savedGraphGivesTheSameAnswers_data() { twoFormatsAndKinds(); }
    void savedGraphGivesTheSameAnswers() {
        QFETCH(bool, int8);
        QFETCH(bool, whole);
        const auto vectors = randomVectors(3000, 8);
        const HnswIndex built = build(vectors, graphOf(int8));
        const HnswIndex opened = reopened(built, vectors, whole);
        const std::string file = sha256File(path(whole ? "whole" : "links"));
        for (std::size_t q = 0; q < 50; ++q) {
            const auto query = randomVectors(1, 2000 + q);
            QCOMPARE(rowsOf(opened.search(query, 10)), rowsOf(built.search(query, 10)));
        }
        reopened(build(vectors, graphOf(int8)), vectors, whole);
        QCOMPARE(sha256File(path(whole ? "whole" : "links")), file);
        reopened(opened, vectors, whole);
        QCOMPARE(sha256File(path(whole ? "whole" : "links")), file);
    }
    void openedGraphGrowsLikeOneThatWasNeverClosed_data() { twoFormatsAndKinds(); }
    void openedGraphGrowsLikeOneThatWasNeverClosed() {
        QFETCH(bool, int8);
        QFETCH(bool, whole);
        const auto vectors = randomVectors(1500, 18);
        const std::vector<float> first(vectors.begin(), vectors.begin() + 1000 * kDimension);
        HnswIndex grown = reopened(build(first, graphOf(int8)), first, whole);
        grown.append(std::span(vectors).subspan(1000 * kDimension));
        grown.absorb(nullProgress(), {});
        grown.saveLinks(path("grown"));
        build(vectors, graphOf(int8)).saveLinks(path("at once"));
        QCOMPARE(sha256File(path("grown")), sha256File(path("at once")));
        HnswIndex inParts(kDimension, graphOf(int8));
        inParts.expect(1500);
        for (std::size_t begin = 0; begin < 1500; begin += 300) {
            inParts.append(std::span(vectors).subspan(begin * kDimension, 300 * kDimension));
            inParts.absorb(nullProgress(), {});
        }
        inParts.saveLinks(path("in parts"));
        QCOMPARE(sha256File(path("in parts")), sha256File(path("at once")));
    }
    void otherVectorsOrSettingsAreRefused() {
        const auto vectors = randomVectors(200, 9);
        const HnswIndex mine = build(vectors, graphAlways());
        mine.saveLinks(path("mine"));
        mine.save(path("all of mine"), "mine", "");
        auto other = vectors;
        other[7] += 0.001f;
        QVERIFY_EXCEPTION_THROWN(HnswIndex::open(path("mine"), other, kDimension, graphAlways()), Error);
        HnswSettings settings = graphAlways();
        settings.M = 8;
        QVERIFY_EXCEPTION_THROWN(HnswIndex::open(path("mine"), vectors, kDimension, settings), Error);
        QVERIFY_EXCEPTION_THROWN(HnswIndex::open(path("none"), vectors, kDimension, graphAlways()), Error);
        QVERIFY_EXCEPTION_THROWN(HnswIndex::open(path("all of mine"), vectors, kDimension, graphAlways()), Error);
        std::string note;
        const auto open = [&](const char* name, const char* identity, const HnswSettings& chosen) { HnswIndex::open(path(name), identity, kDimension, chosen, note); };
        open("all of mine", "mine", graphAlways());
        QVERIFY_EXCEPTION_THROWN(open("all of mine", "another's", graphAlways()), Error);
        QVERIFY_EXCEPTION_THROWN(open("all of mine", "mine", settings), Error);
        QVERIFY_EXCEPTION_THROWN(open("all of mine", "mine", graphOf(true)), Error);
        QVERIFY_EXCEPTION_THROWN(open("mine", "mine", graphAlways()), Error);
    }
    void eightBitsLoseLittle() {
        const auto vectors = randomVectors(4000, 21);
        const HnswIndex floats = build(vectors, graphOf(false));
        const HnswIndex bytes = build(vectors, graphOf(true));
        QCOMPARE(bytes.stored(7).size(), std::size_t(4 + kDimension));
        std::size_t hits = 0;
        for (std::size_t q = 0; q < 100; ++q) {
            const auto query = randomVectors(1, 4000 + q);
            const auto exact = bytes.searchExactly(query, 10);
            const auto found = bytes.search(query, 10);
            for (const Neighbour& one : found) {
                hits += static_cast<std::size_t>(std::ranges::count(rowsOf(exact), one.row));
                // What is found is scored by the query as it is.
                QCOMPARE(one.score, bytes.scores(query, std::array{one.row}).front());
                QVERIFY(std::abs(one.score - floats.scores(query, std::array{one.row}).front()) < 0.02f);
            }
        }
        QVERIFY2(hits >= 970, qPrintable(QString::number(hits)));
    }
    void storedRowsGoInAndOutAsTheyAre() {
        for (const bool int8 : {false, true}) {
            const auto vectors = randomVectors(50, 22);
            const HnswIndex index = build(vectors, graphOf(int8));
            HnswIndex copy(kDimension, graphOf(int8));
            for (std::int64_t i = 0; i < 50; ++i)
                copy.append(index.stored(i));
            copy.absorb(nullProgress(), {});
            std::vector<float> vector(kDimension);
            for (std::size_t i = 0; i < 50; ++i) {
                QVERIFY(std::ranges::equal(copy.stored(static_cast<std::int64_t>(i)), index.stored(static_cast<std::int64_t>(i))));
                copy.readVector(static_cast<std::int64_t>(i), vector);
                for (std::size_t j = 0; j < kDimension; ++j)
                    QVERIFY(std::abs(vector[j] - vectors[i * kDimension + j]) <= (int8 ? 0.004f : 0.0f));
            }
            QVERIFY_EXCEPTION_THROWN(copy.append(index.stored(0).first(5)), Error);
            std::vector<std::byte> infinite(index.stored(0).begin(), index.stored(0).end());
            const float infinity = std::numeric_limits<float>::infinity();
            std::memcpy(infinite.data(), &infinity, sizeof infinity);
            QVERIFY_EXCEPTION_THROWN(copy.append(infinite), Error);
            QCOMPARE(copy.size(), std::int64_t(50));
        }
    }
    void moreCandidatesFindMore() {
        const auto vectors = randomVectors(6000, 23);
        HnswSettings settings = graphAlways();
        settings.M = 4;
        const HnswIndex index = build(vectors, settings);
        std::array<std::size_t, 3> hits = {};
        for (std::size_t q = 0; q < 50; ++q) {
            const auto query = randomVectors(1, 5000 + q);
            const auto exact = rowsOf(index.searchExactly(query, 10));
            for (std::size_t i = 0; i < hits.size(); ++i) {
                for (const Neighbour& one : index.search(query, 10, nullptr, std::array{10, 60, 600}[i]))
                    hits[i] += static_cast<std::size_t>(std::ranges::count(exact, one.row));
            }
        }
        QVERIFY(hits[0] < hits[1] && hits[1] < hits[2]);
    }
    void bothProcessorsGiveTheSame() {
        const VectorProducts* wide = avx512VectorProducts();
        const VectorProducts& narrow = avx2VectorProducts();
        Random random(24);
        for (std::size_t n : {1u, 7u, 16u, 31u, 64u, 100u, 384u, 1000u}) {
            std::vector<float> a(n), b(n);
            std::vector<std::int8_t> c(n), d(n);
            double floats = 0, mixed = 0, magnitude = 0;
            std::int32_t bytes = 0;
            for (std::size_t i = 0; i < n; ++i) {
                a[i] = static_cast<float>(random.uniform() - 0.5);
                b[i] = static_cast<float>(random.uniform() - 0.5);
                c[i] = static_cast<std::int8_t>(static_cast<int>(random.below(255)) - 127);
                d[i] = static_cast<std::int8_t>(static_cast<int>(random.below(255)) - 127);
                floats += static_cast<double>(a[i]) * b[i];
                mixed += static_cast<double>(a[i]) * c[i];
                magnitude += std::abs(static_cast<double>(a[i]) * c[i]);
                bytes += c[i] * d[i];
            }
            QVERIFY(std::abs(narrow.floats(a.data(), b.data(), n) - floats) < 1e-5 * static_cast<double>(n));
            QVERIFY(std::abs(narrow.mixed(a.data(), c.data(), n) - mixed) < 1e-6 * magnitude + 1e-5);
            QCOMPARE(narrow.bytes(c.data(), d.data(), n), bytes);
            if (wide && n % 16 == 0) {
                QCOMPARE(wide->floats(a.data(), b.data(), n), narrow.floats(a.data(), b.data(), n));
                QCOMPARE(wide->mixed(a.data(), c.data(), n), narrow.mixed(a.data(), c.data(), n));
            }
            if (wide)
                QCOMPARE(wide->bytes(c.data(), d.data(), n), bytes);
        }
        if (!wide)
            QSKIP("this processor has no AVX-512; the plain ones were tested");
    }
    void rowsThatComeLaterAreFoundAtOnce() {
        const auto vectors = randomVectors(3000, 12);
        const std::span all(vectors);
        HnswIndex index = build({vectors.begin(), vectors.begin() + 2500 * kDimension}, graphAlways());
        index.saveLinks(path("early"));
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
        absorbed.saveLinks(path("late"));
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
    void everyDamagedFileIsRefused_data() { twoFormatsAndKinds(); }
    void everyDamagedFileIsRefused() {
        QFETCH(bool, int8);
        QFETCH(bool, whole);
        const auto vectors = randomVectors(40, 10);
        reopened(build(vectors, graphOf(int8)), vectors, whole);
        const std::string bytes = readFile(path(whole ? "whole" : "links"));
        const auto refused = [&](const std::string& damaged) {
            std::ofstream(path("damaged"), std::ios::binary) << damaged;
            try {
                std::string note;
                if (whole)
                    HnswIndex::open(path("damaged"), "mine", kDimension, graphOf(int8), note);
                else
                    HnswIndex::open(path("damaged"), vectors, kDimension, graphOf(int8));
                return false;
            } catch (const Error& error) {
                return error.code() == ErrorCode::Corrupt && error.message().find("damaged") != std::string::npos;
            }
        };
        QVERIFY(!refused(bytes));
        for (std::size_t i = 0; i < bytes.size(); i += i < 300 ? 1 : 11) {
            std::string flipped = bytes;
            flipped[i] = static_cast<char>(flipped[i] ^ 0x41);
            QVERIFY2(refused(flipped), qPrintable(QString::number(i)));
        }
        for (std::size_t size = 0; size < bytes.size(); size += 31)
            QVERIFY(refused(bytes.substr(0, size)));
        QVERIFY(refused(bytes + "x"));
    }
    void linksThatLieAreRefusedInSpiteOfAGoodChecksum_data() {
        QTest::addColumn<int>("lie");
        QTest::newRow("to a row that is not there") << 0;
        QTest::newRow("to a layer that is not there") << 1;
        QTest::newRow("more than M allows") << 2;
        QTest::newRow("entry point below the top") << 3;
        QTest::newRow("entry point outside") << 4;
        QTest::newRow("a row of another number") << 5;
        QTest::newRow("M of one") << 6;
        QTest::newRow("more layers than there is room for") << 7;
        QTest::newRow("elements of another size") << 8;
        QTest::newRow("vectors shorter than their dimension") << 9;
        QTest::newRow("a deleted row") << 10;
    }
    void linksThatLieAreRefusedInSpiteOfAGoodChecksum() {
        QFETCH(int, lie);
        const auto vectors = randomVectors(300, 11);
        build(vectors, graphAlways()).save(path("honest"), "mine", "");
        HnswGraph graph = readHnswFile(path("honest"));
        const auto copyOf = [](std::span<const std::byte> part) { return std::vector<std::byte>(part.begin(), part.end()); };
        std::vector<std::byte> elements = copyOf(graph.elements), upper = copyOf(graph.upper), layers = copyOf(graph.layersAbove);
        graph.elements = elements;
        graph.upper = upper;
        graph.layersAbove = layers;
        const auto put = [](std::vector<std::byte>& part, std::size_t at, std::uint32_t value) { std::memcpy(part.data() + at, &value, sizeof value); };
        const auto flat = static_cast<std::uint32_t>(std::find(layers.begin(), layers.end(), std::byte(0)) - layers.begin());
        const std::size_t fifth = 5 * graph.elementBytes;
        switch (lie) {
        case 0: put(elements, fifth + 4, 300); break;
        case 1: put(upper, 0, 1); put(upper, 4, flat); break;
        case 2: put(elements, fifth, 33); break;
        case 3: graph.entryPoint = flat; break;
        case 4: graph.entryPoint = 300; break;
        case 5: put(elements, fifth + graph.elementBytes - 8, 6); break;
        case 6: graph.M = 1; break;
        case 7: layers[flat] = std::byte(1); break;
        case 8: graph.elementBytes -= 4; break;
        case 9: graph.vectorBytes -= 4; break;
        default: elements[fifth + 2] = std::byte(1); break;
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
