#include "documents/readers.h"

#include "base/error.h"
#include "datasets/text_folding.h"

#include <fmt/format.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <md4c-html.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace triptych {

namespace {

/// Far above what any page has; a browser stops at some 500.
constexpr std::size_t kMaxDepth = 5000;

constexpr std::string_view kDropped[] = {"script", "style", "template", "noscript", "svg", "iframe", "object", "select", "button", "textarea", "datalist", "canvas"};
constexpr std::string_view kBoilerplate[] = {"nav", "footer"};
constexpr std::string_view kBoilerplateRoles[] = {"navigation", "search", "contentinfo"};
constexpr std::string_view kBoilerplateClasses[] = {"headerlink", "footer", "navbar", "navheader", "navfooter", "breadcrumb", "breadcrumbs"};
constexpr std::string_view kParagraphs[] = {"p", "ul", "ol", "dl", "table", "blockquote", "figure", "hr", "section", "article", "main", "header", "aside", "form", "details", "address"};
constexpr std::string_view kLines[] = {"div", "dt", "dd", "li", "tr", "br", "caption", "figcaption", "summary", "legend", "option"};

template<std::size_t n>
bool isOneOf(std::string_view name, const std::string_view (&names)[n]) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string_view attribute(const xmlChar** attributes, const char* name) {
    for (; attributes && attributes[0]; attributes += 2) {
        if (std::strcmp(reinterpret_cast<const char*>(attributes[0]), name) == 0)
            return attributes[1] ? reinterpret_cast<const char*>(attributes[1]) : std::string_view();
    }
    return {};
}

bool hasAttribute(const xmlChar** attributes, const char* name) {
    for (; attributes && attributes[0]; attributes += 2) {
        if (std::strcmp(reinterpret_cast<const char*>(attributes[0]), name) == 0)
            return true;
    }
    return false;
}

bool hasBoilerplateClass(std::string_view classes) {
    while (!classes.empty()) {
        const std::size_t end = std::min(classes.find_first_of(" \t\n"), classes.size());
        if (isOneOf(classes.substr(0, end), kBoilerplateClasses))
            return true;
        classes.remove_prefix(std::min(end + 1, classes.size()));
    }
    return false;
}

/// Takes the parser's events and writes readable text; nothing of the page is kept beyond the open elements.
class HtmlText {
public:
    HtmlText(TextBuilder& out, bool keepBoilerplate) : m_out(out), m_keepBoilerplate(keepBoilerplate) {}

    void start(std::string_view name, const xmlChar** attributes) {
        if (m_open.size() >= kMaxDepth)
            throw Error(ErrorCode::InvalidInput, fmt::format("its elements nest deeper than {} levels", kMaxDepth), "Save the page again from a browser, or as text.");
        const bool dropped = m_dropDepth > 0 || drops(name, attributes);
        m_open.push_back({std::string(name), 0});
        if (dropped) {
            ++m_dropDepth;
            return;
        }
        if (name == "title" && m_out.document().title.empty()) {
            m_inTitle = true;
        } else if (const int level = headingLevel(name); level > 0) {
            m_out.beginHeading(level);
        } else if (name == "pre") {
            m_out.paragraph();
            m_pre = true;
            m_preBegins = true;
        } else if (name == "td" || name == "th") {
            if (m_cellsInRow++ > 0)
                m_out.separator(" | ");
            ++m_cellDepth;
        } else if (name == "br") {
            if (m_pre)
                m_out.verbatim("\n");
            else if (m_cellDepth > 0)
                m_out.text(" ");
            else
                m_out.lineBreak();
        } else {
            block(name);
            if (name == "tr")
                m_cellsInRow = 0;
            else if (name == "li")
                m_out.prefix(marker());
        }
    }

    void end(std::string_view name) {
        const auto opened = std::find_if(m_open.rbegin(), m_open.rend(), [&](const Element& element) { return element.name == name; });
        if (opened == m_open.rend())
            return;
        while (m_open.back().name != name)
            end(std::string(m_open.back().name));
        m_open.pop_back();
        if (m_dropDepth > 0) {
            --m_dropDepth;
            return;
        }
        if (name == "title") {
            m_inTitle = false;
        } else if (headingLevel(name) > 0) {
            m_out.endHeading();
        } else if (name == "pre") {
            m_pre = false;
            m_out.paragraph();
        } else if (name == "td" || name == "th") {
            m_cellDepth = std::max(0, m_cellDepth - 1);
        } else {
            block(name);
        }
    }

    void text(std::string_view text) {
        if (m_dropDepth > 0)
            return;
        if (m_inTitle) {
            if (m_out.document().title.size() < 1000)
                m_out.document().title.append(text);
        } else if (m_pre) {
            if (std::exchange(m_preBegins, false) && text.starts_with('\n'))
                text.remove_prefix(1);
            m_out.verbatim(text);
        } else {
            m_out.text(text);
        }
    }

    std::exception_ptr failure;

private:
    struct Element {
        std::string name;
        int items; ///< of an ordered list so far
    };

