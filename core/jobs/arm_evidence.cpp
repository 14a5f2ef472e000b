#include "jobs/arm_evidence.h"

#include "base/error.h"
#include "jobs/run_predictions.h"
#include "metrics/classification.h"
#include "selection/evidence.h"
#include "storage/workspace.h"

#include <fmt/format.h>

namespace triptych {

namespace {

constexpr std::uint64_t kIntervalSeed = 13;

/// One finished run that counts.
struct Candidate {
    RunRecord record;
    std::uint64_t seed = 0;
    Arm arm;
    RunPredictions predictions;
};

std::string nameOf(const RunRecord& record, const char* role) {
    const Json names = record.spec.value("model_names", Json::object());
    return names.value(role, std::string());
}

/// The method that made a model of the workspace; its name if no run did.
std::string makerOf(const Workspace& workspace, const std::string& model) {
    if (const auto known = workspace.model(model); known && !known->run.empty()) {
        if (const auto run = workspace.run(known->run))
            return run->method;
    }
    return model;
}

Candidate readCandidate(const Workspace& workspace, RunRecord record) {
    Candidate candidate;
    const Json& result = record.result;
    Arm& arm = candidate.arm;
    arm.technique = techniqueFromName(result.at("technique").get<std::string>());
    arm.run = record.id;
    arm.runs = {record.id};
    arm.method = record.method;
    arm.model = result.value("model", std::string());
    arm.metrics = metricsFromJson(result.at("metrics"));
    arm.latency_p50_ms = result.at("latency").at("p50_ms").get<double>();
    arm.latency_p95_ms = result.at("latency").at("p95_ms").get<double>();
    arm.bytes = result.at("bytes").get<double>();
    arm.build_s = result.value("build_s", 0.0);
    candidate.predictions = readPredictions(workspace.runsFolder() / record.id / "predictions.jsonl");
    arm.correct = candidate.predictions.right;
    candidate.seed = record.spec.value("seed", std::uint64_t(0));
    candidate.record = std::move(record);
    return candidate;
}

/// What two runs share that differ in their seed alone.
std::string groupKey(const Workspace& workspace, const Candidate& candidate) {
    const RunRecord& record = candidate.record;
    // Each seed of a distillation has a teacher of its own; how that was made is what they share.
    const std::string origin = record.kind == "distill" ? makerOf(workspace, nameOf(record, "teacher")) : nameOf(record, "base");
    return dumpJson({record.kind, record.method, origin, record.spec.value("settings", Json::object())});
}

Metric meanOf(const std::vector<const Candidate*>& group, const std::string& name) {
    Metric mean;
    double value = 0, low = 0, high = 0;
    int values = 0, intervals = 0;
    for (const Candidate* candidate : group) {
        const auto found = candidate->arm.metrics.find(name);
        if (found == candidate->arm.metrics.end() || !found->second.value)
            continue;
        const Metric& metric = found->second;
        mean.n = metric.n;
        mean.undefined = metric.undefined;
        value += *metric.value;
        ++values;
        if (metric.low && metric.high) {
            low += *metric.low;
            high += *metric.high;
            ++intervals;
        }
    }
    if (values > 0)
        mean.value = value / values;
    if (intervals > 0 && intervals == values) {
        mean.low = low / intervals;
        mean.high = high / intervals;
    }
    return mean;
}

Arm averageOf(const std::vector<const Candidate*>& group) {
    Arm arm = group.back()->arm; // the newest
    if (group.size() == 1)
        return arm;
    const auto seeds = static_cast<double>(group.size());
    arm.runs.clear();
    arm.latency_p50_ms = arm.latency_p95_ms = arm.bytes = arm.build_s = 0;
    std::fill(arm.correct.begin(), arm.correct.end(), 0.0);
    for (const Candidate* candidate : group) {
        const Arm& one = candidate->arm;
        arm.runs.push_back(one.run);
        arm.latency_p50_ms += one.latency_p50_ms / seeds;
        arm.latency_p95_ms += one.latency_p95_ms / seeds;
        arm.bytes += one.bytes / seeds;
        arm.build_s += one.build_s / seeds;
        for (std::size_t i = 0; i < arm.correct.size(); ++i)
            arm.correct[i] += one.correct[i] / seeds;
    }
    for (auto& [name, metric] : arm.metrics)
        metric = meanOf(group, name);
    // Over rows, of the correctness averaged over seeds: the mean of the seeds' own intervals would be too wide.
    const std::vector<double> nothing(arm.correct.size(), 0.0);
    const PairedTest interval = pairedAccuracy(arm.correct, nothing, kIntervalSeed);
    Metric& accuracy = arm.metrics["accuracy"];
    accuracy = {interval.difference, interval.low, interval.high, static_cast<std::int64_t>(arm.correct.size()), 0};
    return arm;
}

DatasetRecord requireDataset(const Workspace& workspace, std::string_view name) {
    if (auto record = workspace.dataset(name))
        return std::move(*record);
    throw Error(ErrorCode::NotFound, fmt::format("there is no data set '{}' in the workspace", name), "Import one with `triptych-cli data import`.");
}

} // namespace

DatasetFacts datasetFacts(const Workspace& workspace, std::string_view dataset) {
    const DatasetRecord record = requireDataset(workspace, dataset);
    DatasetFacts facts;
    facts.name = record.name;
    facts.train_rows = record.splits.value("train", std::int64_t(0));
    facts.test_rows = record.splits.value("test", std::int64_t(0));
    std::map<std::string, std::int64_t> counts;
    for (const Json& label : record.labels)
        counts[label.at("name").get<std::string>()] = 0;
    for (const ExampleRecord& row : workspace.examples(dataset, "train"))
        ++counts[row.label];
    facts.classes = static_cast<std::int64_t>(counts.size());
    const auto smallest = std::min_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    facts.smallest_class = smallest == counts.end() ? 0 : smallest->second;
    return facts;
}

ArmEvidence gatherArms(const Workspace& workspace, std::string_view dataset, std::string_view base) {
    ArmEvidence evidence;
    evidence.facts = datasetFacts(workspace, dataset);
    const std::string hash = requireDataset(workspace, dataset).hash;
    // By group, then by seed: a later run of the same seed takes the earlier one's place.
    std::map<std::string, std::map<std::uint64_t, Candidate>> groups;
    for (RunRecord& record : workspace.runs()) {
        const bool made = record.kind == "train" || record.kind == "distill";
        if (!made || record.state != "done" || record.dataset != dataset || !record.result.is_object() || !record.spec.is_object())
            continue;
        if (!base.empty() && record.kind == "train" && nameOf(record, "base") != base)
            continue;
        const std::string id = record.id;
        if (record.spec.value("dataset_hash", std::string()) != hash) {
            evidence.passed_over.push_back(fmt::format("the run '{}' was measured on other rows of the data set", id));
            continue;
        }
        try {
            Candidate candidate = readCandidate(workspace, std::move(record));
            if (static_cast<std::int64_t>(candidate.predictions.right.size()) != evidence.facts.test_rows) {
                evidence.passed_over.push_back(fmt::format("the run '{}' has {} predictions, the data set {} test rows", id,
                                                           candidate.predictions.right.size(), evidence.facts.test_rows));
                continue;
            }
            const std::string key = groupKey(workspace, candidate);
            groups[key].insert_or_assign(candidate.seed, std::move(candidate));
        } catch (const Error& error) {
            evidence.passed_over.push_back(fmt::format("the run '{}' could not be read: {}", id, error.message()));
        } catch (const Json::exception& error) {
            evidence.passed_over.push_back(fmt::format("the result of the run '{}' is malformed: {}", id, error.what()));
        }
    }
    std::map<Technique, Arm> best;
    for (const auto& [key, seeds] : groups) {
        std::vector<const Candidate*> group;
        for (const auto& [seed, candidate] : seeds)
            group.push_back(&candidate);
        std::stable_sort(group.begin(), group.end(), [](const Candidate* a, const Candidate* b) { return a->record.created < b->record.created; });
        Arm arm = averageOf(group);
        const auto known = best.find(arm.technique);
        if (known == best.end() || accuracyOf(arm) > accuracyOf(known->second))
            best.insert_or_assign(arm.technique, std::move(arm));
    }
    for (auto& [technique, arm] : best)
        evidence.arms.push_back(std::move(arm));
    return evidence;
}

} // namespace triptych
