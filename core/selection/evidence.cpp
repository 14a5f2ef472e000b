#include "selection/evidence.h"

namespace triptych {

namespace {

PairedTest turned(const PairedTest& test) { return {0 - test.difference, 0 - test.high, 0 - test.low, test.p}; } // no -0

/// The better of the two arms that need no training; null if neither was measured.
const Arm* untrainedBaseline(const ArmTable& arms) {
    const auto ranked = arms.ranked([](const Arm& arm) { return arm.technique == Technique::ZeroShot || arm.technique == Technique::Rag; });
    return ranked.empty() ? nullptr : ranked.front();
}

DecisionStep makeStep(const DecisionTree& tree, const char* node, bool answer, EvidenceSource source, const char* code, Json values) {
    return {node, answer, evidenceOf(tree, code, std::move(values)), source, true};
}

DecisionStep entered(const DecisionTree& tree, const char* node, bool answer) {
    return makeStep(tree, node, answer, EvidenceSource::Entered, "entered", Json::object());
}

bool defaultAnswer(const DecisionTree& tree, const char* node) { return tree.json().at("defaults").at(node).get<bool>(); }

DecisionStep freshness(const DecisionTree& tree, const Answers& answers) {
    constexpr const char* kNode = "knowledge_must_be_fresh";
    if (answers.knowledge_must_be_fresh)
        return entered(tree, kNode, *answers.knowledge_must_be_fresh);
    if (answers.update_interval_days) {
        const double threshold = tree.threshold("fresh_interval_days");
        return makeStep(tree, kNode, *answers.update_interval_days <= threshold, EvidenceSource::Entered, "fresh_interval",
                        {{"interval_days", *answers.update_interval_days}, {"threshold_days", threshold}});
    }
    return makeStep(tree, kNode, defaultAnswer(tree, kNode), EvidenceSource::Default, "fresh_default", Json::object());
}

DecisionStep labels(const DecisionTree& tree, const DatasetFacts& facts, const ArmTable& arms, const Answers& answers) {
    constexpr const char* kNode = "enough_labels";
    if (answers.enough_labels)
        return entered(tree, kNode, *answers.enough_labels);
    const double perClass = rowsPerClass(facts);
    const Arm* tuned = arms.find(Technique::FineTune);
    const Arm* baseline = untrainedBaseline(arms);
    const auto test = tuned && baseline ? arms.compare(*tuned, *baseline) : std::nullopt;
    if (!test) {
        const double threshold = tree.threshold("rows_per_class");
        return makeStep(tree, kNode, perClass >= threshold, EvidenceSource::Default, "labels_by_rule",
                        {{"train_rows", facts.train_rows}, {"classes", facts.classes}, {"rows_per_class", perClass}, {"threshold", threshold}});
    }
    const double trusted = tree.threshold("measured_rows_per_class");
    const bool ahead = clearlyAbove(*test);
    const char* code = ahead && perClass < trusted ? "labels_too_few_to_trust" : "labels_measured";
    return makeStep(tree, kNode, ahead && perClass >= trusted, EvidenceSource::Measured, code,
                    {{"accuracy", accuracyOf(*tuned)}, {"baseline", techniqueName(baseline->technique)}, {"baseline_accuracy", accuracyOf(*baseline)},
                     {"difference", test->difference}, {"low", test->low}, {"high", test->high}, {"rows_per_class", perClass},
                     {"smallest_class", facts.smallest_class}, {"threshold", trusted}});
}

DecisionStep smallness(const DecisionTree& tree, const ArmTable& arms, const Answers& answers) {
    constexpr const char* kNode = "must_be_small";
    if (answers.must_be_small)
        return entered(tree, kNode, *answers.must_be_small);
    if (!hasLimits(answers))
        return makeStep(tree, kNode, defaultAnswer(tree, kNode), EvidenceSource::Default, "small_default", Json::object());
    // The other two rest on the same encoder as the fine-tuned model, so they stand in for it.
    const Arm* reference = nullptr;
    for (const Technique technique : {Technique::FineTune, Technique::Rag, Technique::ZeroShot}) {
        if (!reference)
            reference = arms.find(technique);
    }
    if (!reference)
        return makeStep(tree, kNode, defaultAnswer(tree, kNode), EvidenceSource::Default, "small_not_measured", Json::object());
    const bool exceeded = !keepsLimits(*reference, answers);
    return makeStep(tree, kNode, exceeded, EvidenceSource::Measured, exceeded ? "small_limit_exceeded" : "small_limit_kept",
                    {{"technique", techniqueName(reference->technique)}, {"bytes", reference->bytes}, {"latency_p95_ms", reference->latency_p95_ms},
                     {"max_bytes", answers.max_bytes ? Json(*answers.max_bytes) : Json()},
                     {"max_latency_ms", answers.max_latency_ms ? Json(*answers.max_latency_ms) : Json()}});
}

DecisionStep zeroShot(const DecisionTree& tree, const ArmTable& arms, const Answers& answers) {
    constexpr const char* kNode = "zero_shot_good_enough";
    if (answers.zero_shot_good_enough)
        return entered(tree, kNode, *answers.zero_shot_good_enough);
    const Arm* zero = arms.find(Technique::ZeroShot);
    const auto others = arms.ranked([](const Arm& arm) { return arm.technique != Technique::ZeroShot; });
    const auto lead = zero ? arms.compareBest(others, *zero) : std::nullopt;
    if (!lead)
        return makeStep(tree, kNode, defaultAnswer(tree, kNode), EvidenceSource::Default, "zero_shot_default", Json::object());
    const PairedTest test = turned(*lead);
    const double margin = tree.threshold("zero_shot_margin");
    // So few rows tell nothing apart, and would call anything good enough: there the figure itself counts.
    const bool few = static_cast<double>(zero->correct.size()) < tree.threshold("test_rows");
    const bool tooLow = test.difference < -margin && (few || clearlyBelow(test));
    return makeStep(tree, kNode, !tooLow, EvidenceSource::Measured, "zero_shot_measured",
                    {{"accuracy", accuracyOf(*zero)}, {"best", techniqueName(others.front()->technique)}, {"best_accuracy", accuracyOf(*others.front())},
                     {"difference", test.difference}, {"low", test.low}, {"high", test.high}, {"margin", margin}});
}

} // namespace

double rowsPerClass(const DatasetFacts& facts) {
    return facts.classes > 0 ? static_cast<double>(facts.train_rows) / static_cast<double>(facts.classes) : 0.0;
}

double accuracyOf(const Arm& arm) {
    const auto metric = arm.metrics.find("accuracy");
    return metric == arm.metrics.end() ? 0.0 : metric->second.value.value_or(0.0);
}

bool hasLimits(const Answers& answers) { return answers.max_bytes || answers.max_latency_ms; }

bool keepsLimits(double bytes, double latencyP95, const Answers& answers) {
    return (!answers.max_bytes || bytes <= *answers.max_bytes) && (!answers.max_latency_ms || latencyP95 <= *answers.max_latency_ms);
}

bool keepsLimits(const Arm& arm, const Answers& answers) { return keepsLimits(arm.bytes, arm.latency_p95_ms, answers); }

ArmTable::ArmTable(const std::vector<Arm>& arms, std::uint64_t seed) : m_seed(seed) {
    for (const Arm& arm : arms) {
        const Arm*& best = m_arms[arm.technique];
        if (!best || accuracyOf(arm) > accuracyOf(*best))
            best = &arm;
    }
}

const Arm* ArmTable::find(Technique technique) const {
    const auto found = m_arms.find(technique);
    return found == m_arms.end() ? nullptr : found->second;
}

std::vector<const Arm*> ArmTable::ranked(const std::function<bool(const Arm&)>& allowed) const {
    std::vector<const Arm*> result;
    for (const auto& [technique, arm] : m_arms) {
        if (allowed(*arm))
            result.push_back(arm);
    }
    std::stable_sort(result.begin(), result.end(), [](const Arm* a, const Arm* b) { return accuracyOf(*a) > accuracyOf(*b); });
    return result;
}

std::optional<PairedTest> ArmTable::compare(const Arm& a, const Arm& b) const {
    const auto key = std::pair(a.technique, b.technique);
    const auto found = m_tests.find(key);
    if (found != m_tests.end())
        return found->second;
    std::optional<PairedTest> test;
    if (!a.correct.empty() && a.correct.size() == b.correct.size()) {
        // One order for both directions, so that a pair has one interval.
        test = a.technique < b.technique ? pairedAccuracy(a.correct, b.correct, m_seed) : pairedAccuracy(b.correct, a.correct, m_seed);
        if (a.technique > b.technique)
            test = turned(*test);
    }
    return m_tests[key] = test;
}

std::optional<PairedTest> ArmTable::compareBest(const std::vector<const Arm*>& ranked, const Arm& current) const {
    std::optional<PairedTest> best = ranked.empty() ? std::nullopt : compare(*ranked.front(), current);
    if (!best)
        return best;
    std::vector<double> p;
    for (const Arm* arm : ranked) {
        if (const auto test = compare(*arm, current))
            p.push_back(test->p);
    }
    best->p = holmAdjusted(p).front();
    return best;
}

std::vector<DecisionStep> answerNodes(const DecisionTree& tree, const DatasetFacts& facts, const ArmTable& arms, const Answers& answers) {
    return {freshness(tree, answers), labels(tree, facts, arms, answers), smallness(tree, arms, answers), zeroShot(tree, arms, answers)};
}

Json evidenceOf(const DecisionTree& tree, const char* code, Json values) {
    std::string text = tree.sentence(code, values, "en");
    values["code"] = code;
    values["text"] = std::move(text);
    return values;
}

} // namespace triptych
