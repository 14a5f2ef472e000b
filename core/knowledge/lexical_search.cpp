#include "knowledge/lexical_index.h"

#include "knowledge/lexical_scoring.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace triptych {

namespace {

/// The k best so far; equal points by row.
class Best {
public:
    explicit Best(std::size_t k) : m_k(k) {}
    struct Entry {
        std::uint32_t points;
        std::int64_t row;
    };
    /// Fewer points than these are of no use.
    std::uint32_t threshold() const { return m_entries.size() < m_k ? 0 : m_entries.front().points; }
    void add(std::uint32_t points, std::int64_t row) {
        const Entry entry = {points, row};
        if (m_entries.size() == m_k) {
            if (!better(entry, m_entries.front()))
                return;
            std::pop_heap(m_entries.begin(), m_entries.end(), better);
            m_entries.back() = entry;
        } else {
            m_entries.push_back(entry);
        }
        std::push_heap(m_entries.begin(), m_entries.end(), better);
    }
    std::vector<LexicalHit> sorted() && {
        std::sort(m_entries.begin(), m_entries.end(), better);
        std::vector<LexicalHit> hits;
        for (const Entry& entry : m_entries)
            hits.push_back({entry.row, static_cast<float>(entry.points) / LexicalScoring::kUnit});
        return hits;
    }

private:
    static bool better(const Entry& a, const Entry& b) { return a.points != b.points ? a.points > b.points : a.row < b.row; }
    std::size_t m_k;
    std::vector<Entry> m_entries; ///< a heap, the worst in front
};

constexpr std::uint32_t kWindow = 4096;

struct Cursor {
    std::uint32_t term = 0;
    float weight = 0;
    std::span<const LexicalSegment::Block> blocks;
    std::size_t at = 0;       ///< first block that may reach into the window
    std::uint32_t bound = 0;  ///< most points that it gives a row of the window
};

} // namespace

/// Window by window of 4,096 rows: the terms that could lift a row over the threshold by themselves are added up row by row
/// in an array; the others (MaxScore, Turtle and Flood 1995, with the bounds of the blocks in the window) are looked up
/// only for rows that may still get there.
struct LexicalIndex::Search {
    const LexicalScoring& scoring;
    const Filter& allowed;
    Best& best;
    std::array<std::uint32_t, kWindow> points{};
    std::array<std::uint64_t, kWindow / 64> touched{};
    LexicalSegment::Postings block{};
    std::array<std::uint32_t, LexicalSegment::kBlock> blockLengths{}, blockPoints{};
    std::uint32_t done = 0; ///< rows before it have been looked at

