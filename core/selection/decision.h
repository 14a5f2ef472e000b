#pragma once

#include "base/json.h"
#include "metrics/metric.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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
    std::string run;    ///< run id; of several seeds, the newest
    std::vector<std::string> runs; ///< ids of all seeds behind the figures, `run` among them
    std::vector<std::uint64_t> seeds; ///< of `runs`, in their order
    std::string method; ///< "full", "retrieve", ...
    std::string student; ///< distil: "textcnn", "shrunken-3", ...; else empty
    std::string model;  ///< name
    Metrics metrics;    ///< accuracy, macro_f1; distil: retention, speedup too; means over the seeds
    Metrics control;    ///< distil: likewise of the same student without a teacher; else empty
    double latency_p50_ms = 0, latency_p95_ms = 0;
    double bytes = 0;   ///< everything needed to serve it
    double build_s = 0;
    std::optional<double> dev_accuracy; ///< where the run measured it; a mean over the seeds
    std::int64_t variants = 1;   ///< measured settings of the technique, of which this is the best
    bool chosen_on_test = false; ///< the best of several by the test rows, since not all of them know the dev rows
    std::vector<double> correct; ///< per test row 0/1 (a mean over seeds), same order for all arms; for paired tests
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

/// The tree as data (resources/decision_tree.json): nodes with questions and branches, leaves, thresholds,
/// defaults and every sentence, both languages side by side.
class DecisionTree {
public:
    /// Throws Error{InvalidInput} naming the node or text at fault: an unknown technique, a branch to nowhere,
    /// a circle, answers that reach no leaf, a text that lacks a language.
    static DecisionTree fromJson(const Json& value);
    /// The product's own. Throws Error as resourcePath and fromJson do.
    static DecisionTree load();

    const Json& json() const { return m_json; }
    double threshold(std::string_view name) const;
    const Json& node(std::string_view id) const;

    /// Ids of the nodes in order, and which of them four answers come by.
    struct Walk {
        std::vector<std::string> path;
        std::vector<Technique> techniques; ///< in the order of the enumeration
    };
    Walk walk(const std::map<std::string, bool>& answers) const;

    /// Title or explanation of a node or leaf, a word for a technique: what stands at `language` ("en", "zh").
    const Json* leaf(const std::vector<Technique>& techniques) const; ///< null if the tree has none for this set
    std::string techniqueWord(Technique technique, std::string_view language) const;
    /// The sentence of a reason, an evidence or a flip, with its values set in: `code` as in Reason.
    std::string sentence(std::string_view code, const Json& values, std::string_view language) const;

private:
    Json m_json;
};

/// Pure: no clock, no file. At a node, entered answers win over measured evidence, which wins over the stated
/// default. What the tree then leads to is held against the arms: a technique that breaks an entered limit
/// gives way to one that keeps it (a combination counts by the sums of its parts), and one that is measured
/// clearly worse (paired test) to the better one, unless an entered answer asks for just that technique or
/// speaks against the better one. Reasons say so. The flips are found by deciding
/// again with each answer turned round and with limits moved past the measured values.
Decision decide(const DecisionTree& tree, const DatasetFacts& facts, const std::vector<Arm>& arms,
                const Answers& answers, std::uint64_t seed);

/// The document of `decide --json` (architecture section 6).
Json decisionToJson(const Decision& decision);
/// Markdown report of a decision.
std::string decisionReport(const Decision& decision, const DecisionTree& tree, const DatasetFacts& facts,
                           std::string_view language);

} // namespace triptych