    static int headingLevel(std::string_view name) { return name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' ? name[1] - '0' : 0; }

    bool drops(std::string_view name, const xmlChar** attributes) const {
        if (isOneOf(name, kDropped) || hasAttribute(attributes, "hidden"))
            return true;
        return !m_keepBoilerplate && (isOneOf(name, kBoilerplate) || isOneOf(attribute(attributes, "role"), kBoilerplateRoles) || hasBoilerplateClass(attribute(attributes, "class")));
    }

    void block(std::string_view name) {
        const bool paragraph = isOneOf(name, kParagraphs);
        if (!paragraph && !isOneOf(name, kLines))
            return;
        if (m_pre) // code laid out by elements: its line ends are in the text
            return;
        // A paragraph inside a cell would tear its row; a list or a table there means that the table is only layout.
        if (m_cellDepth > 0 && (name == "p" || name == "div" || name == "section"))
            m_out.text(" ");
        else if (paragraph && name != "ul" && name != "ol")
            m_out.paragraph();
        else if (paragraph)
            listDepth() > 0 ? m_out.lineBreak() : m_out.paragraph();
        else
            m_out.lineBreak();
    }

    int listDepth() const {
        // Of the list that begins or ended, those around it; only lists near the top of the stack matter to the eye.
        int depth = 0;
        const std::size_t begin = m_open.size() > 64 ? m_open.size() - 64 : 0;
        for (std::size_t i = begin; i < m_open.size(); ++i)
            depth += m_open[i].name == "li";
        return depth;
    }

    std::string marker() {
        const int depth = std::max(0, listDepth() - 1);
        std::string indent(2 * static_cast<std::size_t>(std::min(depth, 8)), ' ');
        if (m_open.size() >= 2 && m_open[m_open.size() - 2].name == "ol")
            return fmt::format("{}{}. ", indent, ++m_open[m_open.size() - 2].items);
        return indent + "- ";
    }

    TextBuilder& m_out;
    bool m_keepBoilerplate;
    std::vector<Element> m_open;
    int m_dropDepth = 0;
    bool m_inTitle = false;
    bool m_pre = false;
    bool m_preBegins = false;
    int m_cellsInRow = 0;
    int m_cellDepth = 0;
};

/// No exception may pass through the parser's frames: it is kept, and the parser is stopped.
template<class Call>
void guarded(void* context, Call call) {
    auto* parser = static_cast<htmlParserCtxtPtr>(context);
    auto* text = static_cast<HtmlText*>(parser->_private);
    if (text->failure)
        return;
    try {
        call(*text);
    } catch (...) {
        text->failure = std::current_exception();
        xmlStopParser(parser);
    }
}

std::string_view view(const xmlChar* text) { return reinterpret_cast<const char*>(text); }

void parse(std::string_view utf8, HtmlText& text) {
    const std::unique_ptr<htmlParserCtxt, decltype(&htmlFreeParserCtxt)> parser(htmlCreateMemoryParserCtxt(utf8.data(), static_cast<int>(utf8.size())), htmlFreeParserCtxt);
    if (!parser)
        throw std::bad_alloc();
    htmlSAXHandler sax{};
    sax.startElement = [](void* context, const xmlChar* name, const xmlChar** attributes) { guarded(context, [&](HtmlText& t) { t.start(view(name), attributes); }); };
    sax.endElement = [](void* context, const xmlChar* name) { guarded(context, [&](HtmlText& t) { t.end(view(name)); }); };
    sax.characters = [](void* context, const xmlChar* bytes, int size) { guarded(context, [&](HtmlText& t) { t.text({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)}); }); };
    sax.ignorableWhitespace = sax.characters;
    sax.cdataBlock = sax.characters;
    *parser->sax = sax;
    parser->userData = parser.get();
    parser->_private = &text;
    htmlCtxtUseOptions(parser.get(), HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
    *parser->sax = sax; // the options set handlers of their own
    xmlSwitchEncoding(parser.get(), XML_CHAR_ENCODING_UTF8);
    htmlParseDocument(parser.get());
    if (parser->myDoc) {
        xmlFreeDoc(parser->myDoc);
        parser->myDoc = nullptr;
    }
    if (text.failure)
        std::rethrow_exception(text.failure);
    if (const xmlError* error = xmlCtxtGetLastError(parser.get()); error && error->code == XML_ERR_NO_MEMORY)
        throw std::bad_alloc();
}

} // namespace

void readHtml(std::string_view utf8, TextBuilder& out) {
    HtmlText text(out, false);
    parse(utf8, text);
    if (out.isBlank()) { // a page that is nothing but what others have at the edge
        HtmlText whole(out, true);
        parse(utf8, whole);
    }
}

void readMarkdown(std::string_view utf8, TextBuilder& out) {
    // A block of settings before the text: its title counts, the rest is for programs.
    if (utf8.starts_with("---\n")) {
        if (const std::size_t end = utf8.find("\n---\n", 3); end != std::string_view::npos) {
            const std::string_view block = utf8.substr(4, end + 1 - 4);
            const std::size_t title = block.starts_with("title:") ? 0 : block.find("\ntitle:");
            if (title != std::string_view::npos) {
                std::string_view line = block.substr(block.find(':', title) + 1);
                line = trimmed(line.substr(0, line.find('\n')));
                if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front())
                    line = line.substr(1, line.size() - 2);
                out.document().title = line;
            }
            utf8.remove_prefix(end + 5);
        }
    }
    std::string html;
    const auto append = [](const MD_CHAR* text, MD_SIZE size, void* target) { static_cast<std::string*>(target)->append(text, size); };
    if (md_html(utf8.data(), static_cast<MD_SIZE>(utf8.size()), append, &html, MD_DIALECT_GITHUB, 0) != 0)
        throw std::bad_alloc();
    readHtml(html, out);
}

} // namespace triptych
