#pragma once

#include "documents/text_builder.h"

#include <string>
#include <vector>

namespace triptych {

/// Rows of a table as text. If the first row can be a header (several cells, all of them words, none twice), each further
/// row becomes lines `column: value`, so that a chunk of a long table still says what its values are; else a row is a line
/// `a | b | c`.
class TableText {
public:
    explicit TableText(TextBuilder& out) : m_out(out) {}
    void row(std::vector<std::string> cells);
    /// Writes a header that no row followed.
    void finish();

private:
    TextBuilder& m_out;
    bool m_first = true;
    std::vector<std::string> m_header;
    bool m_headerUsed = false;
};

} // namespace triptych
