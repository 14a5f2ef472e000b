#include "documents/table_text.h"

#include "documents/readers.h"

#include "datasets/csv_reader.h"
#include "datasets/text_folding.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

namespace triptych {

namespace {

constexpr std::size_t kMaxRowBytes = 16u << 20;
constexpr std::size_t kHeadBytes = 1u << 20;
constexpr std::size_t kMaxColumnName = 200;

bool canBeHeader(const std::vector<std::string>& cells) {
    std::set<std::string> names;
    for (const std::string& cell : cells) {
        const std::string name = foldedText(cell);
        const bool isWord = std::any_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; });
        if (!isWord || name.size() > kMaxColumnName || !names.insert(name).second)
            return false;
    }
    return cells.size() > 1;
}

} // namespace

void TableText::row(std::vector<std::string> cells) {
    while (!cells.empty() && trimmed(cells.back()).empty())
        cells.pop_back();
    if (cells.empty())
        return;
    if (std::exchange(m_first, false) && canBeHeader(cells)) {
        m_header = std::move(cells);
        return;
    }
    if (m_header.empty()) {
        m_out.lineBreak();
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0)
                m_out.separator(" | ");
            m_out.text(cells[i]);
        }
        return;
    }
    m_headerUsed = true;
    m_out.paragraph();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (trimmed(cells[i]).empty())
            continue;
        m_out.lineBreak();
        m_out.text(i < m_header.size() ? m_header[i] : fmt::format("column {}", i + 1));
        m_out.separator(": ");
        m_out.text(cells[i]);
    }
}

void TableText::finish() {
    if (m_header.empty() || m_headerUsed)
        return;
    m_out.lineBreak();
    for (std::size_t i = 0; i < m_header.size(); ++i) {
        if (i > 0)
            m_out.separator(" | ");
        m_out.text(m_header[i]);
    }
}

void readCsv(const std::filesystem::path& path, DocumentFormat format, TextBuilder& out) {
    // One row that is not UTF-8 is enough here to look for another encoding.
    std::string head(kHeadBytes, '\0');
    std::ifstream stream(path, std::ios::binary);
    stream.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(stream.gcount()));
    DecodedFile file(path, detectEncoding(head, 1).name);
    CsvReader reader(file, format == DocumentFormat::Tsv ? TableFormat::Tsv : TableFormat::Csv, kMaxRowBytes);
    TableText table(out);
    for (CsvRow row; reader.next(row);) {
        if (row.problem)
            out.warn(fmt::format("line {}: {}", row.problem->line, rowProblemText(*row.problem)));
        else
            table.row(std::move(row.cells));
    }
    table.finish();
}

} // namespace triptych
