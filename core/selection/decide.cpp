#include "selection/decision.h"

#include "selection/evidence.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace triptych {

namespace {

/// What one set of answers comes to.
struct Outcome {
    std::vector<Technique> recommendation;
    std::vector<DecisionStep> path;
    std::vector<Reason> reasons;
    std::string confidence;
};

Json techniqueNames(const std::vector<Technique>& techniques) {
    Json names = Json::array();
    for (const Technique technique : techniques)
        names.push_back(techniqueName(technique));
    return names;
}

/// Decides for one set of answers; the flips do so many times over the same arms.
class Decider {
public:
    Decider(const DecisionTree& tree, const DatasetFacts& facts, const ArmTable& arms, const Answers& answers)
        : m_tree(tree), m_facts(facts), m_arms(arms), m_answers(answers) {}

    Outcome outcome() {
        m_outcome.path = answerNodes(m_tree, m_facts, m_arms, m_answers);
        spareWhatKeepsLimits();
        followTree();
        nameContradictions();
        honourLimits();
        correctByMeasurement();
        explainMeasurements();
        sayWhatSmallnessCosts();
        m_outcome.confidence = confidence();
        return std::move(m_outcome);
    }

private:
    void say(const char* code, Json values = Json::object()) {
        std::string text = m_tree.sentence(code, values, "en");
        m_outcome.reasons.push_back({code, std::move(values), std::move(text)});
    }
    const DecisionStep& step(std::string_view node) const {
        return *std::find_if(m_outcome.path.begin(), m_outcome.path.end(), [&](const DecisionStep& s) { return s.node == node; });
    }
    bool recommends(Technique technique) const {
        const auto& r = m_outcome.recommendation;
        return std::find(r.begin(), r.end(), technique) != r.end();
    }
    static Json comparison(Technique technique, Technique other, const PairedTest& test) {
        return {{"technique", techniqueName(technique)}, {"other", techniqueName(other)}, {"difference", test.difference},
                {"low", test.low}, {"high", test.high}, {"p", test.p}};
    }
    static Json footprint(const Arm& arm) {
        return {{"technique", techniqueName(arm.technique)}, {"bytes", arm.bytes}, {"latency_p95_ms", arm.latency_p95_ms}};
    }

    /// A limit asks for something small only where it is broken by what would be recommended without it.
    void spareWhatKeepsLimits() {
        const auto small = std::find_if(m_outcome.path.begin(), m_outcome.path.end(), [](const DecisionStep& s) { return s.node == "must_be_small"; });
        if (!small->answer || small->source != EvidenceSource::Measured)
            return;
        Answers open = m_answers;
        open.max_bytes.reset();
        open.max_latency_ms.reset();
        const Outcome without = Decider(m_tree, m_facts, m_arms, open).outcome();
        const Arm* only = without.recommendation.size() == 1 ? m_arms.find(without.recommendation.front()) : nullptr;
        if (!only || !keepsLimits(*only, m_answers))
            return;
        Json values = footprint(*only);
        values["max_bytes"] = m_answers.max_bytes ? Json(*m_answers.max_bytes) : Json();
        values["max_latency_ms"] = m_answers.max_latency_ms ? Json(*m_answers.max_latency_ms) : Json();
        small->answer = false;
        small->evidence = evidenceOf(m_tree, "small_limit_kept", std::move(values));
    }

    void followTree() {
        std::map<std::string, bool> given;
        for (const DecisionStep& s : m_outcome.path)
            given[s.node] = s.answer;
        const DecisionTree::Walk walk = m_tree.walk(given);
        for (DecisionStep& s : m_outcome.path)
            s.on_path = std::find(walk.path.begin(), walk.path.end(), s.node) != walk.path.end();
        m_outcome.recommendation = walk.techniques;
        if (m_arms.empty())
            say("no_arms");
        else if (m_facts.test_rows > 0 && static_cast<double>(m_facts.test_rows) < m_tree.threshold("test_rows")) {
            say("few_test_rows", {{"test_rows", m_facts.test_rows}, {"threshold", m_tree.threshold("test_rows")}});
            m_unsure = true;
        }
        say("leaf", {{"techniques", techniqueNames(walk.techniques)}});
        if (given["enough_labels"] && given["must_be_small"] && recommends(Technique::Distill))
            say("teacher_fine_tuned");
    }

