#include "jobs/supervisor.h"

#include "base/descriptor.h"
#include "base/error.h"
#include "base/resources.h"
#include "jobs/event_writer.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <tuple>
#include <unistd.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kLookInterval{20};
constexpr std::chrono::milliseconds kLockPatience{500};

/// What the detached process tells its starter through the pipe, in this order; `error` only if exec failed.
struct LaunchReport {
    pid_t pid = 0;
    int error = 0;
};

/// Runs in the forked child of a process with threads: async-signal-safe calls only.
[[noreturn]] void becomeWorker(char* const* arguments, int log, int null, int report) {
    ::setsid();
    const pid_t worker = ::fork(); // a second time: the worker belongs to init, which reaps it
    if (worker != 0)
        ::_exit(worker < 0 ? 1 : 0);
    ::setsid(); // its own group, so that a launcher and what it started can be signalled together
    const pid_t self = ::getpid();
    [[maybe_unused]] ssize_t written = ::write(report, &self, sizeof self);
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD})
        ::sigaction(signal, &standard, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(null, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
    ::execvp(arguments[0], arguments);
    const int error = errno;
    written = ::write(report, &error, sizeof error);
    ::_exit(127);
}

bool readWhole(int fd, void* target, std::size_t size) {
    auto* bytes = static_cast<char*>(target);
    while (size > 0) {
        const ssize_t n = ::read(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

/// The process that holds the run's lock, as it wrote itself down there; 0 unless it is one of this host.
pid_t ownerOf(const RunDirectory& run) {
    if (!run.isAlive())
        return 0;
    try {
        std::istringstream text(readFile(run.lockFile(), 4096));
        pid_t pid = 0;
        std::string host, stamp;
        text >> pid >> host >> stamp;
        return host == hostName() && isSameProcess(pid, stamp) ? pid : 0;
    } catch (const Error&) {
        return 0;
    }
}

bool isWorkedOn(const RunDirectory& run) {
    if (run.isAlive())
        return true;
    const auto launch = run.launch();
    return launch && launch->isAlive() && run.status().state == RunState::Queued;
}

/// To the worker, and to all that its launcher started. A number alone proves nothing: it may be another
/// process's by now.
void sendSignal(const RunDirectory& run, int signal) {
    const pid_t owner = ownerOf(run);
    const auto launch = run.launch();
    pid_t group = 0;
    if (launch && launch->host == hostName() && launch->pid > 1) {
        const auto leader = static_cast<pid_t>(launch->pid);
        // The group outlives its leader as long as the worker is in it.
        if ((launch->isAlive() && ::getsid(leader) == leader) || (owner > 0 && ::getpgid(owner) == leader))
            group = leader;
    }
    if (group > 0)
        ::kill(-group, signal);
    if (owner > 1 && ::getpgid(owner) != group)
        ::kill(owner, signal);
}

void markCancelled(const RunDirectory& run) {
    const auto lock = run.acquireLock(kLockPatience);
    if (!lock)
        return; // somebody resumed it this moment, and will read control.json
    std::int64_t offset = 0;
    RunState state = RunState::Queued;
    for (const RunEvent& event : run.eventsSince(offset))
        state = stateOf(event).value_or(state);
    if (!isFinal(state))
        EventWriter(run).state(RunState::Cancelled);
}

} // namespace

std::int64_t startWorker(const std::vector<std::string>& engineCommand, const RunDirectory& run) {
    if (engineCommand.empty() || engineCommand.front().empty())
        throw Error(ErrorCode::InvalidArgument, "the engine's command is empty", "Set TRIPTYCH_ENGINE to the engine's path.");
    std::vector<std::string> words = engineCommand;
    words.push_back("run");
    words.push_back(run.path().string());
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    const fs::path logFile = run.path() / "worker.log";
    const Descriptor log(::open(logFile.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    const Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (log.fd < 0 || null.fd < 0)
        throw Error(ErrorCode::Io, fmt::format("cannot write '{}': {}", logFile.string(), std::strerror(errno)));
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw Error(ErrorCode::Io, fmt::format("cannot start a worker: {}", std::strerror(errno)));
    const Descriptor readEnd(ends[0]);
    Descriptor writeEnd(ends[1]);

    RunDirectory::Launch launch;
    launch.after = run.status().last_event;
    launch.host = hostName();
    const pid_t child = ::fork();
    if (child < 0)
        throw Error(ErrorCode::Io, fmt::format("cannot start a worker: {}", std::strerror(errno)));
    if (child == 0)
        becomeWorker(arguments.data(), log.fd, null.fd, writeEnd.fd);
    ::close(std::exchange(writeEnd.fd, -1));
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    LaunchReport report;
    if (!readWhole(readEnd.fd, &report.pid, sizeof report.pid))
        throw Error(ErrorCode::Io, "cannot start a worker: the system refused a new process");
    if (readWhole(readEnd.fd, &report.error, sizeof report.error)) {
        throw Error(report.error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                    fmt::format("cannot run '{}': {}", words.front(), std::strerror(report.error)),
                    "Set TRIPTYCH_ENGINE to the path of triptych-engine.");
    }
    launch.pid = report.pid;
    launch.stamp = processStamp(report.pid);
    run.setLaunch(launch);
    return launch.pid;
}

void cancelRun(const RunDirectory& run, double graceSeconds) {
    using Clock = std::chrono::steady_clock;
    if (run.status().state == RunState::Done)
        return;
    const Clock::time_point begin = Clock::now();
    int sent = 0;
    try {
        run.setControl(RunControl::Cancel);
    } catch (const Error&) {
        sendSignal(run, SIGTERM); // a full disk takes no request; the worker hears this one as a cancel too
    }
    while (isWorkedOn(run)) {
        const double waited = std::chrono::duration<double>(Clock::now() - begin).count();
        if (sent == 0 && waited >= graceSeconds) {
            sendSignal(run, SIGTERM);
            sent = 1;
        } else if (sent == 1 && waited >= 2 * graceSeconds) {
            sendSignal(run, SIGKILL);
            sent = 2;
        } else if (waited >= 3 * graceSeconds + 1) {
            throw Error(ErrorCode::Busy, fmt::format("the worker of the run '{}' does not end", run.id()),
                        "It works on another machine or hangs in the system; it stops at its next step.");
        }
        std::this_thread::sleep_for(kLookInterval);
    }
    markCancelled(run);
}

void resumeRun(const std::vector<std::string>& engineCommand, const RunDirectory& run) {
    if (run.status().state == RunState::Done)
        throw Error(ErrorCode::InvalidArgument, fmt::format("the run '{}' is done", run.id()), "Start a new run instead.");
    run.setControl(RunControl::Continue);
    if (!isWorkedOn(run))
        startWorker(engineCommand, run);
}

std::vector<RunDirectory> listRuns(const fs::path& runsFolder) {
    struct Found {
        std::string created; // whole seconds
        fs::file_time_type written; // of spec.json, which no one writes again
        RunDirectory run;
    };
    std::vector<Found> found;
    std::error_code error;
    for (fs::directory_iterator it(runsFolder, error), end; !error && it != end; it.increment(error)) {
        try {
            RunDirectory run(it->path());
            std::string created = run.spec().created;
            std::error_code ignored;
            const auto written = fs::last_write_time(run.path() / "spec.json", ignored);
            found.push_back({std::move(created), written, std::move(run)});
        } catch (const Error&) {
            // Half made, or not ours.
        }
    }
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return std::tuple(a.created, a.written, a.run.id()) < std::tuple(b.created, b.written, b.run.id());
    });
    std::vector<RunDirectory> runs;
    for (Found& entry : found)
        runs.push_back(std::move(entry.run));
    return runs;
}

std::vector<std::string> defaultEngineCommand() { return programCommand("TRIPTYCH_ENGINE", "triptych-engine"); }

} // namespace triptych
