#include "base/error.h"
#include "base/files.h"
#include "knowledge/hashing_embedder.h"

#include <QTest>

#include <cmath>
#include <cstring>

using namespace triptych;

class HashingEmbedderTest : public QObject {
    Q_OBJECT
    static double cosine(std::span<const float> vectors, std::size_t a, std::size_t b) {
        double sum = 0;
        for (std::size_t j = 0; j < HashingEmbedder::kDimension; ++j)
            sum += static_cast<double>(vectors[a * HashingEmbedder::kDimension + j]) * static_cast<double>(vectors[b * HashingEmbedder::kDimension + j]);
        return sum;
    }
    static HashingEmbedder embedder(const std::vector<std::string>& texts, const char* language = "en") {
        FeatureFrequencies frequencies;
        for (const std::string& text : texts)
            frequencies.add(text, Analyzer(language));
        return HashingEmbedder(Analyzer(language), frequencies);
    }

private Q_SLOTS:
    void likeTextsAreNear() {
        const std::vector<std::string> texts = {"the lift of a wing at high speed", "lifting wings and their speeds", "database index of a library", ""};
        const auto vectors = embedder(texts).embed(texts);
        QCOMPARE(vectors.size(), std::size_t(4 * HashingEmbedder::kDimension));
        QVERIFY(std::abs(cosine(vectors, 0, 0) - 1) < 1e-5);
        QCOMPARE(cosine(vectors, 3, 3), 0.0);
        QVERIFY(cosine(vectors, 0, 1) > 0.4);
        QVERIFY(std::abs(cosine(vectors, 0, 2)) < 0.2);
    }
    void misspeltWordsAreNear() {
        const std::vector<std::string> texts = {"aerodynamics", "aerodynamcis", "bibliography"};
        const auto vectors = embedder({}).embed(texts);
        QVERIFY(cosine(vectors, 0, 1) > cosine(vectors, 0, 2) + 0.05);
    }
    void rareWordsWeighMore() {
        std::vector<std::string> base(200, "report number");
        base.push_back("turbulence");
        const std::vector<std::string> texts = {"report turbulence", "report", "turbulence"};
        const auto vectors = embedder(base).embed(texts);
        QVERIFY(cosine(vectors, 0, 2) > cosine(vectors, 0, 1) + 0.2);
    }
    void otherLanguages() {
        const std::vector<std::string> texts = {"数据库的索引", "索引数据库", "飞机的机翼", "猫"};
        const auto vectors = embedder(texts, "zh").embed(texts);
        QVERIFY(cosine(vectors, 0, 1) > cosine(vectors, 0, 2) + 0.2);
        QVERIFY(std::abs(cosine(vectors, 3, 3) - 1) < 1e-5);
    }
    void equalOnEveryMachine() {
        const std::vector<std::string> texts = {"HnswIndex::build of 3.11 数据库 café", "wings lift"};
        const auto vectors = embedder(texts).embed(texts);
        const std::string hash = sha256({reinterpret_cast<const char*>(vectors.data()), vectors.size() * sizeof(float)}).substr(0, 16);
        QVERIFY2(hash == "a316d576c6c9aca0", hash.c_str());
    }
    void weightsAreStored() {
        FeatureFrequencies frequencies;
        frequencies.add("the lift of a wing", Analyzer());
        const std::string bytes = frequencies.bytes();
        const FeatureFrequencies again = FeatureFrequencies::fromBytes(bytes);
        const std::vector<std::string> texts = {"wing lift", "drag"};
        QVERIFY(HashingEmbedder(Analyzer(), frequencies).embed(texts) == HashingEmbedder(Analyzer(), again).embed(texts));
        QVERIFY_THROWS_EXCEPTION(Error, FeatureFrequencies::fromBytes(bytes.substr(1)));
        QVERIFY_THROWS_EXCEPTION(Error, FeatureFrequencies::fromBytes({}));
        std::string damaged = bytes;
        damaged[40] = '\x7f';
        QVERIFY_THROWS_EXCEPTION(Error, FeatureFrequencies::fromBytes(damaged));
    }
    void stopsOnRequest() {
        std::stop_source source;
        source.request_stop();
        const std::vector<std::string> texts = {"x"};
        QVERIFY_THROWS_EXCEPTION(Error, embedder({}).embed(texts, source.get_token()));
    }
};

QTEST_APPLESS_MAIN(HashingEmbedderTest)
#include "tst_hashing_embedder.moc"
