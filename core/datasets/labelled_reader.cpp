#include "datasets/labelled_data.h"

#include "datasets/csv_reader.h"
#include "datasets/json_row_reader.h"
#include "datasets/text_folding.h"

#include "base/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

template <typename Number>
std::optional<Number> wholeNumber(std::string_view text) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string lowerAscii(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    }
    return text;
}

TableFormat formatOf(const fs::path& path, std::string_view head) {
    const std::string extension = lowerAscii(path.extension().string());
    if (extension == ".jsonl" || extension == ".ndjson" || extension == ".json")
        return TableFormat::Jsonl;
    if (extension == ".csv")
        return TableFormat::Csv;
    if (extension == ".tsv" || extension == ".tab")
        return TableFormat::Tsv;
    const std::string_view text = trimmed(head.substr(0, 4096));
    if (text.starts_with('{') || text.starts_with('['))
        return TableFormat::Jsonl;
    return text.substr(0, text.find('\n')).find('\t') != std::string_view::npos ? TableFormat::Tsv : TableFormat::Csv;
}

/// Takes the two cells of a row and keeps an example or a problem.
class RowCollector {
public:
    RowCollector(const ReadOptions& options, ReadResult& result) : m_options(options), m_result(result) {
        for (const std::string& name : options.class_names)
            m_knownNames.insert(name);
    }

    void reject(RowProblem problem) {
        ++m_result.rows;
        ++m_result.rejected;
        if (m_result.problems.size() < m_options.max_problems)
            m_result.problems.push_back(std::move(problem));
    }

    void take(std::int64_t line, std::string text, const std::string& textField, std::string_view label, const std::string& labelField) {
        for (const auto& [value, field] : {std::pair<std::string_view, const std::string&>{text, textField}, {label, labelField}}) {
            if (const std::size_t nul = value.find('\0'); nul != std::string_view::npos)
                return reject({line, field, RowFault::NulInCell, {std::to_string(nul + 1), quotedValue(value)}});
            if (const auto bad = invalidUtf8At(value)) {
                ++m_undecodable;
                return reject({line, field, RowFault::BadCellEncoding, {std::to_string(*bad + 1), m_result.encoding}});
            }
            if (trimmed(value).empty())
                return reject({line, field, RowFault::EmptyCell, {}});
        }
        std::string name(trimmed(label));
        if (!m_options.class_names.empty() && !m_knownNames.contains(name)) {
            const auto number = wholeNumber<std::size_t>(name);
            if (!number || *number >= m_options.class_names.size()) {
                const std::size_t classes = m_options.class_names.size();
                return reject({line, labelField, RowFault::UnknownClass,
                               {quotedValue(name), std::to_string(classes), std::to_string(classes - 1)}});
            }
            name = m_options.class_names[*number];
        }
        ++m_result.rows;
        m_result.examples.push_back({std::move(text), std::move(name), Split::Train, line});
    }

    std::int64_t undecodable() const { return m_undecodable; }

private:
    const ReadOptions& m_options;
    ReadResult& m_result;
    std::set<std::string, std::less<>> m_knownNames;
    std::int64_t m_undecodable = 0;
};

[[noreturn]] void throwMissingColumn(const fs::path& path, const std::string& column, const std::vector<std::string>& present) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' has no column {}; it has {}", path.string(), quotedValue(column),
                            present.empty() ? "none" : quotedValue(fmt::format("{}", fmt::join(present, ", ")))),
                "Name the columns of text and label, by name or by number from 0; a table without a header needs --no-header.");
}

/// Name first, then number from 0.
std::size_t columnIndex(const fs::path& path, const std::vector<std::string>& columns, const std::string& wanted) {
    const auto matches = std::count(columns.begin(), columns.end(), wanted);
    if (matches > 1) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has {} columns called {}", path.string(), matches, quotedValue(wanted)),
                    "Name the column by its number from 0.");
    }
    if (matches == 1)
        return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), wanted) - columns.begin());
    if (const auto index = wholeNumber<std::size_t>(wanted); index && *index < columns.size())
        return *index;
    throwMissingColumn(path, wanted, columns);
}

std::vector<std::string> cleanHeader(std::vector<std::string> cells) {
    for (std::string& cell : cells)
        cell = withValidUtf8(trimmed(cell));
    return cells;
}

