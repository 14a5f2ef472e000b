#include "jobs/arm_evidence.h"

#include "base/error.h"
#include "jobs/run_predictions.h"
#include "jobs/students.h"
#include "metrics/classification.h"
#include "selection/evidence.h"

#include <fmt/format.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kIntervalSeed = 13;

/// One finished run that counts.
struct Candidate {
    RunRecord record;
    std::uint64_t seed = 0;
    Arm arm;
    RunPredictions predictions;
    std::vector<double> teacher; ///< correctness of its teacher on the same rows; empty if there is none
};

/// A text below a field of the specification; empty if there is none.
std::string textOf(const RunRecord& record, const char* field, const char* key) {
    const auto found = record.spec.find(field);
    if (found == record.spec.end() || !found->is_object() || !found->contains(key) || !(*found)[key].is_string())
        return {};
    return (*found)[key].get<std::string>();
}

fs::path canonicalFolder(const fs::path& folder) {
    std::error_code ignored;
    const fs::path result = fs::weakly_canonical(folder, ignored);
    return result.empty() ? folder.lexically_normal() : result;
}

/// The run that made the teacher of a student; empty if the teacher came from elsewhere.
std::optional<RunRecord> teacherRun(const Workspace& workspace, const RunRecord& student) {
    // runs/<id>/model: the id tells, also after the workspace was moved.
    const fs::path folder = textOf(student, "models", "teacher");
    if (folder.parent_path().parent_path().filename() == "runs") {
        if (auto run = workspace.run(folder.parent_path().filename().string()))
            return run;
    }
    const auto known = workspace.model(textOf(student, "model_names", "teacher"));
    return known && !known->run.empty() ? workspace.run(known->run) : std::nullopt;
}

/// A run, the run that made its teacher, and so on; the last one rests on a base model.
std::vector<RunRecord> lineageOf(const Workspace& workspace, const RunRecord& record) {
    constexpr std::size_t kLongest = 16; // a specification may have been edited into a circle
    std::vector<RunRecord> lineage = {record};
    while (lineage.back().kind == "distill" && lineage.size() < kLongest) {
        auto teacher = teacherRun(workspace, lineage.back());
        if (!teacher || !teacher->spec.is_object())
            break;
        lineage.push_back(std::move(*teacher));
    }
    return lineage;
}

/// Folder of the model that a run rests on in the end.
fs::path baseFolder(const std::vector<RunRecord>& lineage) {
    const RunRecord& first = lineage.back();
    return canonicalFolder(textOf(first, "models", first.kind == "distill" ? "teacher" : "base"));
}

/// Description of each label that has one, as registerRun freezes them.
Json describedLabels(const DatasetRecord& dataset) {
    Json described = Json::object();
    for (const Json& label : dataset.labels) {
        const auto text = label.find("description");
        if (text != label.end() && text->is_string() && !text->get<std::string>().empty())
            described[label.at("name").get<std::string>()] = *text;
    }
    return described;
}

Candidate readCandidate(const Workspace& workspace, RunRecord record) {
    Candidate candidate;
    const Json& result = record.result;
    Arm& arm = candidate.arm;
    arm.technique = techniqueFromName(result.at("technique").get<std::string>());
    arm.run = record.id;
    arm.runs = {record.id};
    arm.method = record.method;
    if (record.kind == "distill")
        arm.student = result.value("student", std::string(studentKinds().front().name)); // the only one that earlier versions had
    arm.model = result.value("model", std::string());
    arm.metrics = metricsFromJson(result.at("metrics"));
    if (const auto control = result.find("control"); control != result.end() && control->is_object())
        arm.control = metricsFromJson(control->value("metrics", Json::object()));
    arm.latency_p50_ms = result.at("latency").at("p50_ms").get<double>();
    arm.latency_p95_ms = result.at("latency").at("p95_ms").get<double>();
    arm.bytes = result.at("bytes").get<double>();
    arm.build_s = result.value("build_s", 0.0);
    candidate.predictions = readPredictions(workspace.runsFolder() / record.id / "predictions.jsonl");
    arm.correct = candidate.predictions.right;
    const fs::path ofTeacher = workspace.runsFolder() / record.id / "teacher_predictions.jsonl";
    if (std::error_code ignored; fs::exists(ofTeacher, ignored))
        candidate.teacher = readPredictions(ofTeacher).right;
    candidate.seed = record.spec.value("seed", std::uint64_t(0));
    arm.seeds = {candidate.seed};
    if (const auto dev = result.find("dev_accuracy"); dev != result.end() && dev->is_number())
        arm.dev_accuracy = dev->get<double>();
    candidate.record = std::move(record);
    return candidate;
}

