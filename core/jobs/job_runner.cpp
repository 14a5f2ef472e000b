#include "jobs/job_runner.h"

#include "base/error.h"
#include "jobs/event_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <condition_variable>
#include <csignal>
#include <new>
#include <sys/resource.h>
#include <thread>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr int kWorkerNice = 10;
constexpr std::chrono::milliseconds kPollInterval{100};
constexpr std::chrono::milliseconds kLockPatience{1000};

// A signal handler can reach nothing but a variable of static storage.
volatile std::sig_atomic_t g_terminate = 0;
void onTerminate(int) { g_terminate = 1; }

/// SIGTERM and Ctrl+C ask for a stop while this lives.
class TerminationSignals {
public:
    TerminationSignals() {
        g_terminate = 0;
        struct sigaction action {};
        action.sa_handler = onTerminate;
        sigemptyset(&action.sa_mask);
        ::sigaction(SIGTERM, &action, &m_oldTerm);
        ::sigaction(SIGINT, &action, &m_oldInt);
    }
    ~TerminationSignals() {
        ::sigaction(SIGTERM, &m_oldTerm, nullptr);
        ::sigaction(SIGINT, &m_oldInt, nullptr);
    }
    TerminationSignals(const TerminationSignals&) = delete;
    TerminationSignals& operator=(const TerminationSignals&) = delete;

private:
    struct sigaction m_oldTerm {}, m_oldInt {};
};

class RunningJob final : public JobContext {
public:
    RunningJob(const RunDirectory& directory, RunSpec spec, EventWriter& events, bool resumed)
        : m_directory(directory), m_spec(std::move(spec)), m_events(events), m_resumed(resumed) {
        look();
        // A thread of its own, so that a cancel also reaches a job in a part that has no steps.
        m_watcher = std::jthread([this](std::stop_token over) { watch(over); });
    }
    const RunSpec& spec() const override { return m_spec; }
    const RunDirectory& directory() const override { return m_directory; }
    std::stop_token stop() const override { return m_stop.get_token(); }
    ProgressSink& progress() override { return m_events; }
    RunControl poll() override { return m_control; }
    bool resumed() const override { return m_resumed; }

private:
    void look() {
        const RunControl control = g_terminate ? RunControl::Cancel : m_directory.control();
        m_control = control;
        if (control != RunControl::Cancel || m_announced)
            return;
        m_stop.request_stop(); // first: it must be heard on a full disk too
        try {
            m_events.state(RunState::Cancelling);
            m_announced = true;
        } catch (const Error&) {
            // Tried again at the next look; the job's own end reports it too.
        }
    }
    void watch(const std::stop_token& over) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (!wake.wait_for(lock, over, kPollInterval, [&] { return over.stop_requested(); }) && !over.stop_requested())
            look();
    }

    const RunDirectory& m_directory;
    const RunSpec m_spec;
    EventWriter& m_events;
    const bool m_resumed;
    std::stop_source m_stop;
    bool m_announced = false; ///< that it is being cancelled
    std::atomic<RunControl> m_control = RunControl::Continue;
    std::jthread m_watcher; ///< last: it ends before what it uses
};

FileLock requireLock(const RunDirectory& run) {
    if (auto lock = run.acquireLock(kLockPatience))
        return std::move(*lock);
    throw Error(ErrorCode::Busy, fmt::format("another process works on the run '{}'", run.id()),
                "Wait for it, or cancel it with `triptych-cli job cancel`.");
}

const JobFunction& findJob(const JobRegistry& registry, const RunSpec& spec) {
    const std::string key = spec.kind + "/" + spec.method;
    const auto found = registry.find(key);
    if (found == registry.end()) {
        std::vector<std::string> known;
        for (const auto& [name, unused] : registry)
            known.push_back(name);
        throw Error(ErrorCode::Unsupported, fmt::format("there is no job '{}'; this version has {}", key, fmt::join(known, ", ")));
    }
    return found->second;
}

int fail(EventWriter& events, const Error& error) {
    events.state(RunState::Failed, errorToJson(error));
    return 1;
}

/// The job lives in here alone: once it is gone, no more states come from the watcher.
Json work(const RunDirectory& run, const JobRegistry& registry, EventWriter& events, bool resumed) {
    RunningJob job(run, run.spec(), events, resumed);
    throwIfStopped(job.stop());
    if (job.poll() == RunControl::Pause)
        throw PauseRequested();
    const JobFunction& function = findJob(registry, job.spec());
    checkInputs(run, job.spec());
    Json result = function(job);
    if (!result.is_object())
        throw Error(ErrorCode::Internal, fmt::format("the job '{}/{}' gave no result", job.spec().kind, job.spec().method));
    return result;
}

/// The exit code; none if the run was paused.
std::optional<int> execute(const RunDirectory& run, const JobRegistry& registry, EventWriter& events, bool resumed) {
    try {
        events.state(RunState::Running);
        Json result = work(run, registry, events, resumed);
        result["state"] = runStateName(RunState::Done);
        writeJsonFile(run.path() / "result.json", result);
        events.state(RunState::Done);
        return 0;
    } catch (const PauseRequested&) {
        events.state(RunState::Paused);
        return std::nullopt;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Cancelled)
            return fail(events, error);
        events.state(RunState::Cancelled);
        return 130;
    } catch (const std::bad_alloc&) {
        return fail(events, Error(ErrorCode::OutOfMemory, "the job ran out of memory",
                                  "Lower the batch size or the length limit, or close other programs."));
    } catch (const std::exception& error) {
        // A library's exception may carry a stack trace; its first line names the cause.
        const std::string_view what = error.what();
        return fail(events, Error(ErrorCode::Internal, std::string(what.substr(0, what.find('\n'))),
                                  "The run's worker.log may say more."));
    } catch (...) {
        return fail(events, Error(ErrorCode::Internal, "the job threw something that is no exception"));
    }
}

bool isFinished(const RunDirectory& run) {
    const std::optional<Json> result = run.result();
    return result && result->value("state", "") == runStateName(RunState::Done);
}

/// As execute, under the run's lock.
std::optional<int> workOn(const RunDirectory& run, const JobRegistry& registry) {
    std::int64_t offset = 0;
    bool resumed = false, done = false;
    for (const RunEvent& event : run.eventsSince(offset)) {
        if (const auto state = stateOf(event)) {
            resumed = resumed || state == RunState::Running;
            done = state == RunState::Done;
        }
    }
    if (done)
        return 0;
    EventWriter events(run);
    if (isFinished(run)) { // killed between the result and its event
        events.state(RunState::Done);
        return 0;
    }
    return execute(run, registry, events, resumed);
}

} // namespace

int runJob(const fs::path& runDirectory, const JobRegistry& registry) {
    const RunDirectory run(runDirectory);
    std::optional<FileLock> lock = requireLock(run);
    const TerminationSignals signals;
    if (::getpriority(PRIO_PROCESS, 0) < kWorkerNice)
        ::setpriority(PRIO_PROCESS, 0, kWorkerNice);
    for (;;) {
        if (const std::optional<int> code = workOn(run, registry))
            return *code;
        // Whoever asked for something else while the pause was being written saw the lock and started nobody. So the
        // wish is read once the lock is free: from then on a resume starts a worker of its own, and one of the two works.
        lock.reset();
        if (run.control() == RunControl::Pause)
            return 0;
        lock = run.acquireLock(kLockPatience);
        if (!lock || run.status().state != RunState::Paused)
            return 0;
    }
}

} // namespace triptych
