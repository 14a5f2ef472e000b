#include "base/error.h"
#include "base/files.h"
#include "prediction/base_encoder.h"
#include "prediction/prediction_jobs.h"
#include "prediction/retrieve.h"
#include "prediction/vector_file.h"
#include "prediction/zero_shot.h"
#include "support/model_folders.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <numeric>

using namespace triptych;

namespace fs = std::filesystem;

namespace {

const fs::path kTiny = TRIPTYCH_TEST_DATA "/bert_tiny/encoder";

std::vector<Example> bankingRows() {
    return {{"what is my bank balance", "balance", Split::Train, 1}, {"how much money do I have", "balance", Split::Train, 2},
            {"block my card", "card", Split::Train, 3},             {"my card was stolen", "card", Split::Train, 4},
            {"send money to a friend", "transfer", Split::Train, 5}};
}

/// A job in this process, without events.
class TestJob final : public JobContext {
public:
    explicit TestJob(RunDirectory directory) : m_directory(std::move(directory)), m_spec(m_directory.spec()) {}
    const RunSpec& spec() const override { return m_spec; }
    const RunDirectory& directory() const override { return m_directory; }
    std::stop_token stop() const override { return m_stop.get_token(); }
    ProgressSink& progress() override { return nullProgress(); }
    RunControl poll() override { return RunControl::Continue; }
    bool resumed() const override { return false; }
    std::stop_source& source() { return m_stop; }

private:
    RunDirectory m_directory;
    RunSpec m_spec;
    std::stop_source m_stop;
};

} // namespace

class PredictorsTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    const std::vector<std::string> m_labels{"balance", "card", "transfer"};

    fs::path path(const std::string& name) const { return m_dir.path().toStdString() + "/" + name; }
    static PredictorRegistry registry() {
        PredictorRegistry predictors;
        registerPredictionPredictors(predictors);
        return predictors;
    }
    fs::path zeroShot(const std::string& name) const {
        buildZeroShot(path(name), *Encoder::open(kTiny), baseOfEncoder("tiny", kTiny), m_labels, {{"card", "a stolen or lost card"}}, 0.05, {}, {});
        return path(name);
    }
    fs::path retrieve(const std::string& name, const RetrieveSettings& settings = {}) const {
        buildRetrieve(path(name), *Encoder::open(kTiny), baseOfEncoder("tiny", kTiny), m_labels, bankingRows(), settings, {}, nullProgress(), {});
        return path(name);
    }
    fs::path build(const std::string& kind, const std::string& name) const { return kind == "zero_shot" ? zeroShot(name) : retrieve(name); }
    static Error errorOf(const std::function<void()>& call) {
        try {
            call();
        } catch (const Error& error) {
            return error;
        }
        return Error(ErrorCode::Internal, "no error");
    }
    RunDirectory makeRun(const std::string& method, const fs::path& base) const {
        RunSpec spec;
        spec.kind = "train";
        spec.method = method;
        spec.id = RunDirectory::newId(method);
        spec.dataset = "bank";
        spec.labels = m_labels;
        spec.inputs = {{"train", "inputs/train.jsonl"}, {"test", "inputs/test.jsonl"}};
        spec.models = {{"base", base.string()}};
        spec.model_names = {{"base", "tiny"}};
        spec.out = "mine";
        spec.settings = {{"k", 1}};
        return RunDirectory::create(path("runs"), spec, [&](const fs::path& inputs) {
            writeExamples(inputs / "train.jsonl", bankingRows());
            writeExamples(inputs / "test.jsonl", bankingRows());
        });
    }

