#include "base/processor.h"
#include "documents/extract.h"
#include "documents/reader_process.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <malloc.h>
#include <optional>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace triptych;

namespace {

constexpr int kUsage = 2;
constexpr const char* kHelp = "triptych-reader [--memory-mb N] [--cpu-seconds N]    give the text of documents; started by the programs that import\n";

struct Limits {
    rlim_t memoryMb = 512;
    rlim_t cpuSeconds = 8;
};

std::optional<Limits> parseLimits(int argc, char** argv) {
    Limits limits;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
        rlim_t* const limit = name == "--memory-mb" ? &limits.memoryMb : name == "--cpu-seconds" ? &limits.cpuSeconds : nullptr;
        if (!limit || std::from_chars(value.data(), value.data() + value.size(), *limit).ec != std::errc() || *limit == 0)
            return std::nullopt;
    }
    return limits;
}

void limit(__rlimit_resource_t resource, rlim_t value) {
    rlimit both{};
    ::getrlimit(resource, &both);
    both.rlim_cur = both.rlim_max = std::min(value, both.rlim_max);
    ::setrlimit(resource, &both);
}

/// Counted from now on: the limit is the process's, and whole seconds.
void allowCpu(rlim_t seconds) {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    rlimit both{};
    ::getrlimit(RLIMIT_CPU, &both);
    both.rlim_cur = std::min(both.rlim_max, static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1 + seconds);
    ::setrlimit(RLIMIT_CPU, &both);
}

} // namespace

int main(int argc, char** argv) {
    if (const char* problem = processorProblem()) {
        std::fprintf(stderr, "triptych-reader: %s\n", problem);
        return 1;
    }
    const auto limits = parseLimits(argc, argv);
    if (!limits) {
        std::fputs(kHelp, stderr);
        return kUsage;
    }
    std::signal(SIGPIPE, SIG_IGN); // a client that went away is the end of the input
    // A file that takes this process over is to find little in it: no memory, no new privileges, nothing to write to.
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_AS, limits->memoryMb << 20);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    // Large blocks go back to the system at once, so that one file leaves no holes for the next.
    ::mallopt(M_MMAP_THRESHOLD, 1 << 18);
    // What libraries print must not stand between the answers.
    const int in = ::dup(STDIN_FILENO), out = ::dup(STDOUT_FILENO);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(null, STDIN_FILENO);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    serveDocuments(
        in, out,
        [&] {
            ::malloc_trim(0);
            allowCpu(limits->cpuSeconds);
        },
        [](const std::filesystem::path& path) { return extractDocument(path); });
    return 0;
}
