#pragma once

#include "base/files.h"
#include "jobs/run_directory.h"

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace triptych {

/// Appends to events.jsonl: what a job reports, with the rate and the time left worked out, and the run's
/// states. At most ten progress events a second in one stage, always its first and its last; `done` never
/// goes back within a stage. The caller holds the run's lock. Safe to use from several threads.
class EventWriter final : public ProgressSink {
public:
    /// Goes on with the numbers of an existing file. Throws Error{Io}.
    explicit EventWriter(const RunDirectory& run);

    void progress(const Progress& progress) override;
    void metric(std::string_view name, std::int64_t step, double value) override;
    void log(LogLevel level, std::string_view message) override;

    /// Also writes progress that was held back. A run that is done ends at `total`.
    void state(RunState state, const std::optional<Json>& error = std::nullopt);

private:
    using Clock = std::chrono::steady_clock;
    void write(const char* type, Json data);
    void writeProgress(Clock::time_point now);
    void flushProgress();

    std::mutex m_mutex;
    LineAppender m_file;
    std::int64_t m_number = 0;
    std::optional<Progress> m_progress; ///< newest of the current stage
    bool m_held = false;                ///< m_progress was not written yet
    Clock::time_point m_written;
    std::deque<std::pair<Clock::time_point, std::int64_t>> m_window; ///< (time, done) for the rate
};

} // namespace triptych
