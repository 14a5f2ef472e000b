#include "base/error.h"
#include "formats/half_float.h"
#include "formats/quantized_blocks.h"
#include "formats/safetensors.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <limits>

using namespace triptych;

Q_DECLARE_METATYPE(GgmlType)

namespace {

std::vector<float> floats(const TensorView& view) {
    std::vector<float> values(view.data.size() / sizeof(float));
    std::memcpy(values.data(), view.data.data(), view.data.size());
    return values;
}

std::uint32_t bitsOf(float value) { return std::bit_cast<std::uint32_t>(value); }

} // namespace

/// References made by the Python package gguf: tests/data/gguf.
class QuantizedBlocksTest : public QObject {
    Q_OBJECT
    const SafetensorsFile m_reference{TRIPTYCH_TEST_DATA "/gguf/quantized.safetensors"};

    static void addTypes(std::initializer_list<GgmlType> types) {
        QTest::addColumn<GgmlType>("type");
        for (const GgmlType type : types)
            QTest::newRow(std::string(ggmlLayout(type)->name).c_str()) << type;
    }

private Q_SLOTS:
    void valuesEqualTheReferenceBitForBit_data() {
        addTypes({GgmlType::F16, GgmlType::BF16, GgmlType::Q8_0, GgmlType::Q4_0, GgmlType::Q4_1, GgmlType::Q5_0, GgmlType::Q5_1, GgmlType::Q4_K,
                  GgmlType::Q5_K, GgmlType::Q6_K});
    }
    void valuesEqualTheReferenceBitForBit() {
        QFETCH(GgmlType, type);
        const std::string name(ggmlLayout(type)->name);
        const std::vector<float> expected = floats(m_reference.tensor(name + ".values"));
        QVERIFY(expected.size() >= 256);
        std::vector<float> values(expected.size());
        dequantize(type, m_reference.tensor(name + ".blocks").data, values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (std::isnan(expected[i])) // bfloat16 has random payloads here, and those of a quiet one are kept
                QVERIFY2(std::isnan(values[i]), std::to_string(i).c_str());
            else
                QVERIFY2(bitsOf(values[i]) == bitsOf(expected[i]), std::to_string(i).c_str());
        }
    }
    void whatIsNotFiniteIsFound_data() {
        addTypes({GgmlType::F32, GgmlType::F16, GgmlType::BF16, GgmlType::Q8_0, GgmlType::Q4_0, GgmlType::Q4_1, GgmlType::Q5_0, GgmlType::Q5_1, GgmlType::Q4_K,
                  GgmlType::Q5_K, GgmlType::Q6_K});
    }
    void whatIsNotFiniteIsFound() {
        QFETCH(GgmlType, type);
        const GgmlLayout layout = *ggmlLayout(type);
        // Codes of all bits are large numbers and no scale; an odd number of blocks leaves a rest behind whole vectors.
        std::vector<std::byte> blocks(37 * layout.blockBytes, layout.blockValues == 1 ? std::byte(0x3f) : std::byte(0x7b));
        QVERIFY(allFinite(type, blocks));
        QVERIFY(allFinite(type, {}));
        const std::size_t scale = type == GgmlType::Q6_K ? 208 : type == GgmlType::F32 ? 2 : 0;
        const bool two = type == GgmlType::Q4_1 || type == GgmlType::Q5_1 || type == GgmlType::Q4_K || type == GgmlType::Q5_K;
        for (const std::size_t block : {std::size_t(0), std::size_t(17), std::size_t(36)}) {
            for (const std::uint16_t bad : {0x7f80, 0xff80, 0x7fc1}) { // infinity and NaN of float32 and bfloat16, NaN of float16
                for (const std::size_t place : {scale, scale + (two ? 2 : 0)}) {
                    std::vector<std::byte> changed = blocks;
                    std::memcpy(changed.data() + block * layout.blockBytes + place, &bad, sizeof bad);
                    QVERIFY(!allFinite(type, changed));
                }
            }
        }
    }
    void blocksEqualTheReferenceByteForByte_data() { addTypes({GgmlType::F16, GgmlType::BF16, GgmlType::Q8_0, GgmlType::Q4_0}); }
    void blocksEqualTheReferenceByteForByte() {
        QFETCH(GgmlType, type);
        const std::string name(ggmlLayout(type)->name);
        const std::vector<float> given = floats(m_reference.tensor(name + ".given"));
        const std::span<const std::byte> expected = m_reference.tensor(name + ".quantized").data;
        std::vector<std::byte> blocks(expected.size());
        quantize(type, given, blocks);
        const std::uint32_t size = ggmlLayout(type)->blockBytes;
        for (std::size_t i = 0; i < blocks.size(); ++i)
            QVERIFY2(blocks[i] == expected[i], (name + " block " + std::to_string(i / size) + " byte " + std::to_string(i % size)).c_str());
    }

