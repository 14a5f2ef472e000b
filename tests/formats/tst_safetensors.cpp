#include "base/error.h"
#include "base/files.h"
#include "formats/safetensors.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <fstream>

using namespace triptych;

namespace {

std::string lengthBytes(std::uint64_t length) {
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        bytes[i] = static_cast<char>(length >> (8 * i));
    return bytes;
}

std::string fileOf(const std::string& header, std::size_t dataBytes) {
    std::string data(dataBytes, '\0');
    for (std::size_t i = 0; i < dataBytes; ++i)
        data[i] = static_cast<char>(i);
    return lengthBytes(header.size()) + header + data;
}

} // namespace

class SafetensorsTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    std::filesystem::path path(const char* name) const { return m_dir.path().toStdString() + "/" + name; }

    /// The message of the error that reading these bytes gives; empty if they are accepted.
    std::string refusal(const std::string& bytes) const {
        std::ofstream(path("lie.safetensors"), std::ios::binary) << bytes;
        try {
            const SafetensorsFile file(path("lie.safetensors"));
            return {};
        } catch (const Error& error) {
            return error.code() == ErrorCode::InvalidInput ? error.message() : "wrong code: " + error.message();
        }
    }

private Q_SLOTS:
    void readsWhatTheFormatAllows() {
        const std::string header = R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]},)"
                                   R"("a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                                   R"("empty":{"shape":[0,3],"dtype":"BF16","data_offsets":[16,16]}}    )";
        atomicWrite(path("good"), fileOf(header, 16));
        const SafetensorsFile file(path("good"));
        QCOMPARE(file.tensors().size(), std::size_t(3));
        QCOMPARE(file.metadata().at("format"), std::string("pt"));
        QCOMPARE(file.tensor("a").shape, (std::vector<std::int64_t>{2, 1}));
        QCOMPARE(std::to_integer<int>(file.tensor("a").data[7]), 7);
        QCOMPARE(std::to_integer<int>(file.tensor("b").data[0]), 8);
        QVERIFY(file.tensor("b").shape.empty());
        QVERIFY(file.tensor("empty").data.empty());
        QVERIFY_EXCEPTION_THROWN(file.tensor("c"), Error);
        QVERIFY(refusal(fileOf("{}", 0)).empty());
    }

    void liesAreRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("named"); // a word that the message must have
        const auto row = [](const char* name, const std::string& bytes, const char* named) {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << QString::fromUtf8(named);
        };
        const auto one = [&](const char* name, const std::string& entry, std::size_t data, const char* named) {
            row(name, fileOf("{\"weight\":" + entry + "}", data), named);
        };
        row("empty file", "", "0 bytes");
        row("seven bytes", "\x01\x00\x00\x00\x00\x00\x00", "bytes");
        row("length beyond the file", lengthBytes(3) + "{}", "claims 3");
        row("length of 2^64-1", lengthBytes(~0ull) + "{}", "claims");
        row("length of 100 MB and one", lengthBytes(100'000'001) + "{}", "claims");
        row("length zero", lengthBytes(0) + "{}", "start with");
        row("length cuts the header", lengthBytes(5) + R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})", "JSON");
        row("not JSON", fileOf("{nothing}", 0), "JSON");
        row("white space first", fileOf(" {}", 0), "start with");
        row("byte order mark", fileOf("\xef\xbb\xbf{}", 0), "start with");
        row("an array", fileOf("[]", 0), "start with");
        row("text after the object", fileOf("{}x", 0), "JSON");
        row("NUL after the object", fileOf(std::string("{}\0\0", 4), 0), "NUL");
        row("invalid UTF-8", fileOf("{\"\xff\xfe\":1}", 0), "JSON");
        row("deep nesting", fileOf("{\"weight\":" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}", 0), "array");
        row("deep objects", fileOf(R"({"weight":{"dtype":{"a":{"b":{}}}}})", 0), "object");
        row("entry is a number", fileOf(R"({"weight":1})", 0), "weight");
        row("entry is null", fileOf(R"({"weight":null})", 0), "weight");
        row("metadata with a number", fileOf(R"({"__metadata__":{"epoch":3}})", 0), "__metadata__");
        row("metadata with an object", fileOf(R"({"__metadata__":{"epoch":{}}})", 0), "__metadata__");
        row("name with NUL", fileOf(R"({"a\u0000b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1), "NUL");
        row("name twice",
            fileOf(R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2), "twice");
        one("no dtype", R"({"shape":[1],"data_offsets":[0,1]})", 1, "dtype");
        one("no shape", R"({"dtype":"U8","data_offsets":[0,1]})", 1, "shape");
        one("no offsets", R"({"dtype":"U8","shape":[1]})", 1, "data_offsets");
        one("key twice", R"({"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]})", 1, "twice");
        one("unknown key", R"({"dtype":"U8","shape":[1],"data_offsets":[0,1],"offset":0})", 1, "offset");
        one("unknown dtype", R"({"dtype":"F128","shape":[1],"data_offsets":[0,16]})", 16, "F128");
        one("dtype in lower case", R"({"dtype":"f32","shape":[1],"data_offsets":[0,4]})", 4, "f32");
        one("dtype is a number", R"({"dtype":32,"shape":[1],"data_offsets":[0,4]})", 4, "dtype");
        one("dtype of another size", R"({"dtype":"F32","shape":[4],"data_offsets":[0,4]})", 4, "needs 16");
        one("shape is a string", R"({"dtype":"U8","shape":"1","data_offsets":[0,1]})", 1, "shape");
        one("negative dimension", R"({"dtype":"U8","shape":[-1],"data_offsets":[0,1]})", 1, "-1");
        one("fractional dimension", R"({"dtype":"U8","shape":[1.0],"data_offsets":[0,1]})", 1, "1.0");
        one("dimension beyond 2^63", R"({"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]})", 1, "too large");
        one("dimension beyond 2^64", R"({"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1]})", 1, "whole");
        one("product wraps to zero", R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})", 0, "elements");
        one("product wraps to four", R"({"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]})", 4, "elements");
        one("product overflows before a zero", R"({"dtype":"U8","shape":[9223372036854775807,9223372036854775807,0],"data_offsets":[0,0]})", 0, "elements");
        std::string dimensions = "1";
        for (int i = 0; i < 100; ++i)
            dimensions += ",1";
        one("hundred dimensions", "{\"dtype\":\"U8\",\"shape\":[" + dimensions + "],\"data_offsets\":[0,1]}", 1, "dimensions");
        one("one offset", R"({"dtype":"U8","shape":[1],"data_offsets":[0]})", 1, "two numbers");
        one("three offsets", R"({"dtype":"U8","shape":[1],"data_offsets":[0,1,2]})", 1, "two numbers");
        one("offsets the wrong way", R"({"dtype":"U8","shape":[1],"data_offsets":[1,0]})", 1, "before it begins");
        one("negative offset", R"({"dtype":"U8","shape":[1],"data_offsets":[-1,0]})", 1, "-1");
        one("offset beyond the file", R"({"dtype":"U8","shape":[2],"data_offsets":[0,2]})", 1, "1 bytes of data");
        one("offset near 2^64", R"({"dtype":"U8","shape":[1],"data_offsets":[18446744073709551614,18446744073709551615]})", 1, "weight");
        one("hole at the start", R"({"dtype":"U8","shape":[1],"data_offsets":[1,2]})", 2, "hole");
        one("bytes behind the last", R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})", 2, "follow");
        row("overlap",
            fileOf(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})", 6), "inside");
        row("same bytes twice",
            fileOf(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4), "inside");
        row("hole between",
            fileOf(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})", 3), "hole of 1");
    }
    void liesAreRefused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, named);
        const std::string message = refusal(bytes.toStdString());
        QVERIFY2(message.find("lie.safetensors") != std::string::npos, message.c_str());
        QVERIFY2(message.find(named.toStdString()) != std::string::npos, message.c_str());
        QVERIFY2(message.find("wrong code") == std::string::npos, message.c_str());
    }

    void everyFlippedByteIsAcceptedOrRefused() {
        std::vector<std::byte> data(64, std::byte{7});
        writeSafetensors(path("small"), {{"encoder.weight", DType::F32, {3, 4}, std::span(data).first(48)}, {"mask", DType::Bool, {5}, std::span(data).first(5)}},
                         {{"format", "pt"}});
        const std::string whole = readFile(path("small"));
        int accepted = 0, refused = 0;
        for (std::size_t i = 0; i < whole.size(); ++i) {
            for (const int flip : {0x01, 0xa0}) {
                std::string bytes = whole;
                bytes[i] = static_cast<char>(bytes[i] ^ flip);
                const std::string message = refusal(bytes);
                QVERIFY2(message.find("wrong code") == std::string::npos, message.c_str());
                ++(message.empty() ? accepted : refused);
            }
        }
        for (std::size_t size = 0; size < whole.size(); ++size)
            QVERIFY(!refusal(whole.substr(0, size)).empty());
        QVERIFY(accepted >= 53 * 2); // data bytes are free
        QVERIFY(refused > 100);
    }

    void writtenFilesReadBackAligned() {
        std::vector<std::byte> data(100);
        for (std::size_t i = 0; i < data.size(); ++i)
            data[i] = static_cast<std::byte>(i);
        const auto bytes = [&](std::size_t n) { return std::span<const std::byte>(data).first(n); };
        writeSafetensors(path("out"), {{"odd", DType::U8, {3}, bytes(3)},
                                       {"half", DType::F16, {1, 5}, bytes(10)},
                                       {"long", DType::I64, {2}, bytes(16)},
                                       {"none", DType::F32, {0}, bytes(0)}});
        const SafetensorsFile file(path("out"));
        QCOMPARE(file.tensors().size(), std::size_t(4));
        for (const auto& [name, view] : file.tensors()) {
            QCOMPARE(reinterpret_cast<std::uintptr_t>(view.data.data()) % dtypeSize(view.dtype), std::uintptr_t(0));
            QVERIFY(std::memcmp(view.data.data(), data.data(), view.data.size()) == 0);
        }
        QCOMPARE(file.tensor("half").shape, (std::vector<std::int64_t>{1, 5}));
    }

    void writerRefusesWhatItCouldNotReadBack() {
        std::vector<std::byte> data(4);
        atomicWrite(path("kept"), "before");
        QVERIFY_EXCEPTION_THROWN(writeSafetensors(path("kept"), {{"a", DType::F32, {2}, data}}), Error);
        QVERIFY_EXCEPTION_THROWN(writeSafetensors(path("kept"), {{"a", DType::F32, {1}, data}, {"a", DType::F32, {1}, data}}), Error);
        QVERIFY_EXCEPTION_THROWN(writeSafetensors(path("kept"), {{"__metadata__", DType::F32, {1}, data}}), Error);
        QVERIFY_EXCEPTION_THROWN(writeSafetensors(path("kept"), {{"\xff", DType::F32, {1}, data}}), Error);
        QCOMPARE(readFile(path("kept")), std::string("before"));
        QVERIFY_EXCEPTION_THROWN(writeSafetensors(path("missing/folder"), {{"a", DType::F32, {1}, data}}), Error);
    }
};

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "tst_safetensors.moc"
