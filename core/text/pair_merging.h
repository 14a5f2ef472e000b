#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace triptych {

/// A run of a word on its way to a token; the runs of a word form a list.
struct MergeSymbol {
    std::int32_t id = 0;     ///< what it stands for
    std::int32_t length = 0; ///< 0: merged into the one before
    std::int32_t previous = -1;
    std::int32_t next = -1;
};

/// What two neighbours become, and how early: a smaller order goes first, of equals the one further left.
struct PairMerge {
    double order = 0;
    std::int32_t id = 0;
};

/// Buffers of mergePairs, kept to spare allocations.
struct MergeScratch {
    struct Candidate {
        double order;
        std::int32_t at;
        std::int32_t id;
        bool operator<(const Candidate& other) const { return order != other.order ? order > other.order : at > other.at; }
    };
    std::vector<MergeSymbol> symbols;
    std::vector<Candidate> candidates;

    void add(std::int32_t id, std::int32_t length) {
        const auto at = static_cast<std::int32_t>(symbols.size());
        if (at > 0)
            symbols.back().next = at;
        symbols.push_back({id, length, at - 1, -1});
    }
    /// A text without spaces may have grown them to megabytes.
    void clear() {
        constexpr std::size_t kKept = 1 << 16;
        if (symbols.capacity() > kKept)
            *this = MergeScratch();
        symbols.clear();
        candidates.clear();
    }
};

/// Merges neighbours until no pair is left that `find(left, right)` knows (it gives std::optional<PairMerge>).
/// n log n in the number of symbols.
template <typename Find>
void mergePairs(MergeScratch& scratch, const Find& find) {
    auto& symbols = scratch.symbols;
    auto& heap = scratch.candidates;
    const auto consider = [&](std::int32_t at) {
        if (at < 0 || symbols[static_cast<std::size_t>(at)].next < 0)
            return;
        const MergeSymbol& left = symbols[static_cast<std::size_t>(at)];
        if (const std::optional<PairMerge> merge = find(left, symbols[static_cast<std::size_t>(left.next)]))
            heap.push_back({merge->order, at, merge->id});
    };
    for (std::int32_t i = 0; i + 1 < static_cast<std::int32_t>(symbols.size()); ++i)
        consider(i);
    std::make_heap(heap.begin(), heap.end());
    const auto push = [&](std::int32_t at) {
        const std::size_t before = heap.size();
        consider(at);
        if (heap.size() > before)
            std::push_heap(heap.begin(), heap.end());
    };
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end());
        const MergeScratch::Candidate best = heap.back();
        heap.pop_back();
        MergeSymbol& left = symbols[static_cast<std::size_t>(best.at)];
        if (left.length == 0 || left.next < 0)
            continue;
        MergeSymbol& right = symbols[static_cast<std::size_t>(left.next)];
        const std::optional<PairMerge> now = find(left, right);
        if (!now || now->id != best.id)
            continue; // one of the two has grown since
        left.id = best.id;
        left.length += right.length;
        left.next = right.next;
        right.length = 0;
        if (left.next >= 0)
            symbols[static_cast<std::size_t>(left.next)].previous = best.at;
        push(left.previous);
        push(best.at);
    }
}

} // namespace triptych
