#include "text/jinja_syntax.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace triptych {

namespace {

constexpr std::string_view kBlank = " \t\n\r\f\v";

/// "\r\n" and "\r" become "\n"; one line end at the very end is dropped.
std::string withPlainLineEnds(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r')
            plain += text[i];
        else if (i + 1 == text.size() || text[i + 1] != '\n')
            plain += '\n';
    }
    if (plain.ends_with('\n'))
        plain.pop_back();
    return plain;
}

class Lexer {
public:
    Lexer(std::string_view text, const std::string& source) : m_text(withPlainLineEnds(text)), m_source(source) {}

    std::vector<JinjaToken> run() {
        while (m_at < m_text.size()) {
            std::size_t tag = m_text.find('{', m_at);
            while (tag != std::string::npos && (tag + 1 == m_text.size() || std::string_view("{%#").find(m_text[tag + 1]) == std::string_view::npos))
                tag = m_text.find('{', tag + 1);
            if (tag == std::string::npos) {
                data(m_text.size(), '\0', false);
                break;
            }
            const char kind = m_text[tag + 1];
            data(tag, signAt(tag + 2), kind != '{');
            m_line = lineAt(tag);
            if (kind == '#')
                comment();
            else if (kind == '%' && !raw())
                inside(JinjaToken::Type::BlockBegin, JinjaToken::Type::BlockEnd, "%}");
            else if (kind == '{')
                inside(JinjaToken::Type::ExpressionBegin, JinjaToken::Type::ExpressionEnd, "}}");
        }
        m_line = lineAt(m_text.size());
        push(JinjaToken::Type::End, {});
        return std::move(m_tokens);
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}', line {}: {}", m_source, m_line, what));
    }
    void push(JinjaToken::Type type, std::string text) { m_tokens.push_back({type, std::move(text), m_line}); }

    int lineAt(std::size_t at) {
        m_counted.second += static_cast<int>(std::count(m_text.begin() + static_cast<std::ptrdiff_t>(m_counted.first), m_text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
        m_counted.first = at;
        return m_counted.second;
    }
    char signAt(std::size_t at) const { return at < m_text.size() && (m_text[at] == '-' || m_text[at] == '+') ? m_text[at] : '\0'; }
    std::size_t pastBlank(std::size_t at) const {
        while (at < m_text.size()) {
            const std::size_t length = blankAt(at);
            if (length == 0)
                break;
            at += length;
        }
        return at;
    }
    /// Bytes of the white-space character at a place, 0 if it is another.
    std::size_t blankAt(std::size_t at) const {
        const auto c = static_cast<unsigned char>(m_text[at]);
        if (c < 0x80)
            return kBlank.find(m_text[at]) != std::string_view::npos || (c >= 0x1c && c <= 0x1f) ? 1 : 0;
        const std::size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
        const std::u32string chars = decodeUtf8(std::string_view(m_text).substr(at, length));
        return !chars.empty() && isWhiteSpace(chars[0]) ? length : 0;
    }

    /// Text up to the next tag: `-` in the tag strips it, else a block strips the blanks between it and its line's start.
    void data(std::size_t end, char sign, bool block) {
        std::string_view text = std::string_view(m_text).substr(m_at, end - m_at);
        if (sign == '-') {
            const std::u32string chars = decodeUtf8(text);
            std::size_t kept = chars.size();
            while (kept > 0 && (isWhiteSpace(chars[kept - 1]) || (chars[kept - 1] >= 0x1c && chars[kept - 1] <= 0x1f)))
                --kept;
            std::size_t bytes = 0;
            for (std::size_t i = 0; i < kept; ++i)
                bytes += static_cast<std::size_t>(utf8Length(chars[i]));
            text = text.substr(0, std::min(bytes, text.size()));
        } else if (sign != '+' && block) {
            const std::size_t start = text.rfind('\n') + 1;
            if ((start > 0 || m_lineStarts) && start < text.size() && pastBlank(m_at + start) >= end)
                text = text.substr(0, start);
        }
        m_line = lineAt(m_at);
        if (!text.empty())
            push(JinjaToken::Type::Data, std::string(text));
        m_at = end;
    }

    /// Ends a tag at m_at if `close` stands there, with the white space that goes with it.
    bool closes(std::string_view close, bool trims = true) {
        const std::string_view rest = std::string_view(m_text).substr(m_at);
        const bool expression = close == "}}";
        std::size_t end = 0;
        if (rest.starts_with(close))
            end = m_at + 2 + (!expression && trims && m_at + 2 < m_text.size() && m_text[m_at + 2] == '\n' ? 1 : 0);
        else if (rest.size() > 2 && rest[0] == '-' && rest.substr(1).starts_with(close))
            end = pastBlank(m_at + 3);
        else if (!expression && rest.size() > 2 && rest[0] == '+' && rest.substr(1).starts_with(close))
            end = m_at + 3;
        else
            return false;
        m_lineStarts = m_text[end - 1] == '\n';
        m_at = end;
        return true;
    }

    void comment() {
        const std::size_t begin = m_at + 2 + (signAt(m_at + 2) != '\0' ? 1 : 0);
        const std::size_t end = m_text.find("#}", begin);
        if (end == std::string::npos)
            fail("the comment '{#' is not closed");
        const bool sign = end > begin && signAt(end - 1) != '\0';
        m_at = sign ? end - 1 : end;
        closes("#}");
    }

    /// {% raw %} ... {% endraw %}
    bool raw() {
        const std::size_t begin = m_at;
        const auto word = [this](std::string_view name) {
            std::size_t at = m_at + 2 + (signAt(m_at + 2) != '\0' ? 1 : 0);
            at = pastBlank(at);
            if (!std::string_view(m_text).substr(at).starts_with(name))
                return false;
            at = pastBlank(at + name.size());
            const std::size_t before = std::exchange(m_at, at);
            if (closes("%}", name == "endraw")) // the line end behind {% raw %} stays
                return true;
            m_at = before;
            return false;
        };
        if (!word("raw"))
            return false;
        const std::size_t start = m_at;
        for (std::size_t at = m_text.find("{%", start); at != std::string::npos; at = m_text.find("{%", at + 1)) {
            m_at = at;
            const bool lineStarts = m_lineStarts;
            if (word("endraw")) {
                const std::size_t end = std::exchange(m_at, start);
                const bool after = std::exchange(m_lineStarts, lineStarts);
                data(at, signAt(at + 2), true);
                m_at = end;
                m_lineStarts = after;
                return true;
            }
        }
        m_at = begin;
        fail("'{% raw %}' is not closed");
    }

    void inside(JinjaToken::Type begin, JinjaToken::Type end, std::string_view close) {
        push(begin, {});
        const int opened = m_line;
        m_at += 2;
        if (signAt(m_at) != '\0')
            ++m_at;
        std::string brackets;
        for (;;) {
            m_at = pastBlank(m_at);
            m_line = lineAt(m_at);
            if (m_at >= m_text.size()) {
                m_line = opened;
                fail(fmt::format("the tag is not closed by '{}'", close));
            }
            if (brackets.empty() && closes(close))
                break;
            token(brackets);
        }
        push(end, {});
    }

    void token(std::string& brackets) {
        const char c = m_text[m_at];
        const auto isDigit = [](char x) { return x >= '0' && x <= '9'; };
        const auto isWord = [&](char x) { return isDigit(x) || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || x == '_' || static_cast<unsigned char>(x) >= 0x80; };
        if (c == '\'' || c == '"')
            return text(c);
        if (isDigit(c))
            return number();
        if (isWord(c)) {
            const std::size_t begin = m_at;
            while (m_at < m_text.size() && isWord(m_text[m_at]))
                ++m_at;
            return push(JinjaToken::Type::Name, m_text.substr(begin, m_at - begin));
        }
        constexpr std::array<std::string_view, 26> kOperators = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]",
                                                                 "(",  ")",  "{",  "}",  ">",  "<",  "=", ".", ":", "|", ",", ";"};
        const std::string_view rest = std::string_view(m_text).substr(m_at);
        const auto found = std::find_if(kOperators.begin(), kOperators.end(), [&](std::string_view op) { return rest.starts_with(op); });
        if (found == kOperators.end())
            fail(fmt::format("'{}' has no meaning inside a tag", c));
        if (std::string_view("([{").find(c) != std::string_view::npos) {
            brackets += c == '(' ? ')' : c == '[' ? ']' : '}';
        } else if (std::string_view(")]}").find(c) != std::string_view::npos) {
            if (brackets.empty() || brackets.back() != c)
                fail(fmt::format("'{}' closes nothing", c));
            brackets.pop_back();
        }
        m_at += found->size();
        push(JinjaToken::Type::Operator, std::string(*found));
    }

    void number() {
        const std::string_view rest = std::string_view(m_text).substr(m_at);
        const auto digits = [&rest](std::size_t at) {
            while (at < rest.size() && ((rest[at] >= '0' && rest[at] <= '9') || (rest[at] == '_' && at + 1 < rest.size() && rest[at + 1] >= '0' && rest[at + 1] <= '9')))
                ++at;
            return at;
        };
        std::size_t end = digits(0);
        bool real = false;
        if (end + 1 < rest.size() && rest[end] == '.' && rest[end + 1] >= '0' && rest[end + 1] <= '9') {
            end = digits(end + 1);
            real = true;
        }
        if (end + 1 < rest.size() && (rest[end] == 'e' || rest[end] == 'E')) {
            const std::size_t first = end + 1 + (rest[end + 1] == '+' || rest[end + 1] == '-' ? 1 : 0);
            if (first < rest.size() && rest[first] >= '0' && rest[first] <= '9') {
                end = digits(first);
                real = true;
            }
        }
        std::string value(rest.substr(0, end));
        std::erase(value, '_');
        m_at += end;
        push(real ? JinjaToken::Type::Real : JinjaToken::Type::Integer, std::move(value));
    }

    void text(char quote) {
        std::size_t end = m_at + 1;
        while (end < m_text.size() && m_text[end] != quote)
            end += m_text[end] == '\\' ? 2 : 1;
        if (end >= m_text.size())
            fail("a text is not closed by its quotation mark");
        const std::string value = unescape(std::string_view(m_text).substr(m_at + 1, end - m_at - 1));
        m_at = end + 1;
        push(JinjaToken::Type::Text, value);
    }

    /// Python's escapes; an unknown one stays as it is.
    std::string unescape(std::string_view text) const {
        constexpr std::string_view kLetters = "abfnrtv\\'\"", kMeanings = "\a\b\f\n\r\t\v\\'\"";
        std::string out;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '\\' || i + 1 == text.size()) {
                out += text[i];
                continue;
            }
            const char c = text[++i];
            const std::size_t width = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
            if (const std::size_t known = kLetters.find(c); known != std::string_view::npos) {
                out += kMeanings[known];
            } else if (c == '\n') {
                continue;
            } else if (width > 0) {
                const std::string_view digits = text.substr(i + 1, width);
                if (digits.size() != width || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
                    fail(fmt::format("the escape '\\{}' in a text needs {} hexadecimal digits", c, width));
                appendCharacter(out, std::stoul(std::string(digits), nullptr, 16));
                i += width;
            } else if (c >= '0' && c <= '7') {
                std::size_t length = 1;
                while (length < 3 && i + length < text.size() && text[i + length] >= '0' && text[i + length] <= '7')
                    ++length;
                appendCharacter(out, std::stoul(std::string(text.substr(i, length)), nullptr, 8));
                i += length - 1;
            } else if (static_cast<unsigned char>(c) >= 0x80) {
                // Jinja2 writes such characters as escapes before it resolves them, and the backslash escapes that one's.
                const std::size_t length = static_cast<unsigned char>(c) >= 0xf0 ? 4 : static_cast<unsigned char>(c) >= 0xe0 ? 3 : 2;
                const auto code = static_cast<unsigned>(decodeUtf8(text.substr(i, length)).front());
                out += code < 0x100 ? fmt::format("\\x{:02x}", code) : code < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
                i += length - 1;
            } else {
                out += '\\';
                out += c;
            }
        }
        return out;
    }
    void appendCharacter(std::string& out, unsigned long c) const {
        if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
            fail(fmt::format("a text has the escape U+{:04X}, which is no character", c));
        appendUtf8(out, static_cast<char32_t>(c));
    }

    const std::string m_text;
    const std::string& m_source;
    std::size_t m_at = 0;
    bool m_lineStarts = true; ///< whether what was read last ends a line
    int m_line = 1;
    std::pair<std::size_t, int> m_counted{0, 1}; ///< place and its line
    std::vector<JinjaToken> m_tokens;
};

} // namespace

std::vector<JinjaToken> lexJinja(std::string_view text, const std::string& source) { return Lexer(text, source).run(); }

} // namespace triptych
