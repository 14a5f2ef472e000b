#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace triptych {

struct Progress {
    std::int64_t done = 0;
    std::int64_t total = 0;  ///< 0 while unknown
    std::string unit;        ///< what is counted: "steps", "rows", "texts"
    std::string stage;       ///< what is being done: "train", "evaluate", "index"; a word that ui/l10n knows
};

enum class LogLevel { Debug, Info, Warning, Error };

/// Where a long operation reports to. Calls come from the operation's own thread; implementations
/// thin them out (a job writes at most ten progress events a second, always the first and the last).
class ProgressSink {
public:
    virtual ~ProgressSink() = default;
    virtual void progress(const Progress& progress) = 0;
    virtual void metric(std::string_view name, std::int64_t step, double value) = 0;
    virtual void log(LogLevel level, std::string_view message) = 0;
};

/// Discards everything.
ProgressSink& nullProgress();

/// Throws Error{Cancelled} once a stop was asked for. Call it once per document, batch or step.
void throwIfStopped(const std::stop_token& stop);

} // namespace triptych
