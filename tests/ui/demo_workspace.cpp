#include "demo_workspace.h"

#include "base/files.h"
#include "datasets/labelled_data.h"
#include "jobs/event_writer.h"
#include "jobs/run_index.h"
#include "storage/workspace.h"

#include <cmath>

using namespace triptych;

namespace {

constexpr int kRows = 240;
const char* const kLabels[] = {"delivery", "refund", "repair"};

std::string splitOf(int row) { return row % 10 == 0 ? "dev" : row % 4 == 1 ? "test" : "train"; }

Json metric(double value) { return {{"value", value}, {"low", value - 0.03}, {"high", value + 0.02}, {"n", 60}, {"undefined", 0}}; }

/// Stands for an encoder: only its place matters here.
std::string baseModel(const std::filesystem::path& workspace) {
    const std::filesystem::path folder = workspace / "models" / "tiny";
    std::filesystem::create_directories(folder);
    writeJsonFile(folder / "config.json", {{"model_type", "bert"}});
    return folder.string();
}

} // namespace

QString addFinishedRun(const QString& workspaceFolder, const QString& method, double accuracy) {
    Workspace workspace = Workspace::open(workspaceFolder.toStdString());
    RunRequest request;
    request.method = method.toStdString();
    request.kind = method == QLatin1String("soft") ? "distill" : "train";
    request.dataset = "messages";
    request.models["base"] = baseModel(workspace.folder());
    if (request.kind == "distill")
        request.models["teacher"] = request.models["base"];
    request.out = "messages-" + request.method;
    const RunDirectory run = registerRun(workspace, request);
    const auto lock = FileLock::tryAcquire(run.lockFile());
    EventWriter events(run);
    events.state(RunState::Running);
    for (int step = 1; step <= 50; ++step) {
        events.progress({step, 50, "steps", "train"});
        events.metric("train_loss", step, 2.0 * std::exp(-step / 15.0) + 0.1);
        if (step % 10 == 0) {
            events.metric("dev_loss", step, 2.0 * std::exp(-step / 18.0) + 0.2);
            events.metric("dev_accuracy", step, accuracy * (1 - std::exp(-step / 8.0)));
        }
    }
    const std::vector<Example> test = readExamples(run.path() / "inputs" / "test.jsonl");
    std::string lines;
    int row = 0;
    for (const Example& example : test) {
        const bool right = (row * 37 + static_cast<int>(method.size()) * 11) % 100 < accuracy * 100;
        const std::string predicted = right ? example.label : example.label == "refund" ? "repair" : "refund";
        lines += dumpJson({{"row", row}, {"label", example.label}, {"predicted", predicted}, {"confidence", right ? 0.9 : 0.55}, {"right", right}}) + "\n";
        ++row;
    }
    atomicWrite(run.predictions(), lines);
    std::filesystem::create_directories(run.model());
    writeJsonFile(run.model() / "triptych.json", {{"kind", request.method}});
    const std::string technique = method == QLatin1String("zero_shot") ? "zero_shot" : method == QLatin1String("retrieve") ? "rag"
                                  : method == QLatin1String("soft") ? "distill" : "fine_tune";
    Json result = {{"technique", technique}, {"method", request.method}, {"model", request.out}, {"model_path", "model"},
                   {"metrics", {{"accuracy", metric(accuracy)}, {"macro_f1", metric(accuracy - 0.01)}, {"ece", metric(0.05)}}},
                   {"latency", {{"p50_ms", technique == "distill" ? 0.21 : 6.4}, {"p95_ms", technique == "distill" ? 0.33 : 9.1}, {"n", 200}}},
                   {"bytes", technique == "distill" ? 3'100'000 : 90'900'000}, {"build_s", 42.0}, {"parameters", 22'713'216},
                   {"trainable_parameters", 22'713'216}, {"steps", 50}, {"seconds_per_step", 0.4}, {"examples_per_s", 80.0},
                   {"peak_rss_bytes", 900'000'000}};
    if (technique == "distill") {
        result["metrics"]["retention"] = metric(0.985);
        result["metrics"]["speedup"] = {{"value", 30.0}, {"low", 28.0}, {"high", 32.0}, {"n", 200}, {"undefined", 0}};
        result["teacher"] = {{"model", "messages-full"}, {"metrics", {{"accuracy", metric(0.95)}}}, {"latency", {{"p50_ms", 6.4}, {"p95_ms", 9.1}, {"n", 200}}}, {"bytes", 90'900'000}};
        result["control"] = {{"model", request.out + "-control"}, {"model_path", "model"}, {"metrics", {{"accuracy", metric(accuracy - 0.02)}}}};
        result["control_test"] = {{"difference", 0.02}, {"low", 0.004}, {"high", 0.036}, {"p", 0.01}};
    }
    writeJsonFile(run.path() / "result.json", result);
    events.state(RunState::Done);
    indexRun(workspace, run);
    return QString::fromStdString(run.id());
}

void makeDemoWorkspace(const QString& folder) {
    {
        Workspace workspace = Workspace::create(folder.toStdString());
        std::vector<ExampleRecord> rows;
        Json splits = {{"train", 0}, {"dev", 0}, {"test", 0}};
        for (int i = 0; i < kRows; ++i) {
            const std::string label = kLabels[i % 3];
            rows.push_back({"message " + std::to_string(i) + " about " + label, label, splitOf(i), i + 1});
            splits[splitOf(i)] = splits[splitOf(i)].get<int>() + 1;
        }
        DatasetRecord record;
        record.name = "messages";
        record.task = "classification";
        record.hash = "demo";
        record.created = "2026-01-05T08:00:00Z";
        record.rows = kRows;
        record.splits = splits;
        record.labels = Json::array();
        for (const char* label : kLabels)
            record.labels.push_back({{"name", label}, {"count", kRows / 3}});
        record.source = {{"files", Json::array({"messages.jsonl"})}, {"rejected", 0}, {"problems", Json::array()}};
        workspace.saveDataset(record, rows);
    }
    const std::pair<const char*, double> runs[] = {{"zero_shot", 0.68}, {"retrieve", 0.88}, {"full", 0.95}, {"soft", 0.93}};
    for (const auto& [method, accuracy] : runs)
        addFinishedRun(folder, QString::fromLatin1(method), accuracy);
}
