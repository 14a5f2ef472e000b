#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

class Analyzer;

/// Robertson and Zaragoza 2009, with the idf ln(1 + (N - df + 0.5) / (df + 0.5)), which is never negative.
struct Bm25Settings {
    float k1 = 1.2f; ///< above 0: how late the repetition of a term stops to count
    float b = 0.75f; ///< 0 to 1: how much the length of a text counts
    bool operator==(const Bm25Settings&) const = default;
};

/// A text with the row number that the caller knows it by.
struct LexicalText {
    std::int64_t row = 0;
    std::string_view text;
};

/// Postings of some rows, never changed: one block of bytes that lies in a file as it lies in memory. Rows are numbered
/// 0.. in ascending order. A term's postings come in blocks of 128 with the best score of each (Ding and Suel 2011).
class LexicalSegment {
public:
    /// Rows must differ. Throws Error{InvalidArgument} for more than 2^31 terms or rows.
    static std::shared_ptr<const LexicalSegment> build(std::span<const LexicalText> texts, const Analyzer& analyzer, const Bm25Settings& settings);
    /// One segment of all live rows of several; isRemoved(segment, ordinal). A row must be live in one of them only.
    static std::shared_ptr<const LexicalSegment> merge(std::span<const LexicalSegment* const> segments,
                                                       const std::function<bool(std::size_t, std::uint32_t)>& isRemoved, const Bm25Settings& settings);
    /// Over bytes that `owner` keeps alive, 8-aligned. Throws Error{Corrupt} with what is wrong; whatever the bytes are,
    /// no later call reads outside of them.
    static std::shared_ptr<const LexicalSegment> view(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

    std::span<const std::byte> bytes() const { return m_bytes; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(m_rows.size()); }
    std::span<const std::int64_t> rows() const { return m_rows; }
    std::span<const std::uint32_t> lengths() const { return m_lengths; } ///< terms that are not weak
    std::uint64_t totalLength() const { return m_totalLength; }
    std::optional<std::uint32_t> ordinalOf(std::int64_t row) const;

    std::uint32_t termCount() const { return static_cast<std::uint32_t>(m_terms.size()) - 1; }
    std::string_view term(std::uint32_t term) const;
    std::optional<std::uint32_t> findTerm(std::string_view text) const;
    std::uint32_t documentFrequency(std::uint32_t term) const { return m_terms[term].frequency; }

    static constexpr std::uint32_t kBlock = 128;
    struct Block {
        std::uint32_t first, last; ///< ordinals
        std::uint32_t offset;      ///< into the payload, in units of 4 bytes: ordinals less `first`, 2 or 4 bytes each, then counts of 1
        float bound;               ///< at least count / (count + norm) of every posting, at the segment's own mean length
    };
    std::span<const Block> blocks(std::uint32_t term) const;
    /// Of one block; `count` of them, all ordinals within first..last of the block whatever the bytes are.
    struct Postings {
        std::uint32_t count = 0;
        std::uint32_t ordinals[kBlock];
        float counts[kBlock];
    };
    void read(std::uint32_t term, std::size_t block, Postings& postings) const;
    /// How often the term is in the row, 0 if not.
    std::uint32_t count(std::uint32_t term, std::uint32_t ordinal) const;
    /// How many of these (ascending) rows have the term.
    std::uint32_t countAmong(std::uint32_t term, std::span<const std::uint32_t> ordinals) const;
    double meanLength() const { return size() ? static_cast<double>(m_totalLength) / size() : 0; }

private:
    struct Header;
    struct TermEntry {
        std::uint32_t text = 0; ///< offset; the next entry's is the end
        std::uint32_t frequency = 0;
        std::uint32_t firstBlock = 0;
    };
    class Writer;
    LexicalSegment() = default;
    std::uint32_t blockSize(std::uint32_t term, std::size_t block) const;

    std::span<const std::byte> m_bytes;
    std::shared_ptr<const void> m_owner;
    std::span<const std::int64_t> m_rows;
    std::span<const std::uint32_t> m_lengths;
    std::span<const TermEntry> m_terms; ///< one more than there are
    std::span<const std::uint32_t> m_slots; ///< hash table: index of a term plus 1, 0 if free
    std::span<const Block> m_blocks;
    std::span<const std::byte> m_payload;
    std::string_view m_texts;
    std::uint64_t m_totalLength = 0;
};

} // namespace triptych
