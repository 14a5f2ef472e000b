#include "base/error.h"
#include "formats/gguf.h"
#include "formats/safetensors.h"

#include <QTest>

#include <cstdlib>
#include <cstring>
#include <functional>

using namespace triptych;

namespace {

std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.message();
    }
    return {};
}

} // namespace

/// Reads what the Python package gguf wrote: tests/data/gguf.
class GgufTest : public QObject {
    Q_OBJECT
    const GgufFile m_tiny{TRIPTYCH_TEST_DATA "/gguf/tiny.gguf"};

private Q_SLOTS:
    void metadataOfEveryTypeIsRead() {
        QCOMPARE(m_tiny.version(), 3u);
        QCOMPARE(m_tiny.string("general.architecture"), std::string_view("llama"));
        const std::pair<const char*, std::int64_t> integers[] = {{"uint8", 200},         {"int8", -100},         {"uint16", 60000},
                                                                 {"int16", -30000},      {"uint32", 4000000000}, {"int32", -2000000000},
                                                                 {"int64", -(1ll << 62)}};
        for (const auto& [name, value] : integers)
            QCOMPARE(m_tiny.integer(std::string("test.") + name, INT64_MIN, INT64_MAX), value);
        QCOMPARE(m_tiny.number("test.float32"), 0.5);
        QCOMPARE(m_tiny.number("test.float64"), 1e300);
        QCOMPARE(m_tiny.number("test.uint8"), 200.0);
        QCOMPARE(m_tiny.number("test.uint64"), 9223372036854775808.0);
        QVERIFY(m_tiny.boolean("test.bool", false));
        QCOMPARE(m_tiny.string("test.string"), std::string_view("Größe 大小"));
        QCOMPARE(m_tiny.strings("test.strings"), (std::vector<std::string_view>{"<s>", "", "Ġ世界", "\n"}));
        QCOMPARE(m_tiny.integers("test.integers"), (std::vector<std::int64_t>{-1, 0, 1 << 30}));
        QCOMPARE(m_tiny.integers("test.booleans"), (std::vector<std::int64_t>{1, 0}));
        QCOMPARE(m_tiny.numbers("test.numbers"), (std::vector<float>{0.0f, -1.5f, 3.25f}));
    }
    void absentKeysHaveTheirFallback() {
        QVERIFY(!m_tiny.has("test.absent"));
        QCOMPARE(m_tiny.integer("test.absent", 0, 9, 7), 7);
        QCOMPARE(m_tiny.number("test.absent", 1e-5), 1e-5);
        QCOMPARE(m_tiny.string("test.absent", "none"), std::string_view("none"));
        QVERIFY(m_tiny.boolean("test.absent", true));
        QCOMPARE(m_tiny.integer("test.int8", -128, 127, 7), -100);
    }
    void wrongTypesNameFileAndKey_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("getter");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* name, const char* key, const char* getter, const char* named) {
            QTest::newRow(name) << QString::fromLatin1(key) << QString::fromLatin1(getter) << QString::fromLatin1(named);
        };
        row("missing integer", "test.absent", "integer", "missing");
        row("missing array", "test.absent", "strings", "missing");
        row("string as integer", "test.string", "integer", "STRING");
        row("fraction as integer", "test.float32", "integer", "FLOAT32");
        row("boolean as integer", "test.bool", "integer", "BOOL");
        row("integer beyond 63 bits", "test.uint64", "integer", "63 bits");
        row("integer out of range", "test.uint8", "integer", "between 0 and 9");
        row("string as number", "test.string", "number", "STRING");
        row("integer as boolean", "test.uint8", "boolean", "UINT8");
        row("array as string", "test.strings", "string", "array");
        row("integer as string", "test.uint8", "string", "UINT8");
        row("string as strings", "test.string", "strings", "array");
        row("integers as strings", "test.integers", "strings", "INT32");
        row("strings as integers", "test.strings", "integers", "STRING");
        row("fractions as integers", "test.numbers", "integers", "FLOAT32");
        row("strings as numbers", "test.strings", "numbers", "STRING");
    }
    void wrongTypesNameFileAndKey() {
        QFETCH(QString, key);
        QFETCH(QString, getter);
        QFETCH(QString, named);
        const std::string name = key.toStdString();
        const std::map<QString, std::function<void()>> getters = {
            {QStringLiteral("integer"), [&] { m_tiny.integer(name, 0, 9); }}, {QStringLiteral("number"), [&] { m_tiny.number(name); }},
            {QStringLiteral("boolean"), [&] { m_tiny.boolean(name, false); }}, {QStringLiteral("string"), [&] { m_tiny.string(name); }},
            {QStringLiteral("strings"), [&] { m_tiny.strings(name); }},        {QStringLiteral("integers"), [&] { m_tiny.integers(name); }},
            {QStringLiteral("numbers"), [&] { m_tiny.numbers(name); }}};
        const std::string message = refusal(getters.at(getter));
        for (const std::string& word : {std::string("tiny.gguf"), name, named.toStdString()})
            QVERIFY2(message.find(word) != std::string::npos, message.c_str());
    }

    void tensorsHaveTheValuesThatTheReferenceReads() {
        const SafetensorsFile expected(TRIPTYCH_TEST_DATA "/gguf/tiny.safetensors");
        QCOMPARE(expected.tensors().size(), std::size_t(12));
        QCOMPARE(m_tiny.tensors().size(), expected.tensors().size() + 2);
        for (const auto& [name, view] : expected.tensors()) {
            std::vector<float> values(view.data.size() / sizeof(float));
            m_tiny.dequantize(name, values);
            QVERIFY2(std::memcmp(values.data(), view.data.data(), view.data.size()) == 0, name.c_str());
        }
    }
    void shapesAreRowMajor() {
        QCOMPARE(m_tiny.tensor("matrix").shape, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(m_tiny.tensor("cube").shape, (std::vector<std::int64_t>{2, 3, 4}));
        QCOMPARE(m_tiny.tensor("q6_k").shape, (std::vector<std::int64_t>{2, 256}));
        std::vector<float> values(6);
        m_tiny.dequantize("matrix", values);
        QCOMPARE(values, (std::vector<float>{0, 1, 2, 3, 4, 5}));
    }
    void dataIsAligned() {
        for (const auto& [name, tensor] : m_tiny.tensors())
            QCOMPARE(reinterpret_cast<std::uintptr_t>(tensor.data.data()) % 32, std::uintptr_t(0));
    }
    void typesThatAreNotReadAreNamedWhenAskedFor() {
        QCOMPARE(m_tiny.tensor("iq4_nl").shape, (std::vector<std::int64_t>{1, 32}));
        QCOMPARE(m_tiny.tensor("iq4_nl").data.size(), std::size_t(18));
        std::vector<float> values(32);
        try {
            m_tiny.dequantize("iq4_nl", values);
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Unsupported);
            QVERIFY2(error.message().find("'iq4_nl' is stored as IQ4_NL") != std::string::npos, error.what());
        }
        QVERIFY(refusal([&] { m_tiny.dequantize("counts", values); }).find("I32") != std::string::npos);
        QVERIFY(refusal([&] { m_tiny.dequantize("absent", values); }).find("'absent'") != std::string::npos);
        QVERIFY(!refusal([&] { m_tiny.dequantize("matrix", values); }).empty());
    }

    void realVocabulariesAreRead_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("tokens");
        QTest::addColumn<QString>("model");
        QTest::newRow("WordPiece") << QStringLiteral("ggml-vocab-bert-bge.gguf") << 30522 << QStringLiteral("bert");
        QTest::newRow("byte-level BPE") << QStringLiteral("ggml-vocab-gpt-2.gguf") << 50257 << QStringLiteral("gpt2");
        QTest::newRow("SentencePiece BPE") << QStringLiteral("ggml-vocab-phi-3.gguf") << 32064 << QStringLiteral("llama");
    }
    void realVocabulariesAreRead() {
        QFETCH(QString, file);
        QFETCH(int, tokens);
        QFETCH(QString, model);
        const char* folder = std::getenv("TRIPTYCH_REFERENCE_TOKENIZERS");
        if (!folder || !std::filesystem::exists(std::filesystem::path(folder) / "gguf"))
            QSKIP("TRIPTYCH_REFERENCE_TOKENIZERS names no folder with gguf/ggml-vocab-*.gguf");
        const GgufFile vocabulary(std::filesystem::path(folder) / "gguf" / file.toStdString());
        QCOMPARE(vocabulary.strings("tokenizer.ggml.tokens").size(), static_cast<std::size_t>(tokens));
        QCOMPARE(vocabulary.integers("tokenizer.ggml.token_type").size(), static_cast<std::size_t>(tokens));
        QCOMPARE(vocabulary.string("tokenizer.ggml.model"), std::string_view(model.toStdString()));
        QVERIFY(vocabulary.tensors().empty());
    }
};

QTEST_GUILESS_MAIN(GgufTest)
#include "tst_gguf.moc"
