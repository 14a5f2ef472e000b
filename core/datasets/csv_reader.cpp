#include "datasets/csv_reader.h"

#include "datasets/text_folding.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace triptych {

namespace {

/// Longer cells exist only where a quote was forgotten.
constexpr std::size_t kMaxQuotedLines = 10'000;

char delimiterOf(const std::string& head, TableFormat format) {
    if (format == TableFormat::Tsv)
        return '\t';
    const std::string_view first = std::string_view(head).substr(0, head.find_first_of("\r\n"));
    if (first.find(',') != std::string_view::npos)
        return ',';
    if (first.find(';') != std::string_view::npos)
        return ';';
    return first.find('\t') != std::string_view::npos ? '\t' : ',';
}

} // namespace

CsvReader::CsvReader(DecodedFile& file, TableFormat format, std::size_t maxLineBytes)
    : m_lines(file, maxLineBytes)
    , m_maxLineBytes(maxLineBytes)
    , m_delimiter(delimiterOf(file.head(), format))
    , m_quotesSpanLines(format != TableFormat::Tsv) {}

bool CsvReader::literalUnlessClosed(std::string_view rest) const {
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] != '"')
            continue;
        if (at + 1 == rest.size() || rest[at + 1] == m_delimiter)
            return false;
        if (rest[at + 1] != '"')
            return true;
        ++at;
    }
    return true;
}

CsvReader::Outcome CsvReader::parse(const Line& first, std::vector<Line>& taken, CsvRow& row, std::int64_t& quoteLine) {
    std::string_view text = first.text;
    std::string continuation;
    std::size_t at = 0, recordBytes = text.size();
    for (;;) {
        std::string cell;
        const bool quoted = at < text.size() && text[at] == '"' && (m_quotesSpanLines || !literalUnlessClosed(text.substr(at)));
        if (!quoted) {
            const std::size_t end = std::min(text.find(m_delimiter, at), text.size());
            cell = text.substr(at, end - at);
            at = end;
        } else {
            quoteLine = first.number + static_cast<std::int64_t>(taken.size());
            ++at;
            for (;;) {
                const std::size_t quote = text.find('"', at);
                if (quote == std::string_view::npos) {
                    cell.append(text.substr(at));
                    Line next;
                    if (taken.size() >= kMaxQuotedLines || !m_lines.next(next))
                        return Outcome::OpenQuote;
                    recordBytes += next.text.size() + 1;
                    taken.push_back(std::move(next));
                    if (taken.back().overlong || recordBytes > m_maxLineBytes)
                        return Outcome::OpenQuote;
                    cell += '\n';
                    continuation = taken.back().text;
                    text = continuation;
                    at = 0;
                    continue;
                }
                cell.append(text.substr(at, quote - at));
                at = quote + 1;
                if (at == text.size() || text[at] == m_delimiter)
                    break;
                if (text[at] != '"')
                    return Outcome::BadQuote;
                cell += '"';
                ++at;
            }
        }
        row.cells.push_back(std::move(cell));
        if (at == text.size())
            return Outcome::Done;
        ++at; // the delimiter
        if (at == text.size()) {
            row.cells.emplace_back();
            return Outcome::Done;
        }
    }
}

bool CsvReader::next(CsvRow& row) {
    row = CsvRow{};
    Line line;
    do {
        if (!m_lines.next(line))
            return false;
    } while (!line.overlong && trimmed(line.text).empty() && line.text.find(m_delimiter) == std::string::npos);
    row.line = line.number;
    if (line.overlong) {
        row.problem = RowProblem{line.number, "", RowFault::LineTooLong, {std::to_string(line.bytes), std::to_string(m_maxLineBytes)}};
        return true;
    }
    std::vector<Line> taken;
    std::int64_t quoteLine = line.number;
    const Outcome outcome = parse(line, taken, row, quoteLine);
    if (outcome == Outcome::Done)
        return true;

    const std::string field = std::to_string(row.cells.size());
    const std::int64_t lastLine = line.number + static_cast<std::int64_t>(taken.size());
    if (outcome == Outcome::BadQuote && lastLine == quoteLine) {
        row.problem = RowProblem{quoteLine, field, RowFault::TextAfterQuote, {}};
    } else {
        row.problem = RowProblem{quoteLine, field, RowFault::OpenQuote, {std::to_string(lastLine), std::to_string(quoteLine + 1)}};
    }
    row.cells.clear();
    while (!taken.empty() && taken.back().number > quoteLine) {
        m_lines.giveBack(std::move(taken.back()));
        taken.pop_back();
    }
    return true;
}

} // namespace triptych