/// The settings that a run worked with: those it filled in count, so that a default and the same value by hand are one.
Json effectiveSettings(const RunRecord& record) {
    // What a head states it has found out by itself: its C. That differs between seeds.
    const auto stated = record.method == "head" || !record.result.is_object() ? record.result.end() : record.result.find("settings");
    Json settings = stated != record.result.end() && stated->is_object() ? *stated : record.spec.value("settings", Json::object());
    if (record.kind == "distill" && !settings.contains("student"))
        settings["student"] = studentKinds().front().name; // the only one that earlier versions had
    return settings;
}

/// What two runs share that differ in their seeds alone, and those seeds. Each seed of a distillation may have a
/// teacher of its own; how that was made is what they share.
std::pair<std::string, std::vector<std::uint64_t>> groupOf(const std::vector<RunRecord>& lineage) {
    Json made = Json::array({baseFolder(lineage).string()});
    std::vector<std::uint64_t> seeds;
    for (const RunRecord& record : lineage) {
        made.push_back({record.kind, record.method, effectiveSettings(record)});
        seeds.push_back(record.spec.value("seed", std::uint64_t(0)));
    }
    return {dumpJson(made), seeds};
}

Metric meanOf(const std::vector<const Candidate*>& group, Metrics Arm::*metrics, const std::string& name) {
    Metric mean;
    double value = 0, low = 0, high = 0;
    int values = 0, intervals = 0;
    for (const Candidate* candidate : group) {
        const auto found = (candidate->arm.*metrics).find(name);
        if (found == (candidate->arm.*metrics).end() || !found->second.value)
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
    arm.seeds.clear();
    double devAccuracy = 0;
    arm.latency_p50_ms = arm.latency_p95_ms = arm.bytes = arm.build_s = 0;
    std::fill(arm.correct.begin(), arm.correct.end(), 0.0);
    for (const Candidate* candidate : group) {
        const Arm& one = candidate->arm;
        arm.runs.push_back(one.run);
        arm.seeds.push_back(candidate->seed);
        devAccuracy += one.dev_accuracy.value_or(0) / seeds;
        arm.latency_p50_ms += one.latency_p50_ms / seeds;
        arm.latency_p95_ms += one.latency_p95_ms / seeds;
        arm.bytes += one.bytes / seeds;
        arm.build_s += one.build_s / seeds;
        for (std::size_t i = 0; i < arm.correct.size(); ++i)
            arm.correct[i] += one.correct[i] / seeds;
    }
    if (std::all_of(group.begin(), group.end(), [](const Candidate* candidate) { return candidate->arm.dev_accuracy.has_value(); }))
        arm.dev_accuracy = devAccuracy;
    else
        arm.dev_accuracy.reset();
    for (auto& [name, metric] : arm.metrics)
        metric = meanOf(group, &Arm::metrics, name);
    for (auto& [name, metric] : arm.control)
        metric = meanOf(group, &Arm::control, name);
    // Over rows, of the correctness averaged over seeds: the mean of the seeds' own intervals would be too wide.
    const std::vector<double> nothing(arm.correct.size(), 0.0);
    const PairedTest interval = pairedAccuracy(arm.correct, nothing, kIntervalSeed);
    Metric& accuracy = arm.metrics["accuracy"];
    accuracy = {interval.difference, interval.low, interval.high, static_cast<std::int64_t>(arm.correct.size()), 0};
    std::vector<std::vector<std::string>> predicted;
    std::vector<CorrectnessPair> retained;
    for (const Candidate* candidate : group) {
        predicted.push_back(candidate->predictions.predicted);
        if (candidate->teacher.size() == arm.correct.size())
            retained.push_back({candidate->arm.correct, candidate->teacher});
    }
    if (const auto macro = arm.metrics.find("macro_f1"); macro != arm.metrics.end())
        macro->second = meanMacroF1(group.front()->predictions.truth, predicted, kIntervalSeed);
    if (const auto retention = arm.metrics.find("retention"); retention != arm.metrics.end() && retained.size() == group.size())
        retention->second = meanAccuracyRatio(retained, kIntervalSeed);
    return arm;
}

/// The best of the arms of one technique; not empty.
Arm bestOf(std::vector<Arm>& variants) {
    const bool byDev = std::all_of(variants.begin(), variants.end(), [](const Arm& arm) { return arm.dev_accuracy.has_value(); });
    const auto score = [&](const Arm& arm) { return byDev ? *arm.dev_accuracy : accuracyOf(arm); };
    Arm best = *std::max_element(variants.begin(), variants.end(), [&](const Arm& a, const Arm& b) { return score(a) < score(b); });
    best.variants = static_cast<std::int64_t>(variants.size());
    best.chosen_on_test = variants.size() > 1 && !byDev;
    return best;
}

} // namespace

