#include "jobs/arm_evidence.h"
#include "support/planted_runs.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace triptych;
using triptych::testing::PlantedRuns;

/// Which finished runs count as measurements, and what they come to.
class ArmEvidenceTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<PlantedRuns> m_runs;

    Workspace& workspace() { return m_runs->workspace(); }
    std::string base(const std::string& below = "base") { return m_runs->base(below).string(); }
    /// Ids, oldest first, joined.
    std::string measured(const std::filesystem::path& base = {}) {
        std::string ids;
        for (const RunRecord& record : measuredRuns(workspace(), "talk", base))
            ids += record.id + " ";
        return ids;
    }
    static const Arm* armOf(const ArmEvidence& evidence, Technique technique) {
        for (const Arm& arm : evidence.arms) {
            if (arm.technique == technique)
                return &arm;
        }
        return nullptr;
    }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_runs = std::make_unique<PlantedRuns>(std::filesystem::path(m_dir->path().toStdString()));
    }
    void cleanup() { m_runs.reset(); }

    void basesOfOneNameAreKeptApart() {
        const std::string first = m_runs->finish("full", "a", 30, base("runs-a/model"));
        const std::string second = m_runs->finish("full", "b", 36, base("runs-b/model"));
        QCOMPARE(measured(base("runs-a/model")), first + " ");
        QCOMPARE(measured(base("runs-b/model") + "/."), second + " ");
        QCOMPARE(measured(), first + " " + second + " ");
        // Two arms with one seed each, not one arm whose second run takes the place of the first.
        const ArmEvidence evidence = gatherArms(workspace(), "talk");
        QCOMPARE(evidence.arms.at(0).runs.size(), std::size_t(1));
        QCOMPARE(evidence.arms.at(0).variants, std::int64_t(2));
    }
    void studentsGoWithTheBaseOfTheirTeacher() {
        m_runs->finish("full", "ta", 36, base("a"));
        m_runs->finish("full", "tb", 36, base("b"));
        const std::string ofA = m_runs->finish("soft", "sa", 30, "ta");
        const std::string ofB = m_runs->finish("soft", "sb", 34, "tb");
        QCOMPARE(armOf(gatherArms(workspace(), "talk", base("a")), Technique::Distill)->run, ofA);
        QCOMPARE(armOf(gatherArms(workspace(), "talk", base("b")), Technique::Distill)->run, ofB);
        QVERIFY(measured(base("c")).empty());
        // A student of a student still rests on the same base.
        const std::string grandchild = m_runs->finish("soft", "sa2", 31, "sa");
        QVERIFY(measured(base("a")).find(grandchild) != std::string::npos);
        QVERIFY(measured(base("b")).find(grandchild) == std::string::npos);
    }
    void teachersMadeInAnotherWayAreNotSeeds() {
        m_runs->finish("full", "full13", 36, base(), 13);
        m_runs->finish("head", "head14", 33, base(), 14);
        m_runs->finish("soft", "of-full", 30, "full13", 13);
        m_runs->finish("soft", "of-head", 34, "head14", 14);
        const ArmEvidence evidence = gatherArms(workspace(), "talk", base());
        const Arm* student = armOf(evidence, Technique::Distill);
        QCOMPARE(student->runs.size(), std::size_t(1));
        QCOMPARE(student->model, std::string("of-head"));
        QCOMPARE(*student->metrics.at("accuracy").value, 34.0 / PlantedRuns::kTestRows);
    }
    void studentsOfTeachersOfOtherSeedsAreSeeds() {
        m_runs->finish("full", "full13", 36, base(), 13);
        m_runs->finish("full", "full14", 35, base(), 14);
        m_runs->finish("soft", "s13", 30, "full13", 13);
        m_runs->finish("soft", "s14", 32, "full14", 13); // its own seed is the same, its teacher's is not
        const ArmEvidence evidence = gatherArms(workspace(), "talk", base());
        const Arm* student = armOf(evidence, Technique::Distill);
        QCOMPARE(student->runs.size(), std::size_t(2));
        QCOMPARE(*student->metrics.at("accuracy").value, 31.0 / PlantedRuns::kTestRows);
        QCOMPARE(armOf(evidence, Technique::FineTune)->seeds, (std::vector<std::uint64_t>{13, 14}));
    }
    void figuresOfSeedsHaveTheIntervalOfTheirMean() {
        const Json wide = {{"low", -5.0}, {"high", 5.0}, {"n", 40}, {"undefined", 0}};
        const auto stated = [&](double macro, double retained) {
            Json metrics = {{"macro_f1", wide}, {"retention", wide}};
            metrics["macro_f1"]["value"] = macro;
            metrics["retention"]["value"] = retained;
            return Json{{"metrics", metrics}};
        };
        m_runs->finish("full", "t", 36, base());
        for (const auto& [seed, right] : {std::pair(13, 30), std::pair(14, 32)}) {
            const std::string id = m_runs->finish("soft", "s" + std::to_string(seed), right, "t", static_cast<std::uint64_t>(seed), stated(0.4, right / 36.0));
            std::ofstream file(workspace().runsFolder() / id / "teacher_predictions.jsonl");
            for (int i = 0; i < 40; ++i)
                file << dumpJson({{"row", i}, {"label", "yes"}, {"predicted", i < 36 ? "yes" : "no"}}) << "\n";
        }
        const Metrics metrics = armOf(gatherArms(workspace(), "talk"), Technique::Distill)->metrics;
        QVERIFY(*metrics.at("macro_f1").low > 0 && *metrics.at("macro_f1").high < 1);
        QVERIFY(std::abs(*metrics.at("retention").value - 31.0 / 36) < 1e-12);
        QVERIFY(*metrics.at("retention").low > 0.5 && *metrics.at("retention").high < 1.2);
    }
    void studentOfATeacherOfOtherRowsIsPassedOver() {
        m_runs->finish("full", "t", 36, base());
        std::vector<ExampleRecord> rows = workspace().examples("talk");
        std::swap(rows.front().split, rows.back().split); // the teacher has learnt what is a test row now
        DatasetRecord dataset = workspace().requireDataset("talk");
        dataset.hash = "of other rows";
        workspace().saveDataset(dataset, rows, true);
        const std::string student = m_runs->finish("soft", "s", 34, "t");
        const ArmEvidence evidence = gatherArms(workspace(), "talk");
        QVERIFY(!armOf(evidence, Technique::Distill));
        QCOMPARE(evidence.passed_over.size(), std::size_t(2));
        QVERIFY(evidence.passed_over[1].find(student) != std::string::npos && evidence.passed_over[1].find("teacher") != std::string::npos);
    }
    void filledInSettingsTellSeedsApart_data() {
        QTest::addColumn<double>("epochs");
        QTest::addColumn<int>("arms");
        QTest::newRow("the default of few rows and of many") << 9.0 << 2;
        QTest::newRow("the same in both") << 3.0 << 1;
    }
    void filledInSettingsTellSeedsApart() {
        QFETCH(double, epochs);
        QFETCH(int, arms);
        m_runs->finish("full", "a", 30, base(), 13, {{"settings", {{"epochs", 3.0}}}});
        m_runs->finish("full", "b", 32, base(), 14, {{"settings", {{"epochs", epochs}}}});
        QCOMPARE(gatherArms(workspace(), "talk").arms.at(0).variants, std::int64_t(arms));
    }
    void whatAHeadFoundOutIsNoSetting() {
        m_runs->finish("head", "a", 30, base(), 13, {{"settings", {{"C", 0.1}}}});
        m_runs->finish("head", "b", 32, base(), 14, {{"settings", {{"C", 1.0}}}});
        QCOMPARE(gatherArms(workspace(), "talk").arms.at(0).seeds.size(), std::size_t(2));
    }
    void zeroShotOfOtherDescriptionsIsOutdated() {
        m_runs->finish("zero_shot", "z", 20, base());
        m_runs->finish("retrieve", "r", 30, base());
        QCOMPARE(gatherArms(workspace(), "talk").arms.size(), std::size_t(2));
        workspace().setLabelDescriptions("talk", {{"yes", "the speaker agrees"}});
        const ArmEvidence evidence = gatherArms(workspace(), "talk");
        QCOMPARE(evidence.arms.size(), std::size_t(1)); // retrieval does not read them
        QVERIFY(evidence.arms[0].technique == Technique::Rag);
        QCOMPARE(evidence.passed_over.size(), std::size_t(1));
        QVERIFY(evidence.passed_over[0].find("descriptions") != std::string::npos);
        m_runs->finish("zero_shot", "z2", 25, base());
        QCOMPARE(gatherArms(workspace(), "talk").arms.size(), std::size_t(2));
    }
    void devRowsChooseWhereAllKnowThem() {
        m_runs->finish("head", "h", 38, base(), 13, {{"dev_accuracy", 0.80}});
        m_runs->finish("full", "f", 34, base(), 13, {{"dev_accuracy", 0.90}});
        const ArmEvidence evidence = gatherArms(workspace(), "talk");
        QCOMPARE(evidence.arms.at(0).method, std::string("full")); // though worse on the test rows
        QVERIFY(!evidence.arms[0].chosen_on_test);
        QCOMPARE(*evidence.arms[0].dev_accuracy, 0.90);
        QCOMPARE(evidence.arms[0].variants, std::int64_t(2));
    }
    void choiceByTheTestRowsIsTold() {
        m_runs->finish("head", "h", 38, base(), 13, {{"dev_accuracy", 0.80}});
        m_runs->finish("full", "f", 34, base());
        m_runs->finish("retrieve", "r", 30, base());
        const ArmEvidence evidence = gatherArms(workspace(), "talk");
        QCOMPARE(armOf(evidence, Technique::FineTune)->method, std::string("head"));
        QVERIFY(armOf(evidence, Technique::FineTune)->chosen_on_test);
        QVERIFY(!armOf(evidence, Technique::Rag)->chosen_on_test); // nothing to choose from
    }
    void damagedSpecificationsAreNoReasonToFail() {
        RunRecord record;
        record.id = "odd";
        record.kind = "distill";
        record.method = "soft";
        record.state = "done";
        record.dataset = "talk";
        record.result = Json::object();
        for (const Json& spec : {Json{{"dataset_hash", 7}, {"models", "x"}}, Json{{"models", {{"teacher", "/runs/odd/model"}}}},
                                 Json{{"dataset_hash", workspace().dataset("talk")->hash}, {"models", {{"teacher", "/runs/odd/model"}}}, {"seed", "x"}}}) {
            record.spec = spec;
            workspace().saveRun(record);
            QVERIFY(gatherArms(workspace(), "talk").arms.empty());
            QVERIFY(gatherArms(workspace(), "talk", base()).arms.empty());
        }
    }
};

QTEST_GUILESS_MAIN(ArmEvidenceTest)
#include "tst_arm_evidence.moc"