    /// Entered answers that the measurements speak against: they stand, but are named.
    void nameContradictions() {
        Answers open = m_answers;
        open.enough_labels.reset();
        open.must_be_small.reset();
        for (const DecisionStep& measured : answerNodes(m_tree, m_facts, m_arms, open)) {
            const DecisionStep& taken = step(measured.node);
            if (measured.source != EvidenceSource::Measured || taken.source != EvidenceSource::Entered || measured.answer == taken.answer)
                continue;
            if (measured.node == "enough_labels" && measured.evidence["code"] == "labels_measured")
                say(taken.answer ? "labels_contradicted" : "labels_understated", measured.evidence);
            if (measured.node == "must_be_small" && measured.answer)
                say("small_contradicted", measured.evidence);
        }
    }

    /// A limit that was entered is hard: what breaks it goes, if anything measured keeps it.
    void honourLimits() {
        if (!hasLimits(m_answers))
            return;
        const auto keeping = m_arms.ranked([&](const Arm& arm) { return keepsLimits(arm, m_answers); });
        std::vector<Technique> kept;
        for (const Technique technique : m_outcome.recommendation) {
            const Arm* arm = m_arms.find(technique);
            if (!arm || keepsLimits(*arm, m_answers)) {
                kept.push_back(technique);
                continue;
            }
            if (keeping.empty()) {
                say("no_arm_keeps_limits");
                m_unsure = true;
                return;
            }
            say("limit_excludes", footprint(*arm));
            if (technique == Technique::Rag && step("knowledge_must_be_fresh").answer)
                say("fresh_given_up");
        }
        if (kept.empty()) {
            const auto open = std::find_if(keeping.begin(), keeping.end(), [&](const Arm* arm) { return !isBarred(arm->technique); });
            const Arm& chosen = open == keeping.end() ? *keeping.front() : **open;
            kept.push_back(chosen.technique);
            say("limit_chooses", footprint(chosen));
        }
        honourLimitsTogether(kept);
        m_unsure = m_unsure || (kept != m_outcome.recommendation && step("knowledge_must_be_fresh").answer);
        m_outcome.recommendation = kept;
    }

    /// Parts that keep the limits one by one may break them together. Sums are an upper bound: parts may share an encoder.
    void honourLimitsTogether(std::vector<Technique>& kept) {
        const auto together = [&](const std::vector<Technique>& techniques) {
            Json values = {{"techniques", techniqueNames(techniques)}, {"bytes", 0.0}, {"latency_p95_ms", 0.0}};
            for (const Technique technique : techniques) {
                if (const Arm* arm = m_arms.find(technique)) {
                    values["bytes"] = values["bytes"].get<double>() + arm->bytes;
                    values["latency_p95_ms"] = values["latency_p95_ms"].get<double>() + arm->latency_p95_ms;
                }
            }
            return values;
        };
        const auto fits = [&](const Json& values) {
            return keepsLimits(values["bytes"].get<double>(), values["latency_p95_ms"].get<double>(), m_answers);
        };
        const Json whole = together(kept);
        if (kept.size() < 2 || fits(whole))
            return;
        say("limit_excludes_combination", whole);
        std::vector<Technique> smaller = kept;
        std::replace(smaller.begin(), smaller.end(), Technique::FineTune, Technique::Distill);
        if (smaller != kept && m_arms.find(Technique::Distill) && fits(together(smaller))) {
            kept = smaller;
        } else {
            const auto asked = std::find_if(kept.begin(), kept.end(), [&](Technique technique) { return isAskedFor(technique); });
            kept = {asked == kept.end() ? kept.front() : *asked};
        }
        say("limit_keeps_part", {{"techniques", techniqueNames(kept)}});
    }

