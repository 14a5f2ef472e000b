#pragma once

#include "base/json.h"
#include "knowledge/vector_format.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Counts the changes of a knowledge base: one for every document that came, changed or went. Rows are never changed
/// once they are visible; they are born at one generation and die at another, so that a snapshot is a number.
using Generation = std::int64_t;

struct DocumentRecord {
    std::int64_t id = 0;
    std::string name;     ///< relative to the folder that was added, or the file's name
    std::string source;   ///< absolute path of the file it came from
    std::string root;     ///< what was added: that file, or a folder above it
    std::string type;     ///< "md", "pdf", ...
    std::string title;
    std::string hash;     ///< SHA-256 of the file's bytes
    std::int64_t bytes = 0;
    std::int64_t modified = 0; ///< of the file, nanoseconds since 1970
    std::int64_t characters = 0; ///< code points of the text
    std::int64_t chunks = 0;
    std::string language; ///< "en", "zh", ...; empty if it cannot be told
    Json outline;         ///< headings and pages, as the reader found them
    std::vector<std::string> tags;
};

/// A document with its text, as it is stored.
struct NewDocument {
    DocumentRecord record; ///< without id, characters and chunks
    std::string text;
};

struct NewChunk {
    std::int64_t begin = 0, end = 0; ///< code points of the document's text
    std::int64_t tokens = 0;
    std::string heading; ///< path of headings above it, " › " between them
    std::string text;    ///< text[begin, end)
};

struct ChunkRecord {
    std::int64_t id = 0; ///< ascending in order of insertion, never given out again
    std::int64_t document_id = 0;
    std::string document; ///< name
    std::int64_t ordinal = 0; ///< from 0 in its document
    std::int64_t begin = 0, end = 0;
    std::int64_t tokens = 0;
    std::string heading;
    std::string text;     ///< what is searched: as edited
    bool edited = false;
    bool enabled = true;  ///< switched off: kept, but never found
};

struct ChunkSize {
    std::int64_t document_id = 0, ordinal = 0, tokens = 0;
};

/// A file that could not become a document.
struct FailedDocument {
    std::string name, source, root, hash, reason, hint;
    std::int64_t modified = 0;
};

/// What was added and is kept in step by a sync.
struct KnowledgeRoot {
    std::string path; ///< absolute
    bool is_folder = false;
    bool watched = false;
};

/// One set of vectors over the chunks. A re-embed fills a second one; the active one is the one that is searched.
struct EmbeddingSet {
    std::int64_t id = 0;
    std::string embedder;    ///< name of the model, "hashing"
    std::string fingerprint; ///< what tells that a model of this name is still the same
    int dimension = 0;
    bool int8 = false;       ///< stored as a scale and 8 bits a value: a quarter of the space
    VectorFormat format() const { return int8 ? VectorFormat::Int8 : VectorFormat::Float32; }
};

struct Snapshot {
    std::string name;
    Generation generation = 0;
    std::int64_t set = 0;
    std::string created;
};

struct KnowledgeCounts {
    std::int64_t documents = 0, failed = 0, chunks = 0, disabled = 0, edited = 0, tokens = 0;
    std::int64_t waiting = 0;  ///< chunks whose vectors are still to be made, visible or not
    std::int64_t dead = 0;     ///< chunks that only snapshots, or nobody, can see
};

/// knowledge/<name>/kb.sqlite: documents, chunks, vectors; the only truth, indexes are caches over it. One connection a
/// store, one thread at a time. Readers are never blocked; one process at a time writes (the ingest, under its lock).
/// All functions throw Error; {Corrupt} names the file.
class KnowledgeStore {
public:
    /// settings: chunker, embedder and what else the base was made with; the store only keeps it.
    /// Throws Error{AlreadyExists} if there is one in the folder, {Io}.
    static KnowledgeStore create(const std::filesystem::path& folder, const Json& settings);
    /// Throws Error{NotFound | Corrupt | Unsupported | InvalidInput | Io}.
    static KnowledgeStore open(const std::filesystem::path& folder);
    static bool exists(const std::filesystem::path& folder);
    KnowledgeStore(KnowledgeStore&&) noexcept;
    KnowledgeStore& operator=(KnowledgeStore&&) noexcept;
    ~KnowledgeStore();

    const std::filesystem::path& folder() const;
    Json settings() const;
    void setSettings(const Json& settings);
    /// Bytes that belong to the base under a name of their own; empty if there are none.
    std::string extra(std::string_view name) const;
    void setExtra(std::string_view name, std::string_view bytes);
    Generation generation() const;
    KnowledgeCounts counts() const;
    std::uintmax_t bytes() const; ///< of the database with its side files

    // documents
    std::vector<DocumentRecord> documents() const; ///< visible ones, by name
    std::optional<DocumentRecord> document(std::string_view name) const;
    /// Name and id of the visible ones, without reading the documents: what tells whether one came, changed or went.
    std::map<std::string, std::int64_t> documentIds() const;
    /// Names of those that came from what was added as `root`, visible or staged.
    std::vector<std::string> documentNamesOf(std::string_view root) const;
    std::string documentText(std::int64_t id) const;
    /// Stages a document in place of the visible one of that name, if there is one: it is seen once publish() finds all
    /// its vectors. Chunks whose text a chunk of the visible one had keep its edit and its switch; vectors of equal texts
    /// are taken over. Staging a name again replaces what was staged. An earlier failure of that name is forgotten.
    void stage(const NewDocument& document, std::span<const NewChunk> chunks);
    /// Makes every staged document visible whose enabled chunks all have vectors in the active set, in the order of
    /// staging, each in a transaction. Returns their names.
    std::vector<std::string> publish();
    /// Name and file hash of what is staged.
    std::optional<std::string> stagedHash(std::string_view name) const;
    void removeDocument(std::string_view name); ///< Throws Error{NotFound}. A staged one goes too
    void setTags(std::string_view document, std::span<const std::string> tags); ///< Throws Error{NotFound}
    /// The document had to be left as it is, or out.
    void saveFailure(const FailedDocument& failure);
    std::vector<FailedDocument> failures() const; ///< by name
    void forgetFailure(std::string_view name);
    /// Size and time of the file are new, its content is not.
    void touch(std::int64_t documentId, std::int64_t bytes, std::int64_t modified);