private Q_SLOTS:
    void labelTextsReadAsWords() {
        QCOMPARE(labelText("freeze_account", ""), std::string("freeze account"));
        QCOMPARE(labelText("__a--b__", ""), std::string("a b"));
        QCOMPARE(labelText("___", ""), std::string("___"));
        QCOMPARE(labelText("card", "lost or stolen"), std::string("card: lost or stolen"));
        QCOMPARE(labelText("退款", "退款"), std::string("退款"));
    }

    void everyKindKeepsThePromisesOfAPredictor_data() {
        QTest::addColumn<QString>("kind");
        QTest::newRow("zero_shot") << QStringLiteral("zero_shot");
        QTest::newRow("retrieve") << QStringLiteral("retrieve");
    }
    void everyKindKeepsThePromisesOfAPredictor() {
        QFETCH(QString, kind);
        const fs::path folder = build(kind.toStdString(), "promises_" + kind.toStdString());
        QCOMPARE(readArtefact(folder, true).kind, kind.toStdString());
        const auto predictor = registry().open(folder);
        QCOMPARE(predictor->labels(), m_labels);
        QVERIFY(predictor->bytes() > sizeOnDisk(kTiny / "model.safetensors"));
        const std::vector<std::string> texts{"what is my bank balance", "", "\xff\xfe", std::string(5000, 'a'), "block my card"};
        const auto predictions = predictor->predict(texts);
        QCOMPARE(predictions.size(), texts.size());
        for (const Prediction& prediction : predictions) {
            QCOMPARE(prediction.scores.size(), m_labels.size());
            QVERIFY(std::abs(std::accumulate(prediction.scores.begin(), prediction.scores.end(), 0.0) - 1) < 1e-5);
            const auto best = std::max_element(prediction.scores.begin(), prediction.scores.end()) - prediction.scores.begin();
            QCOMPARE(prediction.label, m_labels[static_cast<std::size_t>(best)]);
            QCOMPARE(static_cast<float>(prediction.confidence), prediction.scores[static_cast<std::size_t>(best)]);
            QVERIFY(!prediction.evidence.empty());
            for (std::size_t i = 1; i < prediction.evidence.size(); ++i)
                QVERIFY(prediction.evidence[i - 1].score >= prediction.evidence[i].score);
        }
        const auto again = registry().open(folder)->predict(std::span(texts).subspan(4, 1));
        QCOMPARE(again[0].label, predictions[4].label);
        for (std::size_t i = 0; i < m_labels.size(); ++i)
            QVERIFY(std::abs(again[0].scores[i] - predictions[4].scores[i]) < 1e-4f);
        QVERIFY(predictor->predict({}).empty());
    }
    void retrieveFindsTheRowItself() {
        const auto predictor = registry().open(retrieve("itself"));
        for (const Example& row : bankingRows()) {
            const Prediction prediction = predictor->predict({&row.text, 1})[0];
            QCOMPARE(prediction.evidence.size(), std::size_t(5)); // fewer rows than k
            QCOMPARE(prediction.evidence[0].text, row.text);
            QCOMPARE(prediction.evidence[0].label, row.label);
            QVERIFY(std::abs(prediction.evidence[0].score - 1) < 1e-4);
        }
    }
    void encodersThatDoNotNormaliseGiveCosinesToo_data() { everyKindKeepsThePromisesOfAPredictor_data(); }
    void encodersThatDoNotNormaliseGiveCosinesToo() {
        QFETCH(QString, kind);
        const fs::path raw = path("raw_" + kind.toStdString());
        fs::copy(kTiny, raw, fs::copy_options::recursive);
        Json modules = readJsonFile(raw / "modules.json");
        while (modules.back()["type"].get<std::string>().find("Normalize") != std::string::npos)
            modules.erase(modules.size() - 1);
        writeJsonFile(raw / "modules.json", modules);
        const std::vector<std::string> texts{"what is my bank balance", "block my card please"};
        const std::vector<float> vector = Encoder::open(raw)->embed(std::span(texts).first(1));
        QVERIFY(std::abs(dotProduct(vector, vector) - 1) > 0.1f);
        const fs::path made = path("made_" + kind.toStdString());
        if (kind == QStringLiteral("zero_shot"))
            buildZeroShot(made, *Encoder::open(raw), baseOfEncoder("tiny", raw), m_labels, {{"card", "a stolen or lost card"}}, 0.05, {}, {});
        else
            buildRetrieve(made, *Encoder::open(raw), baseOfEncoder("tiny", raw), m_labels, bankingRows(), {}, {}, nullProgress(), {});
        const auto expected = registry().open(build(kind.toStdString(), "normalised_" + kind.toStdString()))->predict(texts);
        const auto predictions = registry().open(made)->predict(texts);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            for (std::size_t k = 0; k < m_labels.size(); ++k)
                QVERIFY(std::abs(predictions[i].scores[k] - expected[i].scores[k]) < 1e-4f);
            QVERIFY(predictions[i].evidence[0].score < 1.0001);
        }
    }
    void oneNeighbourDecidesAlone() {
        RetrieveSettings settings;
        settings.k = 1;
        settings.temperature = 1e-6; // weights far below the smallest number must not end as 0 / 0
        const std::string text = "nothing like it 123";
        const Prediction prediction = registry().open(retrieve("one", settings))->predict({&text, 1})[0];
        QCOMPARE(prediction.evidence.size(), std::size_t(1));
        QCOMPARE(prediction.label, prediction.evidence[0].label);
        QCOMPARE(prediction.confidence, 1.0);
    }
    void zeroShotNeverSeesARow() {
        const ArtefactInfo info = readArtefact(zeroShot("unseen"));
        QCOMPARE(info.details["texts"]["card"].get<std::string>(), std::string("card: a stolen or lost card"));
        QCOMPARE(info.details["texts"]["balance"].get<std::string>(), std::string("balance"));
    }

    void absentEncoderIsNamed_data() { everyKindKeepsThePromisesOfAPredictor_data(); }
    void absentEncoderIsNamed() {
        QFETCH(QString, kind);
        const fs::path encoder = path("encoder_" + kind.toStdString());
        fs::copy(kTiny, encoder, fs::copy_options::recursive);
        const fs::path folder = build(kind.toStdString(), "absent_" + kind.toStdString());
        ArtefactInfo info = readArtefact(folder);
        info.base = baseOfEncoder("somewhere-else", encoder);
        writeArtefact(folder, info);
        registry().open(folder);
        std::ofstream(encoder / "model.safetensors", std::ios::app) << "x";
        QVERIFY(errorOf([&] { registry().open(folder); }).code() == ErrorCode::InvalidInput); // no longer a model at all
        fs::remove_all(encoder);
        const Error error = errorOf([&] { registry().open(folder); });
        QVERIFY(error.code() == ErrorCode::NotFound);
        QVERIFY2(error.message().find("somewhere-else") != std::string::npos, error.message().c_str());
    }
    void damagedArtefactsAreRefused() {
        const fs::path folder = retrieve("damaged");
        const std::string vectors = readFile(folder / "vectors.f32");
        atomicWrite(folder / "vectors.f32", vectors.substr(4));
        QVERIFY(errorOf([&] { registry().open(folder); }).code() == ErrorCode::Corrupt);
        QVERIFY(errorOf([&] { readArtefact(folder, true); }).code() == ErrorCode::Corrupt);
        atomicWrite(folder / "vectors.f32", vectors);
        readArtefact(folder, true);
        atomicWrite(folder / "rows.jsonl", readFile(folder / "rows.jsonl") + "{\"text\": 3}\n");
        QVERIFY(errorOf([&] { registry().open(folder); }).code() == ErrorCode::InvalidInput);
        const fs::path zero = zeroShot("damaged_zero");
        std::string manifest = readFile(zero / "triptych.json");
        manifest.replace(manifest.find("0.05"), 4, "-0.5");
        atomicWrite(zero / "triptych.json", manifest);
        QVERIFY(errorOf([&] { registry().open(zero); }).message().find("temperature") != std::string::npos);
        atomicWrite(zero / "triptych.json", R"({"version": 1, "kind": "oracle", "task": "classification", "labels": [], "files": {}})");
        QVERIFY(errorOf([&] { registry().open(zero); }).message().find("oracle") != std::string::npos);
        QVERIFY(errorOf([&] { registry().open(path("nowhere")); }).code() == ErrorCode::NotFound);
    }
    void artefactFilesOutsideTheFolderAreRefused() {
        const fs::path folder = zeroShot("outside");
        Json manifest = readJsonFile(folder / "triptych.json");
        manifest["files"]["../secret"] = std::string(64, '0');
        writeJsonFile(folder / "triptych.json", manifest);
        QVERIFY(errorOf([&] { readArtefact(folder, true); }).code() == ErrorCode::InvalidInput);
    }
    void damagedLinksAreMadeAnew() {
        RetrieveSettings settings;
        settings.index.exact_below = 0;
        const fs::path folder = retrieve("links", settings);
        QVERIFY(fs::exists(folder / "vectors.hnsw"));
        const std::string text = "block my card";
        const Prediction before = registry().open(folder)->predict({&text, 1})[0];
        atomicWrite(folder / "vectors.hnsw", "nonsense");
        const Prediction after = registry().open(folder)->predict({&text, 1})[0];
        QCOMPARE(after.label, before.label);
        QCOMPARE(after.evidence.size(), before.evidence.size());
    }
    void badSettingsAreNamed() {
        for (const char* json : {R"({"k": 0})", R"({"k": "ten"})", R"({"temperature": 0})", R"({"M": 1})", R"({"ef": 1e9})"})
            QVERIFY(errorOf([&] { retrieveSettingsFromJson(parseJson(json, "test")); }).code() == ErrorCode::InvalidInput);
        QCOMPARE(retrieveSettingsFromJson(Json()).k, 10);
        QVERIFY(errorOf([&] { buildRetrieve(path("foreign"), *Encoder::open(kTiny), {}, {"other"}, bankingRows(), {}, {}, nullProgress(), {}); })
                    .message().find("balance") != std::string::npos);
        QVERIFY(!fs::exists(path("foreign")));
    }

    void jobsBuildMeasureAndTell_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("technique");
        QTest::newRow("zero_shot") << QStringLiteral("zero_shot") << QStringLiteral("zero_shot");
        QTest::newRow("retrieve") << QStringLiteral("retrieve") << QStringLiteral("rag");
    }
    void jobsBuildMeasureAndTell() {
        QFETCH(QString, method);
        QFETCH(QString, technique);
        const PredictorRegistry predictors = registry();
        JobRegistry jobs;
        registerPredictionJobs(jobs, predictors);
        TestJob job(makeRun(method.toStdString(), kTiny));
        const Json result = jobs.at("train/" + method.toStdString())(job);
        QCOMPARE(result["technique"].get<std::string>(), technique.toStdString());
        QCOMPARE(result["model"].get<std::string>(), std::string("mine"));
        QCOMPARE(result["metrics"]["accuracy"]["n"].get<int>(), 5);
        if (method == QLatin1String("retrieve"))
            QCOMPARE(result["metrics"]["accuracy"]["value"].get<double>(), 1.0); // tested on its own rows
        QCOMPARE(result["latency"]["n"].get<int>(), 200);
        QVERIFY(result["latency"]["p95_ms"].get<double>() >= result["latency"]["p50_ms"].get<double>());
        QVERIFY(result["build_s"].get<double>() > 0);
        QVERIFY(result["bytes"].get<std::int64_t>() > 100'000);
        QVERIFY(result["parameters"].get<std::int64_t>() > 20'000);
        QCOMPARE(result["trainable_parameters"].get<int>(), 0);
        const fs::path model = job.directory().path() / result["model_path"].get<std::string>();
        QCOMPARE(readArtefact(model, true).provenance["run"].get<std::string>(), job.spec().id);
        const std::string lines = readFile(job.directory().predictions());
        QCOMPARE(std::count(lines.begin(), lines.end(), '\n'), std::ptrdiff_t(5));

        RunSpec spec = job.spec();
        spec.kind = "evaluate";
        spec.method = "predictor";
        spec.id = RunDirectory::newId("predictor");
        spec.models = {{"model", model.string()}};
        TestJob second(RunDirectory::create(path("runs"), spec, [](const fs::path& inputs) { writeExamples(inputs / "test.jsonl", bankingRows()); }));
        const Json measured = jobs.at("evaluate/predictor")(second);
        QVERIFY(measured["metrics"] == result["metrics"]);
        QCOMPARE(measured["technique"].get<std::string>(), technique.toStdString());
    }
    void cancelledAndBrokenJobsEndWithAnError() {
        const PredictorRegistry predictors = registry();
        JobRegistry jobs;
        registerPredictionJobs(jobs, predictors);
        TestJob stopped(makeRun("retrieve", kTiny));
        stopped.source().request_stop();
        QVERIFY(errorOf([&] { jobs.at("train/retrieve")(stopped); }).code() == ErrorCode::Cancelled);
        TestJob baseless(makeRun("zero_shot", path("no_encoder")));
        QVERIFY(errorOf([&] { jobs.at("train/zero_shot")(baseless); }).code() == ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(PredictorsTest)
#include "tst_predictors.moc"