    void everyHalfSurvivesTheWayThroughFloat() {
        for (std::uint32_t half = 0; half < 0x10000; ++half) {
            const float value = halfToFloat(static_cast<std::uint16_t>(half));
            const std::uint32_t exponent = (half >> 10) & 31;
            const std::uint32_t mantissa = half & 1023;
            if (exponent == 31 && mantissa != 0) {
                QVERIFY(std::isnan(value) && std::isnan(halfToFloat(floatToHalf(value))));
                continue;
            }
            QCOMPARE(static_cast<std::uint32_t>(floatToHalf(value)), half);
            const float magnitude = exponent == 31  ? std::numeric_limits<float>::infinity()
                                    : exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -24)
                                                    : std::ldexp(static_cast<float>(mantissa + 1024), static_cast<int>(exponent) - 25);
            QVERIFY(bitsOf(value) == bitsOf(half & 0x8000 ? -magnitude : magnitude));
        }
    }
    void halvesRoundToNearestEven() {
        QCOMPARE(floatToHalf(65504.0f), std::uint16_t(0x7bff));
        QCOMPARE(floatToHalf(65519.0f), std::uint16_t(0x7bff));
        QCOMPARE(floatToHalf(65520.0f), std::uint16_t(0x7c00));
        QCOMPARE(floatToHalf(1.0f + 0x1p-11f), std::uint16_t(0x3c00));
        QCOMPARE(floatToHalf(1.0f + 0x3p-11f), std::uint16_t(0x3c02));
        QCOMPARE(floatToHalf(0x1p-25f), std::uint16_t(0));
        QCOMPARE(floatToHalf(0x1.000002p-25f), std::uint16_t(1));
        QCOMPARE(floatToHalf(-std::numeric_limits<float>::infinity()), std::uint16_t(0xfc00));
        QVERIFY(std::isnan(halfToFloat(floatToHalf(-std::numeric_limits<float>::quiet_NaN()))));
    }
    void bfloat16KeepsInfinityAndNaN() {
        QCOMPARE(floatToBfloat16(std::numeric_limits<float>::infinity()), std::uint16_t(0x7f80));
        QCOMPARE(floatToBfloat16(std::numeric_limits<float>::max()), std::uint16_t(0x7f80));
        QVERIFY(std::isnan(bfloat16ToFloat(floatToBfloat16(std::bit_cast<float>(0x7f800001u))))); // its payload is in the lost half
        QVERIFY(std::isnan(bfloat16ToFloat(floatToBfloat16(std::bit_cast<float>(0xffffffffu)))));
        QCOMPARE(floatToBfloat16(std::bit_cast<float>(0x3f808000u)), std::uint16_t(0x3f80));
        QCOMPARE(floatToBfloat16(std::bit_cast<float>(0x3f818000u)), std::uint16_t(0x3f82));
    }

    void valuesThatAreNotFiniteSpoilTheirBlockVisibly_data() { addTypes({GgmlType::Q8_0, GgmlType::Q4_0}); }
    void valuesThatAreNotFiniteSpoilTheirBlockVisibly() {
        QFETCH(GgmlType, type);
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
            std::vector<float> values(64, 1.0f);
            values[7] = bad;
            std::vector<std::byte> blocks(2 * ggmlLayout(type)->blockBytes);
            quantize(type, values, blocks);
            dequantize(type, blocks, values);
            for (std::size_t i = 0; i < 64; ++i)
                QVERIFY(i < 32 ? std::isnan(values[i]) : std::fabs(values[i] - 1.0f) < 0.01f);
        }
    }
    void blocksNeedNoAlignment() {
        const std::span<const std::byte> blocks = m_reference.tensor("Q5_K.blocks").data;
        const std::vector<float> expected = floats(m_reference.tensor("Q5_K.values"));
        std::vector<std::byte> shifted(blocks.size() + 1);
        std::memcpy(shifted.data() + 1, blocks.data(), blocks.size());
        std::vector<float> values(expected.size());
        dequantize(GgmlType::Q5_K, std::span(shifted).subspan(1), values);
        QVERIFY(values == expected);
    }
    void sizesThatDoNotFitAreRefused() {
        std::vector<std::byte> blocks(36);
        std::vector<float> values(64);
        const auto refuses = [](const std::function<void()>& call, ErrorCode code) {
            try {
                call();
            } catch (const Error& error) {
                return error.code() == code;
            }
            return false;
        };
        dequantize(GgmlType::Q4_0, blocks, values);
        QVERIFY(refuses([&] { dequantize(GgmlType::Q4_0, std::span(blocks).first(18), values); }, ErrorCode::InvalidArgument));
        QVERIFY(refuses([&] { dequantize(GgmlType::Q4_0, std::span(blocks).first(35), values); }, ErrorCode::InvalidArgument));
        QVERIFY(refuses([&] { quantize(GgmlType::Q4_0, std::span(values).first(63), blocks); }, ErrorCode::InvalidArgument));
        QVERIFY(refuses([&] { quantize(GgmlType::Q4_1, values, blocks); }, ErrorCode::Unsupported));
        QVERIFY(refuses([&] { dequantize(static_cast<GgmlType>(10), blocks, values); }, ErrorCode::Unsupported));
        QVERIFY(refuses([&] { dequantize(static_cast<GgmlType>(77), blocks, values); }, ErrorCode::Unsupported));
    }
};

QTEST_GUILESS_MAIN(QuantizedBlocksTest)
#include "tst_quantized_blocks.moc"
