#include "base/error.h"
#include "generation/sampling.h"
#include "generation/stop_strings.h"
#include "support/decoder_fixtures.h"

#include <fmt/format.h>

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace triptych;

namespace {

SamplingSettings settingsOf(const Json& value) {
    SamplingSettings settings;
    settings.temperature = value.value("temperature", 1.0);
    settings.top_k = value.value("top_k", 0);
    settings.top_p = value.value("top_p", 1.0);
    settings.min_p = value.value("min_p", 0.0);
    settings.repetition_penalty = value.value("repetition_penalty", 1.0);
    return settings;
}

/// All pieces that StopStrings gives for these, with | between them.
std::string cut(const std::vector<std::string>& stops, const std::vector<std::string>& pieces) {
    StopStrings strings(stops);
    std::string result;
    for (const std::string& piece : pieces)
        result += strings.push(piece) + "|";
    return result + strings.finish() + (strings.stopped() ? "!" : "");
}

} // namespace

class SamplingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equalsTransformers_data() {
        QTest::addColumn<int>("index");
        const Json& cases = decoders::expected()["sampling"]["cases"];
        for (std::size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i]["settings"].dump().c_str()) << int(i);
    }
    void equalsTransformers() {
        QFETCH(int, index);
        const Json& all = decoders::expected()["sampling"];
        const Json& wanted = all["cases"][std::size_t(index)];
        auto logits = all["logits"].get<std::vector<float>>();
        warpLogits(logits, settingsOf(wanted["settings"]), all["context"].get<std::vector<std::int32_t>>());
        for (std::size_t i = 0; i < logits.size(); ++i) {
            const Json& want = wanted["warped"][i];
            QVERIFY2(want.is_null() == std::isinf(logits[i]), fmt::format("token {}: {} against {}", i, logits[i], want.dump()).c_str());
            if (!want.is_null())
                QVERIFY(std::abs(double(logits[i]) - want.get<double>()) <= 1e-5 * std::max(1.0, std::abs(want.get<double>())));
        }
    }
    void greedyTakesTheFirstOfTheLargest() {
        Random random(1);
        std::vector<float> logits = {0, 3, -1, 3, 2};
        QCOMPARE(chooseToken(logits, {}, random), 1);
        // Without a temperature only the penalty changes anything.
        warpLogits(logits, {.temperature = 0, .top_k = 1, .top_p = 0.1, .min_p = 1, .repetition_penalty = 2}, std::vector<std::int32_t>{1, 1, 2, 99, -3});
        QVERIFY(logits == std::vector<float>({0, 1.5f, -2, 3, 2}));
        QCOMPARE(chooseToken(logits, {}, random), 3);
    }
    void drawsFollowTheProbabilities() {
        const SamplingSettings settings = {.temperature = 1};
        const float out = -std::numeric_limits<float>::infinity();
        const std::vector<float> logits = {std::log(1.0f), out, std::log(3.0f), std::log(6.0f)};
        std::vector<int> counts(4);
        Random random(5), again(5);
        for (int i = 0; i < 20000; ++i) {
            const std::int32_t token = chooseToken(logits, settings, random);
            QCOMPARE(chooseToken(logits, settings, again), token);
            ++counts[std::size_t(token)];
        }
        // Five standard deviations of the widest are 350.
        QVERIFY(std::abs(counts[0] - 2000) < 350 && std::abs(counts[2] - 6000) < 350 && std::abs(counts[3] - 12000) < 350);
        QCOMPARE(counts[1], 0);
    }
    void badSettingsAndDamagedLogitsAreNamed() {
        const auto refusal = [](const SamplingSettings& settings) {
            try {
                checkSampling(settings);
            } catch (const Error& error) {
                return error.code() == ErrorCode::InvalidArgument ? error.message() : "wrong code";
            }
            return std::string("no error");
        };
        QVERIFY(refusal({.temperature = -1}).starts_with("temperature is -1"));
        QVERIFY(refusal({.temperature = NAN}).starts_with("temperature is nan"));
        QVERIFY(refusal({.top_k = -2}).starts_with("top_k is -2"));
        QVERIFY(refusal({.top_p = 0}).starts_with("top_p is 0"));
        QVERIFY(refusal({.min_p = 1.5}).starts_with("min_p is 1.5"));
        QVERIFY(refusal({.repetition_penalty = 0}).starts_with("repetition_penalty is 0"));
        QCOMPARE(refusal({}), std::string("no error"));
        Random random(1);
        QVERIFY_EXCEPTION_THROWN(chooseToken(std::vector<float>{1, NAN}, {}, random), Error);
        QVERIFY_EXCEPTION_THROWN(chooseToken(std::vector<float>{}, {}, random), Error);
    }
    void stopStringsAreHeldBackAndCutOff() {
        QCOMPARE(cut({}, {"a", "b"}), std::string("a|b|"));
        QCOMPARE(cut({""}, {"a"}), std::string("a|"));
        QCOMPARE(cut({"stop"}, {"a st", "o", "p b", "c"}), std::string("a |||" "|!"));
        QCOMPARE(cut({"stop"}, {"a st", "ay"}), std::string("a |stay|"));
        QCOMPARE(cut({"stop"}, {"sst", "o"}), std::string("s||sto"));
        QCOMPARE(cut({"\n\n", "User:"}, {"x\n", "User", "\n\nUser:"}), std::string("x|\n|User|!"));
        QCOMPARE(cut({"bcd", "b"}, {"abcd"}), std::string("a|!"));
        QCOMPARE(cut({"aab"}, {"aa", "a", "b"}), std::string("|a||!"));
    }
};

QTEST_GUILESS_MAIN(SamplingTest)
#include "tst_sampling.moc"
