#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

std::string hostName();

/// True if a process of this host with that number runs and is no zombie.
bool isProcessAlive(std::int64_t pid);

/// Tells a process from a later one of the same number: the boot of the system and the process's start, one
/// word without blanks. Empty if there is no such process.
std::string processStamp(std::int64_t pid);

/// True if that very process runs. An empty stamp is nobody's.
bool isSameProcess(std::int64_t pid, std::string_view stamp);

/// Has this process killed when its parent ends, and ends it if `asker`, the process that it works for, is gone already.
void endWithParent(std::int64_t asker);

/// Runs a program to its end: no input, both outputs into the file `log`. Gives its exit code, or 128 and the number of the
/// signal that ended it; a stop kills it. Throws Error{NotFound | Io} naming the program that cannot be started or whose end
/// cannot be known (who ignores SIGCHLD is told of none), {Cancelled}.
int runProcess(const std::vector<std::string>& command, const std::filesystem::path& log, const std::stop_token& stop = {});

struct ProcessAnswer {
    int code = 0;         ///< as runProcess() gives it
    std::string out, err; ///< the first 64 KB of each
};
/// As runProcess(), with `input` to read, at most 64 KB, and no file between: for what must lie on no disk. Throws Error{Io}
/// too if it has not ended within `patience`.
ProcessAnswer askProcess(const std::vector<std::string>& command, std::string_view input, std::chrono::seconds patience, const std::stop_token& stop = {});

/// A program that goes on running beside this one, with a stream to it and one from it; what it writes as errors is dropped.
/// It is killed with this object.
class PipedProcess {
public:
    /// Throws Error{NotFound | Io} naming the program that cannot be started.
    explicit PipedProcess(const std::vector<std::string>& command);
    ~PipedProcess();
    PipedProcess(const PipedProcess&) = delete;
    PipedProcess& operator=(const PipedProcess&) = delete;

    /// Waits until the program has taken it. False if it does not read any more.
    bool send(std::string_view bytes);
    enum class Received { Some, Nothing, End };
    /// Appends what comes within `patience`.
    Received receive(std::string& bytes, std::chrono::milliseconds patience);
    /// Kills the program unless it has ended by itself, which it is given a moment for; how, as runProcess() says it.
    int end(std::chrono::milliseconds moment);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace triptych
