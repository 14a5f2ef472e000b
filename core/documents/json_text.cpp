#include "documents/readers.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace triptych {

namespace {

constexpr std::size_t kMaxDepth = 200;

/// Writes a line `key.of.it: value` for every value, in order, as the parser comes to it; the elements of an outermost array
/// are paragraphs. Nothing of the file is kept but the way to the place.
class JsonText : public nlohmann::json_sax<Json> {
public:
    explicit JsonText(TextBuilder& out) : m_out(out) {}

    bool null() override { return true; }
    bool boolean(bool value) override { return line(value ? "true" : "false"); }
    bool number_integer(std::int64_t value) override { return line(fmt::format("{}", value)); }
    bool number_unsigned(std::uint64_t value) override { return line(fmt::format("{}", value)); }
    bool number_float(double, const std::string& text) override { return line(text); }
    bool string(std::string& value) override { return line(value); }
    bool binary(Json::binary_t&) override { return true; }
    bool start_object(std::size_t) override { return open(false); }
    bool key(std::string& name) override {
        m_path.resize(m_ends.back());
        if (!m_path.empty())
            m_path += '.';
        m_path += name;
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(true); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t position, const std::string&, const Json::exception& error) override {
        // What is wrong stands behind the place, which is said in bytes already.
        const bool outOfRange = error.id == 406;
        m_problem = outOfRange ? "it holds a number that is out of range" : fmt::format("it is not valid JSON at byte {}", position);
        return false;
    }
    const std::string& problem() const { return m_problem; }

private:
    bool open(bool isArray) {
        if (m_ends.size() >= kMaxDepth)
            throw Error(ErrorCode::InvalidInput, fmt::format("it nests deeper than {} levels", kMaxDepth), "Give the part that holds the text as a file of its own.");
        if (m_ends.empty())
            m_outermostIsArray = isArray;
        else if (m_ends.size() == 1 && m_outermostIsArray)
            m_out.paragraph();
        m_ends.push_back(m_path.size());
        return true;
    }
    bool close() {
        m_ends.pop_back();
        m_path.resize(m_ends.empty() ? 0 : m_ends.back());
        if (m_ends.size() == 1 && m_outermostIsArray)
            m_out.paragraph();
        return true;
    }
    bool line(std::string_view value) {
        if (value.empty())
            return true;
        m_out.lineBreak();
        if (!m_path.empty()) {
            m_out.text(m_path);
            m_out.separator(": ");
        }
        for (std::size_t begin = 0; begin <= value.size();) { // lines of a longer text stay lines
            const std::size_t end = std::min(value.find('\n', begin), value.size());
            m_out.text(value.substr(begin, end - begin));
            if (end < value.size())
                value.substr(end).starts_with("\n\n") ? m_out.paragraph() : m_out.lineBreak();
            begin = end + 1;
        }
        m_out.lineBreak();
        return true;
    }

    TextBuilder& m_out;
    std::string m_path;
    std::vector<std::size_t> m_ends; ///< length of the path outside each open object or array
    bool m_outermostIsArray = false;
    std::string m_problem;
};

} // namespace

void readJson(std::string_view utf8, TextBuilder& out) {
    JsonText text(out);
    if (!Json::sax_parse(utf8.begin(), utf8.end(), &text))
        throw Error(ErrorCode::InvalidInput, text.problem(), "Look at that place in the file: a comma, a quote or a bracket is missing, or the file is cut off.");
}

void readJsonLines(std::string_view utf8, TextBuilder& out) {
    std::int64_t number = 0;
    std::string firstProblem;
    bool any = false;
    while (!utf8.empty()) {
        const std::size_t end = std::min(utf8.find('\n'), utf8.size());
        const std::string_view line = utf8.substr(0, end);
        utf8.remove_prefix(std::min(end + 1, utf8.size()));
        ++number;
        if (line.find_first_not_of(" \t") == std::string_view::npos)
            continue;
        out.paragraph();
        JsonText text(out);
        if (Json::sax_parse(line.begin(), line.end(), &text)) {
            any = true;
            continue;
        }
        out.paragraph();
        const std::string problem = fmt::format("line {} was left out: {}", number, text.problem());
        if (firstProblem.empty())
            firstProblem = problem;
        out.warn(problem);
    }
    if (!any && !firstProblem.empty())
        throw Error(ErrorCode::InvalidInput, "none of its lines is valid JSON: " + firstProblem, "JSON lines hold one value a line; name the file .json if it is one value over many.");
}

} // namespace triptych
