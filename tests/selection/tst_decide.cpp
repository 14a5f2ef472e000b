#include "selection/decision.h"

#include "base/random.h"

#include <QTest>

#include <cmath>

using namespace triptych;

namespace {

constexpr std::size_t kRows = 400;

/// An arm whose first rows are right, so that better arms are right wherever worse ones are.
Arm makeArm(Technique technique, double accuracy, double bytes = 90e6, double p95 = 12) {
    Arm arm;
    arm.technique = technique;
    arm.method = technique == Technique::FineTune ? "full" : std::string(techniqueName(technique));
    arm.run = "run-" + arm.method;
    arm.runs = {arm.run};
    arm.seeds = {13};
    if (technique == Technique::Distill) {
        arm.metrics["retention"] = {0.97, 0.95, 0.99, kRows, 0};
        arm.metrics["speedup"] = {24.0, 22.0, 26.0, 30, 0};
    }
    arm.model = arm.method;
    arm.correct.assign(kRows, 0.0);
    std::fill_n(arm.correct.begin(), static_cast<std::size_t>(accuracy * kRows), 1.0);
    arm.metrics["accuracy"] = {accuracy, accuracy - 0.02, accuracy + 0.02, kRows, 0};
    arm.metrics["macro_f1"] = {accuracy, accuracy - 0.02, accuracy + 0.02, kRows, 0};
    arm.latency_p50_ms = p95 / 2;
    arm.latency_p95_ms = p95;
    arm.bytes = bytes;
    arm.build_s = 10;
    return arm;
}

DatasetFacts facts(std::int64_t trainRows = 4000) {
    return {"intents", trainRows, kRows, 20, trainRows / 25};
}

/// Fine-tuning clearly ahead, a small student behind it.
std::vector<Arm> richArms() {
    return {makeArm(Technique::ZeroShot, 0.60), makeArm(Technique::Rag, 0.85), makeArm(Technique::FineTune, 0.95),
            makeArm(Technique::Distill, 0.92, 3e6, 0.5)};
}
/// Fine-tuning no better than retrieval.
std::vector<Arm> poorArms() {
    return {makeArm(Technique::ZeroShot, 0.60), makeArm(Technique::Rag, 0.85), makeArm(Technique::FineTune, 0.85)};
}

Decision decideWith(const std::vector<Arm>& arms, const Answers& answers = {}, const DatasetFacts& about = facts()) {
    return decide(DecisionTree::load(), about, arms, answers, 13);
}
QString names(const std::vector<Technique>& techniques) {
    QStringList list;
    for (const Technique technique : techniques)
        list << QString::fromStdString(std::string(techniqueName(technique)));
    return list.join(QLatin1Char(' '));
}
bool says(const std::vector<Reason>& reasons, std::string_view code) {
    return std::any_of(reasons.begin(), reasons.end(), [&](const Reason& reason) { return reason.code == code; });
}
const DecisionStep& step(const Decision& decision, std::string_view node) {
    return *std::find_if(decision.path.begin(), decision.path.end(), [&](const DecisionStep& s) { return s.node == node; });
}

} // namespace

class DecideTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersLeadToEachLeaf_data() {
        QTest::addColumn<QString>("answers");
        QTest::addColumn<QString>("arms");
        QTest::addColumn<QString>("leads");
        const auto row = [](const char* name, const char* answers, const char* arms, const char* leads) {
            QTest::newRow(name) << QString::fromUtf8(answers) << QString::fromUtf8(arms) << QString::fromUtf8(leads);
        };
        row("nothing entered, labels pay", "{}", "rich", "fine_tune");
        row("nothing entered, labels do not pay", "{}", "poor", "rag");
        row("fresh alone", "{\"knowledge_must_be_fresh\": true}", "poor", "rag");
        row("fresh by interval", "{\"update_interval_days\": 7}", "poor", "rag");
        row("interval beyond the threshold", "{\"update_interval_days\": 90}", "rich", "fine_tune");
        row("fresh and labels", "{\"knowledge_must_be_fresh\": true}", "rich", "rag fine_tune");
        row("fresh and small", "{\"knowledge_must_be_fresh\": true, \"must_be_small\": true, \"enough_labels\": false}", "rich", "rag distill");
        row("all three", "{\"knowledge_must_be_fresh\": true, \"must_be_small\": true}", "rich", "rag distill");
        row("labels and small", "{\"must_be_small\": true}", "rich", "distill");
        row("small by size", "{\"max_bytes\": 10000000}", "rich", "distill");
        row("small by time", "{\"max_latency_ms\": 2}", "rich", "distill");
        row("limit that is kept", "{\"max_bytes\": 100000000}", "rich", "fine_tune");
        row("zero-shot close enough", "{\"enough_labels\": false}", "flat", "zero_shot");
        row("zero-shot accepted", "{\"enough_labels\": false, \"zero_shot_good_enough\": true}", "rich", "zero_shot");
        row("nothing measured", "{}", "none", "fine_tune");
    }
    void answersLeadToEachLeaf() {
        QFETCH(QString, answers);
        QFETCH(QString, arms);
        QFETCH(QString, leads);
        std::vector<Arm> list;
        if (arms == QLatin1String("rich"))
            list = richArms();
        else if (arms == QLatin1String("poor"))
            list = poorArms();
        else if (arms == QLatin1String("flat"))
            list = {makeArm(Technique::ZeroShot, 0.90), makeArm(Technique::Rag, 0.905), makeArm(Technique::FineTune, 0.91)};
        const Decision decision = decideWith(list, answersFromJson(Json::parse(answers.toStdString())));
        QCOMPARE(names(decision.recommendation), leads);
        QVERIFY(!decision.reasons.empty());
        QCOMPARE(decision.path.size(), std::size_t(4));
    }
    void whatBeingSmallCostsIsSaid() {
        const auto find = [](const Decision& decision, std::string_view code) {
            return std::find_if(decision.reasons.begin(), decision.reasons.end(), [&](const Reason& reason) { return reason.code == code; });
        };
        Answers small;
        small.must_be_small = true;
        const Decision entered = decideWith(richArms(), small);
        const auto cost = find(entered, "small_costs");
        QVERIFY(cost != entered.reasons.end());
        QVERIFY(std::abs(cost->values["difference"].get<double>() + 0.03) < 1e-9 && cost->values["low"].get<double>() < -0.03 && cost->values["high"].get<double>() < 0);
        QVERIFY2(cost->text.find("distil") != std::string::npos && cost->text.find("-3.0 points") != std::string::npos, cost->text.c_str());
        Answers limit;
        limit.max_bytes = 10e6;
        QVERIFY(says(decideWith(richArms(), limit).reasons, "small_costs"));
        // Beside retrieval the student stands in the place of the fine-tuned model.
        small.knowledge_must_be_fresh = true;
        QVERIFY(says(decideWith(richArms(), small).reasons, "small_costs"));
        small.knowledge_must_be_fresh.reset();
        // The best is small already.
        std::vector<Arm> arms = richArms();
        arms.back() = makeArm(Technique::Distill, 0.98, 3e6, 0.5);
        const Decision best = decideWith(arms, small);
        QVERIFY(says(best.reasons, "small_costs_nothing") && !says(best.reasons, "small_costs"));
        // Nothing measured, nothing said; and nothing if it need not be small.
        QVERIFY(!says(decideWith({}, small).reasons, "small_costs") && !says(decideWith({}, small).reasons, "small_costs_nothing"));
        QVERIFY(!says(decideWith(richArms()).reasons, "small_costs"));
    }
    void nothingKnownStartsWithZeroShot() {
        const Decision decision = decideWith({}, {}, facts(60)); // three rows a class
        QCOMPARE(names(decision.recommendation), QStringLiteral("zero_shot"));
        QCOMPARE(decision.confidence, std::string("low"));
        QVERIFY(says(decision.reasons, "no_arms"));
        QVERIFY(says(decision.reasons, "not_measured"));
        for (const DecisionStep& s : decision.path)
            QVERIFY(s.source == EvidenceSource::Default);
    }
    void sourcesAreTold() {
        Answers answers;
        answers.knowledge_must_be_fresh = false;
        const Decision decision = decideWith(richArms(), answers);
        QVERIFY(step(decision, "knowledge_must_be_fresh").source == EvidenceSource::Entered);
        QVERIFY(step(decision, "enough_labels").source == EvidenceSource::Measured);
        QVERIFY(step(decision, "must_be_small").source == EvidenceSource::Default);
        QVERIFY(!step(decision, "zero_shot_good_enough").on_path);
        QVERIFY(step(decision, "must_be_small").on_path);
    }
    void confidenceFollowsTheEvidence() {
        Answers all;
        all.knowledge_must_be_fresh = false;
        all.must_be_small = false;
        QCOMPARE(decideWith(richArms(), all).confidence, std::string("high"));
        QCOMPARE(decideWith(richArms()).confidence, std::string("medium"));
        QCOMPARE(decideWith({makeArm(Technique::ZeroShot, 0.6)}, all).confidence, std::string("low"));
        all.knowledge_must_be_fresh = true; // a combination that nobody measured
        QCOMPARE(decideWith(richArms(), all).confidence, std::string("medium"));
    }
    void missingArmIsSaid() {
        Answers answers;
        answers.must_be_small = true;
        const Decision decision = decideWith(poorArms(), answers);
        QCOMPARE(names(decision.recommendation), QStringLiteral("distill"));
        QVERIFY(says(decision.reasons, "not_measured"));
        QCOMPARE(decision.confidence, std::string("low"));
    }
    void fewRowsAreNotTrusted() {
        std::vector<Arm> arms = richArms();
        const Decision decision = decideWith(arms, {}, facts(100)); // five rows a class
        QVERIFY(!step(decision, "enough_labels").answer);
        QCOMPARE(step(decision, "enough_labels").evidence["code"].get<std::string>(), std::string("labels_too_few_to_trust"));
        QCOMPARE(names(decision.recommendation), QStringLiteral("rag")); // nor the student of what is not trusted
        QVERIFY(says(decision.reasons, "lead_not_trusted"));
        QVERIFY(decision.confidence != "high");
    }
    void enteredTooFewLabelsBarWhatRestsOnThem_data() {
        QTest::addColumn<int>("trainRows");
        QTest::newRow("many rows") << 4000;
        QTest::newRow("five rows a class") << 100;
    }
    void enteredTooFewLabelsBarWhatRestsOnThem() {
        QFETCH(int, trainRows);
        Answers answers;
        answers.enough_labels = false;
        const Decision decision = decideWith(richArms(), answers, facts(trainRows));
        QCOMPARE(names(decision.recommendation), QStringLiteral("rag"));
        QVERIFY(says(decision.reasons, "clearly_behind"));
        answers.max_bytes = 95e6; // a limit that all keep does not bring them back either
        QCOMPARE(names(decideWith(richArms(), answers, facts(trainRows)).recommendation), QStringLiteral("rag"));
    }
    void limitsPreferWhatTheAnswersAllow() {
        std::vector<Arm> arms = richArms();
        arms[0].bytes = 50e6; // zero-shot
        arms[1].bytes = 200e6; // retrieval, where the tree leads
        Answers answers;
        answers.enough_labels = false;
        answers.zero_shot_good_enough = false;
        answers.must_be_small = false;
        answers.max_bytes = 100e6;
        // Whatever keeps the limit is spoken against, so the best of it must do.
        QCOMPARE(names(decideWith(arms, answers).recommendation), QStringLiteral("fine_tune"));
        answers.zero_shot_good_enough.reset();
        QCOMPARE(names(decideWith(arms, answers).recommendation), QStringLiteral("zero_shot"));
    }
    void deniedZeroShotStaysOut() {
        Answers answers;
        answers.zero_shot_good_enough = false;
        const std::vector<Arm> arms = {makeArm(Technique::ZeroShot, 0.95), makeArm(Technique::Rag, 0.80), makeArm(Technique::FineTune, 0.80)};
        QCOMPARE(names(decideWith(arms).recommendation), QStringLiteral("zero_shot"));
        QCOMPARE(names(decideWith(arms, answers).recommendation), QStringLiteral("rag"));
    }
    void combinationIsHeldAgainstTheLimits() {
        Answers answers;
        answers.knowledge_must_be_fresh = true;
        answers.max_bytes = 100e6; // 90 MB each
        const Decision student = decideWith(richArms(), answers);
        QCOMPARE(names(student.recommendation), QStringLiteral("rag distill")); // 93 MB
        QVERIFY(says(student.reasons, "limit_excludes_combination"));
        QCOMPARE(student.confidence, std::string("low"));
        const Decision alone = decideWith(poorArms(), {answers.knowledge_must_be_fresh, {}, true, {}, answers.max_bytes, {}, {}});
        QCOMPARE(names(alone.recommendation), QStringLiteral("rag"));
        QVERIFY(says(alone.reasons, "limit_excludes_combination"));
        answers.max_bytes = 180e6;
        QCOMPARE(names(decideWith(richArms(), answers).recommendation), QStringLiteral("rag fine_tune"));
        answers.max_bytes.reset();
        answers.max_latency_ms = 20; // 12 ms each, one after the other
        QCOMPARE(names(decideWith(richArms(), answers).recommendation), QStringLiteral("rag distill"));
    }
    void fourRowsAreNoClearLead() {
        const auto pair = [](double rag, double tuned) { return std::vector<Arm>{makeArm(Technique::Rag, rag), makeArm(Technique::FineTune, tuned)}; };
        QVERIFY(!step(decideWith(pair(0.85, 0.86)), "enough_labels").answer); // 4 to 0 of 400 rows: p = 0.125
        QVERIFY(step(decideWith(pair(0.85, 0.87)), "enough_labels").answer);  // 8 to 0: p = 0.008
        Answers answers;
        answers.enough_labels = true;
        QCOMPARE(names(decideWith(pair(0.86, 0.85), answers).recommendation), QStringLiteral("fine_tune")); // not corrected
        QCOMPARE(names(decideWith(pair(0.87, 0.85), answers).recommendation), QStringLiteral("rag"));
        QVERIFY(says(decideWith(pair(0.85, 0.86), answers).reasons, "not_separated"));
        QVERIFY(says(decideWith(pair(0.85, 0.87), answers).reasons, "clearly_best"));
        answers.knowledge_must_be_fresh = true;
        QCOMPARE(names(decideWith(pair(0.86, 0.85), answers).recommendation), QStringLiteral("rag fine_tune")); // the partner stays
        QCOMPARE(names(decideWith(pair(0.87, 0.85), answers).recommendation), QStringLiteral("rag"));
        std::vector<Arm> short_ = {makeArm(Technique::ZeroShot, 0.80), makeArm(Technique::Rag, 0.84)};
        for (Arm& arm : short_) {
            arm.correct.assign(100, 0.0);
            std::fill_n(arm.correct.begin(), arm.technique == Technique::Rag ? 84 : 80, 1.0);
        }
        QVERIFY(step(decideWith(short_), "zero_shot_good_enough").answer); // 4 to 0 of 100, beyond the margin
    }
    void bestOfSeveralMustLeadTheMoreClearly() {
        // 6 to 0 rows: p = 0.03 for one candidate, 0.06 for the best of two.
        std::vector<Arm> arms = {makeArm(Technique::FineTune, 0.85), makeArm(Technique::Rag, 0.865)};
        Answers answers;
        answers.enough_labels = true;
        QCOMPARE(names(decideWith(arms, answers).recommendation), QStringLiteral("rag"));
        arms.push_back(makeArm(Technique::Distill, 0.85));
        const Decision decision = decideWith(arms, answers);
        QCOMPARE(names(decision.recommendation), QStringLiteral("fine_tune"));
        QVERIFY(says(decision.reasons, "not_separated"));
        arms = {makeArm(Technique::ZeroShot, 0.80), makeArm(Technique::Rag, 0.86), makeArm(Technique::FineTune, 0.80)};
        for (Arm& arm : arms) {
            arm.correct.assign(100, 0.0);
            std::fill_n(arm.correct.begin(), arm.technique == Technique::Rag ? 86 : 80, 1.0);
        }
        QVERIFY(step(decideWith(arms), "zero_shot_good_enough").answer);
        arms.pop_back();
        QVERIFY(!step(decideWith(arms), "zero_shot_good_enough").answer);
    }
    void choiceByTheTestRowsIsSaid() {
        std::vector<Arm> arms = richArms();
        QVERIFY(!says(decideWith(arms).reasons, "chosen_on_test"));
        arms[2].variants = 2;
        arms[2].chosen_on_test = true;
        QVERIFY(says(decideWith(arms).reasons, "chosen_on_test"));
    }
    void measurementCorrectsTheTree() {
        Answers answers;
        answers.enough_labels = true; // but retrieval is clearly better
        const Decision decision = decideWith({makeArm(Technique::Rag, 0.95), makeArm(Technique::FineTune, 0.80)}, answers);
        QCOMPARE(names(decision.recommendation), QStringLiteral("rag"));
        QVERIFY(says(decision.reasons, "corrected_by_measurement"));
        QVERIFY(says(decision.reasons, "labels_contradicted"));
    }
    void enteredWishOutweighsAccuracy() {
        Answers answers;
        answers.knowledge_must_be_fresh = true;
        answers.enough_labels = false;
        const Decision decision = decideWith(richArms(), answers);
        QCOMPARE(names(decision.recommendation), QStringLiteral("rag"));
        QVERIFY(says(decision.reasons, "clearly_behind"));
        QVERIFY(says(decision.reasons, "labels_understated"));
    }
    void partnerWithoutGainIsDropped() {
        Answers answers;
        answers.knowledge_must_be_fresh = true;
        answers.enough_labels = true;
        const Decision decision = decideWith({makeArm(Technique::Rag, 0.95), makeArm(Technique::FineTune, 0.80)}, answers);
        QCOMPARE(names(decision.recommendation), QStringLiteral("rag"));
    }
    void contradictoryAnswersNameTheConflict() {
        Answers answers;
        answers.knowledge_must_be_fresh = true;
        answers.max_bytes = 5e6; // retrieval needs its encoder
        const Decision decision = decideWith(richArms(), answers);
        QCOMPARE(names(decision.recommendation), QStringLiteral("distill"));
        QVERIFY(says(decision.reasons, "limit_excludes"));
        QVERIFY(says(decision.reasons, "fresh_given_up"));
        QCOMPARE(decision.confidence, std::string("low"));
    }
    void notSmallAgainstALimitNamesTheConflict() {
        Answers answers;
        answers.must_be_small = false;
        answers.max_bytes = 5e6;
        const Decision decision = decideWith(richArms(), answers);
        QCOMPARE(names(decision.recommendation), QStringLiteral("distill"));
        QVERIFY(says(decision.reasons, "small_contradicted"));
        QVERIFY(says(decision.reasons, "limit_excludes"));
        QVERIFY(says(decision.reasons, "limit_chooses"));
    }
    void noArmKeepsTheLimits() {
        Answers answers;
        answers.max_bytes = 1000;
        const Decision decision = decideWith(richArms(), answers);
        QVERIFY(says(decision.reasons, "no_arm_keeps_limits"));
        QCOMPARE(names(decision.recommendation), QStringLiteral("distill"));
        QCOMPARE(decision.confidence, std::string("low"));
    }
    void anArmThatBreaksALimitIsNeverRecommendedBesideOneThatKeepsIt() {
        Random random(7);
        int combinations = 0;
        for (int round = 0; round < 300; ++round) {
            std::vector<Arm> arms;
            for (int t = 0; t < 4; ++t) {
                if (random.below(4) > 0)
                    arms.push_back(makeArm(static_cast<Technique>(t), 0.3 + 0.65 * random.uniform(), 1e6 + 1e8 * random.uniform(), 30 * random.uniform()));
            }
            Answers answers;
            const auto maybe = [&](std::optional<bool>& field) {
                if (const auto draw = random.below(3); draw < 2)
                    field = draw == 1;
            };
            maybe(answers.knowledge_must_be_fresh);
            maybe(answers.enough_labels);
            maybe(answers.must_be_small);
            maybe(answers.zero_shot_good_enough);
            if (random.below(2))
                answers.max_bytes = 1e8 * random.uniform() + 1;
            if (random.below(2))
                answers.max_latency_ms = 30 * random.uniform() + 0.01;
            const Decision decision = decideWith(arms, answers, facts(20 + static_cast<std::int64_t>(random.below(4000))));
            QVERIFY(!decision.recommendation.empty());
            const auto keeps = [&](const Arm& arm) {
                return arm.bytes <= answers.max_bytes.value_or(1e18) && arm.latency_p95_ms <= answers.max_latency_ms.value_or(1e18);
            };
            const bool anyKeeps = std::any_of(arms.begin(), arms.end(), keeps);
            double bytes = 0, latency = 0;
            for (const Arm& arm : arms) {
                const bool chosen = std::find(decision.recommendation.begin(), decision.recommendation.end(), arm.technique) != decision.recommendation.end();
                bytes += chosen ? arm.bytes : 0;
                latency += chosen ? arm.latency_p95_ms : 0;
                QVERIFY2(!chosen || keeps(arm) || !anyKeeps, qPrintable(QString::number(round)));
            }
            const bool together = bytes <= answers.max_bytes.value_or(1e18) && latency <= answers.max_latency_ms.value_or(1e18);
            QVERIFY2(together || !anyKeeps, qPrintable(QString::number(round)));
            combinations += decision.recommendation.size() > 1;
        }
        QVERIFY(combinations > 20); // else the sums were not tried
    }
    void seedsRetentionAndSpeedUpAreInDocumentAndReport() {
        std::vector<Arm> arms = richArms();
        arms[3].seeds = {13, 14, 15};
        const Decision decision = decideWith(arms);
        QCOMPARE(decisionToJson(decision)["arms"][3]["seeds"].dump(), std::string("[13,14,15]"));
        const std::string report = decisionReport(decision, DecisionTree::load(), facts(), "en");
        for (const char* word : {"Retention", "Speed-up", "97.0 % \\[95.0 %, 99.0 %]", "24.0 × \\[22.0 ×, 26.0 ×]", "13, 14, 15"})
            QVERIFY2(report.find(word) != std::string::npos, report.c_str());
    }
    void sameInputGivesTheSameDocument() {
        QCOMPARE(decisionToJson(decideWith(richArms())).dump(), decisionToJson(decideWith(richArms())).dump());
    }
    void flipsAreWhatDecidingAgainGives() {
        const std::vector<Arm> arms = richArms();
        const Decision decision = decideWith(arms);
        int answersTurned = 0, limits = 0;
        for (const Reason& flip : decision.flips) {
            Answers changed;
            if (flip.code == "flip_answer") {
                changed = answersFromJson(Json{{flip.values["question"].get<std::string>(), flip.values["answer"]}});
                ++answersTurned;
            } else {
                QVERIFY(flip.code == "flip_max_bytes" || flip.code == "flip_max_latency_ms");
                changed = answersFromJson(Json{{flip.code.substr(5), flip.values["limit"]}});
                ++limits;
            }
            const Decision again = decideWith(arms, changed);
            QVERIFY(names(again.recommendation) != names(decision.recommendation));
            Json techniques = Json::array();
            for (const Technique technique : again.recommendation)
                techniques.push_back(techniqueName(technique));
            QCOMPARE(flip.values["techniques"].dump(), techniques.dump());
        }
        QVERIFY(answersTurned >= 2); // fresh and small lead elsewhere
        QCOMPARE(limits, 2);
    }
    void limitsFlipUpwardsToo() {
        Answers answers;
        answers.max_bytes = 10e6;
        const Decision decision = decideWith(richArms(), answers);
        bool up = false;
        for (const Reason& flip : decision.flips)
            up = up || (flip.code == "flip_max_bytes" && flip.values["limit"].get<double>() >= 90e6);
        QVERIFY(up);
    }
    void zeroShotIsGoodEnoughUnlessClearlyBelow() {
        const auto answer = [](double zeroShot, double best) {
            return step(decideWith({makeArm(Technique::ZeroShot, zeroShot), makeArm(Technique::Rag, best)}), "zero_shot_good_enough").answer;
        };
        QVERIFY(answer(0.90, 0.91));   // less than the margin
        QVERIFY(!answer(0.80, 0.90));
        QVERIFY(answer(0.95, 0.90));
        std::vector<Arm> noisy = {makeArm(Technique::ZeroShot, 0.5), makeArm(Technique::Rag, 0.55)};
        std::reverse(noisy[1].correct.begin(), noisy[1].correct.end()); // right on other rows: the interval holds 0
        QVERIFY(step(decideWith(noisy), "zero_shot_good_enough").answer);
    }
    void fewTestRowsAreSaidAndCallNothingGoodEnough() {
        std::vector<Arm> arms = {makeArm(Technique::ZeroShot, 10.0 / 12), makeArm(Technique::Rag, 1.0)};
        for (Arm& arm : arms) {
            arm.correct.assign(12, 0.0);
            std::fill_n(arm.correct.begin(), arm.technique == Technique::Rag ? 12 : 10, 1.0);
        }
        DatasetFacts about = facts();
        about.test_rows = 12;
        const Decision decision = decideWith(arms, {}, about);
        QVERIFY(!step(decision, "zero_shot_good_enough").answer);
        QVERIFY(says(decision.reasons, "few_test_rows"));
        QCOMPARE(decision.confidence, std::string("low"));
    }
    void aLimitThatIsKeptAsksForNothingSmall() {
        // Zero-shot is chosen and answers within the limit; that the fine-tuned model would not is no matter.
        std::vector<Arm> arms = {makeArm(Technique::ZeroShot, 0.9), makeArm(Technique::FineTune, 0.9), makeArm(Technique::Distill, 0.8)};
        arms[0].latency_p95_ms = 5;
        arms[1].latency_p95_ms = 20;
        arms[2].latency_p95_ms = 1;
        Answers answers;
        answers.max_latency_ms = 10;
        const Decision decision = decideWith(arms, answers);
        QCOMPARE(names(decision.recommendation), QStringLiteral("zero_shot"));
        QVERIFY(!step(decision, "must_be_small").answer);
        int limits = 0;
        for (const Reason& flip : decideWith(arms).flips) {
            limits += flip.code == "flip_max_latency_ms";
            QVERIFY(flip.code != "flip_max_latency_ms" || flip.values["limit"].get<double>() <= 5);
        }
        QCOMPARE(limits, 1);
    }
    void rowsThatCannotBePairedAreNotCompared() {
        std::vector<Arm> arms = richArms();
        arms[2].correct.resize(10);
        const Decision decision = decideWith(arms);
        QVERIFY(step(decision, "enough_labels").source == EvidenceSource::Default);
    }
    void documentHasTheContractsShape() {
        const Json document = decisionToJson(decideWith(richArms()));
        QCOMPARE(document["recommendation"].dump(), std::string("[\"fine_tune\"]"));
        QCOMPARE(document["path"].size(), std::size_t(4));
        for (const Json& s : document["path"]) {
            QVERIFY(s["node"].is_string() && s["answer"].is_boolean());
            QVERIFY(s["evidence"]["code"].is_string() && s["evidence"]["text"].is_string());
            QVERIFY(s["source"] == "measured" || s["source"] == "entered" || s["source"] == "default");
        }
        QVERIFY(document["confidence"].is_string() && document["flips"].is_array());
        QCOMPARE(document["arms"].size(), std::size_t(4));
        for (const Json& arm : document["arms"]) {
            for (const char* key : {"latency_p50_ms", "latency_p95_ms", "bytes", "build_s"})
                QVERIFY(arm[key].is_number());
            QVERIFY(arm["technique"].is_string() && arm["metrics"]["accuracy"]["value"].is_number());
        }
    }
    void everySentenceIsFilledInBothLanguages_data() {
        QTest::addColumn<QString>("language");
        QTest::newRow("en") << QStringLiteral("en");
        QTest::newRow("zh") << QStringLiteral("zh");
    }
    void everySentenceIsFilledInBothLanguages() {
        QFETCH(QString, language);
        const DecisionTree tree = DecisionTree::load();
        for (int bits = 0; bits < 64; ++bits) {
            Answers answers;
            if (bits & 1)
                answers.knowledge_must_be_fresh = bits & 2;
            if (bits & 4)
                answers.max_bytes = bits & 2 ? 5e6 : 95e6;
            if (bits & 8)
                answers.enough_labels = bits & 2;
            if (bits & 16)
                answers.must_be_small = bits & 2;
            const std::vector<Arm> arms = bits & 32 ? richArms() : poorArms();
            const Decision decision = decide(tree, facts(), arms, answers, 13);
            const std::string report = decisionReport(decision, tree, facts(), language.toStdString());
            for (const char* trace : {"{", "}", "–", "null", "nan", "inf"})
                QVERIFY2(report.find(trace) == std::string::npos, report.c_str());
            QVERIFY(report.find("run-rag") != std::string::npos);
        }
    }
};

QTEST_GUILESS_MAIN(DecideTest)
#include "tst_decide.moc"
