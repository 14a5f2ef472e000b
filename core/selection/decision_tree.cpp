#include "selection/decision.h"

#include "base/error.h"
#include "base/resources.h"
#include "selection/sentence.h"

#include <fmt/format.h>

#include <set>

namespace triptych {

namespace {

constexpr const char* kNodeIds[] = {"knowledge_must_be_fresh", "enough_labels", "must_be_small", "zero_shot_good_enough"};
constexpr const char* kThresholds[] = {"fresh_interval_days", "rows_per_class", "measured_rows_per_class", "zero_shot_margin"};
constexpr const char* kDefaults[] = {"knowledge_must_be_fresh", "must_be_small", "zero_shot_good_enough"};

[[noreturn]] void refuse(const std::string& where, const std::string& problem) {
    throw Error(ErrorCode::InvalidInput, fmt::format("decision tree: {} {}", where, problem));
}

const Json& member(const Json& value, const char* key, const std::string& where) {
    if (!value.is_object() || !value.contains(key))
        refuse(where, fmt::format("lacks \"{}\"", key));
    return value[key];
}

/// Every object that holds one language holds both.
void requireBothLanguages(const Json& value, const std::string& where) {
    if (value.is_object() && (value.contains("en") || value.contains("zh"))) {
        for (const char* language : {"en", "zh"}) {
            const auto text = value.find(language);
            if (text == value.end() || !text->is_string() || text->get<std::string>().empty())
                refuse(where, fmt::format("lacks its text in \"{}\"", language));
        }
        return;
    }
    if (value.is_object()) {
        for (const auto& [key, entry] : value.items())
            requireBothLanguages(entry, where.empty() ? key : where + "." + key);
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            const bool named = value[i].is_object() && value[i].contains("id") && value[i]["id"].is_string();
            requireBothLanguages(value[i], where + "." + (named ? value[i]["id"].get<std::string>() : std::to_string(i)));
        }
    }
}

void requireText(const Json& value, const char* key, const std::string& where) {
    const Json& text = member(value, key, where);
    if (!text.is_object() || !text.contains("en"))
        refuse(where, fmt::format("has no text in \"{}\"", key));
}

void checkBranch(const Json& tree, const std::string& id, const char* answer) {
    const std::string where = fmt::format("node \"{}\", branch \"{}\"", id, answer);
    const Json& branch = member(tree, answer, where);
    requireText(branch, "label", where);
    const Json& adds = member(branch, "adds", where);
    if (!adds.is_null()) {
        if (!adds.is_string())
            refuse(where, "adds something that is not a technique's name");
        techniqueFromName(adds.get<std::string>());
    }
    const Json& next = member(branch, "next", where);
    const bool known = next.is_string() && std::find(std::begin(kNodeIds), std::end(kNodeIds), next.get<std::string>()) != std::end(kNodeIds);
    if (!next.is_null() && !known)
        refuse(where, fmt::format("goes on to {}, which is no node", next.dump()));
}

void checkNodes(const Json& value) {
    const Json& nodes = member(value, "nodes", "the file");
    if (!nodes.is_array())
        refuse("\"nodes\"", "is not an array");
    std::set<std::string> seen;
    for (const Json& node : nodes) {
        const Json& id = member(node, "id", "a node");
        if (!id.is_string() || std::find(std::begin(kNodeIds), std::end(kNodeIds), id.get<std::string>()) == std::end(kNodeIds))
            refuse("node " + id.dump(), "is not one of the four questions");
        const std::string name = id.get<std::string>();
        if (!seen.insert(name).second)
            refuse("node \"" + name + "\"", "stands twice");
        for (const char* text : {"question", "explanation", "default"})
            requireText(node, text, "node \"" + name + "\"");
        checkBranch(node, name, "yes");
        checkBranch(node, name, "no");
    }
    for (const char* id : kNodeIds) {
        if (!seen.contains(id))
            refuse(fmt::format("node \"{}\"", id), "is missing");
    }
    if (const Json& root = member(value, "root", "the file"); !root.is_string() || !seen.contains(root.get<std::string>()))
        refuse("\"root\"", "names no node");
}

void checkNumbers(const Json& value) {
    const Json& thresholds = member(value, "thresholds", "the file");
    for (const char* name : kThresholds) {
        if (!member(thresholds, name, "\"thresholds\"").is_number())
            refuse(fmt::format("threshold \"{}\"", name), "is not a number");
        requireText(member(value, "threshold_notes", "the file"), name, "\"threshold_notes\"");
    }
    const Json& defaults = member(value, "defaults", "the file");
    for (const char* name : kDefaults) {
        if (!member(defaults, name, "\"defaults\"").is_boolean())
            refuse(fmt::format("default \"{}\"", name), "is neither true nor false");
    }
}

} // namespace

