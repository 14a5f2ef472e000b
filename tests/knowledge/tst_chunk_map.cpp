#include "base/error.h"
#include "base/random.h"
#include "knowledge/chunk_map.h"
#include "knowledge/principal_axes.h"
#include "support/small_base.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

class ChunkMapTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path path(const char* name = "kb") const { return fs::path(m_dir->path().toStdString()) / name; }

    /// Three heaps of texts, each around a meaning of its own.
    KnowledgeStore heaps(const BaseEmbedder& embedder) const {
        const std::array<const char*, 3> meanings = {"[1 0 0 ", "[0 1 0 ", "[0 0 1 "}, words = {"oven stove kitchen bake", "pump valve lever pipe", "sail mast keel harbour"};
        std::vector<std::pair<std::string, std::string>> documents;
        for (int i = 0; i < 90; ++i)
            documents.emplace_back("heap" + std::to_string(i % 3) + "/" + std::to_string(i), std::string(words[static_cast<std::size_t>(i % 3)]) + " " + meanings[static_cast<std::size_t>(i % 3)] + "0.0" + std::to_string(i % 9) + "]");
        return makeBase(path(), documents, embedder);
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    /// Variances 9, 4, 1 and 0.25 along axes that are turned by hand.
    void axesAreThoseOfHandMadeData() {
        const double c = std::cos(0.5), s = std::sin(0.5);
        const std::array<std::array<double, 4>, 4> axes = {{{c, s, 0, 0}, {-s, c, 0, 0}, {0, 0, c, s}, {0, 0, -s, c}}};
        std::vector<float> vectors;
        for (int i = 0; i < 16; ++i) { // every combination of signs: no axis goes with another
            for (std::size_t j = 0; j < 4; ++j) {
                double value = j == 1 ? 5 : 0; // a mean
                for (std::size_t axis = 0; axis < 4; ++axis)
                    value += (i >> axis & 1 ? 1 : -1) * std::array{3.0, 2.0, 1.0, 0.5}[axis] * axes[axis][j];
                vectors.push_back(static_cast<float>(value));
            }
        }
        const PrincipalAxes found = principalAxes(vectors, 4);
        QVERIFY(std::abs(found.explained[0] - 9 / 14.25) < 1e-5 && std::abs(found.explained[1] - 4 / 14.25) < 1e-5);
        QVERIFY(std::abs(found.mean[0]) < 1e-6 && std::abs(found.mean[1] - 5) < 1e-6);
        for (std::size_t axis = 0; axis < 2; ++axis) {
            double cosine = 0;
            for (std::size_t j = 0; j < 4; ++j)
                cosine += found.axes[axis][j] * axes[axis][j];
            QVERIFY2(std::abs(std::abs(cosine) - 1) < 1e-5, std::to_string(cosine).c_str());
            QVERIFY(*std::max_element(found.axes[axis].begin(), found.axes[axis].end(), [](double a, double b) { return std::abs(a) < std::abs(b); }) > 0);
        }
        const auto [x, y] = found.place(std::span(vectors).first(4));
        QVERIFY(std::abs(std::abs(x) - 3) < 1e-4 && std::abs(std::abs(y) - 2) < 1e-4);
    }
    void whatHasNoSecondDirectionHasNone() {
        const PrincipalAxes line = principalAxes(std::vector<float>{1, 2, 2, 4, 3, 6}, 2);
        QVERIFY(std::abs(line.explained[0] - 1) < 1e-9 && std::abs(line.explained[1]) < 1e-9);
        const PrincipalAxes point = principalAxes(std::vector<float>{1, 2, 1, 2}, 2);
        QVERIFY(point.explained[0] == 0 && point.place(std::vector<float>{1, 2})[0] == 0);
        const PrincipalAxes narrow = principalAxes(std::vector<float>{1, 2, 3}, 1);
        QVERIFY(std::abs(narrow.explained[0] - 1) < 1e-9 && narrow.explained[1] == 0);
        QVERIFY_EXCEPTION_THROWN(principalAxes({}, 3), Error);
    }
    void heapsLieApart() {
        KnowledgeStore store = heaps(planted());
        const KnowledgeBase base = openBase(path(), planted());
        const ChunkMap map = chunkMap(base, store, "a boat [0 0 1]", 5000, nullProgress(), {});
        QCOMPARE(map.points.size(), std::size_t(90));
        QCOMPARE(map.total, std::int64_t(90));
        QVERIFY(map.explained[0] + map.explained[1] > 0.95);
        std::array<std::pair<double, double>, 3> centres{};
        for (const ChunkMap::Point& point : map.points) {
            auto& [x, y] = centres[static_cast<std::size_t>(map.documents[point.document][4] - '0')];
            x += point.x / 30;
            y += point.y / 30;
        }
        for (const ChunkMap::Point& point : map.points) {
            const auto& [x, y] = centres[static_cast<std::size_t>(map.documents[point.document][4] - '0')];
            QVERIFY(std::hypot(point.x - x, point.y - y) < 0.2);
        }
        QVERIFY(std::hypot((*map.query)[0] - centres[2].first, (*map.query)[1] - centres[2].second) < 0.2);
        QCOMPARE(map.hits.size(), std::size_t(10));
    }
    void fewerPointsAreChosenEvenlyAndHitsStay() {
        KnowledgeStore store = heaps(planted());
        const KnowledgeBase base = openBase(path(), planted());
        const ChunkMap map = chunkMap(base, store, "a boat [0 0 1]", 12, nullProgress(), {});
        QVERIFY(map.points.size() >= 12 && map.points.size() <= 22);
        std::set<std::int64_t> shown;
        for (const ChunkMap::Point& point : map.points)
            shown.insert(point.chunk);
        QVERIFY(std::all_of(map.hits.begin(), map.hits.end(), [&](std::int64_t hit) { return shown.contains(hit); }));
        QVERIFY(mapToJson(map) == mapToJson(chunkMap(base, store, "a boat [0 0 1]", 12, nullProgress(), {})));
        const Json json = mapToJson(map);
        QVERIFY(json.at("shown") == map.points.size() && json.at("total") == 90 && json.at("x").size() == json.at("documents").size());
        QVERIFY_EXCEPTION_THROWN(chunkMap(base, store, "", 0, nullProgress(), {}), Error);
    }
    void wordsAloneMakeAMapToo() {
        KnowledgeStore store = heaps(wordsOnly());
        const KnowledgeBase base = openBase(path(), wordsOnly());
        const ChunkMap map = chunkMap(base, store, "pump valve", 5000, nullProgress(), {});
        QVERIFY(map.points.size() == 90 && map.query && map.explained[0] > 0.1);
        const ChunkMap plain = chunkMap(base, store, "", 5000, nullProgress(), {});
        QVERIFY(!plain.query && plain.hits.empty());
    }
    void anEmptyBaseHasAnEmptyMap() {
        KnowledgeStore store = makeBase(path(), {}, hashing());
        QVERIFY(chunkMap(openBase(path(), hashing()), store, "anything", 100, nullProgress(), {}).points.empty());
    }
};

QTEST_GUILESS_MAIN(ChunkMapTest)
#include "tst_chunk_map.moc"
