#pragma once

#include "base/files.h"
#include "base/json.h"
#include "base/process.h"
#include "base/progress.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

enum class RunState { Queued, Running, Paused, Cancelling, Cancelled, Failed, Interrupted, Done };
/// "queued", "running", ... as on the command line.
std::string_view runStateName(RunState state);
RunState runStateFromName(std::string_view name);
/// Cancelled, Failed and Done end a run; Paused and Interrupted wait for a resume.
bool isFinal(RunState state);

/// Everything a worker needs, complete and re-runnable; the contract of window, command line and engine.
/// Stored as spec.json with these names.
struct RunSpec {
    std::string id;      ///< folder name: time, method, four random letters
    std::string kind;    ///< "train", "distill", "evaluate", "ingest"
    std::string method;  ///< train: zero_shot retrieve head full; distill: soft; evaluate: predictor; ingest: add sync reembed
    std::string title;   ///< for people, e.g. "full · clinc150"
    std::string created; ///< ISO 8601, UTC
    std::string dataset; ///< name in the workspace; empty for an ingest, which has neither rows nor labels (see knowledge_runs.h)
    std::string dataset_hash;          ///< contentHash of all its rows
    std::vector<std::string> labels;   ///< sorted; order of every score vector
    std::map<std::string, std::string> label_descriptions; ///< label -> name or sentence for zero-shot; may lack some
    std::map<std::string, std::string> inputs; ///< "train" | "dev" | "test" | "unlabelled" -> file below the run directory
    std::map<std::string, std::string> input_hashes; ///< SHA-256 of each of these files; RunDirectory::create fills it in
    std::map<std::string, std::string> models; ///< role ("base", "teacher", "model", "embedder") -> absolute model folder
    std::map<std::string, std::string> model_names; ///< role -> name in the workspace
    Json settings = Json::object();    ///< the method's own, as asked for; with defaults: RunDirectory::frozenSettings
    std::uint64_t seed = 13;
    int threads = 2;
    std::string out;     ///< name under which the result is registered; empty: none
};
Json runSpecToJson(const RunSpec& spec);
/// Throws Error{InvalidInput} naming the field.
RunSpec runSpecFromJson(const Json& value, std::string_view source);

/// What is asked of a running worker, in control.json.
enum class RunControl { Continue, Pause, Cancel };

class RunDirectory;
/// Throws Error{Corrupt} naming the input that is no longer what the run froze.
void checkInputs(const RunDirectory& run, const RunSpec& spec);

/// One line of events.jsonl. `number` counts from 1 in a run, over resumes too.
struct RunEvent {
    std::int64_t number = 0;
    std::string type;      ///< "state", "progress", "metric", "log"
    double wall_time = 0;  ///< seconds since 1970
    Json data;             ///< state: {state, pid, error?}; progress: {done, total, unit, stage, rate, eta_s};
                           ///< metric: {name, step, value}; log: {level, message}
};

/// The state that an event reports; empty for events of other types and for a damaged one.
std::optional<RunState> stateOf(const RunEvent& event);

/// Newest of each kind, folded from the events and the lock.
struct RunStatus {
    RunState state = RunState::Queued;
    std::int64_t pid = 0;
    std::int64_t done = 0, total = 0;
    std::string unit, stage;
    double rate = 0;
    std::optional<double> eta_s;
    std::optional<Json> error; ///< {code, message, hint}
    std::int64_t last_event = 0;
    double started = 0, updated = 0; ///< seconds since 1970, 0 if never
};

/// runs/<id>/ as architecture section 1 describes it. Cheap to make; holds no file open.
class RunDirectory {
public:
    /// An existing one. Throws Error{NotFound} if it has no spec.json.
    explicit RunDirectory(std::filesystem::path path);
    /// Makes the folder with spec.json, state queued. Inputs are written by the caller into inputs() first
    /// (the spec is the last file, so a half-made run is not a run), which then holds their hashes. Throws Error{AlreadyExists | Io}.
    static RunDirectory create(const std::filesystem::path& runsFolder, const RunSpec& spec,
                               const std::function<void(const std::filesystem::path& inputs)>& writeInputs);
    static std::string newId(std::string_view method);

    const std::filesystem::path& path() const { return m_path; }
    std::string id() const { return m_path.filename().string(); }
    std::filesystem::path model() const { return m_path / "model"; }
    std::filesystem::path checkpoints() const { return m_path / "checkpoints"; }
    std::filesystem::path predictions() const { return m_path / "predictions.jsonl"; }

    RunSpec spec() const;
    /// Events after `number`; reads from `offset` bytes and moves it on. A torn last line waits for its rest.
    std::vector<RunEvent> eventsSince(std::int64_t& offset) const;
    /// Folds all events; "running" without a living lock reads as interrupted.
    RunStatus status() const;
    std::optional<Json> result() const; ///< result.json, if the run wrote one
    /// The settings with all defaults filled in, of which some follow from the rows: `resolved` goes into
    /// settings.json the first time, and whoever goes on with the run gets what stands there.
    Json frozenSettings(const Json& resolved) const;
    RunControl control() const; ///< Continue if control.json is absent or unreadable
    void setControl(RunControl control) const;
    bool isAlive() const; ///< some process holds the lock
    /// Takes the run's lock; empty if another process keeps it. Watchers hold it for a moment each time they
    /// look, so one refusal says little: it is tried again for `patience`.
    std::optional<FileLock> acquireLock(std::chrono::milliseconds patience) const;
    std::filesystem::path lockFile() const { return m_path / "lock"; }
    std::filesystem::path eventsFile() const { return m_path / "events.jsonl"; }

    /// Which process a supervisor started last, in worker.json; how a run that is starting or that died
    /// before its first event is told from one that nobody started.
    struct Launch {
        std::int64_t pid = 0;       ///< the launcher's where there is one
        std::string host;
        std::int64_t after = 0;     ///< number of the newest event at that time
        std::string stamp;          ///< processStamp() of the process; numbers are given out again
        /// That very process runs, on this host.
        bool isAlive() const { return host == hostName() && isSameProcess(pid, stamp); }
    };
    std::optional<Launch> launch() const;
    void setLaunch(const Launch& launch) const;

private:
    std::filesystem::path m_path;
};

/// Watches one run: keeps the offset and the folded status, so that a poll costs what is new and not the
/// length of the file. Window and command line call poll() up to ten times a second.
class RunFollower {
public:
    explicit RunFollower(RunDirectory directory) : m_directory(std::move(directory)) {}
    /// New events since the last call, in order; status() is then up to date.
    std::vector<RunEvent> poll();
    const RunStatus& status() const { return m_status; }
    const RunDirectory& directory() const { return m_directory; }

private:
    std::vector<RunEvent> readNew();

    RunDirectory m_directory;
    std::int64_t m_offset = 0;
    RunStatus m_folded; ///< what the events alone say
    RunStatus m_status; ///< corrected by lock and launch
};

} // namespace triptych
