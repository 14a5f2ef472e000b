#pragma once

#include "metrics/classification.h"
#include "selection/decision.h"

#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace triptych {

/// The measured arms, one a technique, and their paired tests; each pair is tested once.
class ArmTable {
public:
    /// Of several arms of a technique the most accurate counts. `arms` outlives the table.
    ArmTable(const std::vector<Arm>& arms, std::uint64_t seed);

    bool empty() const { return m_arms.empty(); }
    /// Null if the technique was not measured.
    const Arm* find(Technique technique) const;
    /// All that `allowed` lets pass, the most accurate first.
    std::vector<const Arm*> ranked(const std::function<bool(const Arm&)>& allowed) const;
    /// accuracy(a) - accuracy(b) on the same rows; empty if their rows cannot be paired.
    std::optional<PairedTest> compare(const Arm& a, const Arm& b) const;
    /// accuracy(first of `ranked`) - accuracy(current), with the p-value adjusted (Holm) for its being picked out of
    /// `ranked` by the same rows; empty too if `ranked` is.
    std::optional<PairedTest> compareBest(const std::vector<const Arm*>& ranked, const Arm& current) const;

private:
    std::map<Technique, const Arm*> m_arms;
    std::uint64_t m_seed;
    mutable std::map<std::pair<Technique, Technique>, std::optional<PairedTest>> m_tests;
};

double rowsPerClass(const DatasetFacts& facts);
/// 0 where an arm states none.
double accuracyOf(const Arm& arm);
bool hasLimits(const Answers& answers);
/// True if size and time are within every limit that was entered.
bool keepsLimits(double bytes, double latencyP95, const Answers& answers);
bool keepsLimits(const Arm& arm, const Answers& answers);

/// The four nodes, in the tree's order, with answer, source and evidence; `on_path` is left true.
std::vector<DecisionStep> answerNodes(const DecisionTree& tree, const DatasetFacts& facts, const ArmTable& arms, const Answers& answers);

/// {"code", values..., "text"} and its relatives: adds the English sentence.
Json evidenceOf(const DecisionTree& tree, const char* code, Json values);

} // namespace triptych
