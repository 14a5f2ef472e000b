#pragma once

#include "base/json.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

struct DatasetRecord {
    std::int64_t id = 0;
    std::string name;
    std::string task;    ///< "classification"
    std::string hash;    ///< contentHash of the rows
    std::string created; ///< ISO 8601, UTC
    std::int64_t rows = 0;
    Json splits;         ///< {"train": n, "dev": n, "test": n}
    Json labels;         ///< [{"name", "count", "description"?}] sorted by name
    Json source;         ///< files, read options, split shares and seed, rejected rows and problems
};

struct ExampleRecord {
    std::string text;
    std::string label;
    std::string split; ///< "train", "dev", "test"
    std::int64_t line = 0;
};

struct ModelRecord {
    std::string name;
    std::string path;    ///< absolute, or relative to the workspace folder
    std::string kind;    ///< "encoder", "classifier", ... ; artefacts: kind of triptych.json
    std::string run;     ///< id of the run that made it; empty if imported
    std::string created;
};

/// What the workspace keeps of a run; the run's directory stays the truth, and indexing is idempotent.
struct RunRecord {
    std::string id;
    std::string kind, method, title, state, dataset, created;
    Json spec;
    Json result;                 ///< null until done
    std::int64_t last_event = 0; ///< number of the newest event that was indexed
};

struct MetricPoint {
    std::string name;
    std::int64_t step = 0;
    double value = 0;
    double wall_time = 0;
};

struct DecisionRecord {
    std::int64_t id = 0;
    std::string dataset;
    std::string created;
    Json answers;  ///< as entered
    Json decision; ///< as `decide --json` prints it
};

struct CheckReport {
    std::vector<std::string> problems; ///< sentences that name table and row or file
    bool ok() const { return problems.empty(); }
};

/// A workspace folder with workspace.sqlite (WAL, foreign keys, PRAGMA user_version migrations; the file is
/// copied beside itself before a migration). One connection a Workspace; use each from one thread at a time.
/// Readers are never blocked; writers wait up to 10 s, then Error{Busy}.
/// All functions throw Error; SQLite's own exceptions never leave storage/.
class Workspace {
public:
    /// Makes folder and database. Throws Error{AlreadyExists} if there is one.
    static Workspace create(const std::filesystem::path& folder);
    /// Throws Error{NotFound} with a hint at `workspace init`; {Unsupported} if made by a newer version;
    /// {Corrupt} with a hint at `workspace repair`; {Busy} while somebody repairs it.
    static Workspace open(const std::filesystem::path& folder);
    static bool exists(const std::filesystem::path& folder);
    static int schemaVersion(); ///< what this program writes
    Workspace(Workspace&&) noexcept;
    Workspace& operator=(Workspace&&) noexcept;
    ~Workspace();

    const std::filesystem::path& folder() const;
    std::filesystem::path runsFolder() const; ///< folder()/runs, made on demand

    // datasets
    /// All rows in one transaction. Throws Error{AlreadyExists} unless replace.
    void saveDataset(const DatasetRecord& dataset, const std::vector<ExampleRecord>& rows, bool replace = false);
    std::vector<DatasetRecord> datasets() const; ///< by name
    std::optional<DatasetRecord> dataset(std::string_view name) const;
    DatasetRecord requireDataset(std::string_view name) const; ///< Throws Error{NotFound} naming it
    /// Rows in insertion order; split empty: all; limit < 0: all.
    std::vector<ExampleRecord> examples(std::string_view dataset, std::string_view split = {}, std::int64_t offset = 0,
                                        std::int64_t limit = -1) const;
    void setLabelDescriptions(std::string_view dataset, const Json& labelToDescription);
    void removeDataset(std::string_view name);

    // models
    void saveModel(const ModelRecord& model); ///< Throws Error{AlreadyExists}
    std::vector<ModelRecord> models() const;
    std::optional<ModelRecord> model(std::string_view name) const;
    void removeModel(std::string_view name);

    // runs
    void saveRun(const RunRecord& run); ///< insert or update by id
    std::vector<RunRecord> runs() const; ///< oldest first
    std::optional<RunRecord> run(std::string_view id) const;
    void appendMetrics(std::string_view runId, const std::vector<MetricPoint>& points);
    std::vector<MetricPoint> metrics(std::string_view runId) const;
    void removeRun(std::string_view id); ///< the record; the folder is the caller's

    // decisions and settings
    std::int64_t saveDecision(const DecisionRecord& decision);
    std::vector<DecisionRecord> decisions(std::string_view dataset) const; ///< newest first
    std::optional<Json> setting(std::string_view key) const;
    void setSetting(std::string_view key, const Json& value);

    // care
    Json info() const; ///< {"folder", "schema", "bytes", "datasets": n, "models": n, "runs": n, "decisions": n}
    CheckReport check() const;
    /// Mends what check() finds where that is possible (rebuilds from a dump, restores the copy made before a
    /// migration, re-indexes nothing itself). What it changes is kept beside as it was. Returns what was done.
    /// Throws Error{Busy} if somebody has the workspace open; a file that cannot be read for another reason
    /// than damage, as {Io} or {Busy}, stays as it is.
    static std::vector<std::string> repair(const std::filesystem::path& folder);

    /// Runs `body` in one transaction; an exception rolls back.
    void transaction(const std::function<void()>& body);

private:
    struct Impl;
    explicit Workspace(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace triptych
