#include "kb_commands.h"

#include "cli_context.h"
#include "table.h"

#include "base/error.h"
#include "interop/knowledge_embedder.h"
#include "knowledge/edit.h"

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kShownText = 60; ///< bytes of a chunk's text
constexpr std::uintmax_t kMostChunkBytes = 16u << 20;

Json chunkJson(const ChunkRecord& chunk) {
    return {{"chunk_id", chunk.id}, {"document", chunk.document}, {"chunk", chunk.ordinal}, {"begin", chunk.begin}, {"end", chunk.end}, {"tokens", chunk.tokens},
            {"heading", chunk.heading}, {"text", chunk.text}, {"edited", chunk.edited}, {"enabled", chunk.enabled}};
}

std::string stateText(const ChunkRecord& chunk) {
    return fmt::format("{}{}{}", chunk.edited ? "edited" : "", chunk.edited && !chunk.enabled ? ", " : "", chunk.enabled ? "" : "off");
}

/// The beginning of a text, as one line.
std::string beginning(const std::string& text) {
    std::size_t end = std::min(text.size(), kShownText);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) // no character is cut in half
        --end;
    std::string line = text.substr(0, end);
    std::replace_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return end < text.size() ? line + " ..." : line;
}

void addChunks(CLI::App& group, CliContext& context) {
    struct Options {
        std::string base, document;
    };
    CLI::App* command = group.add_subcommand("chunks", "The chunks of a document, with their tokens and what was done to them");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->base, "Name of the knowledge base")->required();
    command->add_option("DOC", options->document, "Name of the document, as `kb info` shows it")->required();
    context.onRun(*command, [&context, options] {
        const KnowledgeStore store = KnowledgeStore::open(knowledgeFolder(context, options->base));
        Json list = Json::array();
        Table table("rrll", {"chunk", "tokens", "state", "text"});
        for (const ChunkRecord& chunk : store.chunksOf(requireDocument(store, options->document).id)) {
            list.push_back(chunkJson(chunk));
            table.add({std::to_string(chunk.ordinal), std::to_string(chunk.tokens), stateText(chunk), beginning(chunk.text)});
        }
        context.print({{"document", options->document}, {"chunks", list}}, list.empty() ? fmt::format("'{}' has no chunks.", options->document) : table.text());
        return kExitDone;
    });
}

ChunkRecord requireChunk(const KnowledgeStore& store, const std::string& document, std::int64_t ordinal) {
    for (ChunkRecord& chunk : store.chunksOf(requireDocument(store, document).id)) {
        if (chunk.ordinal == ordinal)
            return std::move(chunk);
    }
    throw Error(ErrorCode::NotFound, fmt::format("the document '{}' has no chunk {}", document, ordinal), "`triptych-cli kb chunks` lists those it has.");
}

struct EditOptions {
    std::string base, document, text, file;
    std::int64_t chunk = 0;
    bool hasText = false, off = false, on = false, restore = false;

    ChunkEdit wanted() const {
        ChunkEdit edit;
        if (hasText)
            edit.text = text;
        else if (!file.empty())
            edit.text = readInput(file, kMostChunkBytes);
        edit.restore = restore;
        if (off || on)
            edit.enabled = on;
        if (!edit.text && !edit.restore && !edit.enabled)
            throw Error(ErrorCode::InvalidArgument, "nothing is to be done to the chunk", "Give it a --text, a --file, --restore, --off or --on.");
        return edit;
    }
};

int editOne(const CliContext& context, const EditOptions& options) {
    const ChunkEdit edit = options.wanted();
    const Workspace workspace = context.openWorkspace();
    const fs::path folder = knowledgeFolder(context, options.base);
    const FileLock lock = lockKnowledgeBase(folder);
    KnowledgeStore store = KnowledgeStore::open(folder);
    const auto embedder = [&] {
        at::set_num_threads(context.threads);
        return openEmbedderOf(workspace, store, *context.progress, context.stop);
    };
    const std::int64_t id = editChunk(store, requireChunk(store, options.document, options.chunk).id, edit, embedder, context.stop);
    const ChunkRecord chunk = requireChunk(store, options.document, options.chunk);
    Json document = chunkJson(chunk);
    document["chunk_id"] = id;
    document["generation"] = store.generation();
    const std::string state = stateText(chunk);
    context.print(document, fmt::format("Chunk {} of '{}', {} tokens{}{}: {}", chunk.ordinal, chunk.document, chunk.tokens, state.empty() ? "" : ", ", state, beginning(chunk.text)));
    return kExitDone;
}

void addEdit(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("edit", "Give a chunk another text, or switch it off; that lasts when its document is read again and still has it");
    auto options = std::make_shared<EditOptions>();
    command->add_option("N", options->base, "Name of the knowledge base")->required();
    command->add_option("DOC", options->document, "Name of the document, as `kb info` shows it")->required();
    command->add_option("CHUNK", options->chunk, "Its number, as `kb chunks` shows it")->required()->check(CLI::NonNegativeNumber);
    CLI::Option* text = command->add_option("--text", options->text, "The new text")->type_name("T");
    CLI::Option* file = command->add_option("--file", options->file, "The new text, from a file")->type_name("F");
    CLI::Option* restore = command->add_flag("--restore", options->restore, "The text that stands in the document again");
    CLI::Option* off = command->add_flag("--off", options->off, "Keep it, but never find it");
    CLI::Option* on = command->add_flag("--on", options->on, "Find it again");
    text->excludes(file)->excludes(restore);
    file->excludes(restore);
    off->excludes(on);
    context.onRun(*command, [&context, options, text] {
        options->hasText = text->count() > 0;
        return editOne(context, *options);
    });
}

} // namespace

void addKnowledgeChunks(CLI::App& group, CliContext& context) {
    addChunks(group, context);
    addEdit(group, context);
}

} // namespace triptych
