#include "kb_commands.h"

#include "cli_context.h"
#include "commands.h"
#include "table.h"

#include "base/error.h"
#include "documents/reader_process.h"
#include "interop/knowledge_embedder.h"
#include "jobs/model_lookup.h"
#include "knowledge/chunker.h"
#include "knowledge/ingest.h"
#include "knowledge/knowledge_base.h"

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kShownFailures = 20;
constexpr std::size_t kShownText = 200; ///< bytes of a hit's text

fs::path basesFolder(const CliContext& context) { return context.openWorkspace().folder() / "knowledge"; }

std::vector<std::string> baseNames(const CliContext& context) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(basesFolder(context), error)) {
        if (KnowledgeStore::exists(entry.path()))
            names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

BaseEmbedder embedderOf(const CliContext& context, const KnowledgeStore& store) {
    at::set_num_threads(context.threads);
    const std::string name = store.settings().value("embedder", "");
    if (name == "hashing")
        return hashingEmbedder(store);
    if (name.empty())
        return wordsOnly();
    const Workspace workspace = context.openWorkspace();
    return openBaseEmbedder(&workspace, name, *context.progress, context.stop);
}

Json failuresJson(const std::vector<FailedDocument>& failures) {
    Json list = Json::array();
    for (const FailedDocument& failure : failures)
        list.push_back({{"document", failure.name}, {"reason", failure.reason}, {"hint", failure.hint}});
    return list;
}

std::string failuresText(const std::vector<FailedDocument>& failures) {
    std::string text;
    for (std::size_t i = 0; i < std::min(failures.size(), kShownFailures); ++i)
        text += fmt::format("  {}: {}{}{}\n", failures[i].name, failures[i].reason, failures[i].hint.empty() ? "" : " ", failures[i].hint);
    if (failures.size() > kShownFailures)
        text += fmt::format("  ... and {} more; --json lists them all.\n", failures.size() - kShownFailures);
    return text;
}

int bringInStep(const CliContext& context, const std::string& name, const std::vector<fs::path>& given, const IngestOptions& options) {
    const fs::path folder = knowledgeFolder(context, name);
    const FileLock lock = lockKnowledge(folder, name);
    KnowledgeStore store = KnowledgeStore::open(folder);
    std::vector<fs::path> paths = given;
    if (paths.empty()) {
        for (const KnowledgeRoot& root : store.roots())
            paths.emplace_back(root.path);
    }
    DocumentReader reader;
    const BaseEmbedder embedder = embedderOf(context, store);
    const IngestReport report = ingest(store, embedder, paths, reader, options, *context.progress, context.stop);
    // The first ingest has counted what a hashing embedder weighs by.
    KnowledgeBase base = KnowledgeBase::open(folder, embedderFor(store, embedder), *context.progress, context.stop);
    base.saveIndexes();
    const Json timings = {{"read_s", report.read_s}, {"chunk_s", report.chunk_s}, {"store_s", report.store_s}, {"embed_s", report.embed_s}};
    context.print({{"added", report.added}, {"changed", report.changed}, {"removed", report.removed}, {"failed", failuresJson(report.failed)},
                   {"unchanged", report.unchanged}, {"chunks", report.chunks}, {"embedded", report.embedded}, {"timings", timings}},
                  fmt::format("{} documents added, {} changed, {} removed, {} unchanged, {} failed; {} chunks, {} of them embedded.\n{}", report.added.size(),
                              report.changed.size(), report.removed.size(), report.unchanged, report.failed.size(), report.chunks, report.embedded,
                              failuresText(report.failed)));
    return kExitDone;
}

Json infoOf(const std::string& name, const KnowledgeStore& store) {
    const KnowledgeCounts counts = store.counts();
    const auto set = store.activeSet();
    Json snapshots = Json::array(), documents = Json::array(), roots = Json::array();
    for (const Snapshot& snapshot : store.snapshots())
        snapshots.push_back({{"name", snapshot.name}, {"generation", snapshot.generation}, {"created", snapshot.created}});
    for (const DocumentRecord& record : store.documents()) {
        documents.push_back({{"document", record.name}, {"type", record.type}, {"title", record.title}, {"chunks", record.chunks},
                             {"characters", record.characters}, {"bytes", record.bytes}, {"language", record.language}, {"tags", record.tags}});
    }
    for (const KnowledgeRoot& root : store.roots())
        roots.push_back(root.path);
    return {{"name", name}, {"documents", counts.documents}, {"chunks", counts.chunks}, {"embedder", store.settings().value("embedder", "")},
            {"dimension", set ? Json(set->dimension) : Json()}, {"generation", store.generation()}, {"bytes", store.bytes()},
            {"tokens", counts.tokens}, {"failed", failuresJson(store.failures())}, {"waiting", counts.waiting}, {"disabled", counts.disabled},
            {"edited", counts.edited}, {"settings", store.settings()}, {"snapshots", std::move(snapshots)}, {"roots", std::move(roots)},
            {"document_list", std::move(documents)}};
}

std::string infoText(const Json& info) {
    const Json& settings = info.at("settings");
    std::string text = fmt::format("'{}': {} documents, {} chunks, {} tokens, {:.1f} MB, generation {}\n", info.at("name").get<std::string>(),
                                   info.at("documents").get<std::int64_t>(), info.at("chunks").get<std::int64_t>(), info.at("tokens").get<std::int64_t>(),
                                   info.at("bytes").get<double>() / 1e6, info.at("generation").get<std::int64_t>());
    const std::string embedder = info.at("embedder").get<std::string>();
    text += fmt::format("embedder {}{}, chunker {}, {} tokens, overlap {}\n", embedder.empty() ? "none" : embedder,
                        info.at("dimension").is_null() ? std::string() : fmt::format(" ({} dimensions)", info.at("dimension").get<int>()),
                        settings.value("chunker", ""), settings.value("chunk_size", 0), settings.value("overlap", 0));
    for (const Json& root : info.at("roots"))
        text += fmt::format("from {}\n", root.get<std::string>());
    for (const Json& snapshot : info.at("snapshots"))
        text += fmt::format("snapshot '{}' of generation {}, {}\n", snapshot.value("name", ""), snapshot.value("generation", std::int64_t{0}), snapshot.value("created", ""));
    Table table("llrr", {"document", "type", "chunks", "characters"});
    for (const Json& document : info.at("document_list"))
        table.add({document.value("document", ""), document.value("type", ""), std::to_string(document.value("chunks", std::int64_t{0})),
                   std::to_string(document.value("characters", std::int64_t{0}))});
    if (!info.at("document_list").empty())
        text += table.text();
    for (const Json& failure : info.at("failed"))
        text += fmt::format("failed: {}: {} {}\n", failure.value("document", ""), failure.value("reason", ""), failure.value("hint", ""));
    return text;
}

void addCreate(CLI::App& group, CliContext& context) {
    struct Options {
        std::string name, embedder;
        ChunkerOptions chunker;
        bool int8 = false;
    };
    CLI::App* command = group.add_subcommand("create", "Make an empty knowledge base");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->name, "Name of the knowledge base")->required();
    command->add_option("--embedder", options->embedder,
                        "Model or endpoint that makes the vectors, 'hashing' (no model needed) or 'none' (default: the multilingual starter, else the English one, else hashing)");
    options->chunker.add(*command);
    command->add_flag("--int8", options->int8, "Keep vectors in 8 bits a value: a quarter of the space, nearly the same ranking");
    context.onRun(*command, [&context, options] {
        checkModelName(options->name);
        const Workspace workspace = context.openWorkspace();
        std::string embedder = options->embedder.empty() ? defaultEmbedder(&workspace) : options->embedder;
        if (embedder == "none")
            embedder.clear();
        else
            openBaseEmbedder(&workspace, embedder, *context.progress, context.stop); // that it is there and can embed
        ChunkerSettings chunker;
        options->chunker.apply(chunker);
        const KnowledgeStore store = KnowledgeStore::create(basesFolder(context) / options->name, knowledgeSettings(embedder, chunker, options->int8));
        const Json info = infoOf(options->name, store);
        context.print(info, fmt::format("Made the knowledge base '{}'. `triptych-cli kb add {} PATH` puts documents in.\n{}", options->name, options->name, infoText(info)));
        return kExitDone;
    });
}

