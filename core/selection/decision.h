#pragma once

#include "base/json.h"
#include "metrics/metric.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace triptych {

enum class Technique { ZeroShot, Rag, FineTune, Distill, Hybrid };
/// "zero_shot", "rag", "fine_tune", "distill", "hybrid".
std::string_view techniqueName(Technique technique);
Technique techniqueFromName(std::string_view name);

enum class EvidenceSource { Measured, Entered, Default };

/// What the user may enter; all optional (`decide --answers FILE`).
struct Answers {
    std::optional<bool> knowledge_must_be_fresh;
    std::optional<double> update_interval_days;
    std::optional<bool> enough_labels;
    std::optional<bool> must_be_small;
    std::optional<double> max_bytes;
    std::optional<double> max_latency_ms;
    std::optional<bool> zero_shot_good_enough;
};
Answers answersFromJson(const Json& value); ///< Throws Error{InvalidInput} naming the key
Json answersToJson(const Answers& answers);

/// One measured arm: the best finished run of a technique on the data set.
struct Arm {
    Technique technique = Technique::ZeroShot;
    std::string run;    ///< run id
    std::string method; ///< "full", "retrieve", ...
    std::string model;  ///< name
    Metrics metrics;    ///< accuracy, macro_f1; distil: retention, speedup too
    double latency_p50_ms = 0, latency_p95_ms = 0;
    double bytes = 0;   ///< everything needed to serve it
    double build_s = 0;
    std::vector<double> correct; ///< per test row 0/1, same order for all arms; for paired tests
};

/// What is known of the data besides the arms.
struct DatasetFacts {
    std::string name;
    std::int64_t train_rows = 0, test_rows = 0;
    std::int64_t classes = 0;
    std::int64_t smallest_class = 0; ///< training rows of the rarest label
};

/// A step of the path; ids are the four keys of Answers.
struct DecisionStep {
    std::string node;     ///< "knowledge_must_be_fresh", "enough_labels", "must_be_small", "zero_shot_good_enough"
    bool answer = false;
    Json evidence;        ///< {"code", values...}: ui/l10n makes the sentence; "text" is the English one
    EvidenceSource source = EvidenceSource::Default;
    bool on_path = true;  ///< false: not reached, still shown with its evidence
};

struct Reason {
    std::string code; ///< ui/l10n knows the sentence
    Json values;
    std::string text; ///< English
};

struct Decision {
    std::vector<Technique> recommendation; ///< more than one means combined
    std::vector<DecisionStep> path;        ///< all four nodes, in the tree's order
    std::string confidence;                ///< "low", "medium", "high"
    std::vector<Reason> reasons;
    std::vector<Reason> flips;             ///< what would change the answer
    std::vector<Arm> arms;
};

/// The tree as data (resources/decision_tree.json): nodes with question, branches, leaves, both languages.
/// Throws Error{InvalidInput} naming the node at fault.
class DecisionTree {
public:
    static DecisionTree fromJson(const Json& value);
    const Json& json() const { return m_json; }

private:
    Json m_json;
};

/// Pure: no clock, no file. Entered answers win over measured evidence, which wins over the stated default.
Decision decide(const DecisionTree& tree, const DatasetFacts& facts, const std::vector<Arm>& arms,
                const Answers& answers, std::uint64_t seed);

/// The document of `decide --json` (architecture section 6).
Json decisionToJson(const Decision& decision);
/// Markdown report of a decision.
std::string decisionReport(const Decision& decision, const DecisionTree& tree, const DatasetFacts& facts,
                           std::string_view language);

} // namespace triptych
