#include "base/error.h"
#include "datasets/labelled_data.h"
#include "jobs/job_runner.h"
#include "jobs/supervisor.h"
#include "storage/workspace.h"

#include <fmt/format.h>

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <fstream>
#include <thread>

using namespace triptych;

namespace {

constexpr std::int64_t kTestRows = 60;

/// Right on the first rows of the test set; "step_ms" and "steps" make it last, "right" plants the accuracy.
Json plantedArm(JobContext& job, const std::string& technique, std::int64_t usual, double bytes, double p95) {
    const Json& settings = job.spec().settings;
    const auto right = settings.value("right", usual);
    const auto steps = settings.value("steps", std::int64_t(3));
    for (std::int64_t step = 1; step <= steps; ++step) {
        throwIfStopped(job.stop());
        if (job.poll() == RunControl::Pause)
            throw PauseRequested();
        std::this_thread::sleep_for(std::chrono::milliseconds(settings.value("step_ms", 1)));
        job.progress().progress({step, steps, "steps", "train"});
    }
    if (settings.value("fail", false))
        throw Error(errorCodeFromName(settings.value("fail_code", "invalid_input")), "the planted failure", "Plant none.");
    const auto rows = readExamples(job.directory().path() / job.spec().inputs.at("test"));
    std::ofstream file(job.directory().predictions());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool hit = static_cast<std::int64_t>(i) < right;
        file << dumpJson({{"row", i}, {"label", rows[i].label}, {"predicted", hit ? rows[i].label : std::string("wrong")}, {"right", hit}}) << "\n";
    }
    const auto metric = [&](std::int64_t hits) {
        const double value = static_cast<double>(hits) / static_cast<double>(rows.size());
        return Json{{"accuracy", {{"value", value}, {"low", value - 0.05}, {"high", value + 0.05}, {"n", rows.size()}, {"undefined", 0}}},
                    {"macro_f1", {{"value", value}, {"low", value - 0.05}, {"high", value + 0.05}, {"n", rows.size()}, {"undefined", 0}}}};
    };
    Json result = {{"technique", technique}, {"method", job.spec().method}, {"model", job.spec().out}, {"metrics", metric(right)},
                   {"latency", {{"p50_ms", p95 / 2}, {"p95_ms", p95}, {"n", 30}}}, {"bytes", bytes}, {"build_s", 1.0}, {"parameters", 10},
                   {"trainable_parameters", 5}, {"steps", steps}, {"seconds_per_step", 0.001}, {"examples_per_s", 1000.0}, {"peak_rss_bytes", 1e6}};
    if (job.spec().kind != "evaluate") {
        std::filesystem::create_directories(job.directory().model());
        writeJsonFile(job.directory().model() / "triptych.json", {{"kind", job.spec().method}});
        result["model_path"] = "model";
    }
    if (technique == "distill") {
        std::filesystem::create_directories(job.directory().path() / "control");
        writeJsonFile(job.directory().path() / "control/triptych.json", {{"kind", "textcnn"}});
        result["control"] = {{"model", job.spec().out + "-control"}, {"model_path", "control"}, {"metrics", metric(right - 2)}};
    }
    return result;
}

JobRegistry plantedJobs() {
    const auto arm = [](const char* technique, std::int64_t right, double bytes, double p95) {
        return [=](JobContext& job) { return plantedArm(job, technique, right, bytes, p95); };
    };
    return {{"train/zero_shot", arm("zero_shot", 30, 90e6, 10)}, {"train/retrieve", arm("rag", 40, 91e6, 11)},
            {"train/head", arm("fine_tune", 48, 90e6, 10)},      {"train/full", arm("fine_tune", 57, 90e6, 10)},
            {"distill/soft", arm("distill", 54, 3e6, 0.5)},      {"evaluate/predictor", arm("fine_tune", 57, 90e6, 10)}};
}

} // namespace

