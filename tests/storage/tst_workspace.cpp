#include "base/error.h"
#include "base/files.h"
#include "storage/workspace.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace triptych;

class WorkspaceTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;

    std::filesystem::path folder() const { return m_dir->path().toStdString() + "/ws"; }
    static DatasetRecord record(const std::string& name) {
        DatasetRecord dataset;
        dataset.name = name;
        dataset.task = "classification";
        dataset.hash = "abc";
        dataset.splits = {{"train", 2}, {"dev", 0}, {"test", 1}};
        dataset.labels = Json::array({{{"name", "a"}, {"count", 2}}, {{"name", "b"}, {"count", 1}}});
        dataset.source = {{"files", Json::array({"x.csv"})}};
        return dataset;
    }
    static std::vector<ExampleRecord> rows() { return {{"one", "a", "train", 2}, {"zwei\n中文", "a", "train", 3}, {"three", "b", "test", 5}}; }
    static ErrorCode codeOf(const std::function<void()>& body) {
        try {
            body();
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Internal;
    }
    static int code(ErrorCode value) { return static_cast<int>(value); }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void createMakesAPrivateFileOnce() {
        Workspace::create(folder());
        struct stat info {};
        QCOMPARE(::stat((folder() / "workspace.sqlite").c_str(), &info), 0);
        QCOMPARE(static_cast<int>(info.st_mode & 0777), 0600);
        QVERIFY(Workspace::exists(folder()));
        QCOMPARE(code(codeOf([&] { Workspace::create(folder()); })), code(ErrorCode::AlreadyExists));
        const Json info2 = Workspace::open(folder()).info();
        QCOMPARE(info2.at("schema").get<int>(), Workspace::schemaVersion());
        QCOMPARE(info2.at("datasets").get<int>(), 0);
    }
    void openWithoutAWorkspaceNamesTheFolderAndTheWayOut() {
        try {
            Workspace::open(folder());
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(code(error.code()), code(ErrorCode::NotFound));
            QVERIFY(error.message().find("/ws") != std::string::npos);
            QVERIFY(error.hint().find("workspace init") != std::string::npos);
        }
    }
    void datasetsComeBackWhole() {
        Workspace workspace = Workspace::create(folder());
        workspace.saveDataset(record("d"), rows());
        workspace.saveDataset(record("c"), {});
        const auto all = workspace.datasets();
        QCOMPARE(all.size(), std::size_t(2));
        QCOMPARE(all[0].name, std::string("c"));
        const auto read = Workspace::open(folder()).dataset("d");
        QVERIFY(read && read->id > 0);
        QCOMPARE(read->rows, std::int64_t(3));
        QVERIFY(read->labels == record("d").labels && read->splits == record("d").splits && read->source == record("d").source);
        QVERIFY(!read->created.empty());
        const auto examples = workspace.examples("d");
        QCOMPARE(examples.size(), std::size_t(3));
        QCOMPARE(examples[1].text, std::string("zwei\n中文"));
        QCOMPARE(examples[2].line, std::int64_t(5));
        QCOMPARE(workspace.examples("d", "train").size(), std::size_t(2));
        QCOMPARE(workspace.examples("d", "train", 1, 1)[0].text, std::string("zwei\n中文"));
        QCOMPARE(workspace.examples("d", "dev").size(), std::size_t(0));
        QVERIFY(!workspace.dataset("e"));
        QCOMPARE(code(codeOf([&] { workspace.examples("e"); })), code(ErrorCode::NotFound));
    }
    void savingTwiceNeedsReplace() {
        Workspace workspace = Workspace::create(folder());
        workspace.saveDataset(record("d"), rows());
        QCOMPARE(code(codeOf([&] { workspace.saveDataset(record("d"), {}); })), code(ErrorCode::AlreadyExists));
        QCOMPARE(workspace.examples("d").size(), std::size_t(3));
        const auto id = workspace.dataset("d")->id;
        workspace.saveDataset(record("d"), {{"new", "a", "dev", 1}}, true);
        QCOMPARE(workspace.examples("d").size(), std::size_t(1));
        QCOMPARE(workspace.dataset("d")->id, id);
    }
    void aBadRowLeavesNothingBehind() {
        Workspace workspace = Workspace::create(folder());
        auto bad = rows();
        bad.push_back({"x", "a", "validation", 9});
        QCOMPARE(code(codeOf([&] { workspace.saveDataset(record("d"), bad); })), code(ErrorCode::InvalidArgument));
        QVERIFY(!workspace.dataset("d"));
        QVERIFY(workspace.check().ok());
    }
    void transactionsRollBackAlsoInside() {
        Workspace workspace = Workspace::create(folder());
        QVERIFY_EXCEPTION_THROWN(workspace.transaction([&] {
            workspace.saveDataset(record("d"), rows());
            workspace.setSetting("k", 1);
            throw std::runtime_error("stop");
        }),
                                 std::runtime_error);
        QVERIFY(!workspace.dataset("d") && !workspace.setting("k"));
        workspace.transaction([&] {
            workspace.setSetting("kept", 1);
            try {
                workspace.transaction([&] {
                    workspace.setSetting("lost", 1);
                    throw std::runtime_error("inner");
                });
            } catch (const std::runtime_error&) {
            }
        });
        QVERIFY(workspace.setting("kept") && !workspace.setting("lost"));
    }
    void removingADatasetTakesItsRowsAndDecisions() {
        Workspace workspace = Workspace::create(folder());
        workspace.saveDataset(record("d"), rows());
        workspace.saveDecision({0, "d", "", {{"enough_labels", true}}, {{"recommendation", "rag"}}});
        workspace.removeDataset("d");
        QVERIFY(workspace.datasets().empty() && workspace.decisions("d").empty());
        QVERIFY(workspace.check().ok());
        QCOMPARE(code(codeOf([&] { workspace.removeDataset("d"); })), code(ErrorCode::NotFound));
    }
    void labelDescriptionsAreKeptByLabel() {
        Workspace workspace = Workspace::create(folder());
        workspace.saveDataset(record("d"), rows());
        workspace.setLabelDescriptions("d", {{"b", "the second"}});
        QCOMPARE(workspace.dataset("d")->labels[1].at("description").get<std::string>(), std::string("the second"));
        QVERIFY(!workspace.dataset("d")->labels[0].contains("description"));
        QCOMPARE(code(codeOf([&] { workspace.setLabelDescriptions("d", {{"a", "x"}, {"zz", "y"}}); })), code(ErrorCode::InvalidInput));
        QVERIFY(!workspace.dataset("d")->labels[0].contains("description"));
    }
    void modelsByName() {
        Workspace workspace = Workspace::create(folder());
        workspace.saveModel({"m", "runs/r/model", "full", "r", ""});
        QCOMPARE(workspace.model("m")->path, std::string("runs/r/model"));
        QVERIFY(!workspace.model("M"));
        QCOMPARE(code(codeOf([&] { workspace.saveModel({"m", "x", "", "", ""}); })), code(ErrorCode::AlreadyExists));
        workspace.removeModel("m");
        QVERIFY(workspace.models().empty());
        QCOMPARE(code(codeOf([&] { workspace.removeModel("m"); })), code(ErrorCode::NotFound));
    }
    void indexingARunTwiceChangesNothing() {
        Workspace workspace = Workspace::create(folder());
        RunRecord run{"r1", "train", "full", "full", "running", "d", "2024-01-01T00:00:00Z", {{"a", 1}}, nullptr, 7};
        const std::vector<MetricPoint> points = {{"train_loss", 1, 0.5, 10}, {"train_loss", 2, 0.4, 11}, {"dev_accuracy", 2, 0.9, 12}};
        for (int i = 0; i < 2; ++i) {
            workspace.saveRun(run);
            workspace.appendMetrics("r1", points);
        }
        QCOMPARE(workspace.runs().size(), std::size_t(1));
        QCOMPARE(workspace.metrics("r1").size(), std::size_t(3));
        run.state = "done";
        run.result = {{"ok", true}};
        run.last_event = 9;
        workspace.saveRun(run);
        QCOMPARE(workspace.metrics("r1").size(), std::size_t(3));
        RunRecord late = run;
        late.state = "running";
        late.last_event = 8;
        workspace.saveRun(late);
        QCOMPARE(workspace.run("r1")->state, std::string("done"));
        QVERIFY(workspace.run("r1")->result == Json({{"ok", true}}));
        workspace.removeRun("r1");
        QVERIFY(workspace.metrics("r1").empty());
    }
    void metricsKeepTheLastValueOfAStepAndNan() {
        Workspace workspace = Workspace::create(folder());
        QCOMPARE(code(codeOf([&] { workspace.appendMetrics("none", {{"x", 1, 1, 1}}); })), code(ErrorCode::NotFound));
        workspace.saveRun({"r", "train", "full", "", "running", "d", "", {}, nullptr, 0});
        workspace.appendMetrics("r", {{"x", 1, 1, 1}, {"x", 1, 2, 2}, {"x", 2, std::numeric_limits<double>::quiet_NaN(), 3}});
        const auto points = workspace.metrics("r");
        QCOMPARE(points.size(), std::size_t(2));
        QCOMPARE(points[0].value, 2.0);
        QVERIFY(std::isnan(points[1].value));
    }
    void decisionsAndSettings() {
        Workspace workspace = Workspace::create(folder());
        const auto first = workspace.saveDecision({0, "d", "", {}, {{"n", 1}}});
        const auto second = workspace.saveDecision({0, "d", "", {}, {{"n", 2}}});
        QVERIFY(second > first);
        QCOMPARE(workspace.decisions("d")[0].decision.at("n").get<int>(), 2);
        QVERIFY(workspace.decisions("other").empty());
        QVERIFY(!workspace.setting("theme"));
        workspace.setSetting("theme", "dark");
        workspace.setSetting("theme", {{"name", "light"}});
        QCOMPARE(workspace.setting("theme")->at("name").get<std::string>(), std::string("light"));
    }
    void invalidUtf8AndNulSurvive() {
        using namespace std::string_literals;
        Workspace workspace = Workspace::create(folder());
        workspace.saveDataset(record("d"), {{"a\0b"s, "a", "train", 1}, {"\xFF\xFE", "a", "train", 2}});
        QCOMPARE(workspace.examples("d")[0].text, "a\0b"s);
        QCOMPARE(workspace.examples("d")[1].text, std::string("\xFF\xFE"));
    }
    void twoProcessesWriteWithoutLoss() {
        Workspace::create(folder());
        constexpr int kWrites = 200;
        const pid_t child = ::fork();
        const auto write = [&](const std::string& who) {
            Workspace workspace = Workspace::open(folder());
            for (int i = 0; i < kWrites; ++i)
                workspace.setSetting(who + std::to_string(i), i);
        };
        if (child == 0) {
            try {
                write("child");
                ::_exit(0);
            } catch (...) {
                ::_exit(1);
            }
        }
        write("parent");
        int status = -1;
        ::waitpid(child, &status, 0);
        QCOMPARE(status, 0);
        const Workspace workspace = Workspace::open(folder());
        for (int i = 0; i < kWrites; ++i)
            QVERIFY(workspace.setting("child" + std::to_string(i)) && workspace.setting("parent" + std::to_string(i)));
    }
    void readersAreNotBlockedByAWriter() {
        Workspace writer = Workspace::create(folder());
        writer.saveDataset(record("d"), rows());
        const Workspace reader = Workspace::open(folder());
        writer.transaction([&] {
            writer.saveDataset(record("d"), {}, true);
            QElapsedTimer timer;
            timer.start();
            QCOMPARE(reader.examples("d").size(), std::size_t(3));
            QVERIFY(timer.elapsed() < 1000);
        });
        QCOMPARE(reader.examples("d").size(), std::size_t(0));
    }
    void killedWriterLosesOnlyItsTransaction() {
        Workspace::create(folder()).setSetting("before", 1);
        const pid_t child = ::fork();
        if (child == 0) {
            Workspace workspace = Workspace::open(folder());
            workspace.setSetting("committed", 1);
            workspace.transaction([&] {
                workspace.saveDataset(record("d"), rows());
                ::kill(::getpid(), SIGKILL);
            });
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        QVERIFY(WIFSIGNALED(status));
        const Workspace workspace = Workspace::open(folder());
        QVERIFY(workspace.setting("before") && workspace.setting("committed"));
        QVERIFY(!workspace.dataset("d"));
        QVERIFY(workspace.check().ok());
    }
    void manyRowsAreSavedQuickly() {
        std::vector<ExampleRecord> many;
        for (int i = 0; i < 100'000; ++i)
            many.push_back({"a text of about the usual length, number " + std::to_string(i), "label " + std::to_string(i % 150), i % 10 ? "train" : "test", i});
        Workspace workspace = Workspace::create(folder());
        QElapsedTimer timer;
        timer.start();
        workspace.saveDataset(record("d"), many);
        const auto elapsed = timer.elapsed();
        QCOMPARE(workspace.examples("d", "test").size(), std::size_t(10'000));
        QVERIFY2(elapsed < 2000, qPrintable(QString::number(elapsed)));
    }
};

QTEST_GUILESS_MAIN(WorkspaceTest)
#include "tst_workspace.moc"
