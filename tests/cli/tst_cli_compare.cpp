#include "base/files.h"
#include "support/cli_run.h"
#include "support/planted_runs.h"

#include <QTemporaryDir>
#include <QTest>

using namespace triptych;
using triptych::testing::CliResult;
using triptych::testing::PlantedRuns;

/// `compare` and `decide` on finished runs.
class CliCompareTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<PlantedRuns> m_runs;

    CliResult cli(const QStringList& words) const {
        return triptych::testing::runCli(m_dir->path(), QStringList{QStringLiteral("--workspace"), QStringLiteral("workspace")} + words);
    }
    static Json student() {
        return {{"metrics", {{"retention", {{"value", 0.9444}, {"low", 0.9}, {"high", 0.99}, {"n", 40}, {"undefined", 0}}},
                             {"speedup", {{"value", 17.5}, {"low", 16.0}, {"high", 19.0}, {"n", 30}, {"undefined", 0}}}}},
                {"control", {{"model", "s-control"}, {"bytes", 900}, {"latency", {{"p50_ms", 1.0}, {"p95_ms", 2.0}, {"n", 30}}},
                             {"metrics", {{"accuracy", {{"value", 0.6123}, {"low", 0.5}, {"high", 0.7}, {"n", 40}, {"undefined", 0}}}}}}},
                {"control_test", {{"metric", "accuracy"}, {"difference", 0.2}, {"low", 0.1}, {"high", 0.3}, {"p", 0.01}}}};
    }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_runs = std::make_unique<PlantedRuns>(std::filesystem::path(m_dir->path().toStdString()));
    }
    void cleanup() { m_runs.reset(); }

    void comparisonShowsRetentionSpeedUpAndControl() {
        const std::string teacher = m_runs->finish("full", "t", 36, m_runs->base().string());
        const std::string id = m_runs->finish("soft", "s", 34, "t", 13, student());
        const QStringList words = {QStringLiteral("compare"), QString::fromStdString(teacher), QString::fromStdString(id)};
        const CliResult text = cli(words + QStringList{QStringLiteral("--report"), QStringLiteral("report.md")});
        QCOMPARE(text.exitCode, 0);
        const std::string markdown = readFile(m_dir->path().toStdString() + "/report.md");
        for (const char* word : {"retention", "speed-up", "0.9444 [0.9000, 0.9900]", "17.5000 [16.0000, 19.0000]", "control", "0.6123 [0.5000, 0.7000]"}) {
            QVERIFY2(text.out.contains(word), text.out.constData());
            QVERIFY2(markdown.find(word) != std::string::npos, markdown.c_str());
        }
        const auto document = cli(words + QStringList{QStringLiteral("--json")}).json();
        QCOMPARE(document->at("runs").size(), std::size_t(2));
        QCOMPARE(document->at("runs")[1]["control_test"]["p"].get<double>(), 0.01);
        QVERIFY(!document->at("runs")[0].contains("control"));
    }
    void otherTextsUnderTheSameLabelsAreOtherRows() {
        const std::string first = m_runs->finish("head", "h", 36, m_runs->base().string());
        Workspace& workspace = m_runs->workspace();
        std::vector<ExampleRecord> rows = workspace.examples("talk");
        for (ExampleRecord& row : rows)
            row.text += " again";
        DatasetRecord dataset = workspace.requireDataset("talk");
        workspace.saveDataset(dataset, rows, true); // the labels and even the stated hash are the same
        const std::string second = m_runs->finish("full", "f", 30, m_runs->base().string());
        const CliResult result = cli({QStringLiteral("compare"), QString::fromStdString(first), QString::fromStdString(second), QStringLiteral("--json")});
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.json()->at("error")["code"].get<std::string>(), std::string("invalid_input"));
        QVERIFY(result.json()->at("error")["message"].get<std::string>().find("different rows") != std::string::npos);
    }
    void aModelStandsForTheRunThatMadeIt() {
        const std::string teacher = m_runs->finish("full", "t", 36, m_runs->base().string());
        const std::string id = m_runs->finish("soft", "s", 34, "t", 13, student());
        const auto compare = [this](const char* a, const QString& b) { return cli({QStringLiteral("compare"), QString::fromLatin1(a), b, QStringLiteral("--json")}); };
        const CliResult both = compare("t", QStringLiteral("s"));
        QVERIFY2(both.exitCode == 0, both.out.constData());
        QCOMPARE(both.json()->at("runs")[0]["run"].get<std::string>(), teacher);
        QCOMPARE(both.json()->at("tests")[0]["b"].get<std::string>(), id);
        QCOMPARE(compare("t", QString::fromStdString(id)).out, both.out);
        m_runs->workspace().saveModel({"s-control", "runs/" + id + "/control", "textcnn", id, "2026-01-01T00:00:00Z"});
        const CliResult control = compare("t", QStringLiteral("s-control"));
        QVERIFY2(control.exitCode == 2 && control.out.contains("control that was made beside 's'"), control.out.constData());
        m_runs->workspace().saveModel({"imported", "models/imported", "full", "", "2026-01-01T00:00:00Z"});
        QVERIFY(compare("t", QStringLiteral("imported")).out.contains("eval"));
        QCOMPARE(compare("t", QStringLiteral("nothing")).errorCode(), QStringLiteral("not_found"));
    }
    void chineseRowsAndAnEnglishEncoderAreWarnedOf() {
        const std::string base = m_runs->base("x/all-minilm-l6-v2").string(), other = m_runs->base("x/multilingual-e5-small").string();
        const auto decide = [&](const std::string& model) {
            return cli({QStringLiteral("decide"), QStringLiteral("--data"), QStringLiteral("talk"), QStringLiteral("--model"), QString::fromStdString(model), QStringLiteral("--json")});
        };
        QVERIFY(decide(base).json()->at("warnings").empty());
        Workspace& workspace = m_runs->workspace();
        std::vector<ExampleRecord> rows = workspace.examples("talk");
        for (std::size_t i = 0; i < rows.size(); i += 4)
            rows[i].text += " 你好";
        workspace.saveDataset(workspace.requireDataset("talk"), rows, true);
        const CliResult warned = decide(base);
        QCOMPARE(warned.exitCode, 0);
        QCOMPARE(warned.json()->at("warnings").size(), std::size_t(1));
        QVERIFY2(warned.err.contains("warning: 25 % of the rows of 'talk' are Chinese"), warned.err.constData());
        QVERIFY(decide(other).json()->at("warnings").empty());
    }
    void decisionIsAboutTheGivenBase() {
        const std::string a = m_runs->base("a/model").string(), b = m_runs->base("b/model").string();
        m_runs->finish("full", "ta", 36, a);
        m_runs->finish("soft", "sa", 34, "ta", 14, student());
        m_runs->finish("full", "tb", 30, b);
        const auto decide = [&](const std::string& base) {
            return cli({QStringLiteral("decide"), QStringLiteral("--data"), QStringLiteral("talk"), QStringLiteral("--model"), QString::fromStdString(base),
                        QStringLiteral("--report"), QStringLiteral("report.md"), QStringLiteral("--json")}).json()->at("arms");
        };
        const Json ofA = decide(a);
        QCOMPARE(ofA.size(), std::size_t(2));
        QCOMPARE(ofA[1]["model"].get<std::string>(), std::string("sa"));
        QCOMPARE(ofA[1]["seeds"].dump(), std::string("[14]"));
        QVERIFY(readFile(m_dir->path().toStdString() + "/report.md").find("94.4 % \\[90.0 %, 99.0 %]") != std::string::npos);
        // The student's control stands below it.
        QVERIFY(readFile(m_dir->path().toStdString() + "/report.md").find("| Control: the same student without a teacher | ") != std::string::npos);
        QVERIFY(readFile(m_dir->path().toStdString() + "/report.md").find("61.2 % \\[50.0 %, 70.0 %]") != std::string::npos);
        QCOMPARE(ofA[1]["control"]["metrics"]["accuracy"]["value"].get<double>(), 0.6123);
        QVERIFY(ofA[0]["control"].is_null());
        const Json ofB = decide(b);
        QCOMPARE(ofB.size(), std::size_t(1));
        QCOMPARE(ofB[0]["model"].get<std::string>(), std::string("tb"));
    }
};

QTEST_GUILESS_MAIN(CliCompareTest)
#include "tst_cli_compare.moc"
