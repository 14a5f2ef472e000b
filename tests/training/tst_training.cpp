#include "training/tiny_run.h"

#include "base/error.h"
#include "base/files.h"
#include "interop/hugging_face.h"
#include "training/checkpoint.h"
#include "training/full_job.h"
#include "training/head.h"
#include "training/jobs.h"
#include "training/loop.h"

#include <ATen/Parallel.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace triptych;

namespace {

namespace fs = std::filesystem;

const std::string kBase = std::string(TRIPTYCH_TEST_DATA) + "/bert_tiny/encoder";
const Json kShort = {{"epochs", 6}, {"batch_size", 16}, {"learning_rate", 3e-3}, {"checkpoint_every", 4}};

/// Counts instead of learning.
class FakeLearner final : public Learner {
public:
    std::int64_t nanAt = -1;
    std::vector<double> devAccuracies;
    at::Tensor weight = at::zeros({1});

    StepReport learn(std::int64_t step, std::span<const std::int64_t>, double) override {
        if (step == nanAt)
            return {std::nan(""), 1};
        weight.add_(1);
        return {1.0 / double(step + 1), 1};
    }
    std::optional<DevReport> evaluateDev(const std::stop_token&) override {
        if (m_looks == devAccuracies.size())
            return std::nullopt;
        return DevReport{1, devAccuracies[m_looks++]};
    }
    NamedTensors state() const override { return {{"weight", weight.clone()}}; }
    void restore(const NamedTensors& state, std::int64_t) override { weight.copy_(state.at("weight")); }

private:
    std::size_t m_looks = 0;
};

} // namespace

class TrainingTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    PredictorRegistry m_predictors;
    JobRegistry m_jobs;
    int m_number = 0;

    fs::path runs() const { return m_dir.path().toStdString(); }
    RunDirectory newRun(const std::string& method, const Json& settings, bool dev = false) {
        return tinyRun(runs(), method + std::to_string(++m_number), "train", method, {{"base", kBase}}, settings, dev);
    }
    LoopOptions loopOptions(const RunDirectory& run, std::int64_t rows, int epochs) const {
        LoopOptions options;
        options.settings.batch_size = 4;
        options.settings.epochs = epochs;
        options.settings.checkpoint_every = 2;
        options.rows = rows;
        options.checkpoints = run.checkpoints();
        return options;
    }
    static std::string weightsOf(const RunDirectory& run) { return readFile(run.model() / "model.safetensors"); }

