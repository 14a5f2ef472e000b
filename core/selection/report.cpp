#include "selection/decision.h"

#include "selection/sentence.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace triptych {

namespace {

const char* sourceName(EvidenceSource source) {
    switch (source) {
    case EvidenceSource::Measured: return "measured";
    case EvidenceSource::Entered: return "entered";
    case EvidenceSource::Default: return "default";
    }
    return "default";
}

Json reasonsToJson(const std::vector<Reason>& reasons) {
    Json list = Json::array();
    for (const Reason& reason : reasons)
        list.push_back({{"code", reason.code}, {"values", reason.values}, {"text", reason.text}});
    return list;
}

Json techniquesToJson(const std::vector<Technique>& techniques) {
    Json list = Json::array();
    for (const Technique technique : techniques)
        list.push_back(techniqueName(technique));
    return list;
}

Json armToJson(const Arm& arm) {
    return {{"technique", techniqueName(arm.technique)},
            {"run", arm.run},
            {"runs", arm.runs},
            {"seeds", arm.seeds},
            {"method", arm.method},
            {"student", arm.student.empty() ? Json() : Json(arm.student)},
            {"model", arm.model},
            {"metrics", metricsToJson(arm.metrics)},
            {"control", arm.control.empty() ? Json() : Json{{"metrics", metricsToJson(arm.control)}}},
            {"latency_p50_ms", arm.latency_p50_ms},
            {"latency_p95_ms", arm.latency_p95_ms},
            {"bytes", arm.bytes},
            {"build_s", arm.build_s},
            {"dev_accuracy", arm.dev_accuracy ? Json(*arm.dev_accuracy) : Json()},
            {"variants", arm.variants},
            {"chosen_on_test", arm.chosen_on_test}};
}

/// Text inside a table cell or a line: a bar would end the cell, a line feed the row.
std::string plain(std::string text) {
    std::string safe;
    for (const char c : text) {
        if (c == '|' || c == '*' || c == '_' || c == '`' || c == '<' || c == '[')
            safe += '\\';
        safe += c == '\n' || c == '\r' ? ' ' : c;
    }
    return safe;
}

/// "value [low, high]"; `absent` where the arm has no such metric.
std::string interval(const Metrics& metrics, const char* name, std::string (*format)(double) = formatPercent, const char* absent = "–") {
    const auto found = metrics.find(name);
    if (found == metrics.end() || !found->second.value)
        return absent;
    const Metric& metric = found->second;
    if (!metric.low || !metric.high)
        return format(*metric.value);
    return fmt::format("{} [{}, {}]", format(*metric.value), format(*metric.low), format(*metric.high));
}

std::string seedList(const Arm& arm) { return fmt::format("{}", fmt::join(arm.seeds, ", ")); }

/// Writes one language of a report.
class ReportWriter {
public:
    ReportWriter(const DecisionTree& tree, std::string_view language) : m_tree(tree), m_language(language) {}

    std::string text(std::string_view code, const Json& values = Json::object()) const { return m_tree.sentence(code, values, m_language); }
    std::string word(const Json& bilingual) const { return bilingual.at(std::string(m_language)).get<std::string>(); }

