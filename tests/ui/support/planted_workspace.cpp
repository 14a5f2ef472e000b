#include "ui/support/planted_workspace.h"

#include "base/files.h"
#include "base/progress.h"
#include "datasets/labelled_data.h"
#include "jobs/event_writer.h"
#include "jobs/run_directory.h"
#include "jobs/run_index.h"
#include "knowledge/base_embedder.h"
#include "knowledge/chunker.h"
#include "knowledge/ingest.h"
#include "knowledge/knowledge_store.h"
#include "metrics/classification.h"

#include <cmath>
#include <fstream>
#include <map>
#include <utility>

namespace triptych::ui {

namespace {

constexpr int kTrain = 160, kDev = 40, kTest = 120;
const std::vector<std::string> kLabels = {"delivery", "invoice", "refund", "repair", "warranty"};

struct Figures {
    const char* technique;
    int wrongEvery; ///< of the test rows
    double p50, p95, bytes, buildS;
};
const std::map<std::string, Figures> kFigures = {
    {"zero_shot", {"zero_shot", 3, 6.4, 9.8, 91e6, 0.4}}, {"retrieve", {"rag", 8, 6.9, 10.7, 92e6, 9}},
    {"head", {"fine_tune", 11, 6.2, 9.1, 91e6, 12}},     {"full", {"fine_tune", 24, 6.1, 9, 91e6, 236}},
    {"soft", {"distill", 15, 0.21, 0.34, 3.1e6, 84}}};

Json runMetrics(const std::vector<std::string>& truth, const std::vector<std::string>& predicted) {
    return metricsToJson({{"accuracy", accuracy(truth, predicted, 13)}, {"macro_f1", macroF1(truth, predicted, 13)}});
}

} // namespace

PlantedWorkspace::PlantedWorkspace(const std::filesystem::path& folder, const Options& options) : m_folder(folder) {
    Workspace workspace = Workspace::create(folder);
    if (options.dataset)
        plantDataset(workspace, options.cjk);
    int number = 0;
    if (options.dataset && options.runs) {
        for (const std::string& method : options.methods)
            plantRun(workspace, method, number++);
    }
    if (options.base)
        plantBase();
}

QString PlantedWorkspace::run(const std::string& method) const {
    return QStringLiteral("20260101-%1").arg(QString::fromStdString(method));
}

void PlantedWorkspace::plantDataset(Workspace& workspace, bool cjk) {
    DatasetRecord dataset;
    dataset.name = kDataset;
    dataset.task = "classification";
    dataset.created = "2026-01-01T09:00:00Z";
    std::map<std::string, std::int64_t> counts;
    std::vector<Example> examples;
    for (int i = 0; i < kTrain + kDev + kTest; ++i) {
        const std::string label = kLabels[static_cast<std::size_t>(i * 7 + i / 5) % kLabels.size()];
        const std::string split = i < kTrain ? "train" : i < kTrain + kDev ? "dev" : "test";
        const std::string text = cjk && i % 4 == 0 ? "第 " + std::to_string(i) + " 条消息：关于 " + label + " 的问题，请尽快回复"
                                                   : "message " + std::to_string(i) + " about a " + label + (i % 3 == 0 ? " that took far too long last week" : "");
        m_rows.push_back({text, label, split, i + 1});
        examples.push_back({text, label, splitFromName(split), i + 1});
        ++counts[label];
    }
    m_hash = contentHash(examples);
    dataset.hash = m_hash;
    dataset.rows = static_cast<std::int64_t>(m_rows.size());
    dataset.splits = {{"train", kTrain}, {"dev", kDev}, {"test", kTest}};
    dataset.labels = Json::array();
    for (const auto& [label, count] : counts)
        dataset.labels.push_back({{"name", label}, {"count", count}, {"description", "a message about a " + label}});
    dataset.source = {{"files", {"desk.csv"}}, {"seed", 13}};
    workspace.saveDataset(dataset, m_rows);
}

void PlantedWorkspace::plantBase() const {
    ChunkerSettings chunker;
    chunker.chunk_size = 48;
    chunker.overlap = 8;
    KnowledgeStore store = KnowledgeStore::create(m_folder / "knowledge" / kBase, knowledgeSettings("hashing", chunker, false));
    std::vector<PlainDocument> documents;
    for (int i = 0; i < 12; ++i) {
        const std::string number = std::to_string(i);
        std::string text;
        for (int part = 0; part < 6; ++part) {
            text += i % 4 == 0 ? "第 " + number + " 章第 " + std::to_string(part) + " 节：滤网清洗后仍显示 E" + number + "，请按住复位键五秒，再检查排水泵和软管。如果声音没有消失，请联系售后服务。\n\n"
                               : "Section " + std::to_string(part) + " of manual " + number + ". After cleaning the filter hold reset for five seconds; E" + number
                                     + " goes off. If it stays, check the drain pump and the hose, then call the service.\n\n";
        }
        PlainDocument document;
        document.name = (i % 4 == 0 ? "手册_" : "manual_") + number + ".txt";
        document.text = std::move(text);
        documents.push_back(std::move(document));
    }
    ingestTexts(store, hashingEmbedder(store), documents, nullProgress(), {});
    store.setTags("manual_1.txt", std::vector<std::string>{"pump", "2019"});
    const auto chunks = store.chunksOf(store.document("manual_2.txt")->id);
    store.setChunkEnabled(chunks.front().id, false);
    FailedDocument failure;
    failure.name = "scan_2019.pdf";
    failure.source = "/scans/scan_2019.pdf";
    failure.root = "/scans";
    failure.reason = "'scan_2019.pdf' has no text layer";
    failure.hint = "Recognise its text first, for example with ocrmypdf.";
    store.saveFailure(failure);
    store.saveSnapshot("first");
}

void PlantedWorkspace::plantRun(Workspace& workspace, const std::string& method, int number) {
    const Figures& figures = kFigures.at(method);
    RunSpec spec;
    spec.id = run(method).toStdString();
    spec.kind = method == "soft" ? "distill" : "train";
    spec.method = method;
    spec.dataset = kDataset;
    spec.title = method + " · " + kDataset;
    spec.created = "2026-01-01T10:0" + std::to_string(number) + ":00Z";
    spec.dataset_hash = m_hash;
    spec.labels = kLabels;
    spec.inputs = {{"test", "inputs/test.jsonl"}};
    spec.out = std::string(kDataset) + "-" + method;
    if (method == "soft")
        spec.model_names = {{"teacher", std::string(kDataset) + "-full"}};
    else
        spec.model_names = {{"base", "all-minilm-l6-v2"}};
    if (method == "zero_shot") { // as stored with the data set; other descriptions would make the run outdated
        for (const std::string& label : kLabels)
            spec.label_descriptions[label] = "a message about a " + label;
    }
    spec.settings = method == "full" ? Json{{"epochs", 3.0}, {"batch_size", 32}, {"learning_rate", 1e-4}} : Json::object();
    std::vector<Example> test;
    for (const ExampleRecord& row : m_rows) {
        if (row.split == "test")
            test.push_back({row.text, row.label, Split::Test, row.line});
    }
    const RunDirectory directory = RunDirectory::create(workspace.runsFolder(), spec, [&](const std::filesystem::path& inputs) {
        writeExamples(inputs / "test.jsonl", test);
    });

    std::vector<std::string> truth, predicted, control;
    std::vector<double> right, controlRight;
    std::string lines;
    for (std::size_t i = 0; i < test.size(); ++i) {
        const auto wrong = [&](int every) { return (i * 7 + static_cast<std::size_t>(every)) % static_cast<std::size_t>(every) == 0; };
        const auto other = [&] { return kLabels[(i + 1) % kLabels.size()] == test[i].label ? kLabels[(i + 2) % kLabels.size()] : kLabels[(i + 1) % kLabels.size()]; };
        truth.push_back(test[i].label);
        predicted.push_back(wrong(figures.wrongEvery) ? other() : test[i].label);
        control.push_back(wrong(9) ? other() : test[i].label);
        right.push_back(predicted.back() == truth.back() ? 1 : 0);
        controlRight.push_back(control.back() == truth.back() ? 1 : 0);
        lines += dumpJson({{"row", i}, {"label", truth.back()}, {"predicted", predicted.back()}, {"confidence", 0.9}, {"right", right.back() == 1}}) + "\n";
    }
    atomicWrite(directory.predictions(), lines);
    Json result = {{"technique", figures.technique}, {"method", method}, {"model", spec.out}, {"model_path", "model"},
                   {"metrics", runMetrics(truth, predicted)}, {"latency", {{"p50_ms", figures.p50}, {"p95_ms", figures.p95}, {"n", 100}}},
                   {"bytes", figures.bytes}, {"build_s", figures.buildS}, {"parameters", 22'713'216},
                   {"trainable_parameters", method == "full" ? 22'713'216 : method == "head" ? 1'925 : 0}, {"steps", 15},
                   {"seconds_per_step", method == "full" ? 0.31 : 0.02}, {"examples_per_s", 103.0}, {"peak_rss_bytes", 740'000'000}};
    EventWriter events(directory);
    events.state(RunState::Running);
    if (method == "full" || method == "soft") {
        for (int step = 1; step <= 150; ++step) {
            const double loss = 1.6 * std::exp(-step / 45.0) + 0.08 + 0.05 * std::sin(step * 1.9);
            events.metric("train_loss", step, loss);
            events.metric("learning_rate", step, step < 15 ? step * 1e-4 / 15 : 1e-4 * (150 - step) / 135);
            events.metric("gradient_norm", step, 1.2 + 0.4 * std::sin(step * 0.7));
            if (step % 30 == 0) {
                events.metric("dev_loss", step, loss + 0.1);
                events.metric("dev_accuracy", step, 0.98 - 0.6 * std::exp(-step / 40.0));
            }
            if (method != "soft")
                continue;
            events.metric("control_train_loss", step, loss * 1.2 + 0.1);
            if (step % 30 == 0)
                events.metric("control_dev_accuracy", step, 0.93 - 0.6 * std::exp(-step / 40.0));
        }
    }
    if (method == "soft") {
        result["metrics"]["retention"] = metricToJson({0.978, 0.951, 1.003, kTest, 0});
        result["metrics"]["speedup"] = metricToJson({29.4, 28.1, 30.9, 100, 0});
        result["teacher"] = {{"model", std::string(kDataset) + "-full"}, {"bytes", kFigures.at("full").bytes},
                             {"metrics", workspace.run(run("full").toStdString()) ? workspace.run(run("full").toStdString())->result["metrics"] : runMetrics(truth, truth)},
                             {"latency", {{"p50_ms", 6.1}, {"p95_ms", 9.0}, {"n", 100}}}};
        result["control"] = {{"model", spec.out + "-control"}, {"model_path", "control"}, {"metrics", runMetrics(truth, control)}};
        const PairedTest paired = pairedAccuracy(right, controlRight, 13);
        result["control_test"] = {{"difference", paired.difference}, {"low", paired.low}, {"high", paired.high}, {"p", paired.p}};
    }
    for (const char* folder : {"model", "control"}) {
        if (folder == std::string_view("control") && method != "soft")
            continue;
        std::filesystem::create_directories(directory.path() / folder);
        writeJsonFile(directory.path() / folder / "triptych.json",
                      {{"kind", method == "soft" ? "textcnn" : method}, {"task", "classification"}, {"labels", kLabels}, {"base", nullptr},
                       {"provenance", Json::object()}, {"details", Json::object()}, {"files", Json::object()}});
    }
    writeJsonFile(directory.path() / "result.json", result);
    events.state(RunState::Done);
    indexRun(workspace, directory);
}

} // namespace triptych::ui