DatasetFacts datasetFacts(const Workspace& workspace, std::string_view dataset) {
    const DatasetRecord record = workspace.requireDataset(dataset);
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

std::vector<RunRecord> measuredRuns(const Workspace& workspace, std::string_view dataset, const fs::path& base, std::vector<std::string>* passedOver) {
    const DatasetRecord now = workspace.requireDataset(dataset);
    const Json described = describedLabels(now);
    const fs::path wanted = base.empty() ? base : canonicalFolder(base);
    std::vector<RunRecord> measured;
    for (RunRecord& record : workspace.runs()) {
        const bool makes = record.kind == "train" || record.kind == "distill";
        if (!makes || record.state != "done" || record.dataset != now.name || !record.result.is_object() || !record.spec.is_object())
            continue;
        const std::vector<RunRecord> lineage = lineageOf(workspace, record);
        if (!wanted.empty() && baseFolder(lineage) != wanted)
            continue;
        const bool sameRows = std::all_of(lineage.begin(), lineage.end(), [&](const RunRecord& run) {
            return run.method == "zero_shot" || run.spec.value("dataset_hash", Json()) == Json(now.hash); // that one learns from no rows
        });
        const char* outdated = nullptr;
        if (record.spec.value("dataset_hash", Json()) != Json(now.hash))
            outdated = "on other rows of the data set";
        else if (record.method == "zero_shot" && record.spec.value("label_descriptions", Json::object()) != described)
            outdated = "with other descriptions of the labels";
        else if (!sameRows)
            outdated = "with a teacher that learnt from other rows, perhaps from these test rows";
        if (!outdated)
            measured.push_back(std::move(record));
        else if (passedOver)
            passedOver->push_back(fmt::format("the run '{}' was measured {}", record.id, outdated));
    }
    return measured;
}

ArmEvidence gatherArms(const Workspace& workspace, std::string_view dataset, const fs::path& base) {
    ArmEvidence evidence;
    evidence.facts = datasetFacts(workspace, dataset);
    // By group, then by seed: a later run of the same seed takes the earlier one's place.
    std::map<std::string, std::map<std::vector<std::uint64_t>, Candidate>> groups;
    for (RunRecord& record : measuredRuns(workspace, dataset, base, &evidence.passed_over)) {
        const std::string id = record.id;
        try {
            auto [made, seeds] = groupOf(lineageOf(workspace, record));
            Candidate candidate = readCandidate(workspace, std::move(record));
            if (static_cast<std::int64_t>(candidate.predictions.right.size()) != evidence.facts.test_rows) {
                evidence.passed_over.push_back(fmt::format("the run '{}' has {} predictions, the data set {} test rows", id,
                                                           candidate.predictions.right.size(), evidence.facts.test_rows));
                continue;
            }
            groups[made].insert_or_assign(std::move(seeds), std::move(candidate));
        } catch (const Error& error) {
            evidence.passed_over.push_back(fmt::format("the run '{}' could not be read: {}", id, error.message()));
        } catch (const Json::exception& error) {
            evidence.passed_over.push_back(fmt::format("the result of the run '{}' is malformed: {}", id, error.what()));
        }
    }
    std::map<Technique, std::vector<Arm>> variants;
    for (const auto& [made, seeds] : groups) {
        std::vector<const Candidate*> group;
        for (const auto& [seed, candidate] : seeds)
            group.push_back(&candidate);
        std::stable_sort(group.begin(), group.end(), [](const Candidate* a, const Candidate* b) { return a->record.created < b->record.created; });
        Arm arm = averageOf(group);
        variants[arm.technique].push_back(std::move(arm));
    }
    for (auto& [technique, arms] : variants)
        evidence.arms.push_back(bestOf(arms));
    return evidence;
}

} // namespace triptych
