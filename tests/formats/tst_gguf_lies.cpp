#include "base/error.h"
#include "base/files.h"
#include "formats/gguf.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace triptych;

namespace {

template <typename Number>
std::string le(Number value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}
std::string u32(std::uint32_t value) { return le(value); }
std::string u64(std::uint64_t value) { return le(value); }
std::string text(const std::string& value) { return u64(value.size()) + value; }
std::string head(std::uint64_t tensors, std::uint64_t pairs, std::uint32_t version = 3) { return "GGUF" + u32(version) + u64(tensors) + u64(pairs); }
std::string pair(const std::string& key, std::uint32_t type, const std::string& value) { return text(key) + u32(type) + value; }
std::string tensor(const std::string& name, const std::vector<std::uint64_t>& dimensions, std::uint32_t type, std::uint64_t offset) {
    std::string bytes = text(name) + u32(static_cast<std::uint32_t>(dimensions.size()));
    for (const std::uint64_t dimension : dimensions)
        bytes += u64(dimension);
    return bytes + u32(type) + u64(offset);
}
std::string withData(std::string bytes, std::size_t data, std::size_t alignment = 32) {
    bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, '\0');
    return bytes + std::string(data, '\1');
}

enum Type : std::uint32_t { UInt8, Int8, UInt16, Int16, UInt32, Int32, Float32, Bool, String, Array, UInt64, Int64, Float64 };
constexpr std::uint64_t kHuge = ~std::uint64_t{0};

/// Every part that a file can have; its data ends with the file.
std::string wholeFile() {
    return withData(head(3, 4) + pair("general.architecture", String, text("llama")) + pair("general.alignment", UInt32, u32(64)) +
                        pair("tokens", Array, u32(String) + u64(3) + text("a") + text("") + text("bc")) + pair("flag", Bool, "\1") +
                        tensor("w", {32, 2}, 2, 0) + tensor("empty", {0, 7}, 0, 64) + tensor("b", {16}, 0, 64),
                    128, 64);
}

} // namespace

class GgufLiesTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    std::filesystem::path path() const { return m_dir.path().toStdString() + "/lie.gguf"; }

    /// "code: message" of the error that these bytes give; empty if they are accepted. What is accepted is read whole.
    std::string refusal(const std::string& bytes) const {
        std::ofstream(path(), std::ios::binary) << bytes;
        try {
            const GgufFile file(path());
            for (const auto& [key, value] : file.metadata()) {
                if (value.isArray && value.type == GgufValueType::String)
                    file.strings(key);
            }
            for (const auto& [name, view] : file.tensors()) {
                const auto count = view.data.size() / ggmlLayout(view.type)->blockBytes * ggmlLayout(view.type)->blockValues;
                std::vector<float> values(count);
                try {
                    file.dequantize(name, values);
                } catch (const Error& error) {
                    if (error.code() != ErrorCode::Unsupported)
                        throw;
                }
            }
            return {};
        } catch (const Error& error) {
            return std::string(errorCodeName(error.code())) + ": " + error.message();
        }
    }

