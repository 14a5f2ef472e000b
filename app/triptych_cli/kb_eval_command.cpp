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

#include <algorithm>
#include <chrono>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

/// Questions with known answers.
struct QuestionOptions {
    std::string beir, squad, corpus;
    std::size_t sample = 0;

    void addTo(CLI::App& command) {
        command.add_option("--beir", beir, "Folder with corpus.jsonl, queries.jsonl and qrels")->type_name("DIR");
        command.add_option("--squad", squad, "Questions in SQuAD's form; every paragraph is a document")->type_name("FILE");
        command.add_option("--corpus", corpus, "With --squad: passages from this file, matched by question id")->type_name("FILE");
        command.add_option("--sample", sample, "Ask so many questions, evenly chosen (default: all)")->type_name("Q")->check(CLI::PositiveNumber);
    }
    RetrievalSet read() const {
        if (beir.empty() == squad.empty())
            throw Error(ErrorCode::InvalidArgument, "questions come from --beir DIR or from --squad FILE, one of them");
        RetrievalSet set = !beir.empty() ? readBeir(beir) : readSquad(squad, corpus.empty() ? std::nullopt : std::optional<fs::path>(corpus));
        if (sample > 0)
            sampleQueries(set, sample);
        return set;
    }
};

/// What both commands need of a base: its settings and its embedder.
struct Measured {
    Workspace workspace;
    Json settings;
    std::string name; ///< of the embedder
    BaseEmbedder embedder;
    fs::path cache() const { return workspace.folder() / "cache" / "kb_eval"; }
};

Measured measuredBase(const CliContext& context, const std::string& name) {
    at::set_num_threads(context.threads);
    Workspace workspace = context.openWorkspace();
    Json settings = KnowledgeStore::open(knowledgeFolder(context, name)).settings();
    const std::string embedder = settings.value("embedder", "");
    BaseEmbedder opened = embedder.empty() ? wordsOnly() : openBaseEmbedder(&workspace, embedder, *context.progress, context.stop);
    return {std::move(workspace), std::move(settings), embedder, std::move(opened)};
}

std::string numberText(const std::optional<double>& number) { return number ? fmt::format("{:.4f}", *number) : std::string("-"); }

struct EvalOptions {
    std::string name;
    std::vector<std::string> modes;
    bool curve = false;
    QuestionOptions questions;
    ChunkerOptions chunker;
};

std::vector<SearchMode> modesOf(const EvalOptions& options, const KnowledgeBase& base) {
    std::vector<SearchMode> modes;
    for (const std::string& name : options.modes) {
        if (name == "all")
            return base.modes();
        if (const SearchMode mode = searchModeFromName(name); std::find(modes.begin(), modes.end(), mode) == modes.end())
            modes.push_back(mode);
    }
    return modes.empty() ? std::vector{base.modes().front()} : modes;
}

std::string evaluationText(const std::vector<RetrievalEvaluation>& results) {
    std::string text;
    for (const RetrievalEvaluation& result : results) {
        Table table("lrrr", {"metric", "value", "low", "high"});
        for (const auto& [metric, value] : result.metrics)
            table.add({metric, numberText(value.value), numberText(value.low), numberText(value.high)});
        text += fmt::format("{}, {:.2f} ms a query without embedding it\n{}", searchModeName(result.mode), 1000 * result.seconds_per_query, table.text());
    }
    return text;
}

/// recall@k of all modes side by side.
std::string curveText(const std::vector<RetrievalEvaluation>& results) {
    std::vector<std::string> header = {"k"};
    for (const RetrievalEvaluation& result : results)
        header.emplace_back(searchModeName(result.mode));
    Table table(std::string(header.size(), 'r'), header);
    for (std::size_t i = 0; i < results.front().curve.size(); ++i) {
        std::vector<std::string> row = {std::to_string(i + 1)};
        for (const RetrievalEvaluation& result : results)
            row.push_back(fmt::format("{} ({} to {})", numberText(result.curve[i].value), numberText(result.curve[i].low), numberText(result.curve[i].high)));
        table.add(std::move(row));
    }
    return "recall@k\n" + table.text();
}

int evaluate(const CliContext& context, const EvalOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    const Measured measured = measuredBase(context, options.name);
    const RetrievalSet set = options.questions.read();
    ChunkerSettings chunker = chunkerSettings(measured.settings);
    options.chunker.apply(chunker);
    const KnowledgeBase base = evaluationBase(measured.cache(), set, knowledgeSettings(measured.name, chunker, measured.settings.value("int8", false)), measured.embedder,
                                              *context.progress, context.stop);
    const std::vector<RetrievalEvaluation> results = evaluateRetrieval(base, set, modesOf(options, base), context.seed, *context.progress, context.stop);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    Json byMode = Json::object();
    for (const RetrievalEvaluation& result : results) {
        Json one = evaluationToJson(result);
        if (!options.curve)
            one.erase("curve");
        byMode[std::string(searchModeName(result.mode))] = std::move(one);
    }
    const RetrievalEvaluation& first = results.front();
    context.print({{"queries", set.queries.size()}, {"documents", set.documents.size()}, {"chunks", base.visibleChunks()}, {"mode", searchModeName(first.mode)},
                   {"metrics", metricsToJson(first.metrics)}, {"seconds", seconds}, {"seconds_per_query", first.seconds_per_query}, {"results", std::move(byMode)}},
                  fmt::format("{} queries over {} documents ({} chunks), {:.1f} s in all\n{}{}", set.queries.size(), set.documents.size(), base.visibleChunks(), seconds,
                              evaluationText(results), options.curve ? curveText(results) : std::string()));
    return kExitDone;
}

