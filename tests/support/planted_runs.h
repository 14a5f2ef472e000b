#pragma once

#include "datasets/labelled_data.h"
#include "jobs/event_writer.h"
#include "jobs/run_index.h"
#include "storage/workspace.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace triptych::testing {

/// A workspace with the data set "talk" and runs as finished workers leave them.
class PlantedRuns {
public:
    static constexpr std::int64_t kTestRows = 40;

    explicit PlantedRuns(const std::filesystem::path& folder) : m_folder(folder), m_workspace(Workspace::create(folder / "workspace")) {
        std::vector<Example> rows;
        for (std::int64_t i = 0; i < 160; ++i)
            rows.push_back({fmt::format("text {}", i), i % 3 ? "no" : "yes", i < 120 ? Split::Train : Split::Test, i + 1});
        std::vector<ExampleRecord> records;
        for (const Example& row : rows)
            records.push_back({row.text, row.label, std::string(splitName(row.split)), row.line});
        DatasetRecord dataset;
        dataset.name = "talk";
        dataset.task = "classification";
        dataset.hash = contentHash(rows);
        dataset.rows = 160;
        dataset.splits = {{"train", 120}, {"dev", 0}, {"test", kTestRows}};
        dataset.labels = {{{"name", "no"}, {"count", 106}}, {{"name", "yes"}, {"count", 54}, {"description", "agreement"}}};
        m_workspace.saveDataset(dataset, records);
    }

    Workspace& workspace() { return m_workspace; }
    std::filesystem::path folder() const { return m_folder; }
    /// Folder of a base model; several may have the same last name.
    std::filesystem::path base(const std::string& below = "base") const {
        std::filesystem::create_directories(m_folder / below);
        return m_folder / below;
    }

    /// A finished run that is right on the first `right` test rows. `model`: base or teacher, a name or a path;
    /// `more` is put over its result.
    std::string finish(const std::string& method, const std::string& out, std::int64_t right, const std::string& model, std::uint64_t seed = 13,
                       const Json& more = Json::object()) {
        RunRequest request;
        request.kind = method == "soft" ? "distill" : "train";
        request.method = method;
        request.dataset = "talk";
        request.models[method == "soft" ? "teacher" : "base"] = model;
        request.out = out;
        request.seed = seed;
        const RunDirectory run = registerRun(m_workspace, request);
        EventWriter events(run);
        events.state(RunState::Running);
        std::ofstream file(run.predictions());
        for (std::int64_t i = 0; i < kTestRows; ++i)
            file << dumpJson({{"row", i}, {"label", "yes"}, {"predicted", i < right ? "yes" : "no"}, {"right", i < right}}) << "\n";
        file.close();
        std::filesystem::create_directories(run.model());
        const double accuracy = static_cast<double>(right) / kTestRows;
        const std::string technique = method == "zero_shot" ? "zero_shot" : method == "retrieve" ? "rag" : method == "soft" ? "distill" : "fine_tune";
        Json result = {{"technique", technique}, {"method", method}, {"model", out}, {"model_path", "model"}, {"bytes", 1000}, {"build_s", 3.0},
                       {"metrics", {{"accuracy", {{"value", accuracy}, {"low", accuracy - 0.1}, {"high", accuracy + 0.1}, {"n", kTestRows}, {"undefined", 0}}}}},
                       {"latency", {{"p50_ms", 1.0}, {"p95_ms", 2.0}, {"n", 30}}}};
        result.merge_patch(more);
        writeJsonFile(run.path() / "result.json", result);
        events.state(RunState::Done);
        indexRun(m_workspace, run);
        return run.id();
    }

private:
    std::filesystem::path m_folder;
    Workspace m_workspace;
};

} // namespace triptych::testing
