#include "base/error.h"
#include "base/files.h"
#include "formats/half_float.h"
#include "formats/safetensors_set.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>
#include <limits>

using namespace triptych;

namespace fs = std::filesystem;

class SafetensorsSetTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    const std::vector<float> m_values{1, 2, 3};

    fs::path folder(const char* name) const {
        const fs::path path = fs::path(m_dir.path().toStdString()) / name;
        fs::create_directories(path);
        return path;
    }
    /// A shard whose tensors have 1, 2, ... elements.
    void writeShard(const fs::path& file, const std::vector<std::string>& names) const {
        std::vector<FloatsToWrite> tensors;
        for (const std::string& name : names) {
            const std::size_t size = tensors.size() + 1;
            tensors.push_back({name, {static_cast<std::int64_t>(size)}, std::span(m_values).first(size)});
        }
        writeSafetensorsAs(DType::F32, file, tensors);
    }
    static std::string refusal(const fs::path& path) {
        try {
            const SafetensorsSet set(path);
            return "no error";
        } catch (const Error& error) {
            return std::string(errorCodeName(error.code())) + ": " + error.message();
        }
    }

private Q_SLOTS:
    void shardsAreOneSetOfNames() {
        const fs::path model = folder("sharded");
        writeShard(model / "model-00001-of-00002.safetensors", {"a", "b"});
        writeShard(model / "model-00002-of-00002.safetensors", {"c"});
        atomicWrite(model / "model.safetensors.index.json",
                    R"({"metadata":{"total_size":16},"weight_map":{"a":"model-00001-of-00002.safetensors",)"
                    R"("b":"./model-00001-of-00002.safetensors","c":"model-00002-of-00002.safetensors"}})");
        QVERIFY(hasSafetensors(model));
        const SafetensorsSet set(model);
        QCOMPARE(set.tensors().size(), std::size_t(3));
        QCOMPARE(set.tensor("b").shape, (std::vector<std::int64_t>{2}));
        QVERIFY(std::memcmp(set.tensor("c").data.data(), m_values.data(), 4) == 0);
        QCOMPARE(set.source(), model / "model.safetensors.index.json");
        QCOMPARE(set.bytes(), sizeOnDisk(model / "model-00001-of-00002.safetensors") + sizeOnDisk(model / "model-00002-of-00002.safetensors"));
        QVERIFY_EXCEPTION_THROWN(set.tensor("d"), Error);
    }
    void oneFileIsASetToo() {
        const fs::path model = folder("single");
        writeShard(model / "model.safetensors", {"a"});
        atomicWrite(model / "model.safetensors.index.json", "{}"); // left from a download of both: the whole file goes first
        QCOMPARE(SafetensorsSet(model).tensors().size(), std::size_t(1));
        QCOMPARE(SafetensorsSet(model / "model.safetensors").source(), model / "model.safetensors");
    }

    void indexesThatLieAreRefused_data() {
        QTest::addColumn<QString>("index");
        QTest::addColumn<QString>("named"); // the code, then words of the message
        const auto row = [](const char* name, const char* index, const char* named) {
            QTest::newRow(name) << QString::fromUtf8(index) << QString::fromUtf8(named);
        };
        const auto map = [&](const char* name, const std::string& entries, const char* named) {
            row(name, ("{\"weight_map\":{" + entries + "}}").c_str(), named);
        };
        row("not JSON", "{", "invalid_input|not valid JSON");
        row("an array", "[]", "invalid_input|'weight_map' is missing");
        row("no map", "{}", "invalid_input|'weight_map' is missing");
        row("map is a string", R"({"weight_map":"one.safetensors"})", "invalid_input|'weight_map'");
        map("map is empty", "", "invalid_input|empty");
        map("shard is a number", R"("a":1)", "invalid_input|'a' must be a string");
        map("name twice", R"("a":"one.safetensors","a":"two.safetensors")", "invalid_input|'a' stands there twice");
        row("map twice", R"({"weight_map":{"a":"one.safetensors"},"weight_map":{"a":"two.safetensors"}})", "invalid_input|'weight_map' stands there twice");
        map("missing shard", R"("a":"one.safetensors","c":"three.safetensors")", "not_found|three.safetensors");
        map("missing tensor", R"("a":"one.safetensors","x":"one.safetensors")", "invalid_input|one.safetensors' lacks the tensor 'x'");
        map("tensor in the other shard", R"("a":"one.safetensors","b":"two.safetensors")", "invalid_input|two.safetensors' lacks the tensor 'b'");
        map("tensor in two shards", R"("a":"one.safetensors","c":"again.safetensors")", "invalid_input|the tensor 'a' of the shard");
        map("empty path", R"("a":"")", "invalid_input|no path inside");
        map("path to the parent", R"("a":"../one.safetensors")", "invalid_input|../one.safetensors");
        map("path to the parent in disguise", R"("a":"x/../../one.safetensors")", "invalid_input|no path inside");
        map("absolute path", R"("a":"/etc/passwd")", "invalid_input|/etc/passwd");
        map("path with NUL", R"("a":"one.safetensors\u0000.bin")", "invalid_input|no path inside");
        map("path to a folder", R"("a":"sub/")", "invalid_input|no path inside");
        map("path to the folder itself", R"("a":".")", "invalid_input|no path inside");
        map("shard is broken", R"("a":"broken.safetensors")", "invalid_input|broken.safetensors");
    }
    void indexesThatLieAreRefused() {
        QFETCH(QString, index);
        QFETCH(QString, named);
        const fs::path model = folder("lies");
        writeShard(model / "one.safetensors", {"a", "b"});
        writeShard(model / "two.safetensors", {"c"});
        writeShard(model / "again.safetensors", {"c", "a"});
        writeShard(model.parent_path() / "one.safetensors", {"a"});
        atomicWrite(model / "broken.safetensors", "x");
        atomicWrite(model / "model.safetensors.index.json", index.toStdString());
        const std::string message = refusal(model);
        for (const QString& word : named.split(QLatin1Char('|')))
            QVERIFY2(message.find(word.toStdString()) != std::string::npos, message.c_str());
    }

    void foldersWithoutSafetensorsAreRefused_data() {
        QTest::addColumn<QStringList>("files");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* name, const QStringList& files, const char* named) { QTest::newRow(name) << files << QString::fromLatin1(named); };
        row("nothing", {}, "not_found: ");
        row("another format", {QStringLiteral("model.onnx")}, "not_found: ");
        row("pytorch_model.bin", {QStringLiteral("pytorch_model.bin")}, "unsupported: ");
        row("weights before training_args.bin", {QStringLiteral("weights.pt"), QStringLiteral("training_args.bin")}, "weights.pt");
        row(".ckpt", {QStringLiteral("last.ckpt")}, "last.ckpt");
        row(".pth", {QStringLiteral("model.pth")}, "model.pth");
    }
    void foldersWithoutSafetensorsAreRefused() {
        QFETCH(QStringList, files);
        QFETCH(QString, named);
        const fs::path model = folder(("without " + std::string(QTest::currentDataTag())).c_str());
        for (const QString& file : files)
            atomicWrite(model / file.toStdString(), "pickle");
        const std::string message = refusal(model);
        QVERIFY2(message.find(named.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(!hasSafetensors(model));
    }

    void weightsAreWrittenInEveryPrecision_data() {
        QTest::addColumn<int>("dtype");
        QTest::newRow("F32") << int(DType::F32);
        QTest::newRow("F16") << int(DType::F16);
        QTest::newRow("BF16") << int(DType::BF16);
    }
    void weightsAreWrittenInEveryPrecision() {
        QFETCH(int, dtype);
        const auto type = static_cast<DType>(dtype);
        std::vector<float> values(300'001); // more than is converted at a time
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(static_cast<float>(i));
        values[5] = std::numeric_limits<float>::infinity();
        const fs::path file = folder("precision") / "model.safetensors";
        writeSafetensorsAs(type, file, {{"w", {300'001}, values}, {"a", {1, 3}, m_values}}, {{"format", "pt"}});
        const SafetensorsFile read(file);
        QCOMPARE(read.metadata().at("format"), std::string("pt"));
        QVERIFY(read.tensor("w").dtype == type && read.tensor("a").dtype == type);
        const std::span<const std::byte> data = read.tensor("w").data;
        QCOMPARE(reinterpret_cast<std::uintptr_t>(data.data()) % dtypeSize(type), std::uintptr_t(0));
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (type == DType::F32) {
                QVERIFY(std::memcmp(&data[4 * i], &values[i], 4) == 0);
                continue;
            }
            std::uint16_t half;
            std::memcpy(&half, &data[2 * i], 2);
            QCOMPARE(half, type == DType::F16 ? floatToHalf(values[i]) : floatToBfloat16(values[i]));
        }
    }
    void onlyFloatsAreWrittenAsFloats() {
        QVERIFY_EXCEPTION_THROWN(writeSafetensorsAs(DType::I32, folder("none") / "x", {}), Error);
        QVERIFY_EXCEPTION_THROWN(writeSafetensorsAs(DType::F16, folder("none") / "x", {{"w", {2}, m_values}}), Error);
        QVERIFY(!fs::exists(folder("none") / "x"));
    }
};

QTEST_GUILESS_MAIN(SafetensorsSetTest)
#include "tst_safetensors_set.moc"
