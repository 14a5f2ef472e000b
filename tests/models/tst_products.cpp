#include "base/random.h"
#include "formats/half_float.h"
#include "formats/quantized_blocks.h"
#include "models/products.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

using namespace triptych;

Q_DECLARE_METATYPE(GgmlType)

namespace {

std::vector<const kernels::Products*> variants() {
    std::vector<const kernels::Products*> all = {&kernels::avx2Products()};
    if (kernels::avx512Products())
        all.push_back(kernels::avx512Products());
    return all;
}

std::vector<float> randomFloats(std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> values(count);
    for (float& value : values)
        value = static_cast<float>(random.next() >> 40) / 8388608.0f - 1.0f;
    return values;
}

/// Random bytes whose numbers in half precision are finite.
std::vector<std::byte> randomBlocks(GgmlType type, std::size_t blocks) {
    const GgmlLayout layout = *ggmlLayout(type);
    Random random(7);
    std::vector<std::byte> bytes(blocks * layout.blockBytes);
    for (std::byte& byte : bytes)
        byte = static_cast<std::byte>(random.next());
    const auto putHalf = [&](std::size_t at, float value) {
        const std::uint16_t half = type == GgmlType::BF16 ? floatToBfloat16(value) : floatToHalf(value);
        std::memcpy(bytes.data() + at, &half, sizeof half);
    };
    const std::vector<float> numbers = randomFloats(2 * blocks, 9);
    for (std::size_t i = 0; i < blocks; ++i) {
        const std::size_t at = i * layout.blockBytes;
        switch (type) {
        case GgmlType::F32: std::memcpy(bytes.data() + at, &numbers[i], sizeof(float)); break;
        case GgmlType::Q6_K: putHalf(at + 208, numbers[i] * 1e-3f); break;
        case GgmlType::Q4_1:
        case GgmlType::Q5_1:
        case GgmlType::Q4_K:
        case GgmlType::Q5_K: putHalf(at + 2, numbers[2 * i + 1] * 1e-2f); [[fallthrough]];
        default: putHalf(at, numbers[2 * i] * 1e-2f);
        }
    }
    return bytes;
}

} // namespace

class ProductsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void storedRowsAreThoseOfTheReader_data() {
        QTest::addColumn<GgmlType>("type");
        for (const GgmlType type : {GgmlType::F32, GgmlType::F16, GgmlType::BF16, GgmlType::Q8_0, GgmlType::Q4_0, GgmlType::Q4_1, GgmlType::Q5_0,
                                    GgmlType::Q5_1, GgmlType::Q4_K, GgmlType::Q5_K, GgmlType::Q6_K})
            QTest::newRow(std::string(ggmlLayout(type)->name).c_str()) << type;
    }
    void storedRowsAreThoseOfTheReader() {
        QFETCH(GgmlType, type);
        constexpr std::int64_t kOut = 7, kIn = 512;
        const GgmlLayout layout = *ggmlLayout(type);
        std::vector<std::byte> bytes = randomBlocks(type, kOut * kIn / layout.blockValues);
        std::vector<float> want(kOut * kIn);
        dequantize(type, bytes, want);
        bytes.insert(bytes.begin(), std::byte{0}); // no alignment is promised
        std::vector<std::int32_t> order(kOut);
        std::iota(order.rbegin(), order.rend(), 0);
        const std::int64_t rowBytes = kIn / layout.blockValues * layout.blockBytes;
        for (const bool turned : {false, true}) {
            const kernels::StoredMatrix matrix = {type, bytes.data() + 1, kOut, kIn, rowBytes, turned ? order.data() : nullptr};
            for (const kernels::Products* products : variants()) {
                std::vector<float> rows(kOut * kIn);
                for (std::int64_t row = 0; row < kOut; ++row) {
                    float* const got = rows.data() + row * kIn;
                    const float* const wanted = want.data() + (turned ? kOut - 1 - row : row) * kIn;
                    products->unpackStored(matrix, row, got);
                    std::vector<std::uint16_t> rounded(kIn);
                    products->unpackStoredBfloat16(matrix, row, rounded.data());
                    for (std::int64_t i = 0; i < kIn; ++i) {
                        QVERIFY2(std::fabs(got[i] - wanted[i]) <= 1e-6f * (std::fabs(wanted[i]) + 1), std::to_string(i).c_str());
                        QCOMPARE(rounded[std::size_t(i)], floatToBfloat16(got[i]));
                    }
                }
                for (std::int64_t n = 1; n <= 17; ++n) {
                    const std::vector<float> x = randomFloats(std::size_t(n * kIn), std::uint64_t(n));
                    const std::vector<float> bias = randomFloats(kOut, 3);
                    std::vector<float> y(std::size_t(n * kOut), -1000.0f), parts = y;
                    products->multiplyStored(matrix, x.data(), n, bias.data(), y.data(), 0, kOut);
                    products->multiplyStored(matrix, x.data(), n, bias.data(), parts.data(), 0, 3);
                    products->multiplyStored(matrix, x.data(), n, bias.data(), parts.data(), 3, kOut);
                    QVERIFY(y == parts);
                    for (std::int64_t i = 0; i < n; ++i) {
                        for (std::int64_t row = 0; row < kOut; ++row) {
                            double sum = bias[std::size_t(row)], size = 1;
                            for (std::int64_t j = 0; j < kIn; ++j) {
                                sum += double(rows[std::size_t(row * kIn + j)]) * x[std::size_t(i * kIn + j)];
                                size += std::fabs(double(rows[std::size_t(row * kIn + j)]));
                            }
                            QVERIFY2(std::fabs(y[std::size_t(i * kOut + row)] - sum) <= 1e-6 * size, std::to_string(row).c_str());
                        }
                    }
                    std::vector<float> alone(kOut);
                    products->multiplyStored(matrix, x.data() + (n - 1) * kIn, 1, bias.data(), alone.data(), 0, kOut);
                    for (std::int64_t row = 0; row < kOut; ++row)
                        QVERIFY(alone[std::size_t(row)] == y[std::size_t((n - 1) * kOut + row)]);
                }
            }
        }
    }
    void bfloat16KeepsWhatIsNotFinite() {
        std::vector<float> values(32, 1.0f);
        values[0] = std::numeric_limits<float>::quiet_NaN();
        values[1] = std::numeric_limits<float>::infinity();
        values[2] = -std::numeric_limits<float>::infinity();
        values[3] = std::numeric_limits<float>::max();
        values[31] = std::bit_cast<float>(0x7f800001u); // a NaN that rounding would carry into infinity
        const kernels::StoredMatrix matrix = {GgmlType::F32, reinterpret_cast<const std::byte*>(values.data()), 1, 32, 128, nullptr};
        for (const kernels::Products* products : variants()) {
            std::uint16_t rounded[32];
            products->unpackStoredBfloat16(matrix, 0, rounded);
            for (std::size_t i = 0; i < 32; ++i)
                QCOMPARE(rounded[i], floatToBfloat16(values[i]));
        }
    }
    void productsEqualPlainLoops_data() {
        QTest::addColumn<int>("m");
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("k");
        for (const int m : {1, 2, 3, 5, 6, 11, 12, 13, 29}) {
            for (const int n : {1, 7, 15, 16, 17, 32, 40, 55, 150})
                QTest::addRow("%d x %d", m, n) << m << n << (m + n) % 11;
        }
    }
    void productsEqualPlainLoops() {
        QFETCH(int, m);
        QFETCH(int, n);
        QFETCH(int, k);
        for (const kernels::Products* products : variants()) {
            for (const bool turned : {false, true}) {
                const std::int64_t aRow = turned ? 1 : k + 2, aColumn = turned ? m + 1 : 1;
                const std::vector<float> a = randomFloats(std::size_t((m + 2) * (k + 2)), 1), b = randomFloats(std::size_t(k * (n + 3) + 1), 2);
                std::vector<float> c(std::size_t(m * (n + 1)), -5.0f);
                products->multiply(m, n, k, a.data(), aRow, aColumn, b.data(), n + 3, c.data(), n + 1);
                for (std::int64_t row = 0; row < m; ++row) {
                    for (std::int64_t column = 0; column < n; ++column) {
                        double sum = 0;
                        for (std::int64_t p = 0; p < k; ++p)
                            sum += double(a[std::size_t(row * aRow + p * aColumn)]) * b[std::size_t(p * (n + 3) + column)];
                        QVERIFY(std::fabs(c[std::size_t(row * (n + 1) + column)] - sum) <= 1e-5);
                    }
                    QCOMPARE(c[std::size_t(row * (n + 1) + n)], -5.0f); // nothing beside C is written
                }
            }
        }
    }
    void softmaxOfWhatIsNoNumberIsNone() {
        for (const kernels::Products* products : variants()) {
            for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
                for (const std::size_t at : {0u, 9u, 16u, 36u}) {
                    std::vector<float> row = randomFloats(37, 4);
                    row[at] = bad;
                    products->softmax(row.data(), 37, 0.5f);
                    QVERIFY(std::all_of(row.begin(), row.end(), [](float value) { return std::isnan(value); }));
                }
            }
        }
    }
    void softmaxIsThatOfTheScaledValues() {
        for (const kernels::Products* products : variants()) {
            for (const std::int64_t count : {1, 2, 15, 16, 17, 100}) {
                std::vector<float> row = randomFloats(std::size_t(count), 4);
                row.back() = 90;
                const std::vector<float> before = row;
                products->softmax(row.data(), count, 0.25f);
                double total = 0;
                for (const float value : before)
                    total += std::exp(0.25 * (value - 90.0));
                for (std::size_t i = 0; i < row.size(); ++i)
                    QVERIFY(std::fabs(row[i] - std::exp(0.25 * (before[i] - 90.0)) / total) <= 1e-6);
            }
        }
    }
};

QTEST_GUILESS_MAIN(ProductsTest)
#include "tst_products.moc"
