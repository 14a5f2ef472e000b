#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Columns of a terminal that `utf8` takes: East Asian wide characters and emoji take two.
int displayWidth(std::string_view utf8);

/// "83 MB": powers of ten, as the window shows sizes.
std::string sizeText(std::uintmax_t bytes);

/// Rows of text in aligned columns, as people read command output: a header, two blanks between columns,
/// figures to the right.
class Table {
public:
    /// `alignment`: a letter a column, 'l' or 'r'.
    Table(std::string alignment, std::vector<std::string> header);
    void add(std::vector<std::string> row);
    std::string text() const;

private:
    std::string m_alignment;
    std::vector<std::vector<std::string>> m_rows;
};

} // namespace triptych
