#include "kb_commands.h"

#include "cli_context.h"
#include "table.h"

#include "base/error.h"
#include "interop/knowledge_embedder.h"
#include "knowledge/chunker.h"
#include "knowledge/ingest.h"
#include "knowledge/retrieval_eval.h"

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <chrono>

namespace triptych {

namespace fs = std::filesystem;

namespace {

struct EvalOptions {
    std::string name, beir, squad, corpus, mode;
    std::size_t sample = 0;
    ChunkerOptions chunker;
};

RetrievalSet questionsOf(const EvalOptions& options) {
    if (options.beir.empty() == options.squad.empty())
        throw Error(ErrorCode::InvalidArgument, "questions come from --beir DIR or from --squad FILE, one of them");
    RetrievalSet set = !options.beir.empty() ? readBeir(options.beir)
                                             : readSquad(options.squad, options.corpus.empty() ? std::nullopt : std::optional<fs::path>(options.corpus));
    if (options.sample > 0)
        sampleQueries(set, options.sample);
    return set;
}

int evaluate(const CliContext& context, const EvalOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    const KnowledgeStore store = KnowledgeStore::open(knowledgeFolder(context, options.name));
    const RetrievalSet set = questionsOf(options);
    ChunkerSettings chunker = chunkerSettings(store.settings());
    options.chunker.apply(chunker);
    at::set_num_threads(context.threads);
    const Workspace workspace = context.openWorkspace();
    const std::string name = store.settings().value("embedder", "");
    const BaseEmbedder embedder = name.empty() ? wordsOnly() : openBaseEmbedder(&workspace, name, *context.progress, context.stop);
    const KnowledgeBase base = evaluationBase(workspace.folder() / "cache" / "kb_eval", set,
                                              knowledgeSettings(name, chunker, store.settings().value("int8", false)), embedder, *context.progress, context.stop);
    const SearchMode mode = options.mode.empty() ? (base.hasVectors() ? SearchMode::Hybrid : SearchMode::Lexical) : searchModeFromName(options.mode);
    const std::vector<RetrievalEvaluation> results = evaluateRetrieval(base, set, std::array{mode}, context.seed, *context.progress, context.stop);
    const RetrievalEvaluation& result = results.front();
    Table table("lrrr", {"metric", "value", "low", "high"});
    for (const auto& [metric, value] : result.metrics) {
        const auto shown = [](const std::optional<double>& number) { return number ? fmt::format("{:.4f}", *number) : std::string("-"); };
        table.add({metric, shown(value.value), shown(value.low), shown(value.high)});
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    context.print({{"queries", set.queries.size()}, {"documents", set.documents.size()}, {"chunks", base.visibleChunks()}, {"mode", searchModeName(mode)},
                   {"metrics", metricsToJson(result.metrics)}, {"seconds", seconds}, {"seconds_per_query", result.seconds_per_query}},
                  fmt::format("{} queries over {} documents ({} chunks), {}, {:.2f} ms a query without embedding it, {:.1f} s in all\n{}", set.queries.size(),
                              set.documents.size(), base.visibleChunks(), searchModeName(mode), 1000 * result.seconds_per_query, seconds, table.text()));
    return kExitDone;
}

} // namespace

void addKnowledgeEval(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("eval", "Measure retrieval on questions with known answers, with the embedder and settings of a base; the base stays as it is");
    auto options = std::make_shared<EvalOptions>();
    command->add_option("N", options->name, "Name of the knowledge base")->required();
    command->add_option("--beir", options->beir, "Folder with corpus.jsonl, queries.jsonl and qrels")->type_name("DIR");
    command->add_option("--squad", options->squad, "Questions in SQuAD's form; every paragraph is a document")->type_name("FILE");
    command->add_option("--corpus", options->corpus, "With --squad: passages from this file, matched by question id")->type_name("FILE");
    command->add_option("--sample", options->sample, "Ask so many questions, evenly chosen (default: all)")->type_name("Q")->check(CLI::PositiveNumber);
    command->add_option("--mode", options->mode, "hybrid (default), dense or lexical")->check(CLI::IsMember({"hybrid", "dense", "lexical"}));
    options->chunker.add(*command);
    context.onRun(*command, [&context, options] { return evaluate(context, *options); });
}

} // namespace triptych
