#include "kb_commands.h"

#include "cli_context.h"
#include "commands.h"
#include "table.h"

#include "base/error.h"
#include "interop/knowledge_embedder.h"
#include "jobs/knowledge_bases.h"
#include "knowledge/chunker.h"
#include "knowledge/edit.h"
#include "knowledge/index_presets.h"
#include "knowledge/knowledge_base.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

Json failuresJson(const std::vector<FailedDocument>& failures) {
    Json list = Json::array();
    for (const FailedDocument& failure : failures)
        list.push_back({{"document", failure.name}, {"reason", failure.reason}, {"hint", failure.hint}});
    return list;
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
    const Json index = set ? indexInfo(store.settings(), set->dimension, set->format(), counts.chunks) : Json();
    return {{"name", name}, {"documents", counts.documents}, {"chunks", counts.chunks}, {"embedder", store.settings().value("embedder", "")},
            {"dimension", set ? Json(set->dimension) : Json()}, {"generation", store.generation()}, {"bytes", store.bytes()},
            {"tokens", counts.tokens}, {"failed", failuresJson(store.failures())}, {"waiting", counts.waiting}, {"disabled", counts.disabled},
            {"edited", counts.edited}, {"settings", store.settings()}, {"index", index}, {"snapshots", std::move(snapshots)}, {"roots", std::move(roots)},
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
    if (!info.at("index").is_null())
        text += indexText(info.at("index"));
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
        std::string index;
        bool int8 = false;
    };
    CLI::App* command = group.add_subcommand("create", "Make an empty knowledge base");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->name, "Name of the knowledge base")->required();
    command->add_option("--embedder", options->embedder,
                        "Model or endpoint that makes the vectors, 'hashing' (no model needed) or 'none' (default: the multilingual starter, else the English one, else hashing)");
    options->chunker.add(*command);
    command->add_option("--index", options->index, "How thoroughly the vector index searches, where it does not compare every vector: fast, balanced (default) or thorough")
        ->type_name("PRESET")->check(CLI::IsMember(indexPresetNames()));
    command->add_flag("--int8", options->int8, "Keep vectors in 8 bits a value: a quarter of the space, nearly the same ranking");
    context.onRun(*command, [&context, options] {
        checkKnowledgeBaseName(options->name);
        const Workspace workspace = context.openWorkspace();
        std::string embedder = options->embedder.empty() ? defaultEmbedder(&workspace) : options->embedder;
        if (embedder == "none")
            embedder.clear();
        else
            openBaseEmbedder(&workspace, embedder, *context.progress, context.stop); // that it is there and can embed
        ChunkerSettings chunker;
        options->chunker.apply(chunker);
        const fs::path folder = createKnowledgeBase(workspace, options->name, embedder, chunker, options->int8);
        KnowledgeStore store = KnowledgeStore::open(folder);
        if (!options->index.empty()) {
            Json settings = store.settings();
            settings["index"] = options->index;
            store.setSettings(settings);
        }
        const Json info = infoOf(options->name, store);
        context.print(info, fmt::format("Made the knowledge base '{}'. `triptych-cli kb add {} PATH` puts documents in.\n{}", options->name, options->name, infoText(info)));
        return kExitDone;
    });
}

