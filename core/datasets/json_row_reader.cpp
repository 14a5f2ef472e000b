#include "datasets/json_row_reader.h"

#include "datasets/text_folding.h"

#include "base/error.h"

#include <cstdint>
#include <string>

namespace triptych {

namespace {

constexpr std::string_view kJsonSpace = " \t\r\n";

/// "[" and then a row, or a line end: one array. `["text", "label"]` is a line of its own.
bool isArrayDocument(std::string_view head) {
    const std::size_t open = head.find_first_not_of(kJsonSpace);
    if (open == std::string_view::npos || head[open] != '[')
        return false;
    const std::size_t after = head.find_first_not_of(" \t\r", open + 1);
    return after != std::string_view::npos && (head[after] == '\n' || head[after] == '{' || head[after] == '[' || head[after] == ']');
}

} // namespace

JsonRowReader::JsonRowReader(DecodedFile& file, std::size_t maxLineBytes)
    : m_file(file), m_maxLineBytes(maxLineBytes), m_lines(file, maxLineBytes), m_array(isArrayDocument(file.head())) {}

bool JsonRowReader::next(JsonRow& row) {
    row = JsonRow{};
    return m_array ? nextElement(row) : nextLine(row);
}

RowProblem JsonRowReader::tooLong(std::int64_t line, std::uint64_t bytes) const {
    return {line, "", m_array ? RowFault::RowTooLong : RowFault::LineTooLong, {std::to_string(bytes), std::to_string(m_maxLineBytes)}};
}

void JsonRowReader::parse(std::string_view text, JsonRow& row) const {
    if (text.find('\0') != std::string_view::npos) {
        row.problem = RowProblem{row.line, "", RowFault::NulInRow, {std::to_string(text.find('\0') + 1)}};
        return;
    }
    if (const auto bad = invalidUtf8At(text)) {
        row.problem = RowProblem{row.line, "", RowFault::BadRowEncoding, {std::to_string(*bad + 1), m_file.encoding()}};
        return;
    }
    try {
        row.value = parseJson(text, "row");
    } catch (const Error&) {
        row.value = nullptr;
        row.problem = RowProblem{row.line, "", RowFault::NotJson, {quotedValue(text)}};
    }
}

bool JsonRowReader::nextLine(JsonRow& row) {
    Line line;
    do {
        if (!m_lines.next(line))
            return false;
    } while (!line.overlong && trimmed(line.text).empty());
    row.line = line.number;
    if (line.overlong)
        row.problem = tooLong(line.number, line.bytes);
    else
        parse(line.text, row);
    return true;
}

bool JsonRowReader::nextCharacter(char& c) {
    if (m_position == m_chunk.size()) {
        m_position = 0;
        if (!m_file.next(m_chunk)) {
            m_chunk.clear();
            return false;
        }
    }
    c = m_chunk[m_position++];
    m_line += c == '\n';
    return true;
}

bool JsonRowReader::nextElement(JsonRow& row) {
    char c = 0;
    while (!m_arrayOpened && nextCharacter(c))
        m_arrayOpened = c == '[';
    std::string text;
    std::uint64_t bytes = 0;
    int depth = 0;
    bool inString = false, escaped = false, spoiled = false, lineStart = false;
    const auto finish = [&] {
        if (bytes > m_maxLineBytes)
            row.problem = tooLong(row.line, bytes);
        else
            parse(text, row);
        return true;
    };
    while (!m_arrayClosed) {
        if (!nextCharacter(c)) {
            m_arrayClosed = true;
            if (spoiled)
                return finish();
            row.problem = RowProblem{bytes > 0 ? row.line : m_line, "", RowFault::ArrayOpen, {}};
            return true;
        }
        if (spoiled && lineStart && c == '{') { // brackets tell nothing any more; here the next row seems to begin
            --m_position;
            return finish();
        }
        lineStart = c == '\n' || (lineStart && kJsonSpace.find(c) != std::string_view::npos);
        if (spoiled)
            continue;
        if (bytes == 0 && kJsonSpace.find(c) != std::string_view::npos)
            continue;
        if (depth == 0 && !inString && (c == ',' || c == ']')) {
            m_arrayClosed = c == ']';
            if (bytes == 0 && m_arrayClosed)
                break;
            if (bytes == 0)
                row.line = m_line;
            return finish();
        }
        if (bytes++ == 0)
            row.line = m_line;
        if (bytes <= m_maxLineBytes)
            text += c;
        else
            text.clear();
        if (inString) {
            spoiled = c == '\n';
            inString = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if (c == '"') {
            inString = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            spoiled = --depth < 0;
        }
    }
    while (nextCharacter(c)) {
        if (kJsonSpace.find(c) != std::string_view::npos) {
            lineStart = lineStart || c == '\n';
            continue;
        }
        if (!row.problem) {
            row.line = m_line;
            row.problem = RowProblem{m_line, "", RowFault::TextAfterArray, {}};
        }
        if (lineStart && c == '{') { // the end was a stray bracket
            --m_position;
            m_arrayClosed = false;
            break;
        }
        lineStart = false;
    }
    return row.problem.has_value();
}

} // namespace triptych
