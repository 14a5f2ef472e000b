#include "base/error.h"
#include "base/random.h"
#include "metrics/classification.h"

#include <QElapsedTimer>
#include <QTest>

#include <array>
#include <cmath>

using namespace triptych;

class ClassificationTest : public QObject {
    Q_OBJECT
    using Labels = std::vector<std::string>;
    static bool near(std::optional<double> value, double expected, double tolerance = 1e-12) {
        return value && std::abs(*value - expected) <= tolerance;
    }

private Q_SLOTS:
    void accuracyCountsRightRows() {
        const Labels truth = {"a", "b", "c", "a"}, predicted = {"a", "b", "a", "b"};
        const Metric metric = accuracy(truth, predicted, 1);
        QVERIFY(near(metric.value, 0.5));
        QCOMPARE(metric.n, std::int64_t(4));
        QVERIFY(*metric.low >= 0 && *metric.low <= 0.5 && *metric.high >= 0.5 && *metric.high <= 1);
    }
    void accuracyIntervalMatchesTheBinomial() {
        // 900 of 1000 right: standard error sqrt(.9 * .1 / 1000) = 0.00949, interval 0.9 -+ 0.0186.
        Labels truth(1000, "x"), predicted(1000, "x");
        std::fill(predicted.begin(), predicted.begin() + 100, "y");
        const Metric metric = accuracy(truth, predicted, 7);
        QVERIFY(near(metric.low, 0.9 - 0.0186, 0.003));
        QVERIFY(near(metric.high, 0.9 + 0.0186, 0.003));
    }
    void macroF1IsTheMeanOfClassF1() {
        // a: tp 1, truth 2, predicted 2 -> 0.5; b: tp 1, truth 1, predicted 2 -> 2/3; c: tp 0 -> 0.
        const Labels truth = {"a", "b", "c", "a"}, predicted = {"a", "b", "a", "b"};
        QVERIFY(near(macroF1(truth, predicted, 1).value, (0.5 + 2.0 / 3) / 3));
    }
    void macroF1CountsClassesThatWereOnlyPredicted() {
        const Labels truth = {"a", "a"}, predicted = {"a", "z"};
        QVERIFY(near(macroF1(truth, predicted, 1).value, (2.0 / 3 + 0) / 2));
    }
    void meanOverSeedsHasTheIntervalOfTheMean() {
        // Two seeds that are wrong on different halves: each swings with the draw, their mean does not.
        Labels truth(200, "a"), first = truth, second = truth;
        std::fill(first.begin(), first.begin() + 100, "b");
        std::fill(second.begin() + 100, second.end(), "b");
        const std::vector<Labels> both = {first, second};
        const Metric one = macroF1(truth, first, 3), mean = meanMacroF1(truth, both, 3);
        QVERIFY(near(mean.value, (*one.value + *macroF1(truth, second, 3).value) / 2));
        QVERIFY(*mean.high - *mean.low < (*one.high - *one.low) / 10);
        QVERIFY(near(meanMacroF1(truth, std::vector<Labels>{first}, 3).low, *one.low));
    }
    void meanRetentionIsTheMeanOfTheRatios() {
        const std::vector<CorrectnessPair> pairs = {{{1, 0, 0, 0}, {1, 1, 0, 0}}, {{1, 1, 1, 0}, {1, 1, 1, 1}}};
        const Metric mean = meanAccuracyRatio(pairs, 3);
        QVERIFY(near(mean.value, (0.5 + 0.75) / 2));
        QVERIFY(*mean.low <= *mean.value && *mean.value <= *mean.high);
        QVERIFY(!meanAccuracyRatio({}, 3).value);
        QVERIFY(!meanAccuracyRatio(std::vector<CorrectnessPair>{{{1, 1}, {0, 0}}}, 3).value);
    }
    void calibrationErrorOfTheWorkedCase() {
        const std::array confidence = {.95, .85, .75, .65, .55, .45};
        const std::array<bool, 6> right = {true, true, false, true, false, false};
        QVERIFY(near(expectedCalibrationError(confidence, right, 1, 5).value, 0.8 / 3, 1e-12));
    }
    void calibrationBinsIncludeTheirUpperEdge() {
        // 0.2 belongs to (0, 0.2]; with 0.1 of the same bin: |1 - 0.3| / 2 = 0.35. Apart it would be (0.8 + 0.1) / 2.
        const std::array confidence = {0.2, 0.1};
        const std::array<bool, 2> right = {true, false};
        QVERIFY(near(expectedCalibrationError(confidence, right, 1, 5).value, 0.35));
        const std::array zero = {0.0};
        const std::array<bool, 1> wrong = {false};
        QVERIFY(near(expectedCalibrationError(zero, wrong, 1, 5).value, 0));
    }
    void calibrationRefusesConfidencesOutsideTheUnit() {
        const std::array confidence = {std::nan("")};
        const std::array<bool, 1> right = {true};
        QVERIFY_EXCEPTION_THROWN(expectedCalibrationError(confidence, right, 1), Error);
    }
    void noRowsIsUndefinedAndNullInJson() {
        const Metric metric = accuracy(Labels{}, Labels{}, 1);
        QVERIFY(!metric.value && !metric.low && !metric.high);
        const Json json = metricToJson(metric);
        QVERIFY(json.at("value").is_null() && json.at("low").is_null());
        QVERIFY(!metricFromJson(json).value);
        QVERIFY(!macroF1(Labels{}, Labels{}, 1).value);
        Metric infinite;
        infinite.value = std::nan("");
        QVERIFY(metricToJson(infinite).at("value").is_null());
    }
    void unequalSizesAreRefusedWithBothSizes() {
        try {
            accuracy(Labels{"a"}, Labels{"a", "b"}, 1);
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.message().find("1 values against 2") != std::string::npos);
        }
    }
    void metricsSurviveJson() {
        const Metrics metrics = {{"accuracy", {0.5, 0.25, 0.75, 8, 1}}, {"speedup", {}}};
        const Metrics read = metricsFromJson(metricsToJson(metrics));
        QCOMPARE(read.size(), std::size_t(2));
        QVERIFY(near(read.at("accuracy").low, 0.25));
        QCOMPARE(read.at("accuracy").undefined, std::int64_t(1));
        QVERIFY_EXCEPTION_THROWN(metricsFromJson(Json::array()), Error);
        QVERIFY_EXCEPTION_THROWN(metricFromJson({{"value", "much"}}), Error);
    }
    void mcNemarIsExact() {
        // 1 against 7 discordant rows: 2 * (1 + 8) / 2^8 = 0.0703125.
        std::vector<double> a(20, 1), b(20, 1);
        a[0] = 0;
        for (int i = 1; i <= 7; ++i)
            b[static_cast<std::size_t>(i)] = 0;
        const PairedTest test = pairedAccuracy(a, b, 3);
        QVERIFY(near(test.difference, 6.0 / 20));
        QVERIFY(near(test.p, 0.0703125, 1e-9));
        QVERIFY(test.low < test.difference && test.difference < test.high);
    }
    void equalPredictorsDoNotDiffer() {
        const std::vector<double> a = {1, 0, 1, 1};
        const PairedTest test = pairedAccuracy(a, a, 3);
        QVERIFY(near(test.difference, 0) && near(test.low, 0) && near(test.high, 0) && near(test.p, 1));
    }
    void fractionsOverSeedsTakeTheirPFromTheBootstrap() {
        std::vector<double> a(100, 2.0 / 3), b(100, 1.0 / 3);
        QVERIFY(near(pairedAccuracy(a, b, 3).p, 2.0 / (kBootstrapResamples + 1)));
    }
    void falseAlarmsStayAtTheLevel() {
        // 400 comparisons of predictors that differ by chance alone; exact McNemar may only err on the safe side.
        Random random(11);
        int alarms = 0;
        for (int round = 0; round < 400; ++round) {
            std::vector<double> a(100), b(100);
            for (std::size_t i = 0; i < a.size(); ++i) {
                a[i] = random.uniform() < 0.8 ? 1 : 0;
                b[i] = random.uniform() < 0.8 ? 1 : 0;
            }
            const PairedTest test = pairedAccuracy(a, b, static_cast<std::uint64_t>(round));
            alarms += clearlyAbove(test) || clearlyBelow(test);
        }
        QVERIFY2(alarms <= 20, qPrintable(QString::number(alarms)));
    }
    void fewDiscordantRowsAreNotClear_data() {
        QTest::addColumn<int>("more");
        QTest::addColumn<int>("less");
        QTest::addColumn<bool>("clear");
        QTest::newRow("4 to 0, p 0.125") << 4 << 0 << false;
        QTest::newRow("5 to 0, p 0.0625") << 5 << 0 << false;
        QTest::newRow("7 to 1, p 0.070") << 7 << 1 << false;
        QTest::newRow("9 to 2, p 0.065") << 9 << 2 << false;
        QTest::newRow("6 to 0, p 0.031") << 6 << 0 << true;
        QTest::newRow("12 to 2, p 0.013") << 12 << 2 << true;
    }
    void fewDiscordantRowsAreNotClear() {
        QFETCH(int, more);
        QFETCH(int, less);
        QFETCH(bool, clear);
        std::vector<double> a(300, 1.0), b(300, 1.0);
        std::fill_n(b.begin(), more, 0.0);
        std::fill_n(a.end() - less, less, 0.0);
        const PairedTest test = pairedAccuracy(a, b, 13), turned = pairedAccuracy(b, a, 13);
        QVERIFY(test.low > 0); // the interval alone would say so each time
        QCOMPARE(clearlyAbove(test), clear);
        QCOMPARE(clearlyBelow(turned), clear);
        QVERIFY(!clearlyBelow(test) && !clearlyAbove(turned));
    }
    void retentionHasAPairedInterval() {
        // Teacher right on 80 of 100, the student on 76 of those: retention 0.95 whatever the teacher's own luck.
        std::vector<double> teacher(100, 0.0), student(100, 0.0);
        std::fill_n(teacher.begin(), 80, 1.0);
        std::fill_n(student.begin(), 76, 1.0);
        const Metric metric = accuracyRatio(student, teacher, 5);
        QVERIFY(near(metric.value, 0.95));
        QVERIFY(*metric.low > 0.88 && *metric.low < 0.95 && *metric.high > 0.95 && *metric.high <= 1); // unpaired it would pass 1
        QCOMPARE(metric.n, std::int64_t(100));
        QVERIFY(!accuracyRatio(student, std::vector<double>(100, 0.0), 5).value);
        QVERIFY(!accuracyRatio({}, {}, 5).value);
    }
    void pairedMacroF1SeesTheBetterOne() {
        Labels truth, good, bad;
        for (int i = 0; i < 300; ++i) {
            truth.push_back(std::to_string(i % 3));
            good.push_back(i % 10 == 0 ? "0" : truth.back());
            bad.push_back(i % 3 == 1 ? "0" : truth.back());
        }
        const PairedTest test = pairedMacroF1(truth, good, bad, 5);
        QVERIFY(test.difference > 0.1 && test.low > 0 && test.p < 0.05);
    }
    void holmStepsDown() {
        // Sorted 0.01, 0.03, 0.04: times 3, 2, 1, then never falling.
        const auto adjusted = holmAdjusted(std::array{0.04, 0.01, 0.03});
        QVERIFY(near(adjusted[0], 0.06) && near(adjusted[1], 0.03) && near(adjusted[2], 0.06));
        QVERIFY(near(holmAdjusted(std::array{0.7, 0.9})[1], 1));
        QVERIFY(holmAdjusted({}).empty());
    }
    void quantileInterpolatesAsType7() {
        QVERIFY(near(quantile({4, 1, 3, 2}, 0.5), 2.5));
        QVERIFY(near(quantile({4, 1, 3, 2}, 0.95), 3.85));
        QVERIFY(near(quantile({5}, 0.25), 5));
        QVERIFY_EXCEPTION_THROWN(quantile({}, 0.5), Error);
    }
    void medianRatioIsTheSpeedUp() {
        const Metric metric = medianRatio(std::array{10.0, 12.0, 11.0}, std::array{2.0, 2.2, 1.8}, 5);
        QVERIFY(near(metric.value, 5.5));
        QVERIFY(*metric.low <= 5.5 && *metric.high >= 5.5);
        QVERIFY(!medianRatio({}, std::array{1.0}, 5).value);
        QVERIFY(!medianRatio(std::array{1.0}, std::array{0.0}, 5).value);
    }
    void sameSeedSameInterval() {
        Labels truth, predicted;
        for (int i = 0; i < 200; ++i) {
            truth.push_back(std::to_string(i % 7));
            predicted.push_back(std::to_string(i % 5));
        }
        const Metric one = macroF1(truth, predicted, 42), two = macroF1(truth, predicted, 42), other = macroF1(truth, predicted, 43);
        QCOMPARE(*one.low, *two.low);
        QCOMPARE(*one.high, *two.high);
        QVERIFY(*one.low != *other.low || *one.high != *other.high);
    }
    void thousandResamplesOfAWideTaskAreQuick() {
        Random random(1);
        Labels truth, predicted;
        for (int i = 0; i < 3000; ++i) {
            truth.push_back("class_" + std::to_string(random.below(150)));
            predicted.push_back(random.uniform() < 0.9 ? truth.back() : "class_" + std::to_string(random.below(150)));
        }
        QElapsedTimer timer;
        timer.start();
        macroF1(truth, predicted, 1);
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
    }
};

QTEST_GUILESS_MAIN(ClassificationTest)
#include "tst_classification.moc"
