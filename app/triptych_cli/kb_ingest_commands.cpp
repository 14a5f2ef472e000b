#include "kb_commands.h"

#include "cli_context.h"
#include "supervise.h"

#include "base/error.h"
#include "jobs/knowledge_bases.h"
#include "jobs/knowledge_runs.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kShownFailures = 20;
constexpr std::chrono::milliseconds kStopInterval{100};

std::size_t countOf(const Json& result, const char* key) {
    const auto found = result.find(key);
    return found == result.end() || !found->is_array() ? 0 : found->size();
}

std::string failuresText(const Json& failures) {
    std::string text;
    for (std::size_t i = 0; i < std::min(failures.size(), kShownFailures); ++i) {
        const std::string hint = failures[i].value("hint", "");
        text += fmt::format("  {}: {}{}{}\n", failures[i].value("document", ""), failures[i].value("reason", ""), hint.empty() ? "" : " ", hint);
    }
    if (failures.size() > kShownFailures)
        text += fmt::format("  ... and {} more; --json lists them all.\n", failures.size() - kShownFailures);
    return text;
}

std::string summaryOf(const Json& result) {
    if (!result.contains("added")) {
        return fmt::format("Embedded with '{}': {} chunks, {} of them now.", result.value("embedder", ""), result.value("chunks", std::int64_t{0}),
                           result.value("embedded", std::int64_t{0}));
    }
    return fmt::format("{} documents added, {} changed, {} removed, {} unchanged, {} failed; {} chunks, {} of them embedded.", countOf(result, "added"),
                       countOf(result, "changed"), countOf(result, "removed"), result.value("unchanged", std::int64_t{0}), countOf(result, "failed"),
                       result.value("chunks", std::int64_t{0}), result.value("embedded", std::int64_t{0}));
}

/// Its own run, once it was told, may be one of them.
void removeIdleRuns(const CliContext& context, Workspace& workspace, const std::string& base) {
    for (const RunDirectory& run : idleKnowledgeRuns(workspace, base)) {
        try {
            removeRun(workspace, run);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Busy) // its worker is about to end; the next run of the base removes it
                context.progress->log(LogLevel::Warning, error.message());
        }
    }
}

SupervisedRun runToItsEnd(const CliContext& context, KnowledgeRunRequest request) {
    request.threads = context.threads;
    Workspace workspace = context.openWorkspace();
    SupervisedRun outcome = superviseRun(context, workspace, registerKnowledgeRun(workspace, request));
    requireDone(outcome);
    removeIdleRuns(context, workspace, request.base);
    return outcome;
}

int runAndPrint(const CliContext& context, const KnowledgeRunRequest& request) {
    printKnowledgeRun(context, runToItsEnd(context, request));
    return kExitDone;
}

void addAddAndSync(CLI::App& group, CliContext& context) {
    struct Options {
        KnowledgeRunRequest request;
        std::vector<std::string> paths;
    };
    CLI::App* add = group.add_subcommand("add", "Add files and folders: text, Markdown, HTML, PDF, docx, xlsx, tables, JSON, source code");
    auto added = std::make_shared<Options>();
    added->request.method = "add";
    add->add_option("N", added->request.base, "Name of the knowledge base")->required();
    add->add_option("PATH", added->paths, "Files and folders")->required();
    add->add_flag("--retry", added->request.retry_failed, "Read documents again that failed before and have not changed");
    context.onRun(*add, [&context, added] {
        added->request.paths.assign(added->paths.begin(), added->paths.end());
        return runAndPrint(context, added->request);
    });

    CLI::App* sync = group.add_subcommand("sync", "Bring the base in step with the files and folders that were added; only what changed is embedded");
    auto synced = std::make_shared<KnowledgeRunRequest>();
    synced->method = "sync";
    sync->add_option("N", synced->base, "Name of the knowledge base")->required();
    sync->add_flag("--retry", synced->retry_failed, "Read documents again that failed before and have not changed");
    context.onRun(*sync, [&context, synced] { return runAndPrint(context, *synced); });
}

void addReembed(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("reembed", "Give the base another embedder; documents, chunks and edits stay, and the old vectors answer until the new ones are there");
    auto request = std::make_shared<KnowledgeRunRequest>();
    request->method = "reembed";
    command->add_option("N", request->base, "Name of the knowledge base")->required();
    command->add_option("--embedder", request->embedder, "Model or endpoint that makes the vectors, or 'hashing' (no model needed)")->required()->type_name("M");
    context.onRun(*command, [&context, request] { return runAndPrint(context, *request); });
}

/// False once a stop was asked for.
bool waitFor(std::chrono::duration<double> interval, const std::stop_token& stop) {
    const auto end = std::chrono::steady_clock::now() + interval;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(kStopInterval);
    return !stop.stop_requested();
}

int watch(const CliContext& context, const std::string& base, double interval) {
    KnowledgeRunRequest request;
    request.method = "sync";
    request.base = base;
    std::string complaint; // each is said once, not every few seconds
    do {
        try {
            if (isOutOfStep(KnowledgeStore::open(knowledgeFolder(context, base)), context.stop))
                printKnowledgeRun(context, runToItsEnd(context, request));
            complaint.clear();
        } catch (const Error& error) {
            if (context.stop.stop_requested())
                break;
            if (error.message() != complaint)
                context.progress->log(LogLevel::Warning, fmt::format("{} {}", error.message(), error.hint()));
            complaint = error.message();
        }
    } while (waitFor(std::chrono::duration<double>(interval), context.stop));
    return kExitDone;
}

void addWatch(CLI::App& group, CliContext& context) {
    struct Options {
        std::string base;
        double interval = 2;
    };
    CLI::App* command = group.add_subcommand("watch", "Sync whenever a file that was added changes, until Ctrl+C; a line, or with --json a document, for every sync");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->base, "Name of the knowledge base")->required();
    command->add_option("--interval", options->interval, "Seconds between two looks (default: 2)")->type_name("S")->check(CLI::Range(0.1, 86'400.0));
    context.onRun(*command, [&context, options] {
        knowledgeFolder(context, options->base); // one that is not there will not be waited for
        return watch(context, options->base, options->interval);
    });
}

} // namespace

void printKnowledgeRun(const CliContext& context, const SupervisedRun& run) {
    Json document = run.result;
    document["run"] = run.id;
    const auto failed = run.result.find("failed");
    context.print(document, fmt::format("{}\n{}", summaryOf(run.result), failed == run.result.end() ? std::string() : failuresText(*failed)));
}

void addKnowledgeIngest(CLI::App& group, CliContext& context) {
    addAddAndSync(group, context);
    addReembed(group, context);
    addWatch(group, context);
}

} // namespace triptych
