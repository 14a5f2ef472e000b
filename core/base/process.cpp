#include "base/process.h"

#include "base/descriptor.h"
#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace triptych {

namespace {

/// The words of /proc/PID/stat from the third on, which is the state; empty if there is no such process.
/// The second is the program's name and may hold anything.
std::vector<std::string> statWords(std::int64_t pid) {
    std::vector<std::string> words;
    try {
        const std::string stat = readFile(fmt::format("/proc/{}/stat", pid), 4096);
        const std::size_t name = stat.rfind(") ");
        std::istringstream rest(name == std::string::npos ? std::string() : stat.substr(name + 2));
        for (std::string word; rest >> word;)
            words.push_back(std::move(word));
    } catch (const Error&) {
        // gone
    }
    return words;
}

std::string bootId() {
    try {
        std::string id = readFile("/proc/sys/kernel/random/boot_id", 4096);
        while (!id.empty() && id.back() == '\n')
            id.pop_back();
        return id;
    } catch (const Error&) {
        return {};
    }
}

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 1u << 16;

/// What a child's standard streams are.
struct SpawnFiles {
    posix_spawn_file_actions_t actions;
    SpawnFiles() { posix_spawn_file_actions_init(&actions); }
    ~SpawnFiles() { posix_spawn_file_actions_destroy(&actions); }
    SpawnFiles(const SpawnFiles&) = delete;
    SpawnFiles& operator=(const SpawnFiles&) = delete;
};

pid_t spawn(const std::vector<std::string>& command, const SpawnFiles& files) {
    if (command.empty())
        throw Error(ErrorCode::InvalidArgument, "there is no program to run");
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, pipe;
    sigemptyset(&none);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE); // whoever serves a pipe ignores it
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipe);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, arguments[0], &files.actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    if (error != 0)
        throw Error(error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io, fmt::format("cannot run '{}': {}", command.front(), std::strerror(error)));
    return child;
}

/// Waits for a child's end, which a stop or the time limit brings about.
int endOf(pid_t child, const std::string& program, Clock::time_point limit, const std::stop_token& stop) {
    constexpr std::chrono::milliseconds kLookInterval{5};
    int status = 0;
    for (bool killed = false;;) {
        const pid_t ended = ::waitpid(child, &status, killed ? 0 : WNOHANG);
        if (ended == child)
            break;
        if (ended < 0 && errno != EINTR) {
            throwIfStopped(stop);
            throw Error(ErrorCode::Io, fmt::format("how '{}' ended cannot be known: {}", program, std::strerror(errno)), "Whoever starts this program must not ignore SIGCHLD.");
        }
        if (!killed && (stop.stop_requested() || Clock::now() > limit)) {
            ::kill(child, SIGKILL);
            killed = true;
        } else if (!killed) {
            std::this_thread::sleep_for(kLookInterval);
        }
    }
    throwIfStopped(stop);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// A stream between a child and us. Sockets and not pipes: writing to a child that is gone raises no signal.
struct Stream {
    std::optional<Descriptor> ours, theirs;
    Stream() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw Error(ErrorCode::Io, fmt::format("cannot make a stream for a program: {}", std::strerror(errno)));
        ours.emplace(ends[0]);
        theirs.emplace(ends[1]);
    }
};

} // namespace

std::string hostName() {
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    return host;
}

bool isProcessAlive(std::int64_t pid) {
    if (pid <= 0 || (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH))
        return false;
    // A zombie answers signals too, and a container's first process may never reap it.
    const std::vector<std::string> words = statWords(pid);
    return !words.empty() && words[0] != "Z" && words[0] != "X";
}

std::string processStamp(std::int64_t pid) {
    constexpr std::size_t kStartTime = 19; // field 22
    const std::vector<std::string> words = statWords(pid);
    return words.size() > kStartTime ? fmt::format("{}/{}", bootId(), words[kStartTime]) : std::string();
}

bool isSameProcess(std::int64_t pid, std::string_view stamp) {
    return !stamp.empty() && isProcessAlive(pid) && processStamp(pid) == stamp;
}

