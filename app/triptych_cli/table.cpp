#include "table.h"

#include "text/controls.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace triptych {

namespace {

struct Range {
    char32_t first, last;
};
/// Unicode's wide and full-width blocks, and the blocks of emoji.
constexpr std::array<Range, 10> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};

} // namespace

int displayWidth(std::string_view utf8) {
    int width = 0;
    for (std::size_t at = 0; at < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[at]);
        const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t c = length == 1 ? lead : lead & (0xFFu >> (length + 1));
        for (std::size_t i = 1; i < length && at + i < utf8.size(); ++i)
            c = (c << 6) | (static_cast<unsigned char>(utf8[at + i]) & 0x3Fu);
        width += std::any_of(kWide.begin(), kWide.end(), [c](const Range& range) { return c >= range.first && c <= range.last; }) ? 2 : 1;
        at += length;
    }
    return width;
}

std::string sizeText(std::uintmax_t bytes) {
    constexpr std::array<const char*, 5> kUnits = {"bytes", "kB", "MB", "GB", "TB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1000 && unit + 1 < kUnits.size(); ++unit)
        value /= 1000;
    return fmt::format("{:.{}f} {}", value, unit > 0 && value < 10 ? 1 : 0, kUnits[unit]);
}

Table::Table(std::string alignment, std::vector<std::string> header) : m_alignment(std::move(alignment)) { add(std::move(header)); }

void Table::add(std::vector<std::string> row) {
    row.resize(m_alignment.size());
    for (std::string& cell : row) {
        std::replace_if(cell.begin(), cell.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
        cell = controlsEscaped(cell); // before its width is taken
    }
    m_rows.push_back(std::move(row));
}

std::string Table::text() const {
    std::vector<int> widths(m_alignment.size());
    for (const auto& row : m_rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], displayWidth(row[i]));
    }
    std::string out;
    for (const auto& row : m_rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string blanks(static_cast<std::size_t>(widths[i] - displayWidth(row[i])), ' ');
            line += (i ? "  " : "") + (m_alignment[i] == 'r' ? blanks + row[i] : row[i] + blanks);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

} // namespace triptych
