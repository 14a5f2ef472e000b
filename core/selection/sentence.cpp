#include "selection/sentence.h"

#include "selection/decision.h"

#include <fmt/format.h>

#include <cmath>

namespace triptych {

namespace {

constexpr const char* kNothing = "–";

std::string formatNumber(double value) {
    std::string text = fmt::format("{:.1f}", value);
    if (text.ends_with(".0"))
        text.resize(text.size() - 2);
    return text;
}

std::string formatPoints(double fraction, std::string_view language) {
    return fmt::format("{:+.1f}{}", 100 * fraction, language == "zh" ? " 个百分点" : " points");
}

std::string word(const DecisionTree& tree, const char* group, const std::string& key, std::string_view language) {
    const Json& words = tree.json().at(group);
    const auto found = words.find(key);
    return found == words.end() ? key : found->at(std::string(language)).get<std::string>();
}

std::string joinTechniques(const Json& names, std::string_view language, const DecisionTree& tree) {
    std::string text;
    for (const Json& name : names)
        text += (text.empty() ? "" : " + ") + word(tree, "techniques", name.get<std::string>(), language);
    return text;
}

std::string show(const Json& value, std::string_view form, std::string_view language, const DecisionTree& tree) {
    if (value.is_number()) {
        const double number = value.get<double>();
        if (form == "count")
            return formatCount(number);
        if (form == "percent")
            return formatPercent(number);
        if (form == "points")
            return formatPoints(number, language);
        if (form == "gap")
            return fmt::format("{:.1f}{}", 100 * number, language == "zh" ? " 个百分点" : " points");
        if (form == "bytes")
            return formatBytes(number);
        if (form == "ms")
            return formatMilliseconds(number);
        return formatNumber(number);
    }
    if (value.is_string()) {
        const std::string text = value.get<std::string>();
        if (form == "technique")
            return word(tree, "techniques", text, language);
        if (form == "confidence")
            return word(tree, "confidence", text, language);
        if (form == "question")
            return tree.node(text).at("question").at(std::string(language)).get<std::string>();
        return text;
    }
    if (value.is_boolean())
        return word(tree, "answers", value.get<bool>() ? "yes" : "no", language);
    if (value.is_array() && form == "techniques")
        return joinTechniques(value, language, tree);
    return kNothing;
}

} // namespace

std::string formatCount(double value) {
    std::string digits = fmt::format("{:.0f}", std::abs(value));
    for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
        digits.insert(static_cast<std::size_t>(place), ",");
    return (value < 0 ? "-" : "") + digits;
}

std::string formatPercent(double fraction) { return fmt::format("{:.1f} %", 100 * fraction); }

std::string formatFactor(double factor) { return fmt::format("{:.1f} ×", factor); }

std::string formatBytes(double bytes) {
    if (bytes < 1000)
        return fmt::format("{:.0f} B", bytes);
    if (bytes < 1e6)
        return fmt::format("{:.1f} kB", bytes / 1e3);
    if (bytes < 1e9)
        return fmt::format("{:.1f} MB", bytes / 1e6);
    return fmt::format("{:.2f} GB", bytes / 1e9);
}

std::string formatMilliseconds(double ms) { return ms < 10 ? fmt::format("{:.2f} ms", ms) : fmt::format("{:.0f} ms", ms); }

std::string formatSeconds(double seconds) { return seconds < 10 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} s", seconds); }

std::string fillSentence(std::string_view pattern, const Json& values, std::string_view language, const DecisionTree& tree) {
    std::string text;
    for (std::size_t at = 0; at < pattern.size();) {
        const std::size_t open = pattern.find('{', at);
        text += pattern.substr(at, open - at);
        if (open == std::string_view::npos)
            break;
        const std::size_t close = pattern.find('}', open);
        if (close == std::string_view::npos) {
            text += pattern.substr(open);
            break;
        }
        const std::string_view place = pattern.substr(open + 1, close - open - 1);
        const std::size_t colon = place.find(':');
        const std::string name(place.substr(0, colon));
        const std::string_view form = colon == std::string_view::npos ? "text" : place.substr(colon + 1);
        const auto value = values.find(name);
        text += value == values.end() ? kNothing : show(*value, form, language, tree);
        at = close + 1;
    }
    return text;
}

} // namespace triptych
