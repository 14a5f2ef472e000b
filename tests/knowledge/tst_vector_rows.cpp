#include "base/random.h"
#include "knowledge/vector_rows.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <map>

using namespace triptych;

class VectorRowsTest : public QObject {
    Q_OBJECT

    using Ids = std::vector<std::int64_t>;

    /// Everything that rows tell, against a map from ids to rows.
    static void compare(const VectorRows& rows, const std::map<std::int64_t, std::int64_t>& expected, std::size_t size) {
        QCOMPARE(rows.size(), size);
        QCOMPARE(rows.livingCount(), static_cast<std::int64_t>(expected.size()));
        QCOMPARE(rows.highest(), expected.empty() ? 0 : expected.rbegin()->first);
        Ids living;
        for (const auto& [id, row] : expected) {
            living.push_back(id);
            QCOMPARE(rows[static_cast<std::size_t>(row)], id);
        }
        QCOMPARE(rows.living(), living);
        Ids asked;
        std::int64_t found = 0;
        for (std::int64_t id = 1; id < 400; ++id) {
            const auto place = expected.find(id);
            QCOMPARE(rows.rowOf(id).value_or(-1), place == expected.end() ? -1 : place->second);
            if (id % 3 == 0) {
                asked.push_back(id);
                found += place != expected.end();
            }
        }
        const RowSet set = rows.rowsOf(asked);
        QCOMPARE(set.count, found);
        QCOMPARE(static_cast<std::int64_t>(std::ranges::count(set.has, 1)), found);
        for (const auto& [id, row] : expected)
            QCOMPARE(set.has[static_cast<std::size_t>(row)] == 1, id % 3 == 0);
    }

private Q_SLOTS:
    void whateverTheOrderIdsAreFound() {
        Random random(5);
        for (int time = 0; time < 50; ++time) {
            VectorRows rows;
            std::map<std::int64_t, std::int64_t> expected;
            Ids all;
            for (std::int64_t id = 1; id < 300; ++id) {
                if (random.below(2) == 0)
                    all.push_back(id);
            }
            if (time % 2)
                random.shuffle(std::span(all));
            std::size_t size = 0;
            for (std::size_t begin = 0; begin < all.size(); begin += 40) {
                const auto part = std::span(all).subspan(begin, std::min<std::size_t>(40, all.size() - begin));
                rows.add(part);
                for (const std::int64_t id : part)
                    expected[id] = static_cast<std::int64_t>(size++);
                compare(rows, expected, size);
                if (random.below(3) == 0) {
                    Ids kept;
                    std::erase_if(expected, [&](const auto&) { return random.below(4) == 0; });
                    for (const auto& [id, row] : expected)
                        kept.push_back(id);
                    rows.keepOnly(kept);
                    compare(rows, expected, size);
                }
            }
            // As they are kept in a file: those that have gone are 0.
            VectorRows again;
            again.add(rows.ids());
            compare(again, expected, size);
        }
    }
    void anIdMayComeAgain() {
        VectorRows rows;
        rows.add(Ids{4, 7, 9});
        rows.keepOnly(Ids{4, 7});
        rows.add(Ids{9, 10});
        compare(rows, {{4, 0}, {7, 1}, {9, 3}, {10, 4}}, 5);
        rows.keepOnly({});
        compare(rows, {}, 5);
        rows.add(Ids{4});
        compare(rows, {{4, 5}}, 6);
        rows.clear();
        compare(rows, {}, 0);
    }
};

QTEST_GUILESS_MAIN(VectorRowsTest)
#include "tst_vector_rows.moc"
