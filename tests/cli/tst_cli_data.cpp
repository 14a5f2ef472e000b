#include "base/files.h"
#include "datasets/dataset_import.h"
#include "support/cli_run.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace triptych;
using triptych::testing::CliResult;

class CliDataTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;

    CliResult cli(const QString& line) const {
        return triptych::testing::runCli(m_dir->path(), line.split(QLatin1Char(' '), Qt::SkipEmptyParts));
    }
    void write(const char* name, std::string_view bytes) const { atomicWrite(m_dir->path().toStdString() + "/" + name, bytes); }
    static std::string rows(int from, int to) {
        std::string bytes = "text,label\n";
        for (int i = from; i < to; ++i)
            bytes += "text " + std::to_string(i) + ",label " + std::to_string(i % 5) + "\n";
        return bytes;
    }
    // A start of the program costs LibTorch's load; what it left behind is read here without it.
    Workspace workspace() const { return Workspace::open(m_dir->path().toStdString()); }
    int datasetCount() const { return static_cast<int>(workspace().datasets().size()); }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        Workspace::create(m_dir->path().toStdString());
    }

    void importReportsRowsAndProblems() {
        write("a.csv", rows(0, 100) + "short\n\"open,x\nlast,label 0\n");
        const CliResult result = cli(QStringLiteral("data import d a.csv --json"));
        QCOMPARE(result.exitCode, 0);
        const Json json = *result.json();
        QCOMPARE(json.at("rows").get<int>(), 103);
        QCOMPARE(json.at("accepted").get<int>(), 101);
        QCOMPARE(json.at("rejected").get<int>(), 2);
        QCOMPARE(json.at("problems")[0].at("line").get<int>(), 102);
        QCOMPARE(json.at("problems")[0].at("field").get<std::string>(), std::string("label"));
        QCOMPARE(json.at("problems")[1].at("line").get<int>(), 103);
        QVERIFY(!json.at("problems")[1].at("reason").get<std::string>().empty());
        const Json splits = json.at("splits");
        QCOMPARE(splits.at("train").get<int>() + splits.at("dev").get<int>() + splits.at("test").get<int>(), 101);
        QVERIFY(splits.at("dev").get<int>() > 0 && splits.at("test").get<int>() > 0);
        const CliResult text = cli(QStringLiteral("data import again a.csv"));
        QVERIFY2(text.out.contains("102") && text.out.contains("reason"), text.out.constData());
    }
    void sameSeedSameHash() {
        write("a.csv", rows(0, 100));
        const auto hash = [&](const char* line) { return cli(QString::fromLatin1(line)).json()->at("hash").get<std::string>(); };
        const auto one = hash("data import a a.csv --seed 5 --json");
        QCOMPARE(hash("--seed 5 --json data import b a.csv"), one);
        QVERIFY(hash("data import c a.csv --seed 6 --json") != one);
    }
    void intoIsRepeatedForFurtherFiles() {
        write("train.csv", rows(0, 50));
        write("test.csv", rows(50, 60));
        QCOMPARE(cli(QStringLiteral("data import d train.csv --into train")).exitCode, 0);
        const CliResult second = cli(QStringLiteral("data import d test.csv --into test --json"));
        QCOMPARE(second.json()->at("rows").get<int>(), 10);
        QVERIFY(second.json()->at("splits") == Json({{"train", 50}, {"dev", 0}, {"test", 10}}));
        const CliResult taken = cli(QStringLiteral("data import d test.csv --json"));
        QCOMPARE(taken.exitCode, 1);
        QCOMPARE(taken.errorCode(), QStringLiteral("already_exists"));
        QCOMPARE(workspace().dataset("d")->rows, std::int64_t(60));
    }
    void optionsOfForeignTables() {
        write("a.txt", "first title\t0\nsecond title\t2\nthird title\t7\n");
        write("classes.txt", "finance\nrealty\nstocks\n");
        const CliResult result = cli(QStringLiteral("data import d a.txt --no-header --text 0 --label 1 --class-names classes.txt --into train --json"));
        QCOMPARE(result.json()->at("accepted").get<int>(), 2);
        QCOMPARE(result.json()->at("problems")[0].at("line").get<int>(), 3);
        const Json shown = *cli(QStringLiteral("data show d --json")).json();
        QCOMPARE(shown.at("rows")[1].at("label").get<std::string>(), std::string("stocks"));
        write("b.tsv", "text\tcoarse\tfine\nwhy?\tDESC\tDESC:reason\n");
        QCOMPARE(cli(QStringLiteral("data import e b.tsv --label coarse --into test")).exitCode, 0);
        const Json other = *cli(QStringLiteral("data show e --split test --json")).json();
        QCOMPARE(other.at("rows")[0].at("label").get<std::string>(), std::string("DESC"));
    }
    void datasetsMayBeNamedLikeCommands() {
        write("a.csv", rows(0, 40));
        for (const char* name : {"train", "check", "data", "import", "workspace"}) {
            QCOMPARE(cli(QStringLiteral("data import %1 a.csv").arg(QLatin1String(name))).exitCode, 0);
            QVERIFY(workspace().dataset(name));
        }
        QCOMPARE(cli(QStringLiteral("data info train --json")).json()->at("name").get<std::string>(), std::string("train"));
    }
    void descriptionsComeWithTheImportOrLater() {
        write("a.csv", rows(0, 40));
        write("labels.json", R"({"label 0": {"name": "Nought", "description": "about nothing"}})");
        write("more.json", R"({"label 1": "about one"})");
        write("wrong.json", R"({"label 9": "about nine"})");
        QCOMPARE(cli(QStringLiteral("data import d a.csv --label-descriptions labels.json")).exitCode, 0);
        const Json labels = cli(QStringLiteral("data labels d --descriptions more.json --json")).json()->at("labels");
        QCOMPARE(labels[0].at("description").get<std::string>(), std::string("about nothing"));
        QCOMPARE(labels[1].at("description").get<std::string>(), std::string("about one"));
        QCOMPARE(cli(QStringLiteral("data labels d --descriptions wrong.json --json")).errorCode(), QStringLiteral("invalid_input"));
    }
    void checkCountsDuplicatesAcrossParts() {
        write("train.csv", rows(0, 50));
        write("test.csv", "text,label\nTEXT 1,label 1\ntext  2,label 3\nnew,label 0\n");
        cli(QStringLiteral("data import d train.csv --into train"));
        cli(QStringLiteral("data import d test.csv --into test"));
        const Json json = *cli(QStringLiteral("data check d --json")).json();
        QCOMPARE(json.at("duplicates").at("train_test").get<int>(), 2);
        QCOMPARE(json.at("duplicates").at("conflicting").get<int>(), 1);
        const CliResult text = cli(QStringLiteral("data check d"));
        QVERIFY2(text.out.contains("2 in train and test") && text.out.contains("Too few test rows"), text.out.constData());
    }
    void badFilesAreOneErrorAndChangeNothing_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("only short rows") << QByteArray("text,label\none\ntwo\n");
        QTest::newRow("only open quotes") << QByteArray("text,label\n\"one,x\n\"two,x\n");
        QTest::newRow("only NUL bytes") << QByteArray(5000, '\0');
        QTest::newRow("NUL bytes in every row") << QByteArray("text,label\na\0b,x\n", 17);
        QTest::newRow("wrong encoding") << QByteArray("text,label\n\xE9t\xE9,x\n");
        QTest::newRow("no such column") << QByteArray("question,answer\na,b\n");
        QTest::newRow("an archive") << QByteArray("PK\x03\x04zip");
    }
    void badFilesAreOneErrorAndChangeNothing() {
        QFETCH(QByteArray, bytes);
        write("good.csv", rows(0, 40));
        ImportRequest good;
        good.name = "good";
        good.file = m_dir->path().toStdString() + "/good.csv";
        Workspace ws = workspace();
        importDataset(ws, good, nullProgress(), {});
        const std::string before = ws.dataset("good")->hash;
        write("bad.csv", bytes.toStdString());
        for (const char* line : {"data import bad bad.csv --json", "data import good bad.csv --into test --json"}) {
            const CliResult result = cli(QString::fromLatin1(line));
            QCOMPARE(result.exitCode, 1);
            QCOMPARE(result.errorCode(), QStringLiteral("invalid_input"));
            QVERIFY(result.json()->at("error").at("message").get<std::string>().find("bad.csv") != std::string::npos);
        }
        QCOMPARE(datasetCount(), 1);
        QCOMPARE(ws.dataset("good")->hash, before);
        QCOMPARE(contentHash(loadExamples(ws, "good")), before);
    }
    void otherTasksAreUnsupportedForNow() {
        write("a.csv", rows(0, 40));
        const CliResult result = cli(QStringLiteral("data import d a.csv --task sft --json"));
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), QStringLiteral("unsupported"));
        QCOMPARE(datasetCount(), 0);
    }
    void missingThingsAreNamed() {
        QCOMPARE(cli(QStringLiteral("data import d nowhere.csv --json")).errorCode(), QStringLiteral("not_found"));
        for (const char* line : {"data info x --json", "data check x --json", "data show x --json", "data labels x --json", "data remove x --json"})
            QCOMPARE(cli(QString::fromLatin1(line)).errorCode(), QStringLiteral("not_found"));
        write("a.csv", rows(0, 40));
        const CliResult split = cli(QStringLiteral("data import d a.csv --split train=0.7 --json"));
        QCOMPARE(split.exitCode, 2);
        QCOMPARE(split.errorCode(), QStringLiteral("invalid_argument"));
        QCOMPARE(datasetCount(), 0);
    }
    void removeTakesTheDatasetAway() {
        write("a.csv", rows(0, 40));
        cli(QStringLiteral("data import d a.csv"));
        QCOMPARE(cli(QStringLiteral("data remove d")).exitCode, 0);
        QCOMPARE(datasetCount(), 0);
    }
    void interruptEndsWith130AndStoresNothing() {
        // A sparse line of 64 GB keeps the reader busy for as long as the signal needs.
        write("huge.csv", "text,label\na,x\n");
        QCOMPARE(::truncate((m_dir->path().toStdString() + "/huge.csv").c_str(), off_t(64) << 30), 0);
        QProcess process;
        process.setWorkingDirectory(m_dir->path());
        process.start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-cli"),
                      {QStringLiteral("data"), QStringLiteral("import"), QStringLiteral("d"), QStringLiteral("huge.csv"), QStringLiteral("--json")});
        QVERIFY(process.waitForStarted());
        const QDir open(QStringLiteral("/proc/%1/fd").arg(process.processId()));
        const auto isReading = [&] {
            const auto files = open.entryInfoList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System);
            return std::any_of(files.begin(), files.end(), [](const QFileInfo& file) { return file.symLinkTarget().endsWith(QStringLiteral("huge.csv")); });
        };
        QTRY_VERIFY_WITH_TIMEOUT(isReading(), 30'000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(10'000));
        QCOMPARE(process.exitCode(), 130);
        const Json json = Json::parse(process.readAllStandardOutput().toStdString());
        QCOMPARE(json.at("error").at("code").get<std::string>(), std::string("cancelled"));
        QCOMPARE(datasetCount(), 0);
    }
};

QTEST_GUILESS_MAIN(CliDataTest)
#include "tst_cli_data.moc"
