#include "cli_context.h"
#include "commands.h"
#include "supervise.h"

#include "base/error.h"
#include "base/files.h"
#include "base/wall_clock.h"
#include "jobs/arm_evidence.h"
#include "jobs/model_lookup.h"
#include "selection/decision.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace triptych {

namespace {

struct DecideOptions {
    std::string dataset, model, answers, report, language = "en";
    bool probe = false;
    std::optional<double> budget;
};

constexpr double kLongestBudget = 1e9; // seconds; more than the clock's own unit must not overflow

/// Runs the arms that a data set lacks, cheapest first, until the budget is spent.
class Prober {
public:
    /// `base`: folder of the base model.
    Prober(const CliContext& context, Workspace& workspace, const DecideOptions& options, std::filesystem::path base)
        : m_context(context), m_workspace(workspace), m_options(options), m_base(std::move(base)) {
        if (options.budget)
            m_deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(std::min(*options.budget, kLongestBudget)));
    }

    /// What became of each arm: {"method", "run", "state"}, "state" also "present" or "skipped".
    Json run() {
        for (const char* method : {"zero_shot", "retrieve", "head", "full"})
            probe("train", method, "base", m_options.model);
        if (const std::string teacher = bestTeacher(); !teacher.empty())
            probe("distill", "soft", "teacher", teacher);
        return m_report;
    }

private:
    bool isSpent() const { return m_deadline && std::chrono::steady_clock::now() >= *m_deadline; }
    void note(const std::string& method, const std::string& run, std::string_view state) {
        m_report.push_back({{"method", method}, {"run", run}, {"state", state}});
    }

    void probe(const std::string& kind, const std::string& method, const std::string& role, const std::string& model) {
        for (const RunRecord& record : measuredRuns(m_workspace, m_options.dataset, m_base)) {
            if (record.kind == kind && record.method == method)
                return note(method, record.id, "present");
        }
        if (isSpent()) {
            m_context.progress->log(LogLevel::Warning, fmt::format("the budget is spent; '{}' was not measured", method));
            return note(method, "", "skipped");
        }
        RunRequest request;
        request.kind = kind;
        request.method = method;
        request.dataset = m_options.dataset;
        request.models[role] = model;
        request.out = freeModelName(m_workspace, fmt::format("{}-{}", m_options.dataset, kind == "distill" ? "distilled" : method));
        request.seed = m_context.seed;
        request.threads = m_context.threads;
        m_context.progress->log(LogLevel::Info, fmt::format("measuring {} ...", request.method == "soft" ? "distillation" : request.method));
        std::string id;
        try {
            const RunDirectory run = registerRun(m_workspace, request);
            id = run.id();
            const SupervisedRun outcome = superviseRun(m_context, m_workspace, run, m_deadline);
            note(method, outcome.id, runStateName(outcome.state));
            if (outcome.state == RunState::Cancelled)
                m_context.progress->log(LogLevel::Warning, fmt::format("the budget ended while '{}' ran; it was not measured", method));
        } catch (const Error& error) {
            // One arm that fails leaves the others to decide by; a cancel is meant for all of them.
            if (error.code() == ErrorCode::Cancelled)
                throw;
            m_context.progress->log(LogLevel::Error, fmt::format("'{}' failed: {}", method, error.message()));
            note(method, id, runStateName(RunState::Failed));
        }
    }

    /// Name of the model that a run made, if it is still there; else empty.
    std::string modelOf(const std::string& run) const {
        for (const ModelRecord& model : m_workspace.models()) {
            if (model.run == run)
                return model.name;
        }
        return {};
    }

    /// Name of the best fine-tuned model that is still there; empty if there is none. Where only the test rows could
    /// tell the best, a fixed rule chooses: the student is measured on them.
    std::string bestTeacher() const {
        const ArmEvidence evidence = gatherArms(m_workspace, m_options.dataset, m_base);
        const auto arm = std::find_if(evidence.arms.begin(), evidence.arms.end(), [](const Arm& a) { return a.technique == Technique::FineTune; });
        if (arm == evidence.arms.end())
            return {};
        std::vector<std::string> runs = arm->runs; // of several seeds, the newest whose model was not removed
        if (arm->chosen_on_test) {
            runs.clear();
            for (const char* method : {"head", "full"}) {
                for (const RunRecord& record : measuredRuns(m_workspace, m_options.dataset, m_base)) {
                    if (record.method == method)
                        runs.push_back(record.id);
                }
            }
        }
        for (auto id = runs.rbegin(); id != runs.rend(); ++id) {
            if (const std::string model = modelOf(*id); !model.empty())
                return model;
        }
        return {};
    }

    const CliContext& m_context;
    Workspace& m_workspace;
    const DecideOptions& m_options;
    std::filesystem::path m_base;
    Deadline m_deadline;
    Json m_report = Json::array();
};

int decideCommand(const CliContext& context, const DecideOptions& options) {
    // Everything that may be wrong with the request is said before anything runs for minutes.
    const Answers answers = options.answers.empty() ? Answers() : answersFromJson(parseJson(readInput(options.answers, 1u << 20), options.answers));
    const DecisionTree tree = DecisionTree::load();
    Workspace workspace = context.openWorkspace();
    datasetFacts(workspace, options.dataset);
    const FoundModel model = resolveModel(&workspace, options.model);
    const std::filesystem::path& base = model.path;
    indexAllRuns(context, workspace);
    const Json warnings = warningsOf(context, workspace, options.dataset, model.name);
    Json probed;
    if (options.probe)
        probed = Prober(context, workspace, options, base).run();

    const ArmEvidence evidence = gatherArms(workspace, options.dataset, base);
    for (const std::string& sentence : evidence.passed_over)
        context.progress->log(LogLevel::Warning, sentence);
    const Decision decision = decide(tree, evidence.facts, evidence.arms, answers, context.seed);
    Json document = decisionToJson(decision);
    document["dataset"] = options.dataset;
    document["answers"] = answersToJson(answers);
    document["warnings"] = warnings;
    if (options.probe)
        document["probe"] = probed;
    workspace.saveDecision({0, options.dataset, isoTimeUtc(), answersToJson(answers), document});
    const std::string report = decisionReport(decision, tree, evidence.facts, options.language);
    if (!options.report.empty())
        atomicWrite(options.report, report);
    context.print(document, report, options.report);
    return kExitDone;
}

} // namespace

void addDecideCommand(CLI::App& app, CliContext& context) {
    CLI::App* command = app.add_subcommand("decide", "Recommend a technique for a data set, from what was measured and what you answer");
    auto options = std::make_shared<DecideOptions>();
    command->add_option("--data", options->dataset, "Data set to decide for")->required()->type_name("N");
    command->add_option("--model", options->model, "Base model of the techniques: a name, or a path with a slash")->required()->type_name("BASE");
    command->add_option("--answers", options->answers, "JSON file with your answers and limits, all optional")->type_name("FILE");
    CLI::Option* probe = command->add_flag("--probe", options->probe, "First measure the techniques that were not measured yet");
    command->add_option("--budget", options->budget, "With --probe: seconds after which nothing more is measured")->type_name("SECONDS")
        ->check(CLI::PositiveNumber)->needs(probe);
    command->add_option("--report", options->report, "Write a Markdown report")->type_name("FILE");
    command->add_option("--language", options->language, "Language of the report: en or zh (default: en)")->type_name("LANGUAGE")->check(CLI::IsMember({"en", "zh"}));
    context.onRun(*command, [&context, options] { return decideCommand(context, *options); });
}

} // namespace triptych
