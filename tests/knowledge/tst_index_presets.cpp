#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "knowledge/index_presets.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace triptych;

class IndexPresetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void presetsGoFromFastToThorough() {
        const auto presets = indexPresets();
        QCOMPARE(presets.size(), std::size_t(3));
        for (std::size_t i = 1; i < presets.size(); ++i) {
            QVERIFY(presets[i].expected_recall > presets[i - 1].expected_recall);
            QVERIFY(indexBytesPerChunk(presets[i].settings, 384) > indexBytesPerChunk(presets[i - 1].settings, 384));
            QVERIFY(presets[i].settings.ef > presets[i - 1].settings.ef);
        }
        const HnswSettings& balanced = indexPreset(kDefaultIndexPreset).settings;
        QCOMPARE(balanced.M, HnswSettings().M);
        QCOMPARE(balanced.ef, HnswSettings().ef);
    }
    void unknownNamesAreRefusedWithTheList() {
        try {
            indexPreset("best");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.message().find("best") != std::string::npos);
            for (const std::string& name : indexPresetNames())
                QVERIFY(error.hint().find(name) != std::string::npos);
        }
    }
    void baseSettingsNameThePreset() {
        QCOMPARE(indexSettings(Json::object(), VectorFormat::Float32).M, indexPreset("balanced").settings.M);
        const HnswSettings thorough = indexSettings(Json{{"index", "thorough"}}, VectorFormat::Int8);
        QCOMPARE(thorough.M, indexPreset("thorough").settings.M);
        QVERIFY(thorough.format == VectorFormat::Int8);
        QVERIFY_EXCEPTION_THROWN(indexSettings(Json{{"index", "best"}}, VectorFormat::Int8), Error);
    }
    void infoSaysWhetherTheGraphIsUsed() {
        const Json few = indexInfo(Json::object(), 384, VectorFormat::Float32, 1999);
        QVERIFY(few.at("exact").get<bool>());
        QCOMPARE(few.at("bytes").get<std::int64_t>(), std::int64_t(0));
        QVERIFY(indexText(few).find("every vector is compared") != std::string::npos);
        const Json many = indexInfo(Json{{"index", "fast"}}, 384, VectorFormat::Int8, 100'000);
        QVERIFY(!many.at("exact").get<bool>());
        QCOMPARE(many.at("bytes").get<std::int64_t>(), 100'000 * many.at("bytes_per_chunk").get<std::int64_t>());
        QVERIFY(indexText(many).find("'fast'") != std::string::npos);
    }
    /// A file is what lies in memory, but for four words a row and what the caller keeps.
    void estimateIsWhatAFileTakes_data() {
        QTest::addColumn<bool>("int8");
        QTest::newRow("floats") << false;
        QTest::newRow("8 bits") << true;
    }
    void estimateIsWhatAFileTakes() {
        QFETCH(bool, int8);
        constexpr int kRows = 3000, kDimension = 50;
        Random random(3);
        std::vector<float> vectors(kRows * kDimension);
        for (float& value : vectors)
            value = static_cast<float>(random.uniform() - 0.5);
        HnswSettings settings = indexSettings(Json::object(), int8 ? VectorFormat::Int8 : VectorFormat::Float32);
        settings.ef_construction = 20;
        const HnswIndex index = HnswIndex::build(vectors, kDimension, settings, nullProgress(), {});
        const QTemporaryDir folder;
        const std::filesystem::path file = folder.path().toStdString() + "/index";
        index.save(file, "", std::string(kRows * 8, ' '));
        const double each = static_cast<double>(sizeOnDisk(file)) / kRows;
        const auto estimate = static_cast<double>(indexBytesPerChunk(settings, kDimension));
        QVERIFY2(std::abs(each - estimate) < 0.1 * estimate, qPrintable(QStringLiteral("%1 of %2").arg(each).arg(estimate)));
    }
};

QTEST_GUILESS_MAIN(IndexPresetsTest)
#include "tst_index_presets.moc"