    void run(const Part& part, std::vector<Cursor>& cursors) {
        const LexicalSegment& segment = *part.segment;
        const double mean = segment.meanLength();
        std::vector<Cursor*> order;
        for (;;) {
            std::uint32_t begin = UINT32_MAX;
            for (const Cursor& cursor : cursors) {
                if (cursor.at < cursor.blocks.size())
                    begin = std::min(begin, std::max(cursor.blocks[cursor.at].first, done));
            }
            if (begin == UINT32_MAX)
                return;
            const std::uint32_t end = begin + kWindow;
            order.clear();
            for (Cursor& cursor : cursors) {
                float bound = 0;
                for (std::size_t b = cursor.at; b < cursor.blocks.size() && cursor.blocks[b].first < end; ++b)
                    bound = std::max(bound, cursor.blocks[b].bound);
                if (bound > 0) {
                    cursor.bound = scoring.bound(cursor.weight, bound, mean);
                    order.push_back(&cursor);
                }
            }
            std::sort(order.begin(), order.end(), [](const Cursor* a, const Cursor* b) { return a->bound < b->bound; });
            std::size_t essential = 0;
            std::uint64_t rest = 0; // what the terms before `essential` give at most
            while (essential < order.size() && rest + order[essential]->bound < best.threshold())
                rest += order[essential++]->bound;
            for (std::size_t i = essential; i < order.size(); ++i)
                addUp(segment, *order[i], begin, end);
            if (essential < order.size())
                take(part, std::span(order).first(essential), rest, begin);
            done = end;
            for (Cursor& cursor : cursors) {
                while (cursor.at < cursor.blocks.size() && cursor.blocks[cursor.at].last < end)
                    ++cursor.at;
            }
        }
    }

private:
    void addUp(const LexicalSegment& segment, const Cursor& cursor, std::uint32_t begin, std::uint32_t end) {
        const auto lengths = segment.lengths();
        for (std::size_t b = cursor.at; b < cursor.blocks.size() && cursor.blocks[b].first < end; ++b) {
            segment.read(cursor.term, b, block);
            std::uint32_t from = 0, to = block.count;
            if (cursor.blocks[b].first < begin)
                from = static_cast<std::uint32_t>(std::lower_bound(block.ordinals, block.ordinals + to, begin) - block.ordinals);
            if (cursor.blocks[b].last >= end)
                to = static_cast<std::uint32_t>(std::lower_bound(block.ordinals + from, block.ordinals + to, end) - block.ordinals);
            // All of the block in a loop of known length, then those of the window.
            std::fill(block.ordinals + block.count, block.ordinals + LexicalSegment::kBlock, block.ordinals[0]);
            std::fill(block.counts + block.count, block.counts + LexicalSegment::kBlock, 1.0f);
            for (std::uint32_t i = 0; i < LexicalSegment::kBlock; ++i)
                blockLengths[i] = lengths[block.ordinals[i]];
            for (std::uint32_t i = 0; i < LexicalSegment::kBlock; ++i)
                blockPoints[i] = scoring.points(cursor.weight, block.counts[i], blockLengths[i]);
            for (std::uint32_t i = from; i < to; ++i) {
                // Within the window whatever a damaged file says of the order.
                const std::uint32_t at = (block.ordinals[i] - begin) % kWindow;
                points[at] += blockPoints[i];
                touched[at / 64] |= 1ull << (at % 64);
            }
        }
    }

    void take(const Part& part, std::span<Cursor* const> others, std::uint64_t rest, std::uint32_t begin) {
        const LexicalSegment& segment = *part.segment;
        for (std::size_t word = 0; word < touched.size(); ++word) {
            for (std::uint64_t bits = std::exchange(touched[word], 0); bits != 0; bits &= bits - 1) {
                const std::size_t at = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
                const auto ordinal = begin + static_cast<std::uint32_t>(at);
                std::uint32_t sum = std::exchange(points[at], 0);
                std::uint64_t open = rest;
                for (std::size_t i = others.size(); i-- > 0 && sum + open >= best.threshold();) {
                    if (const std::uint32_t count = segment.count(others[i]->term, ordinal))
                        sum += scoring.points(others[i]->weight, static_cast<float>(count), segment.lengths()[ordinal]);
                    open -= others[i]->bound;
                }
                if (sum + open < best.threshold() || ordinal >= segment.size() || part.isRemoved(ordinal))
                    continue;
                const std::int64_t row = segment.rows()[ordinal];
                if (!allowed || allowed(row))
                    best.add(sum, row);
            }
        }
    }
};

std::vector<LexicalHit> LexicalIndex::search(std::span<const QueryTerm> terms, std::size_t k, const Filter& allowed) const {
    k = std::min(k, static_cast<std::size_t>(size()));
    if (k == 0 || terms.empty())
        return {};
    const LexicalScoring scoring(m_settings, meanLength());
    Best best(k);
    // The largest first: it sets the threshold for the others.
    for (const Part& part : m_parts) {
        std::vector<Cursor> cursors;
        for (const QueryTerm& term : terms) {
            if (const auto found = part.segment->findTerm(term.text); found && term.idf > 0)
                cursors.push_back({*found, scoring.weight(term.idf, term.repeats), part.segment->blocks(*found)});
        }
        if (!cursors.empty())
            Search{scoring, allowed, best}.run(part, cursors);
    }
    return std::move(best).sorted();
}

} // namespace triptych
