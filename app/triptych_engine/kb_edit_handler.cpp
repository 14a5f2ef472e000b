#include "kb_edit_handler.h"
#include "request_params.h"

#include "base/error.h"
#include "interop/knowledge_embedder.h"
#include "jobs/knowledge_bases.h"
#include "knowledge/edit.h"
#include "storage/workspace.h"

#include <array>

namespace triptych {

namespace {

constexpr const char* kMethod = "kb.edit_chunk";

ChunkEdit editParam(const Json& params) {
    ChunkEdit edit;
    if (const auto text = params.find("text"); text != params.end()) {
        edit.restore = text->is_null();
        if (!edit.restore)
            edit.text = stringParam(params, kMethod, "text");
    }
    if (const auto enabled = params.find("enabled"); enabled != params.end()) {
        if (!enabled->is_boolean())
            throw Error(ErrorCode::InvalidArgument, "'kb.edit_chunk' wants \"enabled\", true or false");
        edit.enabled = enabled->get<bool>();
    }
    return edit;
}

} // namespace

Json editKnowledgeChunk(const Json& params, std::stop_token stop, RequestSink& sink) {
    const ChunkEdit edit = editParam(params);
    const auto chunk = params.find("chunk");
    if (chunk == params.end() || !chunk->is_number_integer())
        throw Error(ErrorCode::InvalidArgument, "'kb.edit_chunk' wants \"chunk\", a whole number");
    const Workspace workspace = Workspace::open(pathParam(params, kMethod, "workspace"));
    const std::filesystem::path folder = findKnowledgeBase(workspace, stringParam(params, kMethod, "base"));
    const FileLock lock = lockKnowledgeBase(folder);
    KnowledgeStore store = KnowledgeStore::open(folder);
    const auto embedder = [&] { return openEmbedderOf(workspace, store, sink, stop); };
    const std::int64_t id = editChunk(store, chunk->get<std::int64_t>(), edit, embedder, stop);
    return {{"chunk", id}, {"document_id", store.chunks(std::array{id}).front().document_id}};
}

} // namespace triptych
