#pragma once

#include "base/files.h"
#include "knowledge/base_embedder.h"
#include "knowledge/knowledge_store.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace triptych {

class Workspace;
struct ChunkerSettings;

/// Throws Error{InvalidArgument} unless `name` can name a knowledge base: as checkObjectName(), at most 100 bytes.
void checkKnowledgeBaseName(std::string_view name);
/// An embedder's name as a base keeps it: a path, which has a slash, as the absolute one, anything else as it is.
std::string embedderName(std::string_view given);

/// Makes the empty base knowledge/<name> and returns its folder; an empty embedder: searched by words only. That the embedder is
/// there is the caller's to know. Throws Error{InvalidArgument | AlreadyExists | Io}.
std::filesystem::path createKnowledgeBase(const Workspace& workspace, std::string_view name, std::string_view embedder, const ChunkerSettings& chunker, bool int8);
/// Throws Error{NotFound | InvalidArgument | AlreadyExists | Io}, {Busy} while somebody changes it.
void renameKnowledgeBase(const Workspace& workspace, std::string_view from, std::string_view to);
/// Deletes a base with all it holds; the files it was made from stay. Throws Error{NotFound | Io | Busy}.
void dropKnowledgeBase(const std::filesystem::path& folder);

/// The right to change a base, for as long as the lock lives. Throws Error{Busy}, {NotFound}.
FileLock lockKnowledgeBase(const std::filesystem::path& folder);

/// True if a sync would find something to do: a file of what was added differs by name, size or time from what is stored, or has
/// come or gone. Opens files for their first bytes at most. What cannot be reached is in step: a sync could do nothing either.
bool isOutOfStep(const KnowledgeStore& store, const std::stop_token& stop);
/// A file that was added by itself and is gone, while the folder it lay in is there.
bool isDeletedFile(const KnowledgeRoot& root);

/// Forgets a file or folder that was added: its documents go, and it is not synced any more. Returns how many went. Throws Error{NotFound}
/// naming what was added.
std::int64_t removeRootWithDocuments(KnowledgeStore& store, std::string_view path);

/// What is to become of a chunk.
struct ChunkEdit {
    std::optional<std::string> text;
    bool restore = false;        ///< the text that stands in its document again
    std::optional<bool> enabled; ///< off: kept and never found
};
/// Changes one chunk and embeds it again where its vector is another; `embedder`, the base's own, is called only then. The caller has
/// the base's lock. Returns the chunk's new id, its old one if nothing changed. Throws Error{NotFound | InvalidArgument}, and what the
/// embedder throws; the chunk is then as it was.
std::int64_t editChunk(KnowledgeStore& store, std::int64_t id, const ChunkEdit& edit, const std::function<BaseEmbedder()>& embedder, const std::stop_token& stop);

} // namespace triptych
