#include "base/error.h"
#include "formats/gguf_writer.h"
#include "formats/quantized_blocks.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>
#include <functional>

using namespace triptych;

namespace fs = std::filesystem;

class GgufWriterTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    fs::path path(const char* name) const { return m_dir.path().toStdString() + "/" + name; }
    std::ptrdiff_t entries() const { return std::distance(fs::directory_iterator(m_dir.path().toStdString()), {}); }
    static std::string refusal(const std::function<void()>& call) {
        try {
            call();
        } catch (const Error& error) {
            return error.code() == ErrorCode::InvalidArgument ? error.message() : "wrong code: " + error.message();
        }
        return "no error";
    }

private Q_SLOTS:
    void metadataComesBack() {
        const GgufMetadataToWrite metadata = {{"general.architecture", "llama"},
                                              {"u32", std::uint32_t{4'000'000'000}},
                                              {"i32", std::int32_t{-5}},
                                              {"u64", std::uint64_t{1} << 40},
                                              {"f32", 1e-5f},
                                              {"yes", true},
                                              {"tokens", std::vector<std::string>{"<s>", "", "Ġ世界"}},
                                              {"types", std::vector<std::int32_t>{3, -1}},
                                              {"scores", std::vector<float>{0.0f, -1.5f}}};
        GgufWriter(path("metadata.gguf"), metadata, {}).commit();
        const GgufFile file(path("metadata.gguf"));
        QCOMPARE(file.version(), 3u);
        QCOMPARE(file.metadata().size(), metadata.size());
        QCOMPARE(file.string("general.architecture"), std::string_view("llama"));
        QCOMPARE(file.integer("u32", 0, INT64_MAX), 4'000'000'000);
        QCOMPARE(file.integer("i32", -9, 9), -5);
        QCOMPARE(file.integer("u64", 0, INT64_MAX), 1ll << 40);
        QCOMPARE(static_cast<float>(file.number("f32")), 1e-5f);
        QVERIFY(file.boolean("yes", false));
        QCOMPARE(file.strings("tokens"), (std::vector<std::string_view>{"<s>", "", "Ġ世界"}));
        QCOMPARE(file.integers("types"), (std::vector<std::int64_t>{3, -1}));
        QCOMPARE(file.numbers("scores"), (std::vector<float>{0.0f, -1.5f}));
    }

    void valuesComeBackWithinTheirTypesPrecision_data() {
        QTest::addColumn<unsigned>("type");
        QTest::addColumn<double>("error"); // of the greatest value
        QTest::newRow("F32") << unsigned(GgmlType::F32) << 0.0;
        QTest::newRow("F16") << unsigned(GgmlType::F16) << 1.0 / 2048;
        QTest::newRow("BF16") << unsigned(GgmlType::BF16) << 1.0 / 256;
        QTest::newRow("Q8_0") << unsigned(GgmlType::Q8_0) << 0.5 / 127 + 1.0 / 2048;
        QTest::newRow("Q4_0") << unsigned(GgmlType::Q4_0) << 1.0 / 8 + 1.0 / 2048;
    }
    void valuesComeBackWithinTheirTypesPrecision() {
        QFETCH(unsigned, type);
        QFETCH(double, error);
        std::vector<float> values(3 * 64);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(static_cast<float>(i));
        const auto kind = static_cast<GgmlType>(type);
        GgufWriter writer(path("values.gguf"), {}, {{"first", GgmlType::F32, {1}}, {"w", kind, {3, 64}}, {"none", kind, {0, 64}}, {"last", GgmlType::F32, {2}}});
        writer.writeValues(std::vector<float>{7});
        writer.writeValues(std::span(values).first(32)); // in pieces
        writer.writeValues(std::span(values).subspan(32));
        writer.writeValues(std::vector<float>{8});
        writer.writeValues(std::vector<float>{9});
        writer.commit();
        const GgufFile file(path("values.gguf"));
        QCOMPARE(file.tensor("w").shape, (std::vector<std::int64_t>{3, 64}));
        std::vector<float> read(values.size());
        file.dequantize("w", read);
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(std::fabs(read[i] - values[i]) <= error);
        QVERIFY(kind == GgmlType::F32 || read != values);
        read.resize(2);
        file.dequantize("last", read);
        QCOMPARE(read, (std::vector<float>{8, 9}));
        QCOMPARE(reinterpret_cast<std::uintptr_t>(file.tensor("last").data.data()) % 32, std::uintptr_t(0));
    }
    void blocksOfAnyTypeArePassedOn() {
        const GgufFile source(TRIPTYCH_TEST_DATA "/gguf/tiny.gguf");
        std::vector<GgufTensorToWrite> tensors;
        for (const auto& [name, tensor] : source.tensors())
            tensors.push_back({name, tensor.type, tensor.shape});
        GgufWriter writer(path("copy.gguf"), {{"general.architecture", "llama"}}, tensors);
        for (const auto& [name, tensor] : source.tensors())
            writer.write(tensor.data);
        writer.commit();
        const GgufFile copy(path("copy.gguf"));
        QCOMPARE(copy.tensors().size(), source.tensors().size());
        for (const auto& [name, tensor] : source.tensors()) {
            QCOMPARE(copy.tensor(name).shape, tensor.shape);
            QVERIFY(copy.tensor(name).type == tensor.type);
            QVERIFY(std::memcmp(copy.tensor(name).data.data(), tensor.data.data(), tensor.data.size()) == 0);
        }
    }
    void largeTensorsAreQuantisedPieceByPieceAsInOne() {
        std::vector<float> values(3 * (1u << 18) + 64);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(static_cast<float>(i) * 0.37f);
        GgufWriter writer(path("large.gguf"), {}, {{"w", GgmlType::Q8_0, {static_cast<std::int64_t>(values.size())}}});
        writer.writeValues(values);
        writer.commit();
        std::vector<std::byte> blocks(values.size() / 32 * 34);
        quantize(GgmlType::Q8_0, values, blocks);
        const GgufFile file(path("large.gguf"));
        QVERIFY(std::memcmp(file.tensor("w").data.data(), blocks.data(), blocks.size()) == 0);
    }

    void nothingIsSeenBeforeTheEnd() {
        const auto before = entries();
        {
            GgufWriter writer(path("half.gguf"), {}, {{"w", GgmlType::F32, {2}}});
            writer.writeValues(std::vector<float>{1});
            QVERIFY(!fs::exists(path("half.gguf")));
            QVERIFY(refusal([&] { writer.commit(); }).find("'w' has 4 of its 8 bytes") != std::string::npos);
        }
        QCOMPARE(entries(), before);
    }
    void whatCouldNotBeReadBackIsRefused_data() {
        QTest::addColumn<QString>("named");
        QTest::newRow("key twice") << QStringLiteral("key 'k'");
        QTest::newRow("alignment") << QStringLiteral("general.alignment");
        QTest::newRow("name twice") << QStringLiteral("tensor name 'w'");
        QTest::newRow("long name") << QStringLiteral("cannot be stored");
        QTest::newRow("five dimensions") << QStringLiteral("4 dimensions");
        QTest::newRow("half a block") << QStringLiteral("whole blocks");
        QTest::newRow("negative dimension") << QStringLiteral("'w' of shape [-1]");
        QTest::newRow("unknown type") << QStringLiteral("not one of GGUF");
        QTest::newRow("too many values") << QStringLiteral("has 4 bytes; 8 more");
        QTest::newRow("values behind the last") << QStringLiteral("after the last");
    }
    void whatCouldNotBeReadBackIsRefused() {
        QFETCH(QString, named);
        const auto write = [&](const GgufMetadataToWrite& metadata, std::vector<GgufTensorToWrite> tensors) {
            GgufWriter(path("no.gguf"), metadata, std::move(tensors));
        };
        const GgmlType f32 = GgmlType::F32;
        const std::map<std::string, std::function<void()>> cases = {
            {"key twice", [&] { write({{"k", true}, {"k", false}}, {}); }},
            {"alignment", [&] { write({{"general.alignment", std::uint32_t{64}}}, {}); }},
            {"name twice", [&] { write({}, {{"w", f32, {1}}, {"w", f32, {1}}}); }},
            {"long name", [&] { write({}, {{std::string(64, 'w'), f32, {1}}}); }},
            {"five dimensions", [&] { write({}, {{"w", f32, {1, 1, 1, 1, 1}}}); }},
            {"half a block", [&] { write({}, {{"w", GgmlType::Q4_0, {32, 16}}}); }},
            {"negative dimension", [&] { write({}, {{"w", f32, {-1}}}); }},
            {"unknown type", [&] { write({}, {{"w", static_cast<GgmlType>(4), {32}}}); }},
            {"too many values", [&] { GgufWriter(path("no.gguf"), {}, {{"w", f32, {1}}}).writeValues(std::vector<float>{1, 2}); }},
            {"values behind the last", [&] { GgufWriter(path("no.gguf"), {}, {}).writeValues(std::vector<float>{1}); }}};
        const std::string message = refusal(cases.at(QTest::currentDataTag()));
        QVERIFY2(message.find(named.toStdString()) != std::string::npos && message.find("wrong code") == std::string::npos, message.c_str());
        QVERIFY(!fs::exists(path("no.gguf")));
    }
};

QTEST_GUILESS_MAIN(GgufWriterTest)
#include "tst_gguf_writer.moc"
