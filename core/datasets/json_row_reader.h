#pragma once

#include "datasets/labelled_data.h"
#include "datasets/line_reader.h"

#include "base/json.h"

namespace triptych {

struct JsonRow {
    std::int64_t line = 0; ///< where it begins
    Json value;
    std::optional<RowProblem> problem; ///< then there is no value
};

/// Rows of JSON lines, or the elements of one JSON array over any number of lines, one at a time. Empty lines
/// are skipped; what cannot be parsed is a problem of its own row.
class JsonRowReader {
public:
    JsonRowReader(DecodedFile& file, std::size_t maxLineBytes);
    bool next(JsonRow& row);

private:
    bool nextLine(JsonRow& row);
    bool nextElement(JsonRow& row);
    bool nextCharacter(char& c);
    void parse(std::string_view text, JsonRow& row) const;
    RowProblem tooLong(std::int64_t line, std::uint64_t bytes) const;

    DecodedFile& m_file;
    std::size_t m_maxLineBytes;
    LineReader m_lines;
    bool m_array;
    bool m_arrayOpened = false;
    bool m_arrayClosed = false;
    std::string m_chunk;
    std::size_t m_position = 0;
    std::int64_t m_line = 1;
};

} // namespace triptych
