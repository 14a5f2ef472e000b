#include "documents/office_parts.h"
#include "documents/readers.h"

#include "base/error.h"
#include "datasets/text_folding.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace triptych {

namespace {

std::string valueOf(const XmlAttributes& attributes, std::string_view name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? std::string() : found->second;
}

/// From 0 in the file; 0 here where there is none.
int levelOf(const std::string& outline) {
    int level = 0;
    const auto [end, error] = std::from_chars(outline.data(), outline.data() + outline.size(), level);
    return error == std::errc() && level >= 0 && level < 9 ? level + 1 : 0;
}

/// Which styles are headings, and of what level.
class StylesHandler : public XmlHandler {
public:
    void start(std::string_view name, const XmlAttributes& attributes) override {
        if (name == "style") {
            m_id = valueOf(attributes, "styleId");
        } else if (name == "name") {
            const std::string style = foldedText(valueOf(attributes, "val"));
            if (style == "title")
                levels[m_id] = 1;
            else if (style.starts_with("heading ") && style.size() == 9)
                levels[m_id] = levelOf(std::string(1, static_cast<char>(style[8] - 1)));
        } else if (name == "outlineLvl") {
            levels.emplace(m_id, levelOf(valueOf(attributes, "val")));
        }
    }
    void end(std::string_view) override {}
    void text(std::string_view) override {}
    std::map<std::string, int> levels;

private:
    std::string m_id;
};

/// Paragraphs, headings by style, items of lists, tables as rows. What was deleted or moved away, field codes and the
/// second version of drawings for older programs stay out.
class BodyHandler : public XmlHandler {
public:
    BodyHandler(TextBuilder& out, const std::map<std::string, int>& styles) : m_out(out), m_styles(styles) {}

    void start(std::string_view name, const XmlAttributes& attributes) override {
        if (m_skipped > 0 || name == "Fallback" || name == "moveFrom" || name == "del") {
            ++m_skipped;
        } else if (name == "p") {
            m_level = 0;
            m_item = false;
            m_begun = false;
            if (m_cellDepth > 0)
                m_out.text(" ");
        } else if (name == "pStyle") {
            const auto style = m_styles.find(valueOf(attributes, "val"));
            m_level = style == m_styles.end() ? m_level : style->second;
            m_item = m_item || valueOf(attributes, "val").starts_with("List");
        } else if (name == "outlineLvl") {
            m_level = levelOf(valueOf(attributes, "val"));
        } else if (name == "numPr") {
            m_item = true;
        } else if (name == "tbl") {
            m_out.paragraph();
        } else if (name == "tr") {
            m_out.lineBreak();
            m_cells = 0;
        } else if (name == "tc") {
            if (m_cells++ > 0)
                m_out.separator(" | ");
            ++m_cellDepth;
        } else if (name == "t") {
            m_text = true;
        } else if (name == "tab" && m_begun) { // in the settings of a paragraph it is a position
            m_out.text(" ");
        } else if ((name == "br" || name == "cr") && m_begun) {
            m_cellDepth > 0 ? m_out.text(" ") : m_out.lineBreak();
        } else if (name == "noBreakHyphen") {
            m_out.text("-");
        }
    }

    void end(std::string_view name) override {
        if (m_skipped > 0) {
            --m_skipped;
        } else if (name == "t") {
            m_text = false;
        } else if (name == "p" && m_cellDepth == 0) {
            m_out.endHeading();
            m_item ? m_out.lineBreak() : m_out.paragraph();
        } else if (name == "tc") {
            m_cellDepth = std::max(0, m_cellDepth - 1);
        } else if (name == "tr") {
            m_out.lineBreak();
        } else if (name == "tbl") {
            m_out.paragraph();
        }
    }

    void text(std::string_view utf8) override {
        if (!m_text || m_skipped > 0)
            return;
        if (!m_begun && m_cellDepth == 0) {
            m_item && m_level == 0 ? m_out.lineBreak() : m_out.paragraph();
            if (m_level > 0)
                m_out.beginHeading(m_level);
            else if (m_item)
                m_out.prefix("- ");
        }
        m_begun = true;
        m_out.text(utf8);
    }

private:
    TextBuilder& m_out;
    const std::map<std::string, int>& m_styles;
    int m_skipped = 0;
    int m_level = 0;
    bool m_item = false;
    bool m_begun = false; ///< the paragraph has text
    bool m_text = false;
    int m_cells = 0;
    int m_cellDepth = 0;
};

} // namespace

void readDocx(const std::filesystem::path& path, TextBuilder& out) {
    ZipContainer zip(path);
    const std::string main = officeMainPart(zip);
    const auto relations = officeRelations(zip, main);
    const auto partOf = [&](std::string_view type) {
        const auto found = std::find_if(relations.begin(), relations.end(), [&](const auto& entry) { return entry.second.type == type; });
        return found == relations.end() || !zip.has(found->second.target) ? std::string() : found->second.target;
    };
    StylesHandler styles;
    if (const std::string part = partOf("styles"); !part.empty())
        parsePart(zip, part, styles);
    BodyHandler body(out, styles.levels);
    parsePart(zip, main, body);
    for (const char* notes : {"footnotes", "endnotes"}) {
        if (const std::string part = partOf(notes); !part.empty()) {
            BodyHandler handler(out, styles.levels);
            parsePart(zip, part, handler);
        }
    }
    out.document().title = officeTitle(zip);
}

} // namespace triptych
