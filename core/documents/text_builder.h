#pragma once

#include "documents/document.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace triptych {

/// Puts a document's text together: blanks and line ends where they belong, each once, however the source was laid out.
/// Line ends are only promised; they are written when more text comes.
class TextBuilder {
public:
    /// More than `maxBytes` of text is refused with Error{InvalidInput}.
    explicit TextBuilder(std::size_t maxBytes) : m_maxBytes(maxBytes) {}

    /// Running text: white space of any length is one blank, and none at a line's begin. Soft hyphens vanish.
    void text(std::string_view utf8);
    /// As it stands, with its line ends.
    void verbatim(std::string_view utf8);
    void lineBreak() { promise(1); }
    void paragraph() { promise(2); }
    /// Stands before the next text on its line ("- ", "3. "); forgotten if none comes.
    void prefix(std::string marker) { m_prefix = std::move(marker); }
    /// Between the cells of a row, a key and its value: only between texts of one line, so that no row begins or ends with it.
    void separator(std::string_view text);
    /// The text up to endHeading() is a heading, a paragraph of its own.
    void beginHeading(int level);
    void endHeading();
    void page();
    void warn(std::string message);

    bool isBlank() const { return m_document.text.empty(); }
    /// Code point where the next text will begin, behind what is promised.
    std::int64_t place() const { return m_codePoints + (isBlank() ? 0 : m_lineEnds > 0 ? m_lineEnds : m_blank ? 1 : 0); }
    ExtractedDocument& document() { return m_document; }
    /// Without blanks at the end.
    ExtractedDocument finish();

private:
    void promise(int lineEnds) {
        m_lineEnds = std::max(m_lineEnds, lineEnds);
        m_separator.clear();
    }
    void beginText();
    void append(std::string_view utf8);

    ExtractedDocument m_document;
    std::size_t m_maxBytes;
    std::int64_t m_codePoints = 0;
    int m_lineEnds = 0;
    bool m_blank = false;
    std::string m_prefix;
    std::string m_separator;
    int m_headingLevel = 0; ///< 0 outside
    std::int64_t m_headingBegin = -1;
    std::size_t m_headingByte = 0;
    std::size_t m_silentWarnings = 0;
};

} // namespace triptych
