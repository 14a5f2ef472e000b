#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace triptych {

/// Maximal marginal relevance (Carbonell and Goldstein 1998): at most k hits in the order in which they are to be taken, each
/// the best of balance * score - (1 - balance) * likeness to those before. scores: best first, scaled to 0..1 here. vectors:
/// row-major, of length 1, one for each hit. balance 1: the order that they had; 0 to 1.
std::vector<std::size_t> diversified(std::span<const double> scores, std::span<const float> vectors, std::size_t k, double balance);

/// A chunk by its document and its place there, from 0.
struct ChunkPlace {
    std::int64_t document = 0;
    std::int64_t ordinal = 0;
};
/// Neighbouring chunks of one document.
struct ChunkRange {
    std::int64_t document = 0;
    std::int64_t first = 0, last = 0;
    std::size_t hit = 0; ///< the best of the hits inside
    bool operator==(const ChunkRange&) const = default;
};
/// Each hit with `around` chunks before and after it, as far as its document (chunks[i] of hit i) goes; ranges that touch
/// become one, in the place of the better hit.
std::vector<ChunkRange> withNeighbours(std::span<const ChunkPlace> hits, std::span<const std::int64_t> chunks, std::int64_t around);

} // namespace triptych
