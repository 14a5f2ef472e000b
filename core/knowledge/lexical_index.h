#pragma once

#include "knowledge/analyzer.h"
#include "knowledge/lexical_segment.h"

#include <filesystem>
#include <functional>
#include <unordered_map>

namespace triptych {

struct LexicalHit {
    std::int64_t row = 0;
    float score = 0; ///< above 0
    bool operator==(const LexicalHit&) const = default;
};

/// A term of a query and what the index knows of it.
struct QueryTerm {
    std::string text;
    std::uint32_t repeats = 1;    ///< in the query
    std::int64_t documents = 0;   ///< rows that have it
    double idf = 0;               ///< 0 if no row has it
};
/// The part of one term in the score of one row.
struct TermMatch {
    std::string text;
    std::int64_t documents = 0;
    std::uint32_t count = 0; ///< in the row; 0: the row has it not
    float score = 0;
};

/// BM25 over the chunks of a base, by an inverted index of our own: a few segments (see LexicalSegment), of which the small
/// and young are merged as they come, so that a change costs what it changes. The texts are the caller's truth; a file is a
/// cache of the index at some generation. All scores are sums of whole 1/16,384, so that neither the order of the terms
/// nor that of the changes shows in them. A copy is cheap and independent. Const calls are thread-safe.
class LexicalIndex {
public:
    /// Throws Error{InvalidArgument} for settings outside 0 < k1 <= 10, 0 <= b <= 1.
    explicit LexicalIndex(Analyzer analyzer = Analyzer(), const Bm25Settings& settings = {});

    /// Takes rows out (unknown ones are skipped) and puts texts in, each in place of what its row was before. For very many
    /// texts call it with some 10,000 at a time. Throws Error{InvalidArgument} if a row stands twice among the texts.
    void update(std::span<const std::int64_t> removed, std::span<const LexicalText> added);

    std::int64_t size() const;
    bool contains(std::int64_t row) const;
    const Analyzer& analyzer() const { return m_analyzer; }
    const Bm25Settings& settings() const { return m_settings; }
    std::uint64_t generation() const { return m_generation; } ///< of the file that it was opened from, else 0

    using Filter = std::function<bool(std::int64_t row)>;
    /// Best first, equal scores by row; only rows with a term of the query. Empty `allowed`: all rows. Of a very long query
    /// the first 512 terms count.
    std::vector<LexicalHit> search(std::string_view query, std::size_t k, const Filter& allowed = {}) const;
    /// Scores of these rows, as search() would give them; 0 for a row without any term or unknown.
    std::vector<float> score(std::string_view query, std::span<const std::int64_t> rows) const;
    /// The terms that are asked for, in the order of the query: those that are not weak, or all if all are.
    std::vector<QueryTerm> terms(std::string_view query) const;
    /// Every term of the query against one row, which need not be in the index.
    std::vector<TermMatch> explain(std::string_view query, std::int64_t row) const;
    /// The same for the terms() of a query, which whoever asks several things of it finds once.
    std::vector<LexicalHit> search(std::span<const QueryTerm> terms, std::size_t k, const Filter& allowed = {}) const;
    std::vector<float> score(std::span<const QueryTerm> terms, std::span<const std::int64_t> rows) const;
    std::vector<TermMatch> explain(std::span<const QueryTerm> terms, std::int64_t row) const;

    /// Everything in one segment. Searches are the same before and after.
    void compact();
    /// Atomically, compacted. Throws Error{NotFound | Io}.
    void save(const std::filesystem::path& file, std::uint64_t generation) const;
    /// Maps the file. Throws Error{NotFound | Io}, {Corrupt} naming the file if it is damaged or cut off, or was made in another
    /// language, with other settings or by another version of the analysis: then build anew.
    static LexicalIndex open(const std::filesystem::path& file, const Analyzer& analyzer, const Bm25Settings& settings = {});

private:
    /// A segment less the rows that have gone since.
    struct Part {
        std::shared_ptr<const LexicalSegment> segment;
        std::vector<bool> removed; ///< by ordinal; empty while nothing is
        std::uint32_t removedRows = 0;
        std::uint64_t removedLength = 0;
        std::unordered_map<std::uint32_t, std::uint32_t> removedFrequency; ///< by term
        bool isRemoved(std::uint32_t ordinal) const { return !removed.empty() && removed[ordinal]; }
        std::uint32_t size() const { return segment->size() - removedRows; }
    };
    struct Search;
    double meanLength() const;
    std::shared_ptr<const LexicalSegment> merged(std::size_t firstPart) const;

    Analyzer m_analyzer;
    Bm25Settings m_settings;
    std::vector<Part> m_parts;
    std::uint64_t m_generation = 0;
};

} // namespace triptych
