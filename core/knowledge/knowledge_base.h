#pragma once

#include "base/progress.h"
#include "knowledge/base_embedder.h"
#include "knowledge/fusion.h"
#include "knowledge/hnsw_index.h"
#include "knowledge/knowledge_store.h"
#include "knowledge/lexical_index.h"
#include "knowledge/vector_rows.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

enum class SearchMode { Hybrid, Dense, Lexical };
/// "hybrid", "dense", "lexical".
std::string_view searchModeName(SearchMode mode);
SearchMode searchModeFromName(std::string_view name); ///< Throws Error{InvalidArgument} that lists the names

struct SearchSettings {
    int k = 10; ///< 1 to 10,000
    std::optional<SearchMode> mode; ///< empty: hybrid where the base has vectors, else lexical
    bool exact = false; ///< the dense part compares every vector
    // Only chunks of documents whose name begins so, of this type, with this tag, changed since then (ns since 1970).
    std::string document_prefix, type, tag;
    std::int64_t modified_since = 0;
    bool isFiltered() const { return !document_prefix.empty() || !type.empty() || !tag.empty() || modified_since > 0; }
    /// 0 to 1: below 1 a hit that is like a better one comes later (see diversified()); with a k of at most 1,000.
    double diversity = 1;
    int neighbours = 0; ///< 0 to 100: so many chunks before and after each hit come with it; hits that touch become one
};

struct SearchHit {
    ChunkRecord chunk;
    double score = 0; ///< of the mode; comparable within one search only
    std::optional<int> dense_rank, lexical_rank; ///< from 1; empty for what that part did not find
    std::optional<float> dense_score, lexical_score; ///< cosine, BM25
    std::vector<ChunkRecord> neighbours; ///< by ordinal, without those that are switched off
};

/// What a chunk has of the words of a query.
struct HitWords {
    std::vector<TermMatch> terms; ///< every term of the query
    std::vector<TermSpan> spans;  ///< of the chunk's text, in code points: what to highlight
};

/// How far down either part is looked at for this search.
std::size_t searchDepth(const SearchSettings& settings, SearchMode mode);

/// A knowledge base open for search: the store and its two indexes, each a cache over it ("lexical.idx", "vectors.hnsw"
/// beside the database) that is brought up to date or, if it is damaged, stale or absent, built anew. One thread at a time.
class KnowledgeBase {
public:
    /// settings: of the vector index; empty: those of the preset that the base was made with (see index_presets.h).
    /// Throws what KnowledgeStore::open() throws; {InvalidArgument} if the vectors were made by another embedder than `base`.
    static KnowledgeBase open(const std::filesystem::path& folder, const BaseEmbedder& base, ProgressSink& progress, const std::stop_token& stop,
                              const std::optional<HnswSettings>& settings = {});
    KnowledgeBase(KnowledgeBase&&) noexcept;
    KnowledgeBase& operator=(KnowledgeBase&&) noexcept;
    ~KnowledgeBase();

    KnowledgeStore& store();
    /// Takes in what other processes have changed since; true if anything had.
    bool refresh(ProgressSink& progress, const std::stop_token& stop);
    /// Writes the caches if they are behind by a twentieth or 20,000 rows, or always. A full disk costs only the time to
    /// build them again: throws Error{Io}, and the base goes on.
    void saveIndexes(bool always = false);

    /// Best first. Throws Error{InvalidArgument} naming the setting, or for a dense search of a base without vectors; what the
    /// embedder throws.
    std::vector<SearchHit> search(std::string_view query, const SearchSettings& settings, const std::stop_token& stop = {}) const;
    /// The same with the query's vector at hand (of the embedder, with its prefix).
    std::vector<SearchHit> search(std::string_view query, std::span<const float> vector, const SearchSettings& settings) const;
    /// Of the base's embedder, with its prefix; one row a query.
    std::vector<float> embedQueries(std::span<const std::string> queries, const std::stop_token& stop = {}) const;
    bool hasVectors() const;
    std::int64_t visibleChunks() const;
    std::vector<SearchMode> modes() const; ///< that this base can do
    void requireMode(SearchMode mode) const; ///< Throws Error{InvalidArgument} if it cannot
    SearchMode modeOf(const SearchSettings& settings) const; ///< what an empty mode stands for here
    /// Every candidate of a search, best first, before diversity and k take any away. Throws as search() does.
    std::vector<FusedHit> rank(std::string_view query, std::span<const float> vector, const SearchSettings& settings) const;
    HitWords explain(std::string_view query, const ChunkRecord& chunk) const;

    // What is searched, for those who look into it; it lives until the next refresh.
    std::span<const std::int64_t> visibleIds() const; ///< of the chunks, ascending
    const LexicalIndex& words() const;
    const HnswIndex* vectors() const; ///< null for a base without; with rows that are not visible
    const VectorRows& vectorRows() const;
    const RowSet& visibleRows() const;
    /// As stored, row-major (ids, dimension); zeros for a chunk without one. Throws Error{InvalidArgument} for a base without vectors.
    std::vector<float> vectorsOf(std::span<const std::int64_t> ids) const;

private:
    struct Impl;
    explicit KnowledgeBase(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// How far the base's own chunks are found again by its vectors (see denseReliability), stored with the base and measured
/// again once it has doubled. Part of every ingest.
void measureReliability(KnowledgeStore& store, const BaseEmbedder& base, const std::stop_token& stop);

} // namespace triptych