void addInfoAndRemove(CLI::App& group, CliContext& context) {
    CLI::App* list = group.add_subcommand("list", "The knowledge bases of the workspace");
    context.onRun(*list, [&context] {
        Table table("lrrl", {"name", "documents", "chunks", "embedder"});
        Json bases = Json::array();
        const Workspace workspace = context.openWorkspace();
        for (const std::string& name : knowledgeBaseNames(workspace)) {
            const KnowledgeStore store = KnowledgeStore::open(findKnowledgeBase(workspace, name));
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
        const FileLock lock = lockKnowledgeBase(folder);
        KnowledgeStore store = KnowledgeStore::open(folder);
        const auto record = store.document(removed->other);
        store.removeDocument(removed->other);
        if (record && record->root == record->source)
            store.removeRoot(record->root); // a file that was added by itself is not looked for again
        context.print({{"removed", {removed->other}}, {"generation", store.generation()}}, fmt::format("Removed '{}'.", removed->other));
        return kExitDone;
    });

    CLI::App* forget = group.add_subcommand("forget", "Forget a file or folder that was added: its documents go, and a sync passes it over");
    auto forgotten = std::make_shared<Names>();
    forget->add_option("N", forgotten->base, "Name of the knowledge base")->required();
    forget->add_option("PATH", forgotten->other, "What was added, as `kb info` shows it")->required();
    context.onRun(*forget, [&context, forgotten] {
        const fs::path folder = knowledgeFolder(context, forgotten->base);
        const FileLock lock = lockKnowledgeBase(folder);
        KnowledgeStore store = KnowledgeStore::open(folder);
        const std::string path = (fs::absolute(forgotten->other) / "").lexically_normal().parent_path().string();
        const std::int64_t gone = removeRootWithDocuments(store, path);
        context.print({{"forgotten", path}, {"removed", gone}, {"generation", store.generation()}}, fmt::format("Forgot '{}' and its {} documents.", path, gone));
        return kExitDone;
    });
}

void addDropAndRename(CLI::App& group, CliContext& context) {
    CLI::App* drop = group.add_subcommand("drop", "Delete a knowledge base with all it holds; the files it was made from stay");
    auto dropped = std::make_shared<std::string>();
    drop->add_option("N", *dropped, "Name of the knowledge base")->required();
    context.onRun(*drop, [&context, dropped] {
        dropKnowledgeBase(knowledgeFolder(context, *dropped));
        context.print({{"dropped", *dropped}}, fmt::format("Deleted the knowledge base '{}'.", *dropped));
        return kExitDone;
    });

    struct Names {
        std::string from, to;
    };
    CLI::App* rename = group.add_subcommand("rename", "Give a knowledge base another name");
    auto names = std::make_shared<Names>();
    rename->add_option("N", names->from, "Name of the knowledge base")->required();
    rename->add_option("TO", names->to, "Its new name")->required();
    context.onRun(*rename, [&context, names] {
        knowledgeFolder(context, names->from); // names those there are
        renameKnowledgeBase(context.openWorkspace(), names->from, names->to);
        context.print({{"name", names->to}, {"renamed", names->from}}, fmt::format("The knowledge base '{}' is called '{}' now.", names->from, names->to));
        return kExitDone;
    });
}

void addTag(CLI::App& group, CliContext& context) {
    struct Options {
        std::string base, document;
        std::vector<std::string> tags;
        bool clear = false;
    };
    CLI::App* tag = group.add_subcommand("tag", "Give a document tags, which a search can ask for");
    auto options = std::make_shared<Options>();
    tag->add_option("N", options->base, "Name of the knowledge base")->required();
    tag->add_option("DOC", options->document, "Name of the document, as `kb info` shows it")->required();
    tag->add_option("TAG", options->tags, "Tags to add to those it has");
    tag->add_flag("--clear", options->clear, "Take away the tags it has");
    context.onRun(*tag, [&context, options] {
        if (options->tags.empty() && !options->clear)
            throw Error(ErrorCode::InvalidArgument, "there is no tag to give", "Name tags, or take away those there are with --clear.");
        const fs::path folder = knowledgeFolder(context, options->base);
        const FileLock lock = lockKnowledgeBase(folder);
        KnowledgeStore store = KnowledgeStore::open(folder);
        const DocumentRecord record = requireDocument(store, options->document);
        std::vector<std::string> tags = options->clear ? std::vector<std::string>() : record.tags;
        for (const std::string& one : options->tags) {
            if (std::find(tags.begin(), tags.end(), one) == tags.end())
                tags.push_back(one);
        }
        store.setTags(record.name, tags);
        context.print({{"document", record.name}, {"tags", tags}}, tags.empty() ? fmt::format("'{}' has no tags.", record.name)
                                                                               : fmt::format("'{}' has the tags {}.", record.name, fmt::join(tags, ", ")));
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
        const FileLock lock = lockKnowledgeBase(folder);
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
        const FileLock lock = lockKnowledgeBase(folder);
        KnowledgeStore store = KnowledgeStore::open(folder);
        store.rollback(wanted->name);
        const Json document = infoOf(wanted->base, store);
        context.print(document, infoText(document));
        return kExitDone;
    });
}

} // namespace

fs::path knowledgeFolder(const CliContext& context, const std::string& name) { return findKnowledgeBase(context.openWorkspace(), name); }

DocumentRecord requireDocument(const KnowledgeStore& store, const std::string& name) {
    if (auto record = store.document(name))
        return std::move(*record);
    throw Error(ErrorCode::NotFound, fmt::format("there is no document '{}' in the knowledge base", name), "`triptych-cli kb info` lists the documents there are.");
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
    addKnowledgeIngest(*group, context);
    addInfoAndRemove(*group, context);
    addDropAndRename(*group, context);
    addTag(*group, context);
    addKnowledgeChunks(*group, context);
    addSnapshots(*group, context);
    addKnowledgeSearch(*group, context);
    addKnowledgeEval(*group, context);
}

} // namespace triptych