void addAddAndSync(CLI::App& group, CliContext& context) {
    struct Options {
        std::string name;
        std::vector<std::string> paths;
        IngestOptions ingest;
    };
    CLI::App* add = group.add_subcommand("add", "Add files and folders: text, Markdown, HTML, PDF, docx, xlsx, tables, JSON, source code");
    auto added = std::make_shared<Options>();
    add->add_option("N", added->name, "Name of the knowledge base")->required();
    add->add_option("PATH", added->paths, "Files and folders")->required();
    add->add_flag("--retry", added->ingest.retry_failed, "Read documents again that failed before and have not changed");
    context.onRun(*add, [&context, added] {
        return bringInStep(context, added->name, {added->paths.begin(), added->paths.end()}, added->ingest);
    });

    CLI::App* sync = group.add_subcommand("sync", "Bring the base in step with the files and folders that were added; only what changed is embedded");
    auto synced = std::make_shared<Options>();
    sync->add_option("N", synced->name, "Name of the knowledge base")->required();
    sync->add_flag("--retry", synced->ingest.retry_failed, "Read documents again that failed before and have not changed");
    context.onRun(*sync, [&context, synced] { return bringInStep(context, synced->name, {}, synced->ingest); });
}

void addInfoAndRemove(CLI::App& group, CliContext& context) {
    CLI::App* list = group.add_subcommand("list", "The knowledge bases of the workspace");
    context.onRun(*list, [&context] {
        Table table("lrrl", {"name", "documents", "chunks", "embedder"});
        Json bases = Json::array();
        for (const std::string& name : baseNames(context)) {
            const KnowledgeStore store = KnowledgeStore::open(basesFolder(context) / name);
            const KnowledgeCounts counts = store.counts();
            const std::string embedder = store.settings().value("embedder", "");
            table.add({name, std::to_string(counts.documents), std::to_string(counts.chunks), embedder.empty() ? "none" : embedder});
            bases.push_back({{"name", name}, {"documents", counts.documents}, {"chunks", counts.chunks}, {"embedder", embedder}});
        }
        context.print({{"bases", bases}}, bases.empty() ? "There are no knowledge bases yet; `triptych-cli kb create` makes one." : table.text());
        return kExitDone;
    });

    CLI::App* info = group.add_subcommand("info", "Documents, chunks, embedder, snapshots and what failed");
    auto shown = std::make_shared<std::string>();
    info->add_option("N", *shown, "Name of the knowledge base")->required();
    context.onRun(*info, [&context, shown] {
        const Json document = infoOf(*shown, KnowledgeStore::open(knowledgeFolder(context, *shown)));
        context.print(document, infoText(document));
        return kExitDone;
    });

    struct Names {
        std::string base, other;
    };
    CLI::App* remove = group.add_subcommand("remove", "Take a document out; its file stays, and if it lies in a folder that was added, a sync brings it back");
    auto removed = std::make_shared<Names>();
    remove->add_option("N", removed->base, "Name of the knowledge base")->required();
    remove->add_option("DOC", removed->other, "Name of the document, as `kb info` shows it")->required();
    context.onRun(*remove, [&context, removed] {
        const fs::path folder = knowledgeFolder(context, removed->base);
        const FileLock lock = lockKnowledge(folder, removed->base);
        KnowledgeStore store = KnowledgeStore::open(folder);
        const auto record = store.document(removed->other);
        store.removeDocument(removed->other);
        if (record && record->root == record->source)
            store.removeRoot(record->root); // a file that was added by itself is not looked for again
        context.print({{"removed", {removed->other}}, {"generation", store.generation()}}, fmt::format("Removed '{}'.", removed->other));
        return kExitDone;
    });

    CLI::App* drop = group.add_subcommand("drop", "Delete a knowledge base with all it holds; the files it was made from stay");
    auto dropped = std::make_shared<std::string>();
    drop->add_option("N", *dropped, "Name of the knowledge base")->required();
    context.onRun(*drop, [&context, dropped] {
        const fs::path folder = knowledgeFolder(context, *dropped);
        const FileLock lock = lockKnowledge(folder, *dropped);
        fs::remove_all(folder);
        context.print({{"dropped", *dropped}}, fmt::format("Deleted the knowledge base '{}'.", *dropped));
        return kExitDone;
    });
}