/// The commands that start workers, on the real command line; this executable is the engine.
class JobCommandsTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    std::filesystem::path folder() const { return m_dir->path().toStdString(); }
    QString write(const char* name, const Json& value) const {
        writeJsonFile(folder() / name, value);
        return QString::fromStdString((folder() / name).string());
    }

    struct Reply {
        int code = -1;
        Json document;
    };
    std::unique_ptr<QProcess> start(const QStringList& arguments) const {
        auto process = std::make_unique<QProcess>();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("TRIPTYCH_ENGINE"), QCoreApplication::applicationFilePath());
        environment.insert(QStringLiteral("TRIPTYCH_RESOURCES"), QStringLiteral(TRIPTYCH_SOURCE_DIR "/resources"));
        process->setProcessEnvironment(environment);
        process->start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-cli"),
                       QStringList{QStringLiteral("--json"), QStringLiteral("--workspace"), QString::fromStdString((folder() / "workspace").string())} + arguments);
        return process;
    }
    static Reply finish(QProcess& process) {
        Reply reply;
        if (!process.waitForFinished(60'000) || process.exitStatus() != QProcess::NormalExit)
            return reply;
        reply.code = process.exitCode();
        reply.document = Json::parse(process.readAllStandardOutput().toStdString(), nullptr, false);
        return reply;
    }
    Reply call(const QString& words, const QStringList& more = {}) const {
        const auto process = start(words.split(QLatin1Char(' ')) + more);
        return finish(*process);
    }
    QStringList trainWords(const char* method, const char* out, const Json& settings = Json::object()) const {
        return {QStringLiteral("train"), QStringLiteral("--data"), QStringLiteral("talk"), QStringLiteral("--model"), base(), QStringLiteral("--method"),
                QString::fromUtf8(method), QStringLiteral("--out"), QString::fromUtf8(out), QStringLiteral("--config"), write("settings.json", settings)};
    }
    Reply train(const char* method, const char* out, const Json& settings = Json::object()) const {
        const auto process = start(trainWords(method, out, settings));
        return finish(*process);
    }
    QString base() const { return QString::fromStdString((folder() / "base").string()); }
    static Json slow() { return {{"steps", 100'000}, {"step_ms", 5}}; }
    /// Waits until the workspace's only job has made some steps and gives its id.
    QString runningJob() const {
        for (int i = 0; i < 500; ++i) {
            for (const RunDirectory& run : listRuns(folder() / "workspace/runs")) {
                if (run.status().state == RunState::Running && run.status().done > 2)
                    return QString::fromStdString(run.id());
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return {};
    }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        std::filesystem::create_directories(folder() / "base");
        Workspace workspace = Workspace::create(folder() / "workspace");
        std::vector<Example> rows;
        for (std::int64_t i = 0; i < 300; ++i)
            rows.push_back({fmt::format("text {}", i), i % 2 ? "no" : "yes", i < 240 ? Split::Train : Split::Test, i + 1});
        std::vector<ExampleRecord> records;
        for (const Example& row : rows)
            records.push_back({row.text, row.label, std::string(splitName(row.split)), row.line});
        DatasetRecord dataset;
        dataset.name = "talk";
        dataset.task = "classification";
        dataset.hash = contentHash(rows);
        dataset.rows = 300;
        dataset.splits = {{"train", 240}, {"dev", 0}, {"test", kTestRows}};
        dataset.labels = {{{"name", "no"}, {"count", 150}}, {{"name", "yes"}, {"count", 150}}};
        workspace.saveDataset(dataset, records);
    }

    void trainPrintsTheContractsDocument() {
        const Reply reply = train("full", "m");
        QCOMPARE(reply.code, 0);
        for (const char* field : {"run", "state", "model", "metrics", "trainable_parameters", "parameters", "steps", "seconds_per_step", "examples_per_s", "peak_rss_bytes"})
            QVERIFY2(reply.document.contains(field), field);
        QCOMPARE(reply.document["state"].get<std::string>(), std::string("done"));
        QCOMPARE(reply.document["model"].get<std::string>(), std::string("m"));
        const Workspace workspace = Workspace::open(folder() / "workspace");
        QVERIFY(workspace.model("m").has_value());
        QCOMPARE(workspace.run(reply.document["run"].get<std::string>())->state, std::string("done"));
    }
    void flagsWinOverTheConfigFile() {
        auto words = trainWords("full", "m", {{"epochs", 9}, {"batch_size", 4}, {"note", "kept"}});
        const auto process = start(words + QStringList{QStringLiteral("--epochs"), QStringLiteral("2"), QStringLiteral("--learning-rate"), QStringLiteral("5e-5"),
                                                       QStringLiteral("--seed"), QStringLiteral("77"), QStringLiteral("--threads"), QStringLiteral("1")});
        QCOMPARE(finish(*process).code, 0);
        const RunSpec spec = listRuns(folder() / "workspace/runs").at(0).spec();
        QCOMPARE(spec.settings["epochs"].get<double>(), 2.0);
        QCOMPARE(spec.settings["batch_size"].get<int>(), 4);
        QCOMPARE(spec.settings["learning_rate"].get<double>(), 5e-5);
        QCOMPARE(spec.settings["note"].get<std::string>(), std::string("kept"));
        QCOMPARE(spec.seed, std::uint64_t(77));
        QCOMPARE(spec.threads, 1);
    }
    void failureOfTheWorkerIsTheCommandsFailure() {
        const Reply reply = train("full", "m", {{"fail", true}});
        QCOMPARE(reply.code, 1);
        QCOMPARE(reply.document["error"]["code"].get<std::string>(), std::string("invalid_input"));
        QCOMPARE(reply.document["error"]["message"].get<std::string>(), std::string("the planted failure"));
        QCOMPARE(reply.document["error"]["hint"].get<std::string>(), std::string("Plant none."));
        const Json jobs = call(QStringLiteral("job list")).document["jobs"];
        QCOMPARE(jobs[0]["state"].get<std::string>(), std::string("failed"));
        QCOMPARE(jobs[0]["error"]["message"].get<std::string>(), std::string("the planted failure"));
    }
    void failureOfTheWorkerIsNeverWrongUsage() {
        const Reply reply = train("full", "m", {{"fail", true}, {"fail_code", "invalid_argument"}});
        QCOMPARE(reply.code, 1);
        QCOMPARE(reply.document["error"]["code"].get<std::string>(), std::string("invalid_argument"));
        QCOMPARE(call(QStringLiteral("job resume --wait"), {QString::fromStdString(listRuns(folder() / "workspace/runs").at(0).id())}).code, 1);
    }
    void modelOfARunWhoseWaiterDiedIsFound() {
        const auto process = start(trainWords("full", "m", {{"steps", 150}, {"step_ms", 5}}));
        const QString id = runningJob();
        process->kill();
        process->waitForFinished();
        const RunDirectory run(folder() / "workspace/runs" / id.toStdString());
        QTRY_COMPARE_WITH_TIMEOUT(static_cast<int>(run.status().state), static_cast<int>(RunState::Done), 30'000);
        QVERIFY(call(QStringLiteral("model list")).document.dump().find("\"m\"") != std::string::npos);
        QCOMPARE(call(QStringLiteral("eval --model m --data talk")).code, 0);
    }
    void nameThatWentMeanwhileIsAFailure() {
        const auto process = start(trainWords("full", "m", {{"steps", 150}, {"step_ms", 5}}));
        QVERIFY(!runningJob().isEmpty());
        Workspace::open(folder() / "workspace").saveModel({"m", (folder() / "base").string(), "encoder", "", ""});
        const Reply reply = finish(*process);
        QCOMPARE(reply.code, 1);
        QCOMPARE(reply.document["error"]["code"].get<std::string>(), std::string("already_exists"));
    }
    void wrongUsageIsTwo() {
        QCOMPARE(call(QStringLiteral("train --data talk --model x --method magic --out m")).code, 2);
        QCOMPARE(call(QStringLiteral("train --data talk")).code, 2);
        QCOMPARE(call(QStringLiteral("decide --data talk --model x --budget 5")).code, 2);
        QCOMPARE(call(QStringLiteral("job show nothing")).code, 1);
    }
    void interruptCancelsTheRun() {
        const auto process = start(trainWords("full", "m", slow()));
        const QString id = runningJob();
        QVERIFY(!id.isEmpty());
        ::kill(static_cast<pid_t>(process->processId()), SIGINT);
        const Reply reply = finish(*process);
        QCOMPARE(reply.code, 130);
        QCOMPARE(reply.document["error"]["code"].get<std::string>(), std::string("cancelled"));
        QCOMPARE(call(QStringLiteral("job show"), {id}).document["state"].get<std::string>(), std::string("cancelled"));
        QVERIFY(!Workspace::open(folder() / "workspace").model("m").has_value());
    }
    void cancelFromElsewhereEndsTheWaitingCommand() {
        const auto process = start(trainWords("full", "m", slow()));
        const QString id = runningJob();
        const Reply cancelled = call(QStringLiteral("job cancel"), {id});
        QCOMPARE(cancelled.code, 0);
        QCOMPARE(cancelled.document["state"].get<std::string>(), std::string("cancelled"));
        QCOMPARE(finish(*process).code, 130);
    }
    void jobsArePausedAndResumed() {
        const auto process = start(trainWords("full", "m", {{"steps", 1200}, {"step_ms", 5}})); // two commands come before its end
        const QString id = runningJob();
        const Json running = call(QStringLiteral("job show"), {id}).document;
        for (const char* field : {"id", "kind", "state", "pid", "done", "total", "unit", "eta_s", "error"})
            QVERIFY2(running.contains(field), field);
        QVERIFY(running["pid"].get<std::int64_t>() > 0);
        QCOMPARE(call(QStringLiteral("job pause"), {id}).document["state"].get<std::string>(), std::string("paused"));
        const Reply waiting = finish(*process);
        QCOMPARE(waiting.code, 1); // what it waited for did not come
        QVERIFY(waiting.document["error"]["message"].get<std::string>().find("paused") != std::string::npos);
        QVERIFY(waiting.document["error"]["hint"].get<std::string>().find("job resume " + id.toStdString()) != std::string::npos);
        const Reply resumed = call(QStringLiteral("job resume --wait"), {id});
        QCOMPARE(resumed.code, 0);
        QCOMPARE(resumed.document["state"].get<std::string>(), std::string("done"));
        QCOMPARE(call(QStringLiteral("job pause"), {id}).code, 1);
        QCOMPARE(call(QStringLiteral("job resume"), {id}).code, 1);
    }
    void removedJobIsGoneWithItsModels() {
        const QString done = QString::fromStdString(train("full", "m").document["run"].get<std::string>());
        QCOMPARE(call(QStringLiteral("job remove"), {done}).code, 0);
        const Workspace workspace = Workspace::open(folder() / "workspace");
        QVERIFY(workspace.runs().empty() && workspace.models().empty());
        QVERIFY(!std::filesystem::exists(folder() / "workspace/runs" / done.toStdString()));
        QCOMPARE(call(QStringLiteral("job remove"), {done}).code, 1);
        const auto process = start(trainWords("full", "m", slow()));
        const QString working = runningJob();
        QCOMPARE(call(QStringLiteral("job remove"), {working}).document["error"]["code"].get<std::string>(), std::string("busy"));
        QCOMPARE(call(QStringLiteral("job cancel"), {working}).code, 0);
        QCOMPARE(finish(*process).code, 130);
        QCOMPARE(call(QStringLiteral("job remove"), {working}).code, 0);
    }
    void killedWorkerIsToldAndResumed() {
        const auto process = start(trainWords("full", "m", {{"steps", 400}, {"step_ms", 5}}));
        const QString id = runningJob();
        const RunDirectory run(folder() / "workspace/runs" / id.toStdString());
        ::kill(static_cast<pid_t>(run.status().pid), SIGKILL);
        const Reply reply = finish(*process);
        QCOMPARE(reply.code, 1);
        QCOMPARE(reply.document["error"]["code"].get<std::string>(), std::string("worker_died"));
        QCOMPARE(call(QStringLiteral("job show"), {id}).document["state"].get<std::string>(), std::string("interrupted"));
        QCOMPARE(call(QStringLiteral("job resume --wait"), {id}).document["state"].get<std::string>(), std::string("done"));
    }
    void evaluationMakesNoModel() {
        QCOMPARE(train("full", "m").code, 0);
        const Reply reply = call(QStringLiteral("eval --model m --data talk"));
        QCOMPARE(reply.code, 0);
        QCOMPARE(reply.document["model"].get<std::string>(), std::string("m"));
        QVERIFY(reply.document["metrics"].contains("accuracy"));
        QCOMPARE(Workspace::open(folder() / "workspace").models().size(), std::size_t(1));
        QCOMPARE(call(QStringLiteral("eval --model m --data talk --split dev")).code, 1);
    }
    void distillAlsoReportsItsControl() {
        QCOMPARE(train("full", "teacher").code, 0);
        const Reply reply = call(QStringLiteral("distill --data talk --teacher teacher --student textcnn --temperature 3 --out s"));
        QCOMPARE(reply.code, 0);
        QCOMPARE(reply.document["control"]["model"].get<std::string>(), std::string("s-control"));
        QVERIFY(reply.document["control"]["metrics"].contains("accuracy"));
        QVERIFY(Workspace::open(folder() / "workspace").model("s-control").has_value());
    }
    void otherStudentsCanBeAskedFor() {
        QCOMPARE(train("full", "teacher").code, 0);
        const Reply reply = call(QStringLiteral("distill --data talk --teacher teacher --student shrunken-3 --prune-vocabulary --out s"));
        QCOMPARE(reply.code, 0);
        const Json spec = readJsonFile(folder() / "workspace/runs" / reply.document["run"].get<std::string>() / "spec.json");
        QCOMPARE(spec["settings"]["student"].get<std::string>(), std::string("shrunken-3"));
        QVERIFY(spec["settings"]["prune_vocabulary"].get<bool>());
        for (const char* student : {"lstm", "bilstm-2", "shrunken-0"})
            QCOMPARE(call(QStringLiteral("distill --data talk --teacher teacher --out x --student %1").arg(QLatin1String(student))).code, 2);
    }
    void decideMeasuresWhatIsMissingAndRemembers() {
        QCOMPARE(train("retrieve", "r").code, 0);
        const QString report = QString::fromStdString((folder() / "report.md").string());
        const Reply reply = call(QStringLiteral("decide --data talk --probe --report"), {report, QStringLiteral("--model"), base()});
        QCOMPARE(reply.code, 0);
        QCOMPARE(reply.document["recommendation"].dump(), std::string("[\"fine_tune\"]"));
        QCOMPARE(reply.document["arms"].size(), std::size_t(4));
        QCOMPARE(reply.document["path"].size(), std::size_t(4));
        QVERIFY(reply.document["flips"].is_array() && reply.document["confidence"].is_string());
        QCOMPARE(reply.document["probe"][1]["state"].get<std::string>(), std::string("present"));
        QVERIFY(readFile(report.toStdString()).find("# Decision for talk") != std::string::npos);
        const std::size_t runs = listRuns(folder() / "workspace/runs").size();
        QCOMPARE(runs, std::size_t(5));
        QCOMPARE(call(QStringLiteral("decide --data talk --probe --model"), {base()}).code, 0);
        QCOMPARE(listRuns(folder() / "workspace/runs").size(), runs);
        QCOMPARE(Workspace::open(folder() / "workspace").decisions("talk").size(), std::size_t(2));
    }
    void answersChangeTheDecision() {
        for (const char* method : {"zero_shot", "retrieve", "full"})
            QCOMPARE(train(method, method).code, 0);
        const QString answers = write("answers.json", {{"knowledge_must_be_fresh", true}});
        const Reply reply = call(QStringLiteral("decide --data talk --answers"), {answers, QStringLiteral("--model"), base()});
        QCOMPARE(reply.document["recommendation"].dump(), std::string("[\"rag\",\"fine_tune\"]"));
        QCOMPARE(reply.document["path"][0]["source"].get<std::string>(), std::string("entered"));
        const QString bad = write("bad.json", {{"must_be_cheap", true}});
        QCOMPARE(call(QStringLiteral("decide --data talk --answers"), {bad, QStringLiteral("--model"), base()}).code, 1);
    }
    void budgetEndsTheProbing() {
        const Reply reply = call(QStringLiteral("decide --data talk --probe --budget 0.0001 --model"), {base()});
        QCOMPARE(reply.code, 0);
        for (const Json& arm : reply.document["probe"])
            QVERIFY(arm["state"] == "skipped" || arm["state"] == "cancelled" || arm["state"] == "done");
        QCOMPARE(reply.document["confidence"].get<std::string>(), std::string("low"));
    }
    void budgetOfCenturiesMeasuresEverything() {
        const Reply reply = call(QStringLiteral("decide --data talk --probe --budget 1e10 --model"), {base()});
        QCOMPARE(reply.document["probe"].size(), std::size_t(5));
        for (const Json& arm : reply.document["probe"])
            QCOMPARE(arm["state"].get<std::string>(), std::string("done"));
    }
    void armThatCannotBeRegisteredLeavesTheOthers() {
        const Reply teacher = train("full", "f");
        std::filesystem::remove_all(folder() / "workspace/runs" / teacher.document["run"].get<std::string>() / "model");
        const Reply reply = call(QStringLiteral("decide --data talk --probe --model"), {base()});
        QCOMPARE(reply.code, 0);
        QCOMPARE(reply.document["arms"].size(), std::size_t(3));
        QCOMPARE(reply.document["probe"][4]["state"].get<std::string>(), std::string("failed"));
    }
    void teacherIsNotChosenByTheTestRows() {
        QCOMPARE(train("head", "h", {{"right", 59}}).code, 0);
        QCOMPARE(train("full", "f", {{"right", 50}}).code, 0);
        QCOMPARE(call(QStringLiteral("decide --data talk --probe --model"), {base()}).code, 0);
        for (const RunDirectory& run : listRuns(folder() / "workspace/runs")) {
            if (run.spec().kind == "distill")
                QCOMPARE(run.spec().model_names.at("teacher"), std::string("f"));
        }
    }
    void comparisonTestsEveryPair() {
        QStringList ids;
        for (const char* method : {"zero_shot", "retrieve", "full"})
            ids << QString::fromStdString(train(method, method).document["run"].get<std::string>());
        const Reply reply = call(QStringLiteral("compare"), ids);
        QCOMPARE(reply.code, 0);
        QCOMPARE(reply.document["runs"].size(), std::size_t(3));
        QVERIFY(reply.document["metrics"][ids[0].toStdString()].contains("accuracy"));
        QCOMPARE(reply.document["tests"].size(), std::size_t(6));
        const Json& test = reply.document["tests"][0];
        QCOMPARE(test["metric"].get<std::string>(), std::string("accuracy"));
        QVERIFY(std::abs(test["difference"].get<double>() + 10.0 / kTestRows) < 1e-9);
        QVERIFY(test["low"].get<double>() <= test["difference"].get<double>() && test["p"].get<double>() < 0.01);
        QCOMPARE(call(QStringLiteral("compare nothing")).code, 1);
    }
};

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "run")
        return runJob(argv[2], plantedJobs());
    QCoreApplication app(argc, argv);
    JobCommandsTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_job_commands.moc"
