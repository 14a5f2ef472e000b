#include "terminal_progress.h"

#include "text/controls.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>

namespace triptych {

namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr const char* kClearLine = "\r\033[K";

std::string duration(double seconds) {
    const auto whole = static_cast<std::int64_t>(seconds + 0.5);
    if (whole < 60)
        return fmt::format("{} s", whole);
    if (whole < 3600)
        return fmt::format("{}:{:02} min", whole / 60, whole % 60);
    return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

std::string amount(std::int64_t value, const std::string& unit) {
    return unit == "bytes" ? fmt::format("{:.1f}", static_cast<double>(value) / 1e6) : fmt::format("{}", value);
}

} // namespace

TerminalProgress::TerminalProgress() : m_isTerminal(::isatty(STDERR_FILENO) == 1) {}

TerminalProgress::~TerminalProgress() { clear(); }

void TerminalProgress::clear() {
    const std::lock_guard lock(m_mutex);
    clearLocked();
}

void TerminalProgress::clearLocked() {
    if (m_shown)
        std::fputs(kClearLine, stderr);
    m_shown = false;
}

void TerminalProgress::progress(const Progress& progress) {
    if (!m_isTerminal)
        return;
    const std::lock_guard lock(m_mutex);
    const auto now = std::chrono::steady_clock::now();
    if (progress.stage != m_stage) {
        m_stage = progress.stage;
        m_stageStart = now;
    } else if (now - m_lastShown < kInterval && progress.done != progress.total) {
        return;
    }
    m_lastShown = now;
    const std::string unit = progress.unit == "bytes" ? "MB" : progress.unit;
    std::string line = fmt::format("{}: {}", progress.stage, amount(progress.done, progress.unit));
    if (progress.total > 0) {
        line += fmt::format(" of {} {} ({} %)", amount(progress.total, progress.unit), unit, 100 * progress.done / progress.total);
        const double elapsed = std::chrono::duration<double>(now - m_stageStart).count();
        if (progress.done > 0 && progress.done < progress.total && elapsed > 1)
            line += fmt::format(", {} left", duration(elapsed * static_cast<double>(progress.total - progress.done) / static_cast<double>(progress.done)));
    } else {
        line += " " + unit;
    }
    std::fputs((kClearLine + controlsEscaped(line)).c_str(), stderr);
    std::fflush(stderr);
    m_shown = true;
}

void TerminalProgress::metric(std::string_view, std::int64_t, double) {}

void TerminalProgress::log(LogLevel level, std::string_view message) {
    if (level == LogLevel::Debug)
        return;
    const std::lock_guard lock(m_mutex);
    clearLocked();
    const char* prefix = level == LogLevel::Error ? "error: " : level == LogLevel::Warning ? "warning: " : "";
    std::fputs((controlsEscaped(fmt::format("{}{}", prefix, message)) + '\n').c_str(), stderr);
}

} // namespace triptych