void addSnapshots(CLI::App& group, CliContext& context) {
    struct Options {
        std::string base, name;
        bool remove = false;
    };
    CLI::App* snapshot = group.add_subcommand("snapshot", "Remember the base as it is now, under a name");
    auto taken = std::make_shared<Options>();
    snapshot->add_option("N", taken->base, "Name of the knowledge base")->required();
    snapshot->add_option("NAME", taken->name, "Name of the snapshot")->required();
    snapshot->add_flag("--remove", taken->remove, "Forget the snapshot of that name instead");
    context.onRun(*snapshot, [&context, taken] {
        const fs::path folder = knowledgeFolder(context, taken->base);
        const FileLock lock = lockKnowledge(folder, taken->base);
        KnowledgeStore store = KnowledgeStore::open(folder);
        if (taken->remove)
            store.removeSnapshot(taken->name);
        else
            store.saveSnapshot(taken->name);
        const Json document = infoOf(taken->base, store);
        context.print({{"snapshots", document.at("snapshots")}}, fmt::format("{} the snapshot '{}'.", taken->remove ? "Forgot" : "Took", taken->name));
        return kExitDone;
    });

    CLI::App* rollback = group.add_subcommand("rollback", "Make the base what it was at a snapshot; the next sync goes on from there");
    auto wanted = std::make_shared<Options>();
    rollback->add_option("N", wanted->base, "Name of the knowledge base")->required();
    rollback->add_option("NAME", wanted->name, "Name of the snapshot")->required();
    context.onRun(*rollback, [&context, wanted] {
        const fs::path folder = knowledgeFolder(context, wanted->base);
        const FileLock lock = lockKnowledge(folder, wanted->base);
        KnowledgeStore store = KnowledgeStore::open(folder);
        store.rollback(wanted->name);
        const Json document = infoOf(wanted->base, store);
        context.print(document, infoText(document));
        return kExitDone;
    });
}