    /// True for what an entered answer asks for by name, whatever the accuracy.
    bool isAskedFor(Technique technique) const {
        const auto entered = [&](const char* node) { return step(node).answer && step(node).source == EvidenceSource::Entered; };
        return (technique == Technique::Rag && step("knowledge_must_be_fresh").answer) ||
               (technique == Technique::ZeroShot && step("zero_shot_good_enough").on_path && entered("zero_shot_good_enough"));
    }
    bool isDenied(std::string_view node) const { return !step(node).answer && step(node).source == EvidenceSource::Entered; }
    /// A lead of what was learnt from so few labels says little.
    bool labelsAreTooFewToTrust() const {
        return !step("enough_labels").answer && rowsPerClass(m_facts) < m_tree.threshold("measured_rows_per_class");
    }
    /// True for what the tree left out for a reason that no lead in accuracy answers. A student is taught by what
    /// was fine-tuned, so it shares the fate of its teacher.
    bool isBarred(Technique technique) const {
        if (technique == Technique::ZeroShot)
            return isDenied("zero_shot_good_enough");
        if (technique == Technique::FineTune || technique == Technique::Distill)
            return isDenied("enough_labels") || labelsAreTooFewToTrust();
        return false;
    }
    /// What could stand in the place of `current` without breaking an answer.
    bool mayReplace(const Arm& candidate, const Arm& current) const {
        if (candidate.technique == current.technique || !keepsLimits(candidate, m_answers) || isBarred(candidate.technique))
            return false;
        // "Must be small" without a figure: nothing larger may win by accuracy.
        return !step("must_be_small").answer || hasLimits(m_answers) || candidate.bytes <= current.bytes;
    }

    void correctByMeasurement() {
        std::vector<Technique>& chosen = m_outcome.recommendation;
        if (chosen.size() > 1) {
            dropPartnerWithoutGain();
            return;
        }
        const Arm* current = m_arms.find(chosen.front());
        if (!current || isAskedFor(chosen.front()))
            return;
        const auto candidates = m_arms.ranked([&](const Arm& arm) { return mayReplace(arm, *current); });
        const auto test = m_arms.compareBest(candidates, *current);
        const double margin = current->technique == Technique::ZeroShot ? m_tree.threshold("zero_shot_margin") : 0.0;
        if (test && clearlyAbove(*test) && test->difference > margin) {
            say("corrected_by_measurement", comparison(current->technique, candidates.front()->technique, *test));
            chosen = {candidates.front()->technique};
        }
    }

    /// Retrieval with a partner that is measured clearly worse than retrieval alone, and is not there to be small.
    void dropPartnerWithoutGain() {
        const Arm* retrieval = recommends(Technique::Rag) ? m_arms.find(Technique::Rag) : nullptr;
        if (!retrieval || step("must_be_small").answer)
            return;
        for (const Technique technique : m_outcome.recommendation) {
            const Arm* partner = technique == Technique::Rag ? nullptr : m_arms.find(technique);
            const auto test = partner ? m_arms.compare(*retrieval, *partner) : std::nullopt;
            if (test && clearlyAbove(*test)) {
                say("corrected_by_measurement", comparison(technique, Technique::Rag, *test));
                m_outcome.recommendation = {Technique::Rag};
                return;
            }
        }
    }

