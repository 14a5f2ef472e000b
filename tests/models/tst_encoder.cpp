#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "models/encoder.h"
#include "support/model_folders.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <sstream>

using namespace triptych;

class EncoderTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;

    /// A copy of the tiny encoder that a test may spoil.
    std::filesystem::path tinyCopy(const char* name) const {
        const std::filesystem::path folder = m_dir.path().toStdString() + "/" + name;
        std::filesystem::copy(TRIPTYCH_TEST_DATA "/bert_tiny/encoder", folder, std::filesystem::copy_options::recursive);
        return folder;
    }
    static std::string refusal(const std::filesystem::path& folder, ErrorCode code) {
        try {
            Encoder::open(folder);
            return {};
        } catch (const Error& error) {
            return error.code() == code ? error.message() : "wrong code: " + error.message();
        }
    }
    static void edit(const std::filesystem::path& file, const std::string& from, const std::string& to) {
        std::string text = readFile(file);
        const std::size_t at = text.find(from);
        QVERIFY2(at != std::string::npos, from.c_str());
        atomicWrite(file, text.replace(at, from.size(), to));
    }

private Q_SLOTS:
    void fiftyTextsMatchSentenceTransformers() {
        const auto folder = starterModel("all-minilm-l6-v2");
        if (!folder)
            QSKIP("the starter model all-minilm-l6-v2 is not there");
        const auto encoder = Encoder::open(*folder);
        QCOMPARE(encoder->dimension(), 384);
        QCOMPARE(encoder->maxLength(), 256);
        QVERIFY(encoder->bytes() > 90'000'000);
        const std::filesystem::path data = TRIPTYCH_TEST_DATA "/minilm";
        std::vector<std::string> texts;
        std::istringstream lines(readFile(data / "texts.jsonl"));
        for (std::string line; std::getline(lines, line);)
            texts.push_back(parseJson(line, "texts.jsonl")["text"].get<std::string>());
        const std::string bytes = readFile(data / "embeddings.f32");
        std::vector<float> expected(bytes.size() / sizeof(float));
        std::memcpy(expected.data(), bytes.data(), bytes.size());
        const std::vector<float> vectors = encoder->embed(texts);
        QCOMPARE(vectors.size(), expected.size());
        double worst = 0;
        for (std::size_t i = 0; i < vectors.size(); ++i)
            worst = std::max(worst, std::abs(static_cast<double>(vectors[i]) - expected[i]));
        qInfo("greatest difference %.3g", worst);
        QVERIFY2(worst <= 1e-5, qPrintable(QString::number(worst)));
        const std::vector<float> fast = Encoder::open(*folder, Precision::Fast)->embed(texts);
        double lowest = 1;
        for (std::size_t row = 0; row < texts.size(); ++row) {
            const float* const a = vectors.data() + 384 * row;
            lowest = std::min(lowest, std::inner_product(a, a + 384, fast.data() + 384 * row, 0.0)); // of length 1
        }
        qInfo("lowest cosine of the fast vectors %.6f", lowest);
        QVERIFY2(lowest >= 0.999, qPrintable(QString::number(lowest)));
    }
    void tinyEncoderMatchesItsReference() {
        const auto encoder = Encoder::open(TRIPTYCH_TEST_DATA "/bert_tiny/encoder");
        QCOMPARE(encoder->maxLength(), 48);
        const Json expected = readJsonFile(TRIPTYCH_TEST_DATA "/bert_tiny/expected.json");
        std::vector<std::string> texts;
        for (const Json& text : expected["texts"])
            texts.push_back(text["text"].get<std::string>());
        const std::vector<float> vectors = encoder->embed(texts);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const auto reference = expected["texts"][i]["sentence_embedding"].get<std::vector<float>>();
            for (std::size_t j = 0; j < reference.size(); ++j)
                QVERIFY(std::abs(vectors[i * reference.size() + j] - reference[j]) < 1e-5f);
        }
    }
    void orderAndCompanyDoNotMatter() {
        const auto encoder = Encoder::open(TRIPTYCH_TEST_DATA "/bert_tiny/encoder");
        std::vector<std::string> texts;
        for (int i = 0; i < 300; ++i)
            texts.push_back(std::string(static_cast<std::size_t>(i * 7 % 60), 'a') + " bank " + std::to_string(i));
        texts.emplace_back();
        const std::vector<float> all = encoder->embed(texts);
        const auto width = static_cast<std::size_t>(encoder->dimension());
        for (const std::size_t i : {std::size_t(0), std::size_t(8), std::size_t(299), std::size_t(300)}) {
            const std::vector<float> alone = encoder->embed(std::span(texts).subspan(i, 1));
            double norm = 0;
            for (std::size_t j = 0; j < width; ++j) {
                QVERIFY(std::abs(alone[j] - all[i * width + j]) < 1e-6f);
                norm += static_cast<double>(alone[j]) * alone[j];
            }
            QVERIFY(std::abs(norm - 1) < 1e-5);
        }
        QVERIFY(encoder->embed({}).empty());
    }
    void stopIsHeeded() {
        const auto encoder = Encoder::open(TRIPTYCH_TEST_DATA "/bert_tiny/encoder");
        std::stop_source stop;
        stop.request_stop();
        const std::vector<std::string> texts{"bank"};
        QVERIFY_EXCEPTION_THROWN(encoder->embed(texts, stop.get_token()), Error);
    }

    void poolingFollowsItsFile() {
        const auto mean = Encoder::open(TRIPTYCH_TEST_DATA "/bert_tiny/encoder");
        const auto folder = tinyCopy("cls");
        edit(folder / "1_Pooling/config.json", "\"pooling_mode_cls_token\": false", "\"pooling_mode_cls_token\": true");
        edit(folder / "1_Pooling/config.json", "\"pooling_mode_mean_tokens\": true", "\"pooling_mode_mean_tokens\": false");
        const std::vector<std::string> texts{"what is my bank balance"};
        QVERIFY(Encoder::open(folder)->embed(texts) != mean->embed(texts));
        edit(folder / "1_Pooling/config.json", "\"pooling_mode_mean_tokens\": false", "\"pooling_mode_mean_tokens\": true");
        const std::string both = refusal(folder, ErrorCode::Unsupported);
        QVERIFY2(both.find("cls_token and mean_tokens") != std::string::npos, both.c_str());
    }
    void folderWithoutModulesIsMeanAndNormalised() {
        const auto folder = tinyCopy("plain");
        std::filesystem::remove(folder / "modules.json");
        const std::vector<std::string> texts{"what is my bank balance"};
        QVERIFY(Encoder::open(folder)->embed(texts) == Encoder::open(TRIPTYCH_TEST_DATA "/bert_tiny/encoder")->embed(texts));
    }
    void whatCannotBeOpenedIsNamed() {
        auto folder = tinyCopy("other");
        edit(folder / "config.json", "\"model_type\": \"bert\"", "\"model_type\": \"deberta-v2\"");
        QVERIFY(refusal(folder, ErrorCode::Unsupported).find("deberta-v2") != std::string::npos);
        folder = tinyCopy("dense");
        edit(folder / "modules.json", "models.Normalize", "models.Dense");
        QVERIFY(refusal(folder, ErrorCode::Unsupported).find("Dense") != std::string::npos);
        folder = tinyCopy("outside");
        edit(folder / "modules.json", "\"1_Pooling\"", "\"../1_Pooling\"");
        QVERIFY(refusal(folder, ErrorCode::InvalidInput).find("outside") != std::string::npos);
        folder = tinyCopy("wider");
        edit(folder / "config.json", "\"intermediate_size\": 64", "\"intermediate_size\": 65");
        QVERIFY(refusal(folder, ErrorCode::InvalidInput).find("intermediate.dense") != std::string::npos);
        folder = tinyCopy("deeper");
        edit(folder / "config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 16000000");
        QVERIFY(refusal(folder, ErrorCode::InvalidInput).find("num_hidden_layers") != std::string::npos);
        folder = tinyCopy("empty");
        std::filesystem::remove(folder / "model.safetensors");
        QVERIFY(refusal(folder, ErrorCode::NotFound).find("model.safetensors") != std::string::npos);
        QVERIFY(refusal(folder / "nowhere", ErrorCode::NotFound).find("config.json") != std::string::npos);
        folder = tinyCopy("vocabulary");
        edit(folder / "tokenizer.json", "\"[unused198]\":199", "\"[unused198]\":200");
        QVERIFY(refusal(folder, ErrorCode::InvalidInput).find("201 tokens") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(EncoderTest)
#include "tst_encoder.moc"
