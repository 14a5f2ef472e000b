#pragma once

#include "datasets/labelled_data.h"
#include "datasets/line_reader.h"

namespace triptych {

struct CsvRow {
    std::int64_t line = 0; ///< where it begins
    std::vector<std::string> cells;
    std::optional<RowProblem> problem; ///< then there are no cells; `field` is the index of the cell, or empty
};

/// Cells of CSV (RFC 4180: quotes, doubled quotes, line ends inside quotes; the delimiter is a comma, or a
/// semicolon or tab where the first line has no comma) and of TSV (a tab; a cell is quoted only if the quotes
/// close on the same line, else a quote is a letter like others). Empty lines are skipped.
///
/// A quote that is left open makes one problem at the line where it opens; reading goes on with the line after.
class CsvReader {
public:
    CsvReader(DecodedFile& file, TableFormat format, std::size_t maxLineBytes);
    bool next(CsvRow& row);

private:
    enum class Outcome { Done, OpenQuote, BadQuote };
    /// Reads one row that begins with `first`; `taken` are the further lines of its quoted cells.
    Outcome parse(const Line& first, std::vector<Line>& taken, CsvRow& row, std::int64_t& quoteLine);
    bool literalUnlessClosed(std::string_view rest) const;

    LineReader m_lines;
    std::size_t m_maxLineBytes;
    char m_delimiter;
    bool m_quotesSpanLines;
};

} // namespace triptych