    void explainMeasurements() {
        for (const Technique technique : m_outcome.recommendation) {
            const Arm* arm = m_arms.find(technique);
            if (!arm) {
                say("not_measured", {{"technique", techniqueName(technique)}});
                m_unsure = true;
                continue;
            }
            Json values = footprint(*arm);
            values["method"] = arm->method;
            const auto metric = arm->metrics.find("accuracy");
            const Json accuracy = metricToJson(metric == arm->metrics.end() ? Metric() : metric->second);
            values["accuracy"] = accuracy["value"];
            values["low"] = accuracy["low"];
            values["high"] = accuracy["high"];
            say("measured_arm", std::move(values));
            if (arm->chosen_on_test)
                say("chosen_on_test", {{"technique", techniqueName(technique)}, {"variants", arm->variants}});
        }
        if (m_outcome.recommendation.size() > 1) {
            say("combination_not_measured");
            return;
        }
        const Technique technique = m_outcome.recommendation.front();
        const Arm* arm = m_arms.find(technique);
        const auto others = m_arms.ranked([&](const Arm& other) { return other.technique != technique && keepsLimits(other, m_answers); });
        const auto test = arm && !others.empty() ? m_arms.compare(*arm, *others.front()) : std::nullopt;
        if (!test)
            return;
        m_clear = clearlyAbove(*test);
        const Technique other = others.front()->technique;
        const bool behind = clearlyAbove(*m_arms.compareBest(others, *arm));
        Json values = comparison(technique, other, *test);
        if (behind && isBarred(other) && !isDenied("enough_labels") && other != Technique::ZeroShot) {
            values["rows_per_class"] = rowsPerClass(m_facts);
            values["threshold"] = m_tree.threshold("measured_rows_per_class");
            say("lead_not_trusted", std::move(values));
            return;
        }
        say(m_clear ? "clearly_best" : behind ? "clearly_behind" : "not_separated", std::move(values));
    }

    /// Against what would be recommended if nothing had to be small, by the arms that differ.
    void sayWhatSmallnessCosts() {
        if (!step("must_be_small").answer)
            return;
        Answers open = m_answers;
        open.must_be_small = false;
        open.max_bytes.reset();
        open.max_latency_ms.reset();
        const std::vector<Technique> large = Decider(m_tree, m_facts, m_arms, open).outcome().recommendation;
        const auto only = [](const std::vector<Technique>& these, const std::vector<Technique>& without) -> std::optional<Technique> {
            std::vector<Technique> left;
            std::copy_if(these.begin(), these.end(), std::back_inserter(left), [&](Technique t) { return std::find(without.begin(), without.end(), t) == without.end(); });
            return left.size() == 1 ? std::optional(left.front()) : std::nullopt;
        };
        const std::vector<Technique>& small = m_outcome.recommendation;
        if (small == large && small.size() == 1 && m_arms.find(small.front()))
            return say("small_costs_nothing", {{"technique", techniqueName(small.front())}});
        const auto mine = only(small, large), other = only(large, small);
        const Arm* const arm = mine ? m_arms.find(*mine) : nullptr;
        const Arm* const against = other ? m_arms.find(*other) : nullptr;
        if (const auto test = arm && against ? m_arms.compare(*arm, *against) : std::nullopt)
            say("small_costs", comparison(*mine, *other, *test));
    }

    /// High: no guess on the path and a measured, clear lead. Low: what is recommended was not measured, or
    /// the answers cannot all be met, or the path is guesses alone.
    std::string confidence() const {
        int onPath = 0, guesses = 0;
        for (const DecisionStep& s : m_outcome.path) {
            onPath += s.on_path;
            guesses += s.on_path && s.source == EvidenceSource::Default;
        }
        if (m_unsure || guesses == onPath)
            return "low";
        return guesses == 0 && m_clear && m_outcome.recommendation.size() == 1 ? "high" : "medium";
    }

    const DecisionTree& m_tree;
    const DatasetFacts& m_facts;
    const ArmTable& m_arms;
    const Answers& m_answers;
    Outcome m_outcome;
    bool m_unsure = false; ///< something recommended is unmeasured, or a wish is given up
    bool m_clear = false;  ///< the recommended arm leads clearly
};

/// Decides again with one thing changed at a time.
class FlipFinder {
public:
    FlipFinder(const DecisionTree& tree, const DatasetFacts& facts, const ArmTable& arms, const std::vector<Arm>& list,
               const Answers& answers, const Outcome& base)
        : m_tree(tree), m_facts(facts), m_arms(arms), m_list(list), m_answers(answers), m_base(base) {}

