#include "base/error.h"
#include "datasets/labelled_data.h"
#include "jobs/arm_evidence.h"
#include "jobs/event_writer.h"
#include "jobs/model_list.h"
#include "jobs/model_lookup.h"
#include "jobs/run_index.h"
#include "jobs/run_predictions.h"
#include "jobs/supervisor.h"
#include "storage/workspace.h"

#include <QTemporaryDir>
#include <QTest>

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <future>
#include <thread>

using namespace triptych;

class RunIndexTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    std::optional<Workspace> m_workspace;
    std::filesystem::path folder() const { return m_dir->path().toStdString(); }

    static constexpr std::int64_t kTestRows = 40;

    void importData(const std::string& name, const std::string& extraLabel = {}) {
        std::vector<Example> rows;
        for (std::int64_t i = 0; i < 160; ++i)
            rows.push_back({fmt::format("text {} of {}", i, name), i % 3 ? "no" : "yes", i < 120 ? Split::Train : Split::Test, i + 1});
        if (!extraLabel.empty())
            rows[0].label = extraLabel;
        std::vector<ExampleRecord> records;
        std::map<std::string, std::int64_t> counts;
        for (const Example& row : rows) {
            records.push_back({row.text, row.label, std::string(splitName(row.split)), row.line});
            ++counts[row.label];
        }
        DatasetRecord dataset;
        dataset.name = name;
        dataset.task = "classification";
        dataset.hash = contentHash(rows);
        dataset.rows = static_cast<std::int64_t>(rows.size());
        dataset.splits = {{"train", 120}, {"dev", 0}, {"test", kTestRows}};
        dataset.labels = Json::array();
        for (const auto& [label, count] : counts)
            dataset.labels.push_back({{"name", label}, {"count", count}, {"description", label == "yes" ? "agreement" : ""}});
        m_workspace->saveDataset(dataset, records, true);
    }
    RunRequest request(const std::string& method, const std::string& out, std::uint64_t seed = 13) const {
        RunRequest result;
        result.kind = method == "soft" ? "distill" : "train";
        result.method = method;
        result.dataset = "talk";
        result.models[method == "soft" ? "teacher" : "base"] = (folder() / "base").string();
        result.out = out;
        result.seed = seed;
        return result;
    }
    /// Writes what a worker would have left: events, predictions with so many right, result, model.
    void finish(const RunDirectory& run, const std::string& technique, std::int64_t right, const std::string& predictions = {}) {
        EventWriter events(run);
        events.state(RunState::Running);
        for (int step = 1; step <= 5; ++step)
            events.metric("train_loss", step, 1.0 / step);
        std::ofstream file(run.predictions());
        if (predictions.empty()) {
            for (std::int64_t i = kTestRows - 1; i >= 0; --i) // the order of lines says nothing
                file << dumpJson({{"row", i}, {"label", "yes"}, {"predicted", i < right ? "yes" : "no"}}) << "\n";
        } else {
            file << predictions;
        }
        file.close();
        const double accuracy = static_cast<double>(right) / kTestRows;
        Json result = {{"technique", technique}, {"method", run.spec().method}, {"model", run.spec().out}, {"model_path", "model"}, {"state", "done"},
                       {"metrics", {{"accuracy", {{"value", accuracy}, {"low", accuracy - 0.1}, {"high", accuracy + 0.1}, {"n", kTestRows}, {"undefined", 0}}}}},
                       {"latency", {{"p50_ms", 1.0}, {"p95_ms", 2.0}, {"n", 30}}}, {"bytes", 1000}, {"build_s", 3.0}};
        for (const char* name : {"model", "control"}) {
            if (technique != "distill" && std::string_view(name) == "control")
                continue;
            std::filesystem::create_directories(run.path() / name);
            writeJsonFile(run.path() / name / "triptych.json", {{"kind", technique == "distill" ? "textcnn" : run.spec().method}});
        }
        if (technique == "distill")
            result["control"] = {{"model", run.spec().out + "-control"}, {"model_path", "control"}, {"metrics", Json::object()}};
        writeJsonFile(run.path() / "result.json", result);
        events.state(RunState::Done);
    }
    RunDirectory finished(const std::string& method, const std::string& out, std::int64_t right, std::uint64_t seed = 13) {
        const RunDirectory run = registerRun(*m_workspace, request(method, out, seed));
        finish(run, method == "zero_shot" ? "zero_shot" : method == "retrieve" ? "rag" : method == "soft" ? "distill" : "fine_tune", right);
        indexRun(*m_workspace, run);
        return run;
    }
    static ErrorCode codeOf(const std::function<void()>& body) {
        try {
            body();
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Internal;
    }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_workspace = Workspace::create(folder() / "workspace");
        std::filesystem::create_directories(folder() / "base");
        importData("talk");
    }
    void cleanup() { m_workspace.reset(); }

    void runIsFrozenAndComplete() {
        const RunDirectory run = registerRun(*m_workspace, request("full", "m"));
        const RunSpec spec = run.spec();
        QCOMPARE(spec.labels, (std::vector<std::string>{"no", "yes"}));
        QCOMPARE(spec.label_descriptions.size(), std::size_t(1));
        QCOMPARE(spec.dataset_hash, m_workspace->dataset("talk")->hash);
        QVERIFY(!spec.inputs.contains("dev")); // no rows, no file
        const auto test = readExamples(run.path() / spec.inputs.at("test"));
        QCOMPARE(test.size(), std::size_t(kTestRows));
        QCOMPARE(test[0].text, std::string("text 120 of talk"));
        QCOMPARE(test[0].line, std::int64_t(121));
        QCOMPARE(QString::fromStdString(spec.models.at("base")), QString::fromStdString((folder() / "base").string()));
        const auto record = m_workspace->run(run.id());
        QVERIFY(record.has_value());
        QCOMPARE(record->state, std::string("queued"));
        importData("talk", "maybe"); // later changes do not reach it
        QCOMPARE(readExamples(run.path() / spec.inputs.at("train"))[0].label, std::string("yes"));
    }
    void badRequestsLeaveNothingBehind() {
        using Change = std::function<void(RunRequest&)>;
        const std::vector<std::pair<ErrorCode, Change>> cases = {
            {ErrorCode::NotFound, [](RunRequest& r) { r.dataset = "none"; }},
            {ErrorCode::NotFound, [](RunRequest& r) { r.models["base"] = "no-such-model"; }},
            {ErrorCode::NotFound, [](RunRequest& r) { r.models["base"] = "/no/such/folder"; }},
            {ErrorCode::InvalidArgument, [](RunRequest& r) { r.out = "../escape"; }},
            {ErrorCode::InvalidArgument, [](RunRequest& r) { r.out = "--flag"; }},
            {ErrorCode::InvalidArgument, [](RunRequest& r) { r.settings = Json::array(); }},
            {ErrorCode::InvalidInput, [](RunRequest& r) { r.method = "../up"; }},
            {ErrorCode::InvalidInput, [](RunRequest& r) { r.kind = "evaluate"; r.method = "predictor"; r.settings["split"] = "dev"; }},
        };
        for (const auto& [code, change] : cases) {
            RunRequest bad = request("full", "m");
            change(bad);
            QCOMPARE(static_cast<int>(codeOf([&] { registerRun(*m_workspace, bad); })), static_cast<int>(code));
        }
        QVERIFY(m_workspace->runs().empty());
        QVERIFY(listRuns(m_workspace->runsFolder()).empty());
    }
    void takenNameIsRefusedBeforeAnythingRuns() {
        finished("full", "m", 30);
        QCOMPARE(static_cast<int>(codeOf([&] { registerRun(*m_workspace, request("head", "m")); })), static_cast<int>(ErrorCode::AlreadyExists));
        m_workspace->saveModel({"s-control", "x", "encoder", "", ""});
        QCOMPARE(static_cast<int>(codeOf([&] { registerRun(*m_workspace, request("soft", "s")); })), static_cast<int>(ErrorCode::AlreadyExists));
    }
    void nameOfAnUnfinishedRunIsTaken() {
        const RunDirectory first = registerRun(*m_workspace, request("full", "m"));
        try {
            registerRun(*m_workspace, request("head", "m"));
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::AlreadyExists));
            QVERIFY(error.message().find(first.id()) != std::string::npos);
        }
        registerRun(*m_workspace, request("soft", "s"));
        QCOMPARE(static_cast<int>(codeOf([&] { registerRun(*m_workspace, request("full", "s-control")); })), static_cast<int>(ErrorCode::AlreadyExists));
        QCOMPARE(listRuns(m_workspace->runsFolder()).size(), std::size_t(2));
        cancelRun(first);
        registerRun(*m_workspace, request("head", "m")); // the name is free again
    }
    void runThatAnotherSupervisorSawFirst_data() {
        QTest::addColumn<bool>("nameTaken");
        QTest::newRow("is no clash with itself") << false;
        QTest::newRow("leaves no record if it is refused") << true;
    }
    void runThatAnotherSupervisorSawFirst() {
        QFETCH(bool, nameTaken);
        Workspace other = Workspace::open(m_workspace->folder());
        std::promise<void> writing;
        std::jthread supervisor([&] {
            other.transaction([&] { // holds the run's own record back until this one is made
                writing.set_value();
                while (listRuns(other.runsFolder()).empty())
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                indexRun(other, listRuns(other.runsFolder()).front());
                if (nameTaken)
                    other.saveModel({"m", "elsewhere", "encoder", "", ""});
            });
        });
        writing.get_future().wait();
        if (nameTaken) {
            QCOMPARE(static_cast<int>(codeOf([&] { registerRun(*m_workspace, request("full", "m")); })), static_cast<int>(ErrorCode::AlreadyExists));
            QVERIFY(m_workspace->runs().empty());
            QVERIFY(listRuns(m_workspace->runsFolder()).empty());
        } else {
            const RunDirectory run = registerRun(*m_workspace, request("full", "m"));
            QCOMPARE(m_workspace->runs().size(), std::size_t(1));
            QVERIFY(std::filesystem::exists(run.path() / "spec.json"));
        }
    }
    void starterModelIsNotHidden() {
        const QTemporaryDir data;
        std::filesystem::create_directories(data.path().toStdString() + "/models/starter");
        qputenv("TRIPTYCH_DATA_DIR", data.path().toUtf8());
        const ErrorCode code = codeOf([&] { registerRun(*m_workspace, request("full", "starter")); });
        qunsetenv("TRIPTYCH_DATA_DIR");
        QCOMPARE(static_cast<int>(code), static_cast<int>(ErrorCode::AlreadyExists));
    }
    void modelOfARunThatNobodyWaitedForIsFound() {
        const RunDirectory run = registerRun(*m_workspace, request("full", "m"));
        finish(run, "fine_tune", 30);
        RunRequest distillation = request("soft", "s");
        distillation.models["teacher"] = "m";
        const RunDirectory next = registerRun(*m_workspace, distillation);
        QCOMPARE(QString::fromStdString(next.spec().models.at("teacher")), QString::fromStdString(run.model().string()));
    }
    void frozenRowsCarryTheirHash() {
        const RunDirectory run = registerRun(*m_workspace, request("full", "m"));
        const Json hashes = readJsonFile(run.path() / "spec.json").value("input_hashes", Json::object());
        QCOMPARE(hashes.size(), std::size_t(2));
        QCOMPARE(hashes.value("test", std::string()), sha256File(run.path() / "inputs/test.jsonl"));
        QCOMPARE(dumpJson(m_workspace->run(run.id())->spec.value("input_hashes", Json())), dumpJson(hashes));
    }
    void indexingIsIdempotent() {
        const RunDirectory run = registerRun(*m_workspace, request("soft", "student"));
        finish(run, "distill", 30);
        for (int i = 0; i < 3; ++i) {
            const IndexOutcome outcome = indexRun(*m_workspace, run);
            QVERIFY(outcome.problems.empty());
            QCOMPARE(m_workspace->metrics(run.id()).size(), std::size_t(5));
        }
        const auto record = m_workspace->run(run.id());
        QCOMPARE(record->state, std::string("done"));
        QCOMPARE(record->result["technique"].get<std::string>(), std::string("distill"));
        QCOMPARE(m_workspace->model("student")->kind, std::string("textcnn"));
        QCOMPARE(m_workspace->model("student")->path, "runs/" + run.id() + "/model");
        QCOMPARE(m_workspace->model("student-control")->run, run.id());
        QCOMPARE(QString::fromStdString(resolveModel(&*m_workspace, "student").path.string()), QString::fromStdString(run.model().string()));
    }
    void runningRunIsIndexedPieceByPiece() {
        const RunDirectory run = registerRun(*m_workspace, request("full", "m"));
        const auto lock = FileLock::tryAcquire(run.lockFile());
        EventWriter events(run);
        RunFollower first(run), second(run);
        events.state(RunState::Running);
        events.metric("train_loss", 1, 0.5);
        indexRun(*m_workspace, first);
        events.metric("train_loss", 2, 0.4);
        second.poll(); // somebody else looked, and did not index
        events.metric("train_loss", 3, 0.3);
        indexRun(*m_workspace, second);
        indexRun(*m_workspace, first);
        QCOMPARE(m_workspace->metrics(run.id()).size(), std::size_t(3));
        QCOMPARE(m_workspace->run(run.id())->state, std::string("running"));
    }
    void runMadeElsewhereGetsItsRecord() {
        const RunDirectory run = registerRun(*m_workspace, request("full", "m"));
        finish(run, "fine_tune", 20);
        m_workspace->removeRun(run.id());
        indexRun(*m_workspace, run);
        QCOMPARE(m_workspace->run(run.id())->dataset, std::string("talk"));
    }
    void takenResultNameIsAProblemNotAFailure() {
        const RunDirectory run = registerRun(*m_workspace, request("full", "m"));
        m_workspace->saveModel({"m", "elsewhere", "encoder", "", ""});
        finish(run, "fine_tune", 20);
        QCOMPARE(indexRun(*m_workspace, run).problems.size(), std::size_t(1));
        QCOMPARE(m_workspace->run(run.id())->state, std::string("done"));
    }
    void hostileResultRegistersNothingOutside() {
        const RunDirectory run = registerRun(*m_workspace, request("full", "m"));
        finish(run, "fine_tune", 20);
        Json result = *run.result();
        result["model_path"] = "../../..";
        writeJsonFile(run.path() / "result.json", result);
        QCOMPARE(indexRun(*m_workspace, run).problems.size(), std::size_t(1));
        QVERIFY(!m_workspace->model("m").has_value());
    }
    void unknownRunIsNamed() {
        for (const char* id : {"nothing", "", "..", "../runs", "."})
            QCOMPARE(static_cast<int>(codeOf([&] { findRun(*m_workspace, id); })), static_cast<int>(ErrorCode::NotFound));
    }
    void armsAreTheBestOfEachTechnique() {
        finished("zero_shot", "z", 20);
        finished("retrieve", "r", 30);
        finished("head", "h", 32);
        finished("full", "f", 36);
        finished("soft", "s", 34);
        const ArmEvidence evidence = gatherArms(*m_workspace, "talk");
        QCOMPARE(evidence.arms.size(), std::size_t(4));
        QVERIFY(evidence.arms[2].technique == Technique::FineTune);
        QCOMPARE(evidence.arms[2].method, std::string("full"));
        QCOMPARE(evidence.arms[2].correct.size(), std::size_t(kTestRows));
        QCOMPARE(evidence.arms[2].correct[0], 1.0);
        QCOMPARE(evidence.arms[2].correct[kTestRows - 1], 0.0);
        QCOMPARE(evidence.facts.train_rows, std::int64_t(120));
        QCOMPARE(evidence.facts.classes, std::int64_t(2));
        QCOMPARE(evidence.facts.smallest_class, std::int64_t(40));
        QVERIFY(evidence.passed_over.empty());
    }
    void seedsAreOneArm() {
        finished("full", "f13", 30, 13);
        finished("full", "f14", 32, 14);
        finished("full", "f15", 37, 15);
        const ArmEvidence evidence = gatherArms(*m_workspace, "talk");
        QCOMPARE(evidence.arms.size(), std::size_t(1));
        QCOMPARE(evidence.arms[0].runs.size(), std::size_t(3));
        QCOMPARE(*evidence.arms[0].metrics.at("accuracy").value, 33.0 / kTestRows);
        QVERIFY(*evidence.arms[0].metrics.at("accuracy").low < 33.0 / kTestRows);
        QVERIFY(std::abs(evidence.arms[0].correct[31] - 2.0 / 3) < 1e-12);
    }
    void otherRowsAreNotCompared() {
        finished("full", "f", 36);
        importData("talk", "maybe");
        const ArmEvidence evidence = gatherArms(*m_workspace, "talk");
        QVERIFY(evidence.arms.empty());
        QCOMPARE(evidence.passed_over.size(), std::size_t(1));
    }
    void spoiledPredictionsArePassedOver_data() {
        QTest::addColumn<QString>("content");
        QTest::newRow("too few") << QStringLiteral("{\"row\":0,\"label\":\"a\",\"predicted\":\"a\"}\n");
        QTest::newRow("no JSON") << QStringLiteral("nonsense\n");
        QTest::newRow("twice") << QStringLiteral("{\"row\":0,\"label\":\"a\",\"predicted\":\"a\"}\n{\"row\":0,\"label\":\"a\",\"predicted\":\"a\"}\n");
        QTest::newRow("field absent") << QStringLiteral("{\"row\":0,\"label\":\"a\"}\n");
        QTest::newRow("wrong type") << QStringLiteral("{\"row\":\"0\",\"label\":\"a\",\"predicted\":\"a\"}\n");
    }
    void spoiledPredictionsArePassedOver() {
        QFETCH(QString, content);
        const RunDirectory run = registerRun(*m_workspace, request("full", "f"));
        finish(run, "fine_tune", 30, content.toStdString());
        indexRun(*m_workspace, run);
        const ArmEvidence evidence = gatherArms(*m_workspace, "talk");
        QVERIFY(evidence.arms.empty());
        QCOMPARE(evidence.passed_over.size(), std::size_t(1));
        QVERIFY(evidence.passed_over[0].find(run.id()) != std::string::npos);
    }
    void namesOfModelsAreVisible_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("fault"); // empty: a good name
        const auto row = [](const char* what, const QByteArray& name, const char* fault) { QTest::newRow(what) << name << QByteArray(fault); };
        row("plain", "plain-v2.1", "");
        row("blanks inside, other scripts", "客服 desk é", "");
        row("empty", "", "empty");
        row("leading blank", " a", "blank");
        row("trailing blank", "a ", "blank");
        row("trailing ideographic blank", "a\xE3\x80\x80", "blank");
        row("line feed", "a\nb", "U+000A");
        row("delete", "a\x7F", "U+007F");
        row("right-to-left override", "a\xE2\x80\xAE" "b", "U+202E");
        row("zero-width blank", "a\xE2\x80\x8B", "U+200B");
        row("byte order mark", "\xEF\xBB\xBF" "a", "U+FEFF");
        row("line separator", "a\xE2\x80\xA8" "b", "U+2028");
        row("slash", "a/b", "slash");
        row("dot", ".a", "dot");
        row("dash", "-a", "dash");
        row("too long", QByteArray("\xC3\xA9").repeated(51), "102 bytes");
        row("not UTF-8", "a\xFF", "byte 2");
    }
    void namesOfModelsAreVisible() {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, fault);
        QByteArray said;
        try {
            checkModelName(name.toStdString());
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::InvalidArgument);
            said = QByteArray::fromStdString(error.message());
        }
        QVERIFY2(fault.isEmpty() ? said.isEmpty() : said.contains(fault), said.constData());
        checkModelName(freeModelName(*m_workspace, name.toStdString())); // what is made of it passes
        if (fault.isEmpty())
            QCOMPARE(freeModelName(*m_workspace, name.toStdString()), name.toStdString());
    }
    void aNameFromEarlierCanBeRemoved() {
        std::filesystem::create_directories(folder() / "models/old ");
        m_workspace->saveModel({"old ", "models/old ", "encoder", "", ""});
        QVERIFY(removeModel(&*m_workspace, "old ").deleted && !m_workspace->model("old "));
        QVERIFY(codeOf([&] { removeModel(&*m_workspace, "../base"); }) == ErrorCode::InvalidArgument);
        QVERIFY(codeOf([&] { removeModel(&*m_workspace, "absent"); }) == ErrorCode::NotFound);
    }
    void anyDataSetsNameGivesAModelsName_data() {
        QTest::addColumn<QByteArray>("wish");
        QTest::newRow("leading dot and dash") << QByteArray(".-x-full");
        QTest::newRow("nothing else") << QByteArray("-.");
        QTest::newRow("long") << QByteArray(200, 'x');
        QTest::newRow("long, of wide characters") << QByteArray("\xE8\xAF\x9D").repeated(60);
        QTest::newRow("control character") << QByteArray("a\x7F" "b");
    }
    void anyDataSetsNameGivesAModelsName() {
        QFETCH(QByteArray, wish);
        const std::string name = freeModelName(*m_workspace, wish.toStdString());
        QVERIFY(!QString::fromStdString(name).contains(QChar::ReplacementCharacter));
        registerRun(*m_workspace, request("soft", name)); // with the name of its control
        QVERIFY(freeModelName(*m_workspace, wish.toStdString()) != name);
    }
    void modelsAreFoundByNameAndPath() {
        const QTemporaryDir data;
        const std::filesystem::path shared = data.path().toStdString();
        std::filesystem::create_directories(shared / "models/shared-one");
        qputenv("TRIPTYCH_DATA_DIR", data.path().toUtf8());
        QCOMPARE(resolveModel(nullptr, "shared-one").path, shared / "models/shared-one");
        m_workspace->saveModel({"shared-one", (folder() / "base").string(), "encoder", "", ""});
        QCOMPARE(resolveModel(&*m_workspace, "shared-one").path, folder() / "base"); // the workspace first
        QCOMPARE(resolveModel(nullptr, (folder() / "base").string() + "/").name, std::string("base"));
        for (const char* name : {"absent", "..", ".", ""})
            QVERIFY_EXCEPTION_THROWN(resolveModel(&*m_workspace, name), Error);
        std::ofstream(folder() / "base/one.gguf") << "GGUF";
        std::ofstream(folder() / "base/readme.txt") << "x";
        const FoundModel file = resolveModel(nullptr, (folder() / "base/one.gguf").string());
        QVERIFY(file.name == "one" && file.path == folder() / "base/one.gguf");
        QVERIFY(codeOf([&] { resolveModel(nullptr, (folder() / "base/two.gguf").string()); }) == ErrorCode::NotFound);
        QVERIFY(codeOf([&] { resolveModel(nullptr, (folder() / "base/readme.txt").string()); }) == ErrorCode::InvalidInput);
        m_workspace->saveModel({"gone", "runs/gone/model", "encoder", "", ""});
        QCOMPARE(static_cast<int>(codeOf([&] { resolveModel(&*m_workspace, "gone"); })), static_cast<int>(ErrorCode::NotFound));
        qunsetenv("TRIPTYCH_DATA_DIR");
    }
};

QTEST_GUILESS_MAIN(RunIndexTest)
#include "tst_run_index.moc"
