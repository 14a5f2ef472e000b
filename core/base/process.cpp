#include "base/process.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <sstream>
#include <unistd.h>
#include <vector>

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

} // namespace triptych
