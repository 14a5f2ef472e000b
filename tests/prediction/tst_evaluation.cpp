#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "prediction/evaluation.h"
#include "prediction/vector_file.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

using namespace triptych;

namespace {

/// Says "yes" to texts that begin with y, remembers what it was asked.
class FirstLetter final : public Predictor {
public:
    const std::vector<std::string>& labels() const override { return m_labels; }
    std::uintmax_t bytes() const override { return 42; }
    std::vector<Prediction> predict(std::span<const std::string> texts) override {
        std::vector<Prediction> predictions;
        for (const std::string& text : texts) {
            asked.push_back(text);
            const bool yes = text.starts_with("y");
            predictions.push_back({yes ? "yes" : "no", yes ? std::vector<float>{0.25f, 0.75f} : std::vector<float>{0.75f, 0.25f}, 0.75, {}});
        }
        return predictions;
    }
    std::vector<std::string> asked;

private:
    std::vector<std::string> m_labels{"no", "yes"};
};

class Recorder final : public ProgressSink {
public:
    void progress(const Progress& progress) override {
        seen.push_back(progress.done);
        total = progress.total;
    }
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel, std::string_view) override {}
    std::vector<std::int64_t> seen;
    std::int64_t total = 0;
};

std::vector<Example> rows(int count) {
    std::vector<Example> examples;
    for (int i = 0; i < count; ++i)
        examples.push_back({(i % 4 == 0 ? "n" : "y") + std::to_string(i), i % 2 == 0 ? "no" : "yes", Split::Test, i + 1});
    return examples;
}

} // namespace

class EvaluationTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;

private Q_SLOTS:
    void predictionsAreWrittenAndMeasured() {
        const std::filesystem::path file = m_dir.path().toStdString() + "/predictions.jsonl";
        FirstLetter predictor;
        Recorder recorder;
        const Evaluation evaluation = evaluate(predictor, rows(200), 7, file, recorder, {});
        // Of four rows: "no" at 0, 2 and "yes" at 1, 3; said are no, yes, yes, yes.
        QCOMPARE(evaluation.metrics.at("accuracy").value.value_or(-1), 0.75);
        QVERIFY(std::abs(evaluation.metrics.at("macro_f1").value.value_or(-1) - (2.0 / 3 + 0.8) / 2) < 1e-12);
        QVERIFY(std::abs(evaluation.metrics.at("ece").value.value_or(-1)) < 1e-12);
        QVERIFY(std::is_sorted(recorder.seen.begin(), recorder.seen.end()));
        QCOMPARE(recorder.seen.front(), std::int64_t(0));
        QCOMPARE(recorder.seen.back(), recorder.total);
        std::istringstream lines(readFile(file));
        int number = 0;
        for (std::string line; std::getline(lines, line); ++number) {
            const Json value = parseJson(line, "predictions");
            QCOMPARE(value["row"].get<int>(), number);
            QCOMPARE(value["right"].get<bool>(), value["label"] == value["predicted"]);
            QVERIFY(!value.contains("evidence"));
        }
        QCOMPARE(number, 200);
        const Json json = evaluationToJson(evaluation, predictor);
        QCOMPARE(json["bytes"].get<int>(), 42);
        QCOMPARE(json["latency"]["n"].get<int>(), 200);
    }
    void latencyAsksTheSameTextsOfEveryone() {
        std::vector<std::string> texts;
        for (int i = 0; i < 500; ++i)
            texts.push_back("y" + std::to_string(i));
        FirstLetter a, b, other;
        const Latency latency = measureLatency(a, texts, 1, {});
        measureLatency(b, texts, 1, {});
        measureLatency(other, texts, 2, {});
        QCOMPARE(latency.samples_ms.size(), std::size_t(200));
        QCOMPARE(a.asked, b.asked);
        QVERIFY(a.asked != other.asked);
        QVERIFY(latency.p50_ms <= latency.p95_ms);
        const std::vector<std::string> few{"y"};
        QCOMPARE(measureLatency(a, few, 1, {}).samples_ms.size(), std::size_t(200));
        QVERIFY(measureLatency(a, {}, 1, {}).samples_ms.empty());
    }
    void stopAndEmptinessAreErrors() {
        FirstLetter predictor;
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(evaluate(predictor, rows(10), 1, {}, nullProgress(), stop.get_token()), Error);
        QVERIFY_EXCEPTION_THROWN(evaluate(predictor, {}, 1, {}, nullProgress(), {}), Error);
    }
    void softmaxIsOneInSumAndStable() {
        const std::vector<float> values{1.0f, 0.9f, -1.0f};
        const std::vector<float> soft = softmax(values, 0.05);
        QVERIFY(std::abs(soft[0] + soft[1] + soft[2] - 1) < 1e-6f);
        QVERIFY(std::abs(soft[1] / soft[0] - std::exp(-2.0f)) < 1e-5f);
        QCOMPARE(softmax(values, 1e-9)[0], 1.0f);
        QVERIFY(softmax({}, 1).empty());
    }
    void vectorFilesAreChecked() {
        const std::filesystem::path file = m_dir.path().toStdString() + "/v.f32";
        std::vector<float> vectors{1, 2, 3, 4, 5, 6};
        writeVectors(file, vectors);
        QCOMPARE(readVectors(file, 2, 3), vectors);
        QVERIFY_EXCEPTION_THROWN(readVectors(file, 3, 3), Error);
        vectors[4] = std::numeric_limits<float>::infinity();
        writeVectors(file, vectors);
        QVERIFY_EXCEPTION_THROWN(readVectors(file, 2, 3), Error);
    }
};

QTEST_GUILESS_MAIN(EvaluationTest)
#include "tst_evaluation.moc"
