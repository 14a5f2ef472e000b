#pragma once

#include "base/progress.h"
#include "knowledge/base_embedder.h"
#include "knowledge/knowledge_store.h"

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

class DocumentReader;
struct ChunkerSettings;

/// What a base is made with, as KnowledgeStore::settings() keeps it.
Json knowledgeSettings(std::string_view embedder, const ChunkerSettings& chunker, bool int8);
ChunkerSettings chunkerSettings(const Json& settings);

/// A file's time as DocumentRecord::modified has it.
std::int64_t documentTime(std::filesystem::file_time_type time);

struct IngestReport {
    std::vector<std::string> added, changed, removed;
    std::vector<FailedDocument> failed; ///< in this run; what failed before and is as it was is not tried again
    std::int64_t unchanged = 0;
    std::int64_t chunks = 0;   ///< staged
    std::int64_t embedded = 0; ///< chunks whose vectors were made, those taken over not counted
    double read_s = 0, chunk_s = 0, store_s = 0, embed_s = 0;
};

struct IngestOptions {
    bool retry_failed = false; ///< read those again that failed and are as they were
};

/// Brings the base in step with these files and folders, and remembers them for the next time: what is new is added, what
/// has other bytes is read again, what has gone is removed. Texts that the base has vectors of are not embedded again. Every
/// document is committed on its own, vectors 256 at a time: after a kill, the same call does what is left, and the rows
/// are those of a run without one. A document that cannot be read is reported and left as it was.
/// Throws Error{AlreadyExists} naming both files if a document of that name came from elsewhere (nothing has changed then);
/// {NotFound} for a path; {InvalidArgument} if the base was made with another embedder; {Cancelled}; what the embedder throws.
IngestReport ingest(KnowledgeStore& store, const BaseEmbedder& base, std::span<const std::filesystem::path> paths, DocumentReader& reader,
                    const IngestOptions& options, ProgressSink& progress, const std::stop_token& stop);

/// The same for all that was added before. A file that was added by itself and has been deleted goes; a folder that is not there
/// (a drive that is not mounted) is reported in `failed`, and its documents stay.
IngestReport syncRoots(KnowledgeStore& store, const BaseEmbedder& base, DocumentReader& reader, const IngestOptions& options, ProgressSink& progress,
                       const std::stop_token& stop);

/// A document that is no file.
struct PlainDocument {
    std::string name;
    std::string text; ///< may be empty: the document is there and cannot be found
};
/// The same for texts at hand; nothing is removed.
IngestReport ingestTexts(KnowledgeStore& store, const BaseEmbedder& base, std::span<const PlainDocument> documents, ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