DecisionTree DecisionTree::fromJson(const Json& value) {
    if (member(value, "version", "the file") != 1)
        refuse("\"version\"", "is not 1");
    checkNodes(value);
    checkNumbers(value);
    for (const char* part : {"leaves", "rules"}) {
        if (!member(value, part, "the file").is_array())
            refuse(fmt::format("\"{}\"", part), "is not an array");
    }
    requireBothLanguages(value, "");
    const Json& techniques = member(value, "techniques", "the file");
    for (int i = 0; i <= static_cast<int>(Technique::Hybrid); ++i)
        requireText(techniques, std::string(techniqueName(static_cast<Technique>(i))).c_str(), "\"techniques\"");
    for (const char* part : {"sources", "confidence", "answers", "texts"})
        member(value, part, "the file");

    DecisionTree tree;
    tree.m_json = value;
    try {
        for (int bits = 0; bits < 16; ++bits) {
            std::map<std::string, bool> answers;
            for (int i = 0; i < 4; ++i)
                answers[kNodeIds[i]] = (bits >> i) & 1;
            const Walk walk = tree.walk(answers);
            if (!tree.leaf(walk.techniques))
                refuse("the answers " + Json(answers).dump(), "reach no leaf");
        }
    } catch (const Json::exception& error) {
        refuse("a leaf or rule", fmt::format("is malformed: {}", error.what()));
    }
    return tree;
}

DecisionTree DecisionTree::load() { return fromJson(readJsonFile(resourcePath("decision_tree.json"))); }

double DecisionTree::threshold(std::string_view name) const { return m_json["thresholds"].at(std::string(name)).get<double>(); }

const Json& DecisionTree::node(std::string_view id) const {
    for (const Json& node : m_json["nodes"]) {
        if (node["id"] == id)
            return node;
    }
    throw Error(ErrorCode::InvalidArgument, fmt::format("the decision tree has no node '{}'", id));
}

DecisionTree::Walk DecisionTree::walk(const std::map<std::string, bool>& answers) const {
    Walk walk;
    std::set<Technique> chosen;
    Json next = m_json["root"];
    while (next.is_string()) {
        const std::string id = next.get<std::string>();
        if (std::find(walk.path.begin(), walk.path.end(), id) != walk.path.end())
            refuse(fmt::format("node \"{}\"", id), "is reached in a circle");
        const Json& current = node(id);
        if (current.value("asked_if_nothing_chosen", false) && !chosen.empty())
            break;
        walk.path.push_back(id);
        const Json& branch = current[answers.at(id) ? "yes" : "no"];
        if (branch["adds"].is_string())
            chosen.insert(techniqueFromName(branch["adds"].get<std::string>()));
        next = branch["next"];
    }
    for (const Json& rule : m_json["rules"]) {
        bool applies = true;
        for (const Json& technique : rule.at("if"))
            applies = applies && chosen.contains(techniqueFromName(technique.get<std::string>()));
        if (applies)
            chosen.erase(techniqueFromName(rule.at("drop").get<std::string>()));
    }
    walk.techniques.assign(chosen.begin(), chosen.end());
    return walk;
}

const Json* DecisionTree::leaf(const std::vector<Technique>& techniques) const {
    const std::set<Technique> wanted(techniques.begin(), techniques.end());
    for (const Json& leaf : m_json["leaves"]) {
        std::set<Technique> has;
        for (const Json& technique : leaf.at("techniques"))
            has.insert(techniqueFromName(technique.get<std::string>()));
        if (has == wanted)
            return &leaf;
    }
    return nullptr;
}

std::string DecisionTree::techniqueWord(Technique technique, std::string_view language) const {
    return m_json["techniques"][std::string(techniqueName(technique))].at(std::string(language)).get<std::string>();
}

std::string DecisionTree::sentence(std::string_view code, const Json& values, std::string_view language) const {
    const auto text = m_json["texts"].find(std::string(code));
    if (text == m_json["texts"].end() || (language != "en" && language != "zh"))
        throw Error(ErrorCode::InvalidArgument, fmt::format("the decision tree has no text '{}' in '{}'", code, language));
    return fillSentence((*text)[std::string(language)].get<std::string>(), values, language, *this);
}

} // namespace triptych