    std::vector<Reason> flips() {
        turnAnswer("knowledge_must_be_fresh", &Answers::knowledge_must_be_fresh);
        turnAnswer("enough_labels", &Answers::enough_labels);
        turnAnswer("must_be_small", &Answers::must_be_small);
        turnAnswer("zero_shot_good_enough", &Answers::zero_shot_good_enough);
        moveLimit("flip_max_bytes", "flip_no_max_bytes", &Answers::max_bytes, [](const Arm& arm) { return arm.bytes; });
        moveLimit("flip_max_latency_ms", "flip_no_max_latency_ms", &Answers::max_latency_ms, [](const Arm& arm) { return arm.latency_p95_ms; });
        return std::move(m_flips);
    }

private:
    /// True, with the sentence noted, if these answers lead somewhere else.
    bool differs(const Answers& changed, const char* code, Json values) {
        const Outcome outcome = Decider(m_tree, m_facts, m_arms, changed).outcome();
        if (outcome.recommendation == m_base.recommendation)
            return false;
        values["techniques"] = techniqueNames(outcome.recommendation);
        std::string text = m_tree.sentence(code, values, "en");
        m_flips.push_back({code, std::move(values), std::move(text)});
        return true;
    }

    void turnAnswer(const char* node, std::optional<bool> Answers::* field) {
        const auto taken = std::find_if(m_base.path.begin(), m_base.path.end(), [&](const DecisionStep& s) { return s.node == node; });
        Answers changed = m_answers;
        changed.*field = !taken->answer;
        differs(changed, "flip_answer", {{"question", node}, {"answer", !taken->answer}});
    }

    void moveLimit(const char* code, const char* noneCode, std::optional<double> Answers::* field, double (*measure)(const Arm&)) {
        // Between two measured values or sums of two nothing changes, so a limit on each and one just under it are enough.
        std::set<double> limits;
        const auto add = [&](double value) {
            if (value > 0)
                limits.insert({value, 0.99 * value});
        };
        for (std::size_t i = 0; i < m_list.size(); ++i) {
            add(measure(m_list[i]));
            for (std::size_t k = i + 1; k < m_list.size(); ++k)
                add(measure(m_list[i]) + measure(m_list[k]));
        }
        const std::optional<double> current = m_answers.*field;
        Answers changed = m_answers;
        for (auto limit = limits.rbegin(); limit != limits.rend(); ++limit) { // downwards: the nearest that changes it
            changed.*field = *limit;
            if ((!current || *limit < *current) && differs(changed, code, {{"limit", *limit}}))
                break;
        }
        if (!current)
            return;
        for (const double limit : limits) {
            changed.*field = limit;
            if (limit > *current && differs(changed, code, {{"limit", limit}}))
                return;
        }
        changed.*field = std::nullopt;
        differs(changed, noneCode, Json::object());
    }

    const DecisionTree& m_tree;
    const DatasetFacts& m_facts;
    const ArmTable& m_arms;
    const std::vector<Arm>& m_list;
    const Answers& m_answers;
    const Outcome& m_base;
    std::vector<Reason> m_flips;
};

} // namespace

Decision decide(const DecisionTree& tree, const DatasetFacts& facts, const std::vector<Arm>& arms, const Answers& answers,
                std::uint64_t seed) {
    const ArmTable table(arms, seed);
    Outcome outcome = Decider(tree, facts, table, answers).outcome();
    std::vector<Reason> flips = FlipFinder(tree, facts, table, arms, answers, outcome).flips();
    return {std::move(outcome.recommendation), std::move(outcome.path), std::move(outcome.confidence),
            std::move(outcome.reasons), std::move(flips), arms};
}

} // namespace triptych