private Q_SLOTS:
    void whatTheFormatAllowsIsAccepted_data() {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, const std::string& bytes) { QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())); };
        row("every part", wholeFile());
        row("nothing but a head", head(0, 0));
        row("version 2", head(0, 0, 2));
        row("no padding behind the last pair", head(0, 1) + pair("k", UInt8, "\1"));
        row("padding behind the last tensor", withData(head(1, 0) + tensor("w", {2}, 0, 0), 32));
        row("scalar tensor", withData(head(1, 0) + tensor("w", {}, 0, 0), 4));
        row("hole between tensors", withData(head(2, 0) + tensor("a", {1}, 0, 0) + tensor("b", {1}, 0, 64), 68));
        row("tensors out of order", withData(head(2, 0) + tensor("a", {1}, 0, 32) + tensor("b", {1}, 0, 0), 36));
        row("array of nothing", head(0, 1) + pair("k", Array, u32(String) + u64(0)));
        row("alignment 1", withData(head(1, 1) + pair("general.alignment", UInt32, u32(1)) + tensor("w", {1}, 0, 3), 7, 1));
    }
    void whatTheFormatAllowsIsAccepted() {
        QFETCH(QByteArray, bytes);
        const std::string message = refusal(bytes.toStdString());
        QVERIFY2(message.empty(), message.c_str());
    }

    void liesAreRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("named"); // words that the message must have
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const std::string& bytes, const char* named, const char* code = "invalid_input") {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << QString::fromUtf8(named) << QString::fromUtf8(code);
        };
        const auto one = [&](const char* name, const std::string& entry, std::size_t data, const char* named, const char* code = "invalid_input") {
            row(name, withData(head(1, 0) + entry, data), named, code);
        };
        row("empty file", "", "'GGUF'");
        row("another format", "PK\3\4" + std::string(40, '\0'), "'GGUF'");
        row("the format before", "ggjt" + u32(3) + std::string(40, '\0'), "'GGUF'");
        row("magic only", "GGUF", "at byte 4");
        row("version 0", head(0, 0, 0), "version 0", "unsupported");
        row("version 1", head(0, 0, 1), "version 1", "unsupported");
        row("version 4", head(0, 0, 4), "version 4", "unsupported");
        row("big-endian", head(0, 0, 0x03000000), "big-endian", "unsupported");
        row("2^64-1 tensors", head(kHuge, 0), "18446744073709551615 tensors");
        row("2^64-1 pairs", head(0, kHuge), "18446744073709551615 metadata");
        row("one pair too many", head(0, 2) + pair("k", UInt8, "\1"), "2 metadata entries");
        row("one tensor too many", withData(head(2, 0) + tensor("w", {1}, 0, 0), 4), "tensor 1");
        row("key of 2^64-1 bytes", head(0, 1) + u64(kHuge) + std::string(30, 'k'), "key of 18446744073709551615 bytes");
        row("key longer than the file", head(0, 1) + u64(31) + std::string(30, 'k'), "key has 31 bytes, but 30");
        row("key of 64 KiB", head(0, 1) + pair(std::string(65'536, 'k'), UInt8, "\1"), "key of 65536 bytes");
        row("empty key", head(0, 1) + pair("", UInt32, u32(1)), "key of 0 bytes");
        row("key with NUL", head(0, 1) + pair(std::string("a\0b", 3), UInt32, u32(1)), "NUL");
        row("key twice", head(0, 2) + pair("k", UInt8, "\1") + pair("k", UInt8, "\2"), "key 'k', at byte 38: it stands in the metadata twice");
        row("type 13", head(0, 1) + pair("k", 13, u64(0)), "key 'k', at byte 33: 13 is no type");
        row("boolean 2", head(0, 1) + pair("k", Bool, "\2"), "2 is no boolean");
        row("boolean 2 in an array", head(0, 1) + pair("k", Array, u32(Bool) + u64(2) + "\1\2"), "at byte 50: 2 is no boolean");
        row("string of 2^64-1 bytes", head(0, 1) + pair("k", String, u64(kHuge)), "string has 18446744073709551615 bytes");
        row("string longer than the file", head(0, 1) + pair("k", String, u64(5) + "four"), "string has 5 bytes, but 4");
        row("value cut off", head(0, 1) + pair("k", Float64, "seven b"), "value has 8 bytes, but 7");
        row("array of 2^64-1 bytes", head(0, 1) + pair("k", Array, u32(UInt8) + u64(kHuge)), "array of 18446744073709551615");
        row("array whose bytes wrap to 8", head(0, 1) + pair("k", Array, u32(UInt64) + u64((1ull << 61) + 1) + u64(0)), "array of 2305843009213693953");
        row("array of 2^61 strings", head(0, 1) + pair("k", Array, u32(String) + u64(1ull << 61) + u64(0)), "array of 2305843009213693952");
        row("array of strings that overrun", head(0, 1) + pair("k", Array, u32(String) + u64(2) + text("aaaaaaaaaaaaaaaa") + u64(1)), "string has 1 bytes, but 0");
        row("array of arrays", head(0, 1) + pair("k", Array, u32(Array) + u64(1) + u32(UInt8) + u64(0)), "arrays of arrays", "unsupported");
        row("array of type 99", head(0, 1) + pair("k", Array, u32(99) + u64(0)), "99 is no type");
        row("alignment 0", head(0, 1) + pair("general.alignment", UInt32, u32(0)), "power of two");
        row("alignment 48", head(0, 1) + pair("general.alignment", UInt32, u32(48)), "48 is no power of two");
        row("alignment of 64 bits", head(0, 1) + pair("general.alignment", UInt64, u64(32)), "UINT32");
        row("alignment as an array", head(0, 1) + pair("general.alignment", Array, u32(UInt32) + u64(0)), "UINT32");
        row("alignment beyond the file", head(1, 1) + pair("general.alignment", UInt32, u32(1u << 31)) + tensor("w", {1}, 0, 0) + u32(0), "0 bytes of data");
        one("name of 2^64-1 bytes", u64(kHuge) + std::string(60, 'w'), 4, "name of 18446744073709551615");
        one("empty name", tensor("", {1}, 0, 0), 4, "name of 0 bytes");
        one("name with NUL", tensor(std::string("a\0b", 3), {1}, 0, 0), 4, "NUL");
        row("name twice", withData(head(2, 0) + tensor("w", {1}, 0, 0) + tensor("w", {1}, 0, 32), 36), "tensor 'w', at byte 57: the name stands in the file twice");
        one("five dimensions", tensor("w", {1, 1, 1, 1, 1}, 0, 0), 4, "5 dimensions");
        one("2^32-1 dimensions", text("w") + u32(0xffffffffu) + std::string(40, '\1'), 4, "4294967295 dimensions");
        one("dimension of 2^63", tensor("w", {1ull << 63}, 0, 0), 4, "elements");
        one("product wraps to zero", tensor("w", {1ull << 32, 1ull << 32}, 0, 0), 4, "elements");
        one("product overflows before a zero", tensor("w", {1ull << 62, 1ull << 62, 0}, 0, 0), 4, "elements");
        one("bytes wrap to four", tensor("w", {(1ull << 62) + 1}, 0, 0), 4, "bytes than can be counted");
        one("row of 31 in Q4_0", tensor("w", {31, 32}, 2, 0), 600, "whole blocks of 32, which Q4_0 has");
        one("scalar in Q4_0", tensor("w", {}, 2, 0), 18, "whole blocks");
        one("row of 32 in Q6_K", tensor("w", {32, 8}, 14, 0), 210, "whole blocks of 256");
        one("type 4, given up", tensor("w", {32}, 4, 0), 32, "type 4 is not known", "unsupported");
        one("type 2^32-1", tensor("w", {32}, 0xffffffffu, 0), 32, "type 4294967295", "unsupported");
        one("offset not aligned", tensor("w", {1}, 0, 16), 64, "no multiple of the alignment 32");
        one("offset beyond the file", tensor("w", {1}, 0, 64), 64, "needs 4 bytes from 64 on, but the file holds 64");
        one("offset near 2^64", tensor("w", {8}, 0, kHuge - 31), 64, "needs 32 bytes from 18446744073709551584");
        one("data cut off", tensor("w", {2}, 0, 0), 7, "shape [2] of F32 needs 8 bytes");
        one("empty tensor beyond the file", tensor("w", {0}, 0, 64), 32, "needs 0 bytes from 64 on");
        row("overlap", withData(head(2, 0) + tensor("a", {9}, 0, 0) + tensor("b", {1}, 0, 32), 64), "tensor 'b'");
        row("same bytes twice", withData(head(2, 0) + tensor("a", {1}, 0, 0) + tensor("b", {1}, 0, 0), 32), "inside another tensor's");
        row("overlap by a large tensor before", withData(head(3, 0) + tensor("a", {32}, 0, 0) + tensor("b", {0}, 0, 32) + tensor("c", {1}, 0, 64), 128),
            "tensor 'c'");
    }
    void liesAreRefused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, named);
        QFETCH(QString, code);
        const std::string message = refusal(bytes.toStdString());
        QVERIFY2(message.starts_with(code.toStdString() + ": "), message.c_str());
        QVERIFY2(message.find("lie.gguf") != std::string::npos, message.c_str());
        QVERIFY2(message.find(named.toStdString()) != std::string::npos, message.c_str());
    }

    void everyTruncationIsAnError() {
        const std::string whole = wholeFile();
        QVERIFY2(refusal(whole).empty(), refusal(whole).c_str());
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const std::string message = refusal(whole.substr(0, size));
            QVERIFY2(message.starts_with("invalid_input"), (std::to_string(size) + " " + message).c_str());
        }
    }
    void everyFlippedByteIsAcceptedOrRefused() {
        const std::string whole = wholeFile();
        int accepted = 0, refused = 0;
        for (std::size_t i = 0; i < whole.size(); ++i) {
            for (const int flip : {0x01, 0xa0}) {
                std::string bytes = whole;
                bytes[i] = static_cast<char>(bytes[i] ^ flip);
                const std::string message = refusal(bytes);
                QVERIFY2(message.empty() || message.starts_with("invalid_input") || message.starts_with("unsupported"), message.c_str());
                ++(message.empty() ? accepted : refused);
            }
        }
        QVERIFY(accepted >= 128 * 2); // data bytes are free
        QVERIFY(refused > 200);
    }
};

QTEST_GUILESS_MAIN(GgufLiesTest)
#include "tst_gguf_lies.moc"
