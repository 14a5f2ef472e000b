#include "base/process.h"

#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

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

int runProcess(const std::vector<std::string>& command, const std::filesystem::path& log, const std::stop_token& stop) {
    constexpr std::chrono::milliseconds kLookInterval{5};
    if (command.empty())
        throw Error(ErrorCode::InvalidArgument, "there is no program to run");
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
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
    const int error = ::posix_spawnp(&child, arguments[0], &files, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) {
        throw Error(error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io, fmt::format("cannot run '{}': {}", command.front(), std::strerror(error)));
    }

    int status = 0;
    for (bool killed = false;;) {
        const pid_t ended = ::waitpid(child, &status, killed ? 0 : WNOHANG);
        if (ended == child || (ended < 0 && errno != EINTR))
            break;
        if (!killed && stop.stop_requested()) {
            ::kill(child, SIGKILL);
            killed = true;
        } else if (!killed) {
            std::this_thread::sleep_for(kLookInterval);
        }
    }
    throwIfStopped(stop);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace triptych