void readTable(DecodedFile& file, TableFormat format, const ReadOptions& options, RowCollector& rows) {
    CsvReader reader(file, format, options.max_line_bytes);
    CsvRow row;
    if (!reader.next(row))
        return;
    if (row.problem && options.header) {
        throw Error(ErrorCode::InvalidInput, fmt::format("the header of '{}' (line {}) cannot be read: {}", file.path().string(),
                                                         row.problem->line, rowProblemText(*row.problem)));
    }
    std::vector<std::string> columns;
    std::size_t textIndex = 0, labelIndex = 1;
    // Without a header the first sound row says how many columns there are.
    const auto settle = [&] {
        columns = cleanHeader(row.cells);
        std::string text = options.text_column, label = options.label_column;
        if (!options.header) {
            for (std::size_t i = 0; i < columns.size(); ++i)
                columns[i] = std::to_string(i);
            const ReadOptions defaults;
            text = text == defaults.text_column ? "0" : text;
            label = label == defaults.label_column ? "1" : label;
        }
        textIndex = columnIndex(file.path(), columns, text);
        labelIndex = columnIndex(file.path(), columns, label);
        if (textIndex == labelIndex) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("text and label are the same column {} of '{}'",
                                                                quotedValue(columns[textIndex]), file.path().string()));
        }
    };
    bool more = true;
    if (options.header) {
        settle();
        more = reader.next(row);
    }
    const auto nameOf = [&](std::size_t index) { return index < columns.size() ? columns[index] : std::to_string(index); };
    for (; more; more = reader.next(row)) {
        if (row.problem) {
            const auto index = wholeNumber<std::size_t>(row.problem->field);
            row.problem->field = index && !columns.empty() ? nameOf(*index) : std::string();
            rows.reject(std::move(*row.problem));
            continue;
        }
        if (columns.empty())
            settle();
        while (row.cells.size() > columns.size() && trimmed(row.cells.back()).empty())
            row.cells.pop_back();
        if (row.cells.size() < columns.size()) {
            rows.reject({row.line, nameOf(row.cells.size()), RowFault::TooFewColumns,
                         {std::to_string(row.cells.size()), std::to_string(columns.size()), quotedValue(row.cells.front())}});
        } else if (row.cells.size() > columns.size()) {
            rows.reject({row.line, "", RowFault::TooManyColumns, {std::to_string(row.cells.size()), std::to_string(columns.size())}});
        } else {
            rows.take(row.line, std::move(row.cells[textIndex]), nameOf(textIndex), row.cells[labelIndex], nameOf(labelIndex));
        }
    }
}

/// The value of a column in an object (by key) or an array (by number); null if absent.
const Json* cellOf(const Json& row, const std::string& column) {
    if (row.is_object()) {
        const auto it = row.find(column);
        return it == row.end() ? nullptr : &*it;
    }
    const auto index = wholeNumber<std::size_t>(column);
    return index && *index < row.size() ? &row[*index] : nullptr;
}

std::vector<std::string> keysOf(const Json& row) {
    std::vector<std::string> keys;
    if (row.is_object()) {
        for (const auto& [key, value] : row.items())
            keys.push_back(key);
    } else {
        for (std::size_t i = 0; i < row.size(); ++i)
            keys.push_back(std::to_string(i));
    }
    return keys;
}

void readJson(DecodedFile& file, const ReadOptions& options, RowCollector& rows, const ReadResult& result) {
    JsonRowReader reader(file, options.max_line_bytes);
    JsonRow row;
    bool first = true;
    std::optional<std::vector<std::string>> firstKeys;
    std::map<std::string, std::int64_t> missing;
    for (; reader.next(row); first = false) {
        if (row.problem) {
            if (first && trimmed(file.head().substr(0, file.head().find('\n'))) == "{") {
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds one JSON object over several lines", file.path().string()),
                            "Write one object a line, as {\"text\": \"...\", \"label\": \"...\"}, or one array of such objects.");
            }
            rows.reject(*row.problem);
            continue;
        }
        if (!row.value.is_object() && !row.value.is_array()) {
            rows.reject({row.line, "", RowFault::NotAnObject, {quotedValue(dumpJson(row.value))}});
            continue;
        }
        const ReadOptions defaults;
        const bool byNumber = row.value.is_array();
        const std::string& textField = options.text_column;
        const std::string& labelField = options.label_column;
        const Json* text = cellOf(row.value, byNumber && textField == defaults.text_column ? "0" : textField);
        const Json* label = cellOf(row.value, byNumber && labelField == defaults.label_column ? "1" : labelField);
        if (!firstKeys)
            firstKeys = keysOf(row.value);
        if (!text || !label) {
            const std::string& field = text ? labelField : textField;
            ++missing[field];
            rows.reject({row.line, field, RowFault::MissingKey, {quotedValue(field)}});
        } else if (!text->is_string()) {
            rows.reject({row.line, textField, RowFault::TextNotAString, {text->type_name(), quotedValue(dumpJson(*text))}});
        } else if (!label->is_string() && !label->is_number() && !label->is_boolean()) {
            rows.reject({row.line, labelField, RowFault::LabelNotAName, {label->type_name(), quotedValue(dumpJson(*label))}});
        } else {
            rows.take(row.line, text->get<std::string>(), textField, label->is_string() ? label->get<std::string>() : dumpJson(*label),
                      labelField);
        }
    }
    for (const auto& [field, count] : missing) {
        if (count == result.rows)
            throwMissingColumn(file.path(), field, *firstKeys);
    }
}

} // namespace

