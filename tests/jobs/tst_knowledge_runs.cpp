#include "base/error.h"
#include "jobs/event_writer.h"
#include "jobs/knowledge_runs.h"
#include "jobs/run_index.h"
#include "jobs/supervisor.h"
#include "knowledge/chunker.h"
#include "knowledge/edit.h"
#include "storage/workspace.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <memory>
#include <optional>

using namespace triptych;
namespace fs = std::filesystem;

class KnowledgeRunsTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    std::optional<Workspace> m_workspace;

    fs::path path(const char* name) const { return fs::path(m_dir->path().toStdString()) / name; }
    KnowledgeRunRequest request(const char* method) const {
        KnowledgeRunRequest request;
        request.method = method;
        request.base = "manuals";
        request.threads = 1;
        if (request.method == "add")
            request.paths.push_back(path("docs"));
        if (request.method == "reembed")
            request.embedder = "hashing";
        return request;
    }
    /// What a worker would have left.
    RunDirectory ended(const char* method, const Json& result, RunState state = RunState::Done) {
        RunDirectory run = registerKnowledgeRun(*m_workspace, request(method));
        EventWriter events(run);
        events.state(RunState::Running);
        if (state == RunState::Done)
            writeJsonFile(run.path() / "result.json", result);
        events.state(state);
        indexRun(*m_workspace, run);
        return run;
    }
    static Json counts(std::size_t added) {
        Json names = Json::array();
        for (std::size_t i = 0; i < added; ++i)
            names.push_back("document " + std::to_string(i));
        return {{"added", names}, {"changed", Json::array()}, {"removed", Json::array()}, {"failed", Json::array()}, {"unchanged", 3}, {"state", "done"}};
    }
    std::vector<std::string> idle() const {
        std::vector<std::string> ids;
        for (const RunDirectory& run : idleKnowledgeRuns(*m_workspace, "manuals"))
            ids.push_back(run.id());
        return ids;
    }
    ErrorCode refusal(const KnowledgeRunRequest& request) {
        try {
            registerKnowledgeRun(*m_workspace, request);
            return ErrorCode::Internal;
        } catch (const Error& error) {
            return error.code();
        }
    }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_workspace.emplace(Workspace::create(path("w")));
        fs::create_directories(path("docs"));
        fs::create_directories(path("encoder"));
        createKnowledgeBase(*m_workspace, "manuals", "hashing", {}, false);
    }
    void cleanup() { m_workspace.reset(); }

    void specHoldsAllThatAWorkerNeeds() {
        const RunDirectory run = registerKnowledgeRun(*m_workspace, request("add"));
        const RunSpec spec = run.spec();
        QCOMPARE(spec.kind, std::string("ingest"));
        QCOMPARE(spec.title, std::string("add · manuals"));
        QVERIFY(spec.dataset.empty() && spec.labels.empty() && spec.inputs.empty() && spec.out.empty() && spec.models.empty());
        QCOMPARE(knowledgeBaseOf(spec), std::string("manuals"));
        const KnowledgeRunSettings settings = knowledgeRunSettings(spec);
        QVERIFY(settings.base_path == path("w") / "knowledge" / "manuals");
        QVERIFY(settings.paths == std::vector<fs::path>{path("docs")});
        QCOMPARE(settings.embedder, std::string("hashing"));
        QVERIFY(!settings.retry_failed && settings.endpoint.is_null());
        const auto record = m_workspace->run(run.id());
        QVERIFY(record && record->state == "queued" && record->dataset.empty());
        QCOMPARE(knowledgeBaseOf(record->spec), std::string("manuals"));
        QCOMPARE(knowledgeBaseOf(Json({{"kind", "train"}})), std::string());
    }
    void embedderOfAReembedIsFrozen() {
        KnowledgeRunRequest wanted = request("reembed");
        wanted.embedder = path("encoder").string();
        const RunSpec spec = registerKnowledgeRun(*m_workspace, wanted).spec();
        QCOMPARE(spec.models.at("embedder"), path("encoder").string());
        QCOMPARE(knowledgeRunSettings(spec).embedder, path("encoder").string());
        fs::create_directories(path("w/endpoints"));
        writeJsonFile(path("w/endpoints/lab.json"), {{"base_url", "http://127.0.0.1:9/v1"}, {"model", "m"}, {"embedder", true}});
        wanted.embedder = "lab";
        const KnowledgeRunSettings settings = knowledgeRunSettings(registerKnowledgeRun(*m_workspace, wanted).spec());
        QCOMPARE(settings.endpoint.value("base_url", ""), std::string("http://127.0.0.1:9/v1"));
    }
    void whatCannotBeIsRefusedAndLeavesNothing() {
        KnowledgeRunRequest unknown = request("sync");
        unknown.base = "none";
        QCOMPARE(refusal(unknown), ErrorCode::NotFound);
        KnowledgeRunRequest nowhere = request("add");
        nowhere.paths.push_back(path("nowhere"));
        QCOMPARE(refusal(nowhere), ErrorCode::NotFound);
        KnowledgeRunRequest nothing = request("add");
        nothing.paths.clear();
        QCOMPARE(refusal(nothing), ErrorCode::InvalidArgument);
        KnowledgeRunRequest without = request("reembed");
        without.embedder.clear();
        QCOMPARE(refusal(without), ErrorCode::InvalidArgument);
        without.embedder = "no-such-model";
        QCOMPARE(refusal(without), ErrorCode::NotFound);
        QVERIFY(listRuns(m_workspace->runsFolder()).empty() && m_workspace->runs().empty());
    }
    void damagedSettingsNameTheField() {
        RunSpec spec = registerKnowledgeRun(*m_workspace, request("add")).spec();
        for (const auto& [key, value] : {std::pair("base_path", Json("relative")), std::pair("base", Json(7)), std::pair("paths", Json("docs")),
                                         std::pair("paths", Json::array({"relative"})), std::pair("embedder", Json())}) {
            RunSpec damaged = spec;
            damaged.settings[key] = value;
            try {
                knowledgeRunSettings(damaged);
                QFAIL(key);
            } catch (const Error& error) {
                QVERIFY2(error.message().find(std::string("settings.") + key) != std::string::npos, error.message().c_str());
            }
        }
    }
    void recordHasCountsAndTheRunItsLists() {
        const RunDirectory run = ended("add", counts(4));
        QCOMPARE(m_workspace->run(run.id())->result.at("added").get<int>(), 4);
        QCOMPARE(run.result()->at("added").size(), std::size_t(4));
    }
    void idleRunsAreSyncsWithoutEffectAndOldOnes() {
        const RunDirectory first = ended("add", counts(4));
        const RunDirectory none = ended("sync", counts(0));
        QCOMPARE(idle(), std::vector<std::string>{none.id()});
        ended("sync", counts(1));
        ended("add", counts(0)); // was asked for: it stays
        ended("reembed", {{"embedder", "hashing"}, {"state", "done"}});
        QCOMPARE(idle().size(), std::size_t(1));
        ended("sync", {}, RunState::Failed);
        const RunDirectory going = registerKnowledgeRun(*m_workspace, request("sync"));
        QCOMPARE(idle().size(), std::size_t(1));
        ended("sync", counts(2));
        QCOMPARE(idle(), (std::vector<std::string>{none.id(), first.id()}));
        for (const RunDirectory& run : idleKnowledgeRuns(*m_workspace, "manuals"))
            removeRun(*m_workspace, run);
        QVERIFY(idle().empty());
        QVERIFY(m_workspace->run(going.id()).has_value());
        QVERIFY(idleKnowledgeRuns(*m_workspace, "other").empty());
    }
};

QTEST_GUILESS_MAIN(KnowledgeRunsTest)
#include "tst_knowledge_runs.moc"