private Q_SLOTS:
    void initTestCase() {
        at::set_num_threads(1);
        registerTrainingPredictors(m_predictors);
        registerTrainingJobs(m_jobs, m_predictors);
    }
    void everyMethodLearnsAndOpens_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<bool>("dev");
        QTest::newRow("full") << QStringLiteral("full") << false;
        QTest::newRow("full with dev rows") << QStringLiteral("full") << true;
        QTest::newRow("head") << QStringLiteral("head") << false;
        QTest::newRow("head with dev rows") << QStringLiteral("head") << true;
    }
    void everyMethodLearnsAndOpens() {
        QFETCH(QString, method);
        QFETCH(bool, dev);
        const RunDirectory run = newRun(method.toStdString(), kShort, dev);
        QCOMPARE(runJob(run.path(), m_jobs), 0);
        const Json result = *run.result();
        QCOMPARE(result["technique"].get<std::string>(), std::string("fine_tune"));
        QVERIFY(result["metrics"]["accuracy"]["value"].is_number() && result["metrics"]["macro_f1"]["value"].is_number());
        QVERIFY(result["latency"]["p50_ms"].get<double>() > 0);
        for (const char* key : {"bytes", "parameters", "trainable_parameters", "steps", "peak_rss_bytes"})
            QVERIFY2(result[key].get<std::int64_t>() > 0, key);
        std::int64_t offset = 0;
        std::map<std::string, std::vector<double>> metrics;
        for (const RunEvent& event : run.eventsSince(offset)) {
            if (event.type == "metric")
                metrics[event.data.at("name")].push_back(event.data.at("value"));
        }
        QVERIFY(metrics["train_loss"].back() < metrics["train_loss"].front());
        QCOMPARE(metrics.contains("dev_accuracy"), dev);

        const auto predictor = m_predictors.open(run.model());
        const std::vector<std::string> texts = {"play the red music", "", "what is my balance"};
        const auto predictions = predictor->predict(texts);
        QCOMPARE(predictions.size(), texts.size());
        for (const Prediction& prediction : predictions) {
            QCOMPARE(prediction.scores.size(), std::size_t(3));
            QVERIFY(std::abs(prediction.scores[0] + prediction.scores[1] + prediction.scores[2] - 1) < 1e-5);
        }
        // One text alone gets what it gets among others.
        const auto alone = predictor->predict(std::span(texts).subspan(2));
        for (int i = 0; i < 3; ++i)
            QVERIFY(std::abs(alone[0].scores[std::size_t(i)] - predictions[2].scores[std::size_t(i)]) < 1e-5);
        QVERIFY(predictor->predict({}).empty());
    }
    void fullFolderIsHuggingFaces() {
        const RunDirectory run = newRun("full", kShort);
        QCOMPARE(runJob(run.path(), m_jobs), 0);
        const Json config = readJsonFile(run.model() / "config.json");
        QCOMPARE(config["architectures"][0].get<std::string>(), std::string("BertForSequenceClassification"));
        QCOMPARE(readLabels(run.model()), (std::vector<std::string>{"bank", "music", "travel"}));
        QVERIFY(fs::exists(run.model() / "tokenizer.json"));
    }
    void threeKillsChangeNoBit() {
        const RunDirectory unbroken = newRun("full", kShort);
        const RunDirectory broken = newRun("full", kShort);
        const auto work = [](const RunDirectory& run, std::optional<int> steps) {
            QProcess worker;
            worker.setProcessChannelMode(QProcess::ForwardedErrorChannel);
            QStringList arguments = {QString::fromStdString(run.path().string())};
            if (steps)
                arguments << QString::number(*steps);
            worker.start(QStringLiteral(TRIPTYCH_BIN_DIR "/train_worker"), arguments);
            worker.waitForFinished(120'000);
            return worker.exitStatus() == QProcess::NormalExit ? worker.exitCode() : -worker.exitCode();
        };
        QCOMPARE(work(unbroken, {}), 0);
        QRandomGenerator* random = QRandomGenerator::global();
        std::string kills;
        for (int i = 0; i < 3; ++i) {
            // A process gets at least past one checkpoint, so that the three reach different places.
            const int steps = random->bounded(5, 11);
            kills += " " + std::to_string(steps);
            QVERIFY(work(broken, steps) != 0);
            QVERIFY(!broken.result().has_value());
        }
        QCOMPARE(work(broken, {}), 0);
        QVERIFY2(weightsOf(unbroken) == weightsOf(broken), ("killed after" + kills).c_str());
    }
    void pauseChangesNoBit() {
        const RunDirectory unbroken = newRun("full", kShort, true);
        const RunDirectory paused = newRun("full", kShort, true);
        FakeContext whole(unbroken);
        trainFull(whole, m_predictors);
        FakeContext first(paused);
        first.pauseAt = 7;
        QVERIFY_EXCEPTION_THROWN(trainFull(first, m_predictors), PauseRequested);
        QCOMPARE(CheckpointFolder(paused.checkpoints()).steps().back(), std::int64_t(7));
        FakeContext second(paused);
        trainFull(second, m_predictors);
        QVERIFY(weightsOf(unbroken) == weightsOf(paused));
    }
    void resumeKeepsTheSettingsOfItsStart() {
        const RunDirectory run = newRun("full", kShort);
        Json started = trainSettingsToJson(trainSettingsFromJson(kShort)); // as another program with other defaults resolved them
        started["batch_size"] = 48;
        started["epochs"] = 1;
        run.frozenSettings(started);
        FakeContext context(run);
        const Json result = trainFull(context, m_predictors);
        QCOMPARE(result["steps"].get<int>(), 2); // of 96 rows
        QCOMPARE(result["settings"]["batch_size"].get<int>(), 48);
    }
    void cancelEndsWithinOneStep() {
        const RunDirectory run = newRun("full", kShort);
        FakeContext context(run);
        context.stopAt = 5;
        try {
            trainFull(context, m_predictors);
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(int(error.code()), int(ErrorCode::Cancelled));
        }
        QCOMPARE(context.metrics["train_loss"].size(), std::size_t(5));
        QVERIFY(!fs::exists(run.model()));
    }
    void progressNeverGoesBackAndEndsAtItsTotal() {
        const RunDirectory run = newRun("full", kShort, true);
        FakeContext context(run);
        trainFull(context, m_predictors);
        std::map<std::string, Progress> last;
        for (const Progress& progress : context.progressed) {
            const auto before = last.find(progress.stage);
            QVERIFY(before == last.end() || before->second.done <= progress.done);
            last[progress.stage] = progress;
        }
        QCOMPARE(last["train"].done, std::int64_t(36));
        QCOMPARE(last["train"].total, std::int64_t(36));
    }
    void divergenceNamesTheRateAndKeepsTheWeights() {
        const RunDirectory run = newRun("full", kShort);
        FakeContext context(run);
        FakeLearner learner;
        learner.nanAt = 5;
        try {
            trainLoop(learner, loopOptions(run, 16, 3), context);
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(error.hint().find("learning_rate") != std::string::npos, error.hint().c_str());
            QVERIFY2(error.message().find("step 6") != std::string::npos, error.what());
        }
        const auto checkpoint = CheckpointFolder(run.checkpoints()).newest();
        QCOMPARE(checkpoint->step, std::int64_t(5));
        QCOMPARE(checkpoint->tensors.at("weight").item<double>(), 5.0);
    }
    void tornCheckpointIsPassedOver() {
        const RunDirectory run = newRun("full", kShort);
        const CheckpointFolder folder(run.checkpoints());
        folder.write({2, {{"weight", at::zeros({3}).add_(2)}}, Json::object()});
        folder.write({4, {{"weight", at::zeros({3}).add_(4)}}, Json::object()});
        fs::resize_file(run.checkpoints() / "step-4" / "state.safetensors", 70);
        QCOMPARE(folder.newest()->step, std::int64_t(2));
        fs::remove(run.checkpoints() / "step-2" / "state.json");
        QVERIFY(!folder.newest().has_value());
    }
    void bestByDevRowsIsKeptAndUsed() {
        const RunDirectory run = newRun("full", kShort);
        FakeContext context(run);
        FakeLearner learner;
        learner.devAccuracies = {0.5, 0.9, 0.8, 0.7, 0.9};
        const LoopResult result = trainLoop(learner, loopOptions(run, 16, 5), context);
        QCOMPARE(*result.bestStep, std::int64_t(8));
        QCOMPARE(learner.weight.item<double>(), 8.0);
        QCOMPARE(CheckpointFolder(run.checkpoints()).steps(), (std::vector<std::int64_t>{8, 16, 18}));
    }
    void trainingEndsWhenTheDevRowsStopImproving() {
        const Json settings = {{"epochs", 40}, {"batch_size", 16}, {"learning_rate", 1e-2}, {"evaluate_every", 1}, {"early_stopping_patience", 2}};
        const RunDirectory run = newRun("full", settings, true);
        QCOMPARE(runJob(run.path(), m_jobs), 0);
        const Json result = *run.result();
        const auto steps = result["steps"].get<std::int64_t>();
        const std::int64_t perEpoch = 96 / 16;
        const auto best = readArtefact(run.model()).details["best_step"].get<std::int64_t>();
        QVERIFY2(steps < 40 * perEpoch, std::to_string(steps).c_str());
        QCOMPARE(steps, best + 2);
        // A kill changes nothing of where it ends.
        FakeContext first(newRun("full", settings, true));
        first.pauseAt = int(best) + 1;
        QVERIFY_EXCEPTION_THROWN(trainFull(first, m_predictors), PauseRequested);
        FakeContext second(first.directory());
        QCOMPARE(trainFull(second, m_predictors)["steps"].get<std::int64_t>(), steps);
        QVERIFY(readFile(run.model() / "model.safetensors") == readFile(first.directory().model() / "model.safetensors"));
        std::int64_t last = 0;
        for (const Progress& progress : second.progressed) {
            if (progress.stage == "train")
                last = progress.done;
        }
        QCOMPARE(last, 40 * perEpoch);
    }
    void everyRowComesOnceAnEpoch() {
        std::vector<std::int64_t> seen;
        for (int step = 3; step < 6; ++step) {
            const auto rows = batchRows(step, 10, 4, 9);
            seen.insert(seen.end(), rows.begin(), rows.end());
        }
        QCOMPARE(seen.size(), std::size_t(10));
        QVERIFY(batchRows(0, 10, 4, 9) != batchRows(3, 10, 4, 9));
        std::sort(seen.begin(), seen.end());
        for (std::int64_t i = 0; i < 10; ++i)
            QCOMPARE(seen[std::size_t(i)], i);
    }
    void rowsThatCannotTrainAreRefused_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("fault");
        for (const char* method : {"head", "full"}) {
            QTest::addRow("%s, one label", method) << QString::fromLatin1(method) << QStringLiteral("at least two");
            QTest::addRow("%s, strange label", method) << QString::fromLatin1(method) << QStringLiteral("sports");
            QTest::addRow("%s, no rows", method) << QString::fromLatin1(method) << QStringLiteral("no training rows");
        }
    }
    void rowsThatCannotTrainAreRefused() {
        QFETCH(QString, method);
        QFETCH(QString, fault);
        const RunDirectory run = newRun(method.toStdString(), kShort);
        std::vector<Example> rows = tinyExamples(20, Split::Train, 1);
        if (fault.contains(QStringLiteral("two"))) {
            for (Example& row : rows)
                row.label = "bank";
        } else if (fault == QStringLiteral("sports")) {
            rows[7].label = "sports";
        } else {
            rows.clear();
        }
        // As if the run had been made of these rows: a file that merely changed is refused before the job sees it.
        const std::filesystem::path input = run.path() / "inputs" / "train.jsonl", spec = run.path() / "spec.json";
        writeExamples(input, rows);
        Json frozen = readJsonFile(spec);
        frozen["input_hashes"]["train"] = sha256File(input);
        writeJsonFile(spec, frozen);
        QCOMPARE(runJob(run.path(), m_jobs), 1);
        const std::string message = run.status().error->at("message");
        QVERIFY2(QString::fromStdString(message).contains(fault), message.c_str());
    }
    void headOfVectorsThatAreNotFiniteIsRefused() {
        at::Tensor features = at::randn({6, 3});
        features[2][1] = std::nan("");
        const std::vector<std::int64_t> labels = {0, 1, 0, 1, 0, 1};
        QVERIFY_EXCEPTION_THROWN(fitSoftmaxHead(features, labels, 2, 0.01, nullptr, nullProgress(), {}), Error);
    }
    void headKnowsAnotherEncoder() {
        const fs::path base = m_dir.filePath(QStringLiteral("own_base")).toStdString();
        fs::copy(kBase, base, fs::copy_options::recursive);
        const RunDirectory run = tinyRun(runs(), "tied", "train", "head", {{"base", base.string()}}, kShort);
        QCOMPARE(runJob(run.path(), m_jobs), 0);
        m_predictors.open(run.model());
        fs::resize_file(base / "model.safetensors", fs::file_size(base / "model.safetensors") + 8);
        try {
            m_predictors.open(run.model());
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::InvalidInput);
        }
    }
    void headStandsAtItsMinimum() {
        // Where the sums round the value stops falling before the gradient is small enough: many draws, for some to meet that.
        for (int draw = 0; draw < 50; ++draw) {
            const at::Tensor features = at::randn({60, 5});
            std::vector<std::int64_t> labels;
            for (int i = 0; i < 60; ++i)
                labels.push_back(features[i][0].item<double>() + 0.3 * features[i][1].item<double>() > 0.2 ? 1 : (i % 5 == 0 ? 2 : 0));
            const double l2 = 0.01;
            const HeadFit fit = fitSoftmaxHead(features, labels, 3, l2, nullptr, nullProgress(), {});
            const HeadFit again = fitSoftmaxHead(features, labels, 3, l2, &fit.head, nullProgress(), {});
            QVERIFY2(fit.iterations < 100, std::to_string(fit.iterations).c_str());
            QVERIFY2(again.iterations <= 6, std::to_string(again.iterations).c_str());
            QVERIFY(std::abs(again.loss - fit.loss) < 1e-6);
            SoftmaxHead moved = {fit.head.weight.clone(), fit.head.bias.clone()};
            moved.weight.add_(0.5);
            moved.bias[0] += 0.5;
            QVERIFY(std::abs(fitSoftmaxHead(features, labels, 3, l2, &moved, nullProgress(), {}).loss - fit.loss) < 1e-5);
        }
    }
};

QTEST_GUILESS_MAIN(TrainingTest)
#include "tst_training.moc"
