#include "base/files.h"
#include "storage/workspace.h"
#include "support/cli_run.h"

#include <QTemporaryDir>
#include <QTest>

using namespace triptych;
using triptych::testing::CliResult;

/// Global options, exit codes, one JSON document, the group `workspace`.
class CliFrameTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;

    CliResult cli(const QString& line) const {
        QStringList arguments = line.split(QLatin1Char(' '), Qt::SkipEmptyParts);
        return triptych::testing::runCli(m_dir->path(), arguments.replaceInStrings(QStringLiteral("''"), QString()));
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void helpNamesEveryGroupAndOption() {
        const CliResult result = cli(QStringLiteral("--help"));
        QCOMPARE(result.exitCode, 0);
        for (const char* word : {"workspace", "data", "--workspace", "--json", "--threads", "--seed"})
            QVERIFY2(result.out.contains(word), word);
        QVERIFY(cli(QStringLiteral("data import --help")).out.contains("--class-names"));
        QVERIFY(cli(QStringLiteral("data import --help --json")).json()->contains("help"));
        QVERIFY(cli(QStringLiteral("--version")).out.contains("triptych-cli"));
    }
    void wrongUsageIsTwoAndAlwaysOneDocument_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("named");
        QTest::newRow("nothing") << QString() << QStringLiteral("triptych-cli");
        QTest::newRow("unknown group") << QStringLiteral("frobnicate") << QStringLiteral("frobnicate");
        QTest::newRow("unknown command") << QStringLiteral("data frobnicate") << QStringLiteral("frobnicate");
        QTest::newRow("missing argument") << QStringLiteral("data import") << QStringLiteral("N");
        QTest::newRow("one argument too many") << QStringLiteral("workspace info extra") << QStringLiteral("extra");
        QTest::newRow("unknown option") << QStringLiteral("workspace info --colour") << QStringLiteral("--colour");
        QTest::newRow("threads") << QStringLiteral("workspace info --threads none") << QStringLiteral("--threads");
        QTest::newRow("seed") << QStringLiteral("workspace info --seed -1") << QStringLiteral("--seed");
        QTest::newRow("part") << QStringLiteral("data import d f.csv --into validation") << QStringLiteral("validation");
        QTest::newRow("empty option") << QStringLiteral("model embed m f.jsonl --out ''") << QStringLiteral("--out");
        QTest::newRow("empty argument") << QStringLiteral("model import ''") << QStringLiteral("SOURCE");
        QTest::newRow("empty global option") << QStringLiteral("workspace info --workspace ''") << QStringLiteral("--workspace");
        QTest::newRow("split and part") << QStringLiteral("data import d f.csv --into dev --split train=1") << QStringLiteral("--split");
    }
    void wrongUsageIsTwoAndAlwaysOneDocument() {
        QFETCH(QString, line);
        QFETCH(QString, named);
        const CliResult json = cli(line + QStringLiteral(" --json"));
        QCOMPARE(json.exitCode, 2);
        QCOMPARE(json.errorCode(), QStringLiteral("invalid_argument"));
        const auto error = json.json()->at("error");
        QVERIFY2(QString::fromStdString(error.at("message")).contains(named), json.out.constData());
        QVERIFY(!error.at("hint").get<std::string>().empty());
        const CliResult text = cli(line);
        QCOMPARE(text.exitCode, 2);
        QVERIFY(text.out.isEmpty());
        QVERIFY(text.err.startsWith("error: "));
    }
    void initWithDemoHoldsTheDemo() {
        const CliResult result = cli(QStringLiteral("workspace init desk --demo --json"));
        QCOMPARE(result.exitCode, 0);
        QCOMPARE(result.json()->at("datasets").get<int>(), 1);
        QVERIFY(cli(QStringLiteral("data info support-desk --workspace desk")).out.contains("warranty_claim"));
    }
    void globalOptionsStandAnywhere_data() {
        QTest::addColumn<QString>("line");
        for (const char* line : {"--json --workspace w workspace info", "workspace --json info --workspace w", "workspace info --workspace=w --json",
                                 "--workspace w workspace --threads 1 info --seed 4 --json"})
            QTest::newRow(line) << QString::fromLatin1(line);
    }
    void globalOptionsStandAnywhere() {
        QFETCH(QString, line);
        QCOMPARE(cli(QStringLiteral("workspace init w")).exitCode, 0);
        const CliResult result = cli(line);
        QCOMPARE(result.exitCode, 0);
        QVERIFY2(result.json().has_value(), result.out.constData());
        QVERIFY(QString::fromStdString(result.json()->at("folder")).endsWith(QStringLiteral("/w")));
    }
    void commandsWithoutAWorkspaceSaySo_data() {
        QTest::addColumn<QString>("line");
        for (const char* line : {"workspace info", "workspace check", "workspace repair", "data list", "data info d", "data check d"})
            QTest::newRow(line) << QString::fromLatin1(line);
    }
    void commandsWithoutAWorkspaceSaySo() {
        QFETCH(QString, line);
        const CliResult result = cli(line + QStringLiteral(" --json"));
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), QStringLiteral("not_found"));
        QVERIFY(QString::fromStdString(result.json()->at("error").at("hint")).contains(QStringLiteral("workspace init")));
        QVERIFY(QDir(m_dir->path()).isEmpty());
    }
    void initMakesAFolderOnce() {
        QCOMPARE(cli(QStringLiteral("workspace init deep/er --json")).exitCode, 0);
        const CliResult again = cli(QStringLiteral("--workspace deep/er workspace init --json"));
        QCOMPARE(again.exitCode, 1);
        QCOMPARE(again.errorCode(), QStringLiteral("already_exists"));
        QCOMPARE(cli(QStringLiteral("workspace init")).exitCode, 0);
        QVERIFY(cli(QStringLiteral("workspace info")).out.contains("datasets"));
    }
    void checkAndRepairOfADamagedWorkspace() {
        QCOMPARE(cli(QStringLiteral("workspace init")).exitCode, 0);
        QVERIFY(cli(QStringLiteral("workspace check --json")).json()->at("ok").get<bool>());
        atomicWrite(m_dir->path().toStdString() + "/workspace.sqlite", std::string(9000, 'x'));
        const CliResult broken = cli(QStringLiteral("workspace check --json"));
        QCOMPARE(broken.exitCode, 1);
        QCOMPARE(broken.errorCode(), QStringLiteral("corrupt"));
        const CliResult mended = cli(QStringLiteral("workspace repair --json"));
        QCOMPARE(mended.exitCode, 0);
        QVERIFY(!mended.json()->at("done").empty());
        QCOMPARE(cli(QStringLiteral("workspace check")).exitCode, 0);
    }
    void repairThatLeavesSomethingIsAFailure() {
        Workspace::create(m_dir->path().toStdString()).saveModel({"away", "/no/such/folder", "encoder", "", ""}); // its disk may only be away
        const CliResult result = cli(QStringLiteral("workspace repair --json"));
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), QStringLiteral("corrupt"));
        QCOMPARE(result.json()->at("problems").size(), std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(CliFrameTest)
#include "tst_cli_frame.moc"