std::string shortened(const std::string& text) {
    std::string line;
    for (const char c : text.substr(0, kShownText))
        line += c == '\n' || c == '\t' ? ' ' : c;
    // No character is cut in half.
    while (text.size() > kShownText && !line.empty() && (static_cast<unsigned char>(text[line.size()]) & 0xc0) == 0x80)
        line.pop_back();
    return line + (text.size() > kShownText ? " ..." : "");
}

void addSearch(CLI::App& group, CliContext& context) {
    struct Options {
        std::string name, query, mode;
        SearchSettings settings;
    };
    CLI::App* command = group.add_subcommand("search", "Chunks that fit a query");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->name, "Name of the knowledge base")->required();
    command->add_option("QUERY", options->query, "What to look for")->required();
    command->add_option("-k", options->settings.k, "Hits at most (default: 10)")->check(CLI::Range(1, 10'000));
    command->add_option("--mode", options->mode, "hybrid (default), dense or lexical")->check(CLI::IsMember({"hybrid", "dense", "lexical"}));
    command->add_option("--document", options->settings.document_prefix, "Only documents whose name begins so")->type_name("PREFIX");
    command->add_option("--type", options->settings.type, "Only documents of this type: pdf, markdown, ...");
    command->add_option("--tag", options->settings.tag, "Only documents with this tag");
    command->add_flag("--exact", options->settings.exact, "Compare every vector instead of using the graph");
    context.onRun(*command, [&context, options] {
        const fs::path folder = knowledgeFolder(context, options->name);
        SearchSettings settings = options->settings;
        if (!options->mode.empty())
            settings.mode = searchModeFromName(options->mode);
        KnowledgeBase base = KnowledgeBase::open(folder, embedderOf(context, KnowledgeStore::open(folder)), *context.progress, context.stop);
        const auto begin = std::chrono::steady_clock::now();
        const std::vector<SearchHit> hits = base.search(options->query, settings, context.stop);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        Json list = Json::array();
        std::string text;
        for (const SearchHit& hit : hits) {
            const auto orNull = [](const auto& value) { return value ? Json(*value) : Json(); };
            list.push_back({{"document", hit.chunk.document}, {"chunk", hit.chunk.ordinal}, {"begin", hit.chunk.begin}, {"end", hit.chunk.end},
                            {"text", hit.chunk.text}, {"heading", hit.chunk.heading}, {"score", hit.score}, {"dense_rank", orNull(hit.dense_rank)},
                            {"lexical_rank", orNull(hit.lexical_rank)}, {"dense_score", orNull(hit.dense_score)}, {"lexical_score", orNull(hit.lexical_score)}});
            text += fmt::format("{:>2}  {} #{}{}  score {:.3f}{}{}\n    {}\n", list.size(), hit.chunk.document, hit.chunk.ordinal,
                                hit.chunk.heading.empty() ? "" : "  " + hit.chunk.heading, hit.score,
                                hit.dense_rank ? fmt::format(", by meaning {}", *hit.dense_rank) : "", hit.lexical_rank ? fmt::format(", by words {}", *hit.lexical_rank) : "",
                                shortened(hit.chunk.text));
        }
        context.print({{"hits", std::move(list)}, {"seconds", seconds}}, hits.empty() ? "Nothing was found." : text);
        return kExitDone;
    });
}

} // namespace