    std::vector<KnowledgeRoot> roots() const;
    void saveRoot(const KnowledgeRoot& root);
    void removeRoot(std::string_view path);

    // chunks
    std::vector<ChunkRecord> chunksOf(std::int64_t documentId) const; ///< by ordinal
    /// In the order of the ids; Throws Error{NotFound} naming one that is not there.
    std::vector<ChunkRecord> chunks(std::span<const std::int64_t> ids) const;
    bool hasChunks() const; ///< any at all, visible or not
    std::string originalText(std::int64_t chunk) const; ///< before any edit. Throws Error{NotFound}
    /// Ids of the visible and enabled chunks, ascending; as it was at a generation, as far as no purge has been since.
    std::vector<std::int64_t> visibleChunks() const;
    std::vector<std::int64_t> visibleChunksAt(Generation generation) const;
    /// Those of one document, of one type, with one tag; empty strings do not filter. Ascending.
    std::vector<std::int64_t> visibleChunks(std::string_view documentPrefix, std::string_view type, std::string_view tag,
                                            std::int64_t modifiedSince = 0) const;
    /// Of every visible chunk, by document and ordinal, without reading its text.
    std::vector<ChunkSize> chunkSizes() const;
    /// Every chunk with an id above `after`, visible or not, ascending: id, searched text, language of its document.
    void forEachChunk(std::int64_t after, const std::function<void(std::int64_t, std::string_view, std::string_view)>& body) const;
    /// The chunk with another text, which is to be embedded anew (`vector`, of the active set; empty if that has none).
    /// Returns the new id. Throws Error{NotFound | InvalidArgument}.
    std::int64_t editChunk(std::int64_t id, std::string_view text, std::int64_t tokens, std::span<const float> vector);
    std::int64_t setChunkEnabled(std::int64_t id, bool enabled); ///< Returns the new id. Throws Error{NotFound}

    // vectors
    std::optional<EmbeddingSet> activeSet() const;
    std::vector<EmbeddingSet> embeddingSets() const;
    EmbeddingSet addEmbeddingSet(const EmbeddingSet& set); ///< id is given
    /// Searched from now on. Throws Error{InvalidArgument} if a visible chunk has no vector in it.
    void activate(std::int64_t set);
    void removeEmbeddingSet(std::int64_t set); ///< Throws Error{InvalidArgument} if it is the active one
    /// Enabled chunks with an id above `after` and without a vector in that set, staged or visible, ascending, at most `limit`.
    std::vector<ChunkRecord> waiting(std::int64_t set, std::int64_t limit, std::int64_t after = 0) const;
    std::int64_t waitingCount(std::int64_t set) const;
    bool hasVector(std::int64_t set, std::int64_t chunk) const;
    std::int64_t vectorCount(std::int64_t set) const; ///< visible or not
    /// Chunks with an id above `after` that have a vector, ascending.
    std::vector<std::int64_t> vectorIds(std::int64_t set, std::int64_t after = 0) const;
    /// How many chunks have been deleted since the set was made: as long as it stays, so do the vectors of all ids.
    std::int64_t lostChunks(std::int64_t set) const;
    /// vectors: row-major (ids, dimension), in one transaction.
    void saveVectors(const EmbeddingSet& set, std::span<const std::int64_t> ids, std::span<const float> vectors);
    /// Every vector of chunks with an id above `after`, ascending.
    void forEachVector(const EmbeddingSet& set, std::int64_t after, const std::function<void(std::int64_t, std::span<const float>)>& body) const;
    /// The vectors of these chunks as they are stored (see VectorFormat), in the order of the ids; those without one are skipped.
    void forEachStoredVector(const EmbeddingSet& set, std::span<const std::int64_t> ids,
                             const std::function<void(std::int64_t, std::span<const std::byte>)>& body) const;

    // snapshots
    Snapshot saveSnapshot(std::string_view name); ///< Throws Error{AlreadyExists | InvalidArgument}
    std::vector<Snapshot> snapshots() const;      ///< oldest first
    void removeSnapshot(std::string_view name);   ///< Throws Error{NotFound}
    /// Documents and chunks are visible as they were, and that set of vectors is searched again, by its embedder, if it is still
    /// there; what is staged is dropped. What is visible now stays reachable if a snapshot holds it. Throws Error{NotFound}.
    void rollback(std::string_view name);
    /// Deletes the rows that neither the present nor a snapshot sees; indexes over them are to be built anew.
    /// Returns how many chunks went.
    std::int64_t purge();

    /// Complaints in sentences; empty if all is well. Reads everything.
    std::vector<std::string> check() const;
    void transaction(const std::function<void()>& body);

private:
    struct Impl;
    explicit KnowledgeStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace triptych