    void heading(std::string_view code) { m_out += fmt::format("\n## {}\n\n", text(code)); }
    void line(const std::string& content) { m_out += content + "\n"; }
    void row(const std::vector<std::string>& cells) {
        for (const std::string& cell : cells)
            m_out += "| " + plain(cell) + " ";
        m_out += "|\n";
    }
    void header(const std::vector<std::string>& codes) {
        std::vector<std::string> cells;
        for (const std::string& code : codes)
            cells.push_back(text(code));
        row(cells);
        for (std::size_t i = 0; i < codes.size(); ++i)
            m_out += "| --- ";
        m_out += "|\n";
    }
    std::string take() { return std::move(m_out); }

private:
    const DecisionTree& m_tree;
    std::string_view m_language;
    std::string m_out;
};

void writePath(ReportWriter& writer, const Decision& decision, const DecisionTree& tree) {
    writer.heading("report_path");
    writer.header({"column_question", "column_answer", "column_source", "column_evidence"});
    for (const DecisionStep& step : decision.path) {
        const std::string answer = writer.word(tree.json().at("answers").at(step.answer ? "yes" : "no"));
        writer.row({writer.word(tree.node(step.node).at("question")),
                    step.on_path ? answer : fmt::format("{} ({})", answer, writer.text("off_path")),
                    writer.word(tree.json().at("sources").at(sourceName(step.source))),
                    writer.text(step.evidence.at("code").get<std::string>(), step.evidence)});
    }
}

void writeArms(ReportWriter& writer, const Decision& decision, const DecisionTree& tree, std::string_view language) {
    writer.heading("report_arms");
    if (decision.arms.empty()) {
        writer.line(writer.text("report_no_arms"));
        return;
    }
    // Retention and speed-up are a student's alone; the cells of the others stay empty.
    writer.header({"column_technique", "column_run", "column_seeds", "column_accuracy", "column_macro_f1", "column_retention", "column_speedup",
                   "column_latency", "column_size", "column_build"});
    for (const Arm& arm : decision.arms) {
        const std::string how = arm.student.empty() ? arm.method : arm.method + ", " + arm.student;
        writer.row({fmt::format("{} ({})", tree.techniqueWord(arm.technique, language), how), arm.run, seedList(arm),
                    interval(arm.metrics, "accuracy"), interval(arm.metrics, "macro_f1"),
                    interval(arm.metrics, "retention", formatPercent, ""), interval(arm.metrics, "speedup", formatFactor, ""),
                    fmt::format("{} / {}", formatMilliseconds(arm.latency_p50_ms), formatMilliseconds(arm.latency_p95_ms)),
                    formatBytes(arm.bytes), formatSeconds(arm.build_s)});
        if (!arm.control.empty()) // the same network: it differs in what it has learnt
            writer.row({writer.text("report_control"), arm.run, seedList(arm), interval(arm.control, "accuracy"), interval(arm.control, "macro_f1"), "", "", "", "", ""});
    }
    writer.line("");
    writer.line(writer.text("report_arms_note"));
}

} // namespace

Json decisionToJson(const Decision& decision) {
    Json path = Json::array();
    for (const DecisionStep& step : decision.path) {
        path.push_back({{"node", step.node}, {"answer", step.answer}, {"evidence", step.evidence},
                        {"source", sourceName(step.source)}, {"on_path", step.on_path}});
    }
    Json arms = Json::array();
    for (const Arm& arm : decision.arms)
        arms.push_back(armToJson(arm));
    return {{"recommendation", techniquesToJson(decision.recommendation)},
            {"path", path},
            {"confidence", decision.confidence},
            {"reasons", reasonsToJson(decision.reasons)},
            {"arms", arms},
            {"flips", reasonsToJson(decision.flips)}};
}

std::string decisionReport(const Decision& decision, const DecisionTree& tree, const DatasetFacts& facts, std::string_view language) {
    ReportWriter writer(tree, language);
    writer.line("# " + plain(writer.text("report_title", {{"dataset", facts.name}})) + "\n");
    writer.line(writer.text("report_recommendation", {{"techniques", techniquesToJson(decision.recommendation)}, {"confidence", decision.confidence}}));
    if (const Json* leaf = tree.leaf(decision.recommendation))
        writer.line("\n" + writer.word(leaf->at("explanation")));
    writer.line("\n" + writer.text("report_data", {{"train_rows", facts.train_rows}, {"test_rows", facts.test_rows},
                                                   {"classes", facts.classes}, {"smallest_class", facts.smallest_class}}));
    writer.heading("report_why");
    for (const Reason& reason : decision.reasons)
        writer.line("- " + plain(writer.text(reason.code, reason.values)));
    writePath(writer, decision, tree);
    writeArms(writer, decision, tree, language);
    writer.heading("report_flips");
    if (decision.flips.empty())
        writer.line(writer.text("report_no_flips"));
    for (const Reason& flip : decision.flips)
        writer.line("- " + plain(writer.text(flip.code, flip.values)));
    return writer.take();
}

} // namespace triptych