TableFormat detectTableFormat(const fs::path& path) {
    const DecodedFile file(path);
    return formatOf(path, file.head());
}

ReadResult readLabelledFile(const fs::path& path, const ReadOptions& options, ProgressSink& progress, const std::stop_token& stop) {
    DecodedFile file(path, options.encoding);
    ReadResult result;
    result.encoding = file.encoding();
    if (trimmed(file.head()).empty() && file.bytesRead() == file.size())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is empty", path.string()));
    RowCollector rows(options, result);
    file.onChunk([&] {
        throwIfStopped(stop);
        progress.progress({file.bytesRead(), file.size(), "bytes", "read"});
    });
    const TableFormat format = options.format.value_or(formatOf(path, file.head()));
    if (format == TableFormat::Jsonl)
        readJson(file, options, rows, result);
    else
        readTable(file, format, options, rows);
    progress.progress({file.size(), file.size(), "bytes", "read"});
    if (result.rows > 0 && rows.undecodable() == result.rows) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("no row of '{}' can be decoded as {} (first in line {})", path.string(), result.encoding,
                                result.problems.front().line),
                    "Save the file as UTF-8, or name its encoding.");
    }
    return result;
}

TablePreview previewTable(const fs::path& path, bool header, std::size_t maxRows) {
    DecodedFile file(path);
    TablePreview preview;
    preview.format = formatOf(path, file.head());
    const ReadOptions options;
    if (preview.format == TableFormat::Jsonl) {
        JsonRowReader reader(file, options.max_line_bytes);
        JsonRow row;
        while (preview.rows.size() < maxRows && reader.next(row)) {
            if (row.problem || !row.value.is_structured())
                continue;
            if (preview.columns.empty())
                preview.columns = keysOf(row.value);
            auto& cells = preview.rows.emplace_back();
            for (const std::string& column : preview.columns) {
                const Json* cell = cellOf(row.value, column);
                cells.push_back(!cell ? std::string() : cell->is_string() ? cell->get<std::string>() : dumpJson(*cell));
            }
        }
        return preview;
    }
    CsvReader reader(file, preview.format, options.max_line_bytes);
    CsvRow row;
    while (preview.rows.size() < maxRows && reader.next(row)) {
        if (row.problem)
            continue;
        if (!preview.columns.empty()) {
            preview.rows.push_back(std::move(row.cells));
        } else if (header) {
            preview.columns = cleanHeader(std::move(row.cells));
        } else {
            for (std::size_t i = 0; i < row.cells.size(); ++i)
                preview.columns.push_back(std::to_string(i));
            preview.rows.push_back(std::move(row.cells));
        }
    }
    return preview;
}

std::vector<std::string> readClassNames(const fs::path& path) {
    DecodedFile file(path);
    std::vector<std::string> names;
    if (trimmed(file.head()).starts_with('[')) {
        const Json list = readJsonFile(path, 16u << 20);
        for (const Json& name : list) {
            if (!name.is_string())
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is to be an array of strings; it holds {}", path.string(), dumpJson(name)));
            names.push_back(name.get<std::string>());
        }
    } else {
        LineReader lines(file, 1u << 16);
        Line line;
        while (lines.next(line)) {
            const std::string name(trimmed(line.text));
            if (line.overlong || invalidUtf8At(name))
                throw Error(ErrorCode::InvalidInput, fmt::format("line {} of '{}' is not a class name", line.number, path.string()));
            if (!name.empty())
                names.push_back(name);
        }
    }
    if (names.empty())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' names no class", path.string()));
    std::set<std::string> seen;
    for (const std::string& name : names) {
        if (trimmed(name).empty() || !seen.insert(name).second)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has the class {} twice or empty", path.string(), quotedValue(name)));
    }
    return names;
}

} // namespace triptych
