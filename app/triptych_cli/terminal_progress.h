#pragma once

#include "base/progress.h"

#include <chrono>
#include <mutex>

namespace triptych {

/// Progress as one line that is written over, only if stderr is a terminal; log lines above it, always to
/// stderr. Metrics are not shown. Thread-safe.
class TerminalProgress final : public ProgressSink {
public:
    TerminalProgress();
    ~TerminalProgress() override;
    void progress(const Progress& progress) override;
    void metric(std::string_view name, std::int64_t step, double value) override;
    void log(LogLevel level, std::string_view message) override;
    /// Takes the line away, before other output.
    void clear();

private:
    void clearLocked();

    std::mutex m_mutex;
    bool m_isTerminal;
    bool m_shown = false;
    std::string m_stage;
    std::chrono::steady_clock::time_point m_stageStart;
    std::chrono::steady_clock::time_point m_lastShown;
};

} // namespace triptych