struct SweepOptions {
    std::string name, chunker, mode;
    SweepGrid grid;
    QuestionOptions questions;
};

/// Chunk sizes down, overlaps across.
std::string sweepText(const Sweep& sweep, const SweepGrid& grid) {
    std::vector<std::string> header = {"size"};
    for (const int overlap : grid.overlaps)
        header.push_back(fmt::format("overlap {}", overlap));
    Table table(std::string(header.size(), 'r'), header);
    for (const int size : grid.chunk_sizes) {
        std::vector<std::string> row = {std::to_string(size)};
        for (const int overlap : grid.overlaps) {
            const auto cell = std::find_if(sweep.cells.begin(), sweep.cells.end(), [&](const SweepCell& one) { return one.chunk_size == size && one.overlap == overlap; });
            row.push_back(cell == sweep.cells.end() ? std::string() : numberText(cell->metrics.at(grid.metric).value));
        }
        table.add(std::move(row));
    }
    std::string text = fmt::format("{}, {}\n{}", grid.metric, searchModeName(grid.mode), table.text());
    if (sweep.best) {
        const SweepCell& best = sweep.cells[*sweep.best];
        text += fmt::format("best: chunks of {} tokens with an overlap of {} ({} chunks)\n", best.chunk_size, best.overlap, best.chunks);
    }
    return text;
}

int sweep(const CliContext& context, const SweepOptions& options) {
    Measured measured = measuredBase(context, options.name);
    const RetrievalSet set = options.questions.read();
    if (!options.chunker.empty())
        measured.settings["chunker"] = options.chunker;
    SweepGrid grid = options.grid;
    grid.mode = !options.mode.empty() ? searchModeFromName(options.mode) : measured.name.empty() ? SearchMode::Lexical : SearchMode::Hybrid;
    const Sweep result = sweepChunking(measured.cache(), set, measured.settings, measured.embedder, grid, context.seed, *context.progress, context.stop);
    context.print(sweepToJson(result), sweepText(result, grid));
    return kExitDone;
}

void addEval(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("eval", "Measure retrieval on questions with known answers, with the embedder and settings of a base; the base stays as it is");
    auto options = std::make_shared<EvalOptions>();
    command->add_option("N", options->name, "Name of the knowledge base")->required();
    options->questions.addTo(*command);
    command->add_option("--mode", options->modes, "hybrid (default), dense, lexical, several of them, or all")
        ->check(CLI::IsMember({"hybrid", "dense", "lexical", "all"}))
        ->allow_extra_args(false);
    command->add_flag("--curve", options->curve, "The recall at every k from 1 to 20 too");
    options->chunker.add(*command);
    context.onRun(*command, [&context, options] { return evaluate(context, *options); });
}

void addSweep(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("sweep", "Measure retrieval with several chunk sizes and overlaps; the base stays as it is");
    auto options = std::make_shared<SweepOptions>();
    command->add_option("N", options->name, "Name of the knowledge base")->required();
    options->questions.addTo(*command);
    command->add_option("--chunker", options->chunker, "How documents are cut (default: as the base does)")->check(CLI::IsMember({"fixed", "recursive", "sentence", "markdown", "semantic"}));
    command->add_option("--chunk-sizes", options->grid.chunk_sizes, "Tokens a chunk has at most: 64,128,256")->type_name("LIST")->required()->delimiter(',');
    command->add_option("--overlaps", options->grid.overlaps, "Tokens of the chunk before that come again at most: 0,16,32")->type_name("LIST")->required()->delimiter(',');
    command->add_option("--mode", options->mode, "hybrid (default), dense or lexical")->check(CLI::IsMember({"hybrid", "dense", "lexical"}));
    command->add_option("--metric", options->grid.metric, "What the best has most of (default: recall@5)")
        ->check(CLI::IsMember({"recall@1", "recall@5", "recall@10", "recall@20", "mrr@10", "ndcg@10"}));
    context.onRun(*command, [&context, options] { return sweep(context, *options); });
}

} // namespace

void addKnowledgeEval(CLI::App& group, CliContext& context) {
    addEval(group, context);
    addSweep(group, context);
}

} // namespace triptych