fs::path knowledgeFolder(const CliContext& context, const std::string& name) {
    checkModelName(name);
    const fs::path folder = basesFolder(context) / name;
    if (!KnowledgeStore::exists(folder)) {
        const std::vector<std::string> names = baseNames(context);
        throw Error(ErrorCode::NotFound, fmt::format("there is no knowledge base '{}' in the workspace", name),
                    names.empty() ? "`triptych-cli kb create` makes one." : fmt::format("There is {}.", fmt::join(names, ", ")));
    }
    return folder;
}

FileLock lockKnowledge(const fs::path& folder, const std::string& name) {
    if (auto lock = FileLock::tryAcquire(folder / "lock"))
        return std::move(*lock);
    throw Error(ErrorCode::Busy, fmt::format("the knowledge base '{}' is being changed by another process", name), "Try again when that has finished.");
}

void ChunkerOptions::add(CLI::App& command) {
    command.add_option("--chunker", chunker, "How documents are cut: fixed, recursive, sentence, markdown, semantic, or none (default: recursive)")
        ->check(CLI::IsMember({"fixed", "recursive", "sentence", "markdown", "semantic", "none"}));
    command.add_option("--chunk-size", chunk_size, "Tokens a chunk has at most (default: 256)")->type_name("TOKENS")->check(CLI::Range(16, 8192));
    command.add_option("--overlap", overlap, "Tokens of the chunk before that come again at most (default: 32)")->type_name("TOKENS")->check(CLI::NonNegativeNumber);
}

void ChunkerOptions::apply(ChunkerSettings& settings) const {
    if (!chunker.empty())
        settings.chunker = chunkerFromName(chunker);
    if (chunk_size > 0)
        settings.chunk_size = chunk_size;
    if (overlap >= 0)
        settings.overlap = overlap;
    else if (2 * settings.overlap >= settings.chunk_size) // the default does not fit a small size
        settings.overlap = settings.chunk_size / 8;
    checkChunkerSettings(settings);
}

void addKnowledgeCommands(CLI::App& app, CliContext& context) {
    CLI::App* group = app.add_subcommand("kb", "Knowledge bases: documents to search");
    group->require_subcommand(1);
    addCreate(*group, context);
    addAddAndSync(*group, context);
    addInfoAndRemove(*group, context);
    addSnapshots(*group, context);
    addSearch(*group, context);
    addKnowledgeEval(*group, context);
}

} // namespace triptych
