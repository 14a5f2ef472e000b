#include "documents/office_parts.h"
#include "documents/readers.h"
#include "documents/table_text.h"

#include "base/error.h"
#include "datasets/text_folding.h"

#include <charconv>
#include <string>
#include <vector>

namespace triptych {

namespace {

constexpr std::size_t kMostColumns = 16'384; ///< Excel's own limit

std::string valueOf(const XmlAttributes& attributes, std::string_view name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? std::string() : found->second;
}

class SharedStringsHandler : public XmlHandler {
public:
    void start(std::string_view name, const XmlAttributes&) override {
        if (name == "si")
            strings.emplace_back();
        else if (name == "rPh") // how it is pronounced
            m_phonetic = true;
        m_text = name == "t" && !m_phonetic;
    }
    void end(std::string_view name) override {
        m_text = false;
        m_phonetic = m_phonetic && name != "rPh";
    }
    void text(std::string_view utf8) override {
        if (m_text && !strings.empty())
            strings.back() += utf8;
    }
    std::vector<std::string> strings;

private:
    bool m_text = false;
    bool m_phonetic = false;
};

struct Sheet {
    std::string name, relation;
};

class WorkbookHandler : public XmlHandler {
public:
    void start(std::string_view name, const XmlAttributes& attributes) override {
        if (name == "sheet")
            sheets.push_back({valueOf(attributes, "name"), valueOf(attributes, "id")});
    }
    void end(std::string_view) override {}
    void text(std::string_view) override {}
    std::vector<Sheet> sheets;
};

class SheetHandler : public XmlHandler {
public:
    SheetHandler(const std::vector<std::string>& strings, TextBuilder& out) : m_strings(strings), m_table(out) {}

    void start(std::string_view name, const XmlAttributes& attributes) override {
        if (name == "row") {
            m_cells.clear();
        } else if (name == "c") {
            m_type = valueOf(attributes, "t");
            m_value.clear();
            m_column = columnOf(valueOf(attributes, "r"));
        } else if (name == "v" || name == "t") {
            m_text = true;
        }
    }
    void end(std::string_view name) override {
        m_text = false;
        if (name == "c")
            cell();
        else if (name == "row")
            m_table.row(std::exchange(m_cells, {}));
    }
    void text(std::string_view utf8) override {
        if (m_text)
            m_value += utf8;
    }
    void finish() { m_table.finish(); }

private:
    /// "BC7" is column 54, from 0; a cell without a place follows the one before.
    std::size_t columnOf(const std::string& place) const {
        std::size_t column = 0;
        for (const char c : place) {
            if (c < 'A' || c > 'Z' || column > kMostColumns)
                break;
            column = 26 * column + static_cast<std::size_t>(c - 'A' + 1);
        }
        return column == 0 ? m_cells.size() : column - 1;
    }
    void cell() {
        if (m_column >= kMostColumns)
            throw Error(ErrorCode::InvalidInput, "a sheet has a cell beyond column XFD", "The file is damaged; save it again from the program that made it.");
        std::string value = std::move(m_value);
        if (m_type == "s") {
            std::size_t index = m_strings.size();
            std::from_chars(value.data(), value.data() + value.size(), index);
            value = index < m_strings.size() ? m_strings[index] : std::string();
        } else if (m_type == "b") {
            value = value == "1" ? "TRUE" : "FALSE";
        }
        if (trimmed(value).empty())
            return;
        if (m_cells.size() <= m_column)
            m_cells.resize(m_column + 1);
        m_cells[m_column] = std::move(value);
    }

    const std::vector<std::string>& m_strings;
    TableText m_table;
    std::vector<std::string> m_cells;
    std::string m_type, m_value;
    std::size_t m_column = 0;
    bool m_text = false;
};

} // namespace

void readXlsx(const std::filesystem::path& path, TextBuilder& out) {
    ZipContainer zip(path);
    const std::string main = officeMainPart(zip);
    auto relations = officeRelations(zip, main);
    WorkbookHandler workbook;
    parsePart(zip, main, workbook);
    SharedStringsHandler shared;
    for (const auto& [id, relation] : relations) {
        if (relation.type == "sharedStrings" && zip.has(relation.target))
            parsePart(zip, relation.target, shared);
    }
    for (const Sheet& sheet : workbook.sheets) {
        const OfficeRelation& relation = relations[sheet.relation];
        if (relation.type != "worksheet") // a chart
            continue;
        out.beginHeading(1);
        out.text(sheet.name);
        out.endHeading();
        SheetHandler handler(shared.strings, out);
        parsePart(zip, relation.target, handler);
        handler.finish();
    }
    out.document().title = officeTitle(zip);
}

} // namespace triptych
