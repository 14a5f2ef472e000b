#pragma once

#include "base/error.h"
#include "base/json.h"
#include "base/progress.h"
#include "storage/workspace.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace triptych {

/// Exit codes that scripts rely on.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitCancelled = 130;

/// Work that was asked for properly and failed: exit code 1 whatever the error's own code, which may read as
/// wrong usage where a worker or a run said it.
class WorkFailed : public Error {
public:
    explicit WorkFailed(const Error& error) : Error(error) {}
};

/// What every command gets: the global options and the ways to report. Commands write their result with
/// print() once, throw Error on failure, and never touch stdout otherwise.
struct CliContext {
    std::filesystem::path workspace_folder = "."; ///< --workspace
    bool json = false;                            ///< --json
    int threads = 1;                              ///< --threads; default: the processors of this machine
    std::uint64_t seed = 13;                      ///< --seed
    std::stop_token stop;                         ///< set by Ctrl+C and SIGTERM
    ProgressSink* progress = nullptr;             ///< a line on the terminal's stderr; never null in a command

    /// Throws Error{NotFound} with a hint at `workspace init`.
    Workspace openWorkspace() const { return Workspace::open(workspace_folder); }
    /// For commands that need none but look into one.
    std::optional<Workspace> findWorkspace() const {
        return Workspace::exists(workspace_folder) ? std::optional(openWorkspace()) : std::nullopt;
    }
    /// With --json the document, exactly; else the text with controls written out (names and messages come from anywhere). A line
    /// end is added where it lacks one. `out`: where the bytes that were asked for went; where that is standard output itself
    /// (--out /dev/stdout), what is said of them goes to stderr and not among them.
    void print(const Json& document, std::string_view text, const std::filesystem::path& out = {}) const;
    /// A line for people on stderr, likewise without controls.
    static void say(std::string_view line);

    /// Makes `body` what main() runs when the command was given; it returns the exit code.
    void onRun(CLI::App& command, std::function<int()> body);
    std::function<int()> chosen; ///< set by the parser
};

/// readFile() for what the command line names, which may be a pipe or a device too: /dev/stdin, `<(command)`. Throws as that.
std::string readInput(const std::filesystem::path& file, std::uintmax_t maxBytes);

} // namespace triptych
