#include "jobs/event_writer.h"

#include "base/wall_clock.h"

#include <unistd.h>

namespace triptych {

namespace {

constexpr std::chrono::milliseconds kProgressInterval{100};
constexpr std::chrono::seconds kRateWindow{10};
constexpr std::size_t kRatePoints = 256;

const char* levelName(LogLevel level) {
    switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warning: return "warning";
    case LogLevel::Error: return "error";
    }
    return "info";
}

std::int64_t lastNumber(const RunDirectory& run) {
    std::int64_t offset = 0, last = 0;
    for (const RunEvent& event : run.eventsSince(offset))
        last = std::max(last, event.number);
    return last;
}

} // namespace

EventWriter::EventWriter(const RunDirectory& run) : m_file(run.eventsFile()), m_number(lastNumber(run)) {}

void EventWriter::write(const char* type, Json data) {
    data["number"] = m_number + 1;
    data["type"] = type;
    data["wall_time"] = wallTime();
    m_file.append(dumpJson(data));
    ++m_number; // a line that could not be written leaves no gap
}

void EventWriter::writeProgress(Clock::time_point now) {
    m_held = false;
    m_written = now;
    const Progress& current = *m_progress;
    Json data = {{"done", current.done}, {"total", current.total}, {"unit", current.unit},
                 {"stage", current.stage}, {"rate", nullptr},       {"eta_s", nullptr}};
    const double seconds = std::chrono::duration<double>(now - m_window.front().first).count();
    const auto done = static_cast<double>(current.done - m_window.front().second);
    if (seconds > 0 && done > 0) {
        const double rate = done / seconds;
        data["rate"] = rate;
        if (current.total > 0)
            data["eta_s"] = static_cast<double>(std::max<std::int64_t>(0, current.total - current.done)) / rate;
    }
    write("progress", std::move(data));
}

void EventWriter::flushProgress() {
    if (m_held)
        writeProgress(Clock::now());
}

void EventWriter::progress(const Progress& progress) {
    const std::lock_guard guard(m_mutex);
    const Clock::time_point now = Clock::now();
    const bool first = !m_progress || m_progress->stage != progress.stage || m_progress->unit != progress.unit;
    if (first) {
        flushProgress();
        m_progress = progress;
        m_window.assign({{now, progress.done}});
        writeProgress(now);
        return;
    }
    const Progress before = *m_progress;
    m_progress->done = std::max(before.done, progress.done);
    m_progress->total = progress.total;
    m_window.emplace_back(now, m_progress->done);
    // The oldest point that is kept lies at the window's far edge; a stage of slow steps keeps two at least.
    while (m_window.size() > 2 && (now - m_window[1].first > kRateWindow || m_window.size() > kRatePoints))
        m_window.pop_front();
    const bool changed = m_progress->done != before.done || m_progress->total != before.total;
    m_held = m_held || changed;
    const bool last = m_progress->total > 0 && m_progress->done >= m_progress->total;
    if (m_held && (last || now - m_written >= kProgressInterval))
        writeProgress(now);
}

void EventWriter::metric(std::string_view name, std::int64_t step, double value) {
    const std::lock_guard guard(m_mutex);
    write("metric", {{"name", name}, {"step", step}, {"value", value}});
}

void EventWriter::log(LogLevel level, std::string_view message) {
    const std::lock_guard guard(m_mutex);
    write("log", {{"level", levelName(level)}, {"message", message}});
}

void EventWriter::state(RunState state, const std::optional<Json>& error) {
    const std::lock_guard guard(m_mutex);
    if (state == RunState::Done && m_progress && m_progress->done < m_progress->total) {
        m_progress->done = m_progress->total; // a stage that ended early is nevertheless over
        m_held = true;
    }
    flushProgress();
    Json data = {{"state", runStateName(state)}, {"pid", ::getpid()}};
    if (error)
        data["error"] = *error;
    write("state", std::move(data));
}

} // namespace triptych
