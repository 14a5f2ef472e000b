#include "jobs/keychain.h"

#include "base/error.h"
#include "base/progress.h"
#include "jobs/endpoint.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

extern char** environ;

namespace triptych {

namespace {

constexpr std::chrono::seconds kPatience{120}; // the user may have to type a password
constexpr std::size_t kMostOutput = 1u << 16;
constexpr const char* kWithout = "Put the key into the environment instead, or install libsecret-tools and a keychain.";

struct Descriptor {
    int fd = -1;
    Descriptor() = default;
    explicit Descriptor(int value) : fd(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    void close() {
        if (fd >= 0)
            ::close(std::exchange(fd, -1));
    }
};

struct Pair {
    Descriptor ours, theirs;
    /// Sockets and not pipes: writing to a child that is gone raises no signal.
    Pair() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw Error(ErrorCode::Io, fmt::format("cannot talk to the keychain: {}", std::strerror(errno)));
        ours.fd = ends[0];
        theirs.fd = ends[1];
    }
};

struct ToolResult {
    int code = -1;
    std::string out, err;
};

/// Runs secret-tool until it ends.
ToolResult runTool(std::vector<std::string> arguments, std::string_view input, const std::stop_token& stop) {
    throwIfStopped(stop);
    Pair in, out, err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.theirs.fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.theirs.fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.theirs.fd, STDERR_FILENO);
    arguments.insert(arguments.begin(), "secret-tool");
    std::vector<char*> words;
    for (std::string& word : arguments)
        words.push_back(word.data());
    words.push_back(nullptr);
    pid_t child = -1;
    const int problem = ::posix_spawnp(&child, "secret-tool", &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0)
        throw Error(ErrorCode::Unsupported, fmt::format("no keychain: secret-tool cannot be run ({})", std::strerror(problem)), kWithout);
    for (Pair* pair : {&in, &out, &err})
        pair->theirs.close();
    // A key is far smaller than the socket's buffer: this never waits.
    [[maybe_unused]] const ssize_t sent = ::send(in.ours.fd, input.data(), input.size(), MSG_NOSIGNAL);
    in.ours.close();

    ToolResult result;
    const auto end = std::chrono::steady_clock::now() + kPatience;
    std::array<pollfd, 2> wait = {pollfd{out.ours.fd, POLLIN, 0}, pollfd{err.ours.fd, POLLIN, 0}};
    while (wait[0].fd >= 0 || wait[1].fd >= 0) {
        if (stop.stop_requested() || std::chrono::steady_clock::now() > end) {
            ::kill(child, SIGTERM);
            break;
        }
        if (::poll(wait.data(), wait.size(), 50) <= 0)
            continue;
        for (std::size_t i = 0; i < wait.size(); ++i) {
            if (wait[i].revents == 0)
                continue;
            char bytes[4096];
            const ssize_t n = ::recv(wait[i].fd, bytes, sizeof bytes, 0);
            std::string& text = i == 0 ? result.out : result.err;
            if (n > 0 && text.size() < kMostOutput)
                text.append(bytes, static_cast<std::size_t>(n));
            else if (n == 0 || (n < 0 && errno != EINTR))
                wait[i].fd = -1; // poll passes over it
        }
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    throwIfStopped(stop);
    if (wait[0].fd >= 0 || wait[1].fd >= 0)
        throw Error(ErrorCode::Io, fmt::format("the keychain has not answered within {} s", kPatience.count()), "Unlock it, or put the key into the environment.");
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}

/// Its own complaint is the reason that there is no keychain.
void requireKeychain(const ToolResult& result) {
    if (result.code == 0 || (result.code == 1 && result.err.empty()))
        return;
    std::string reason = result.err.substr(0, result.err.find('\n')).substr(0, 300);
    if (reason.starts_with("secret-tool: "))
        reason.erase(0, std::strlen("secret-tool: "));
    throw Error(ErrorCode::Unsupported, fmt::format("no keychain: {}", reason.empty() ? "secret-tool failed" : reason), kWithout);
}

std::vector<std::string> withAttributes(std::vector<std::string> words, const Endpoint& endpoint) {
    for (const std::string& word : {std::string("application"), std::string("triptych"), std::string("endpoint"), endpoint.name, std::string("server"), serverOf(endpoint)})
        words.push_back(word);
    return words;
}

} // namespace

std::optional<std::string> lookUpKey(const Endpoint& endpoint, const std::stop_token& stop) {
    const ToolResult result = runTool(withAttributes({"lookup"}, endpoint), {}, stop);
    requireKeychain(result);
    return result.code == 0 && !result.out.empty() ? std::optional(result.out) : std::nullopt;
}

void storeKey(const Endpoint& endpoint, const std::string& key, const std::stop_token& stop) {
    checkKey(key, "the field of the key");
    requireSafeWay(endpoint);
    const ToolResult result = runTool(withAttributes({"store", "--label=Triptych: " + endpoint.name}, endpoint), key, stop);
    requireKeychain(result);
    if (result.code != 0)
        throw Error(ErrorCode::Unsupported, "the keychain does not take the key", kWithout);
}

void clearKey(const Endpoint& endpoint, const std::stop_token& stop) { requireKeychain(runTool(withAttributes({"clear"}, endpoint), {}, stop)); }

} // namespace triptych