void endWithParent(std::int64_t asker) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!isProcessAlive(asker)) // it ended before the line above
        ::_exit(128 + SIGKILL);
}

int runProcess(const std::vector<std::string>& command, const std::filesystem::path& log, const std::stop_token& stop) {
    SpawnFiles files;
    posix_spawn_file_actions_addopen(&files.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files.actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&files.actions, STDOUT_FILENO, STDERR_FILENO);
    return endOf(spawn(command, files), command.front(), Clock::time_point::max(), stop);
}

ProcessAnswer askProcess(const std::vector<std::string>& command, std::string_view input, std::chrono::seconds patience, const std::stop_token& stop) {
    throwIfStopped(stop);
    Stream in, out, err;
    SpawnFiles files;
    posix_spawn_file_actions_adddup2(&files.actions, in.theirs->fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files.actions, out.theirs->fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files.actions, err.theirs->fd, STDERR_FILENO);
    const pid_t child = spawn(command, files);
    for (Stream* stream : {&in, &out, &err})
        stream->theirs.reset();
    [[maybe_unused]] const ssize_t sent = ::send(in.ours->fd, input.data(), input.size(), MSG_NOSIGNAL);
    in.ours.reset();

    ProcessAnswer answer;
    const Clock::time_point limit = Clock::now() + patience;
    std::array<pollfd, 2> wait = {pollfd{out.ours->fd, POLLIN, 0}, pollfd{err.ours->fd, POLLIN, 0}};
    while ((wait[0].fd >= 0 || wait[1].fd >= 0) && !stop.stop_requested() && Clock::now() <= limit) {
        if (::poll(wait.data(), wait.size(), 50) <= 0)
            continue;
        for (std::size_t i = 0; i < wait.size(); ++i) {
            if (wait[i].revents == 0)
                continue;
            char bytes[4096];
            const ssize_t n = ::recv(wait[i].fd, bytes, sizeof bytes, 0);
            std::string& text = i == 0 ? answer.out : answer.err;
            if (n > 0)
                text.append(bytes, std::min(static_cast<std::size_t>(n), kMostOutput - text.size()));
            else if (n == 0 || errno != EINTR)
                wait[i].fd = -1; // poll passes over it
        }
    }
    answer.code = endOf(child, command.front(), limit, stop);
    if (Clock::now() > limit)
        throw Error(ErrorCode::Io, fmt::format("'{}' has not ended within {} s", command.front(), patience.count()));
    return answer;
}

struct PipedProcess::Impl {
    Stream in, out;
    pid_t child = -1;
    std::string program;
};

PipedProcess::PipedProcess(const std::vector<std::string>& command) : m_impl(new Impl) {
    SpawnFiles files;
    posix_spawn_file_actions_adddup2(&files.actions, m_impl->in.theirs->fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files.actions, m_impl->out.theirs->fd, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files.actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    m_impl->child = spawn(command, files);
    m_impl->program = command.front();
    m_impl->in.theirs.reset();
    m_impl->out.theirs.reset();
}

PipedProcess::~PipedProcess() {
    if (m_impl->child < 0)
        return;
    ::kill(m_impl->child, SIGKILL);
    while (::waitpid(m_impl->child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

bool PipedProcess::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(m_impl->in.ours->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return false;
        bytes.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
    }
    return true;
}

PipedProcess::Received PipedProcess::receive(std::string& bytes, std::chrono::milliseconds patience) {
    pollfd wait{m_impl->out.ours->fd, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(patience.count())) <= 0)
        return Received::Nothing;
    char block[1u << 16];
    const ssize_t n = ::recv(m_impl->out.ours->fd, block, sizeof block, 0);
    if (n < 0 && errno == EINTR)
        return Received::Nothing;
    if (n <= 0)
        return Received::End;
    bytes.append(block, static_cast<std::size_t>(n));
    return Received::Some;
}

int PipedProcess::end(std::chrono::milliseconds moment) {
    return endOf(std::exchange(m_impl->child, -1), m_impl->program, Clock::now() + moment, {});
}

} // namespace triptych
