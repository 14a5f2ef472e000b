#pragma once

#include "knowledge/lexical_index.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

class Embedder;
class Random;

/// Two ways to search, one list. A score says little by itself; how far it stands out from what any chunk of the base would
/// score says much. Both scores become evidence, -log of the chance that a random chunk reaches them (Fisher 1932): for BM25
/// with an exponential tail, for cosines with a Gaussian one (Manmatha, Rath and Feng 2001). The sum of both is the score.
/// What each part is worth is told without any judgment: the dense part by whether it finds the chunks of this base again
/// from a piece of them and, for one query, by how flat the lexical list is; the lexical part by whether the base knows
/// the words of the query.

/// One chunk of either list with both scores.
struct Candidate {
    std::int64_t row = 0;
    float lexical = 0; ///< 0: no term of the query is in it
    float dense = 0;
};

struct FusedHit {
    std::int64_t row = 0;
    double score = 0;
    std::optional<int> lexicalRank, denseRank; ///< among the candidates, from 1; no lexical one without a term of the query
    float lexical = 0, dense = 0;              ///< of the candidate
};

/// What BM25 gives a random chunk, from the terms alone, as if they stood independently.
struct LexicalBackground {
    double share = 0; ///< of the chunks that have a term of the query
    double mean = 0;  ///< score of these
    double known = 0; ///< share of the query's information (idf) in terms that the base has
};
LexicalBackground lexicalBackground(std::span<const QueryTerm> terms, std::int64_t rows);

/// What the query's vector gives a random chunk.
struct DenseBackground {
    double mean = 0;
    double deviation = 0; ///< 0: the dense scores tell nothing
};
/// From some vectors of the base, row-major (n, dimension); 1,000 are plenty.
DenseBackground denseBackground(std::span<const float> query, std::span<const float> sample);

/// A query that a text should answer: a sentence of at least three words out of several, else the first or the second half of
/// its words; empty if that says too little.
std::string pieceOf(const std::string& text, Random& random);

/// 0..1: how often (as a mean reciprocal rank) an embedder finds a chunk among others of the base from a piece of it: one
/// of its sentences, or half of its words. vectors: row-major, one for each text, by the same embedder. The first 150
/// texts whose piece says enough (three terms that are no stop words) are taken; 1 if there are fewer than 10. A
/// HashingEmbedder sees what BM25 sees and has its own, kReliability. Throws what the embedder throws.
double denseReliability(Embedder& queries, std::span<const std::string> texts, std::span<const float> vectors, std::uint64_t seed,
                        const std::stop_token& stop = {});

/// Best first, equal scores by row.
std::vector<FusedHit> fuse(std::span<const Candidate> candidates, const LexicalBackground& lexical, const DenseBackground& dense,
                           double reliability);

/// Sum of 1 / (60 + rank) over both lists (Cormack, Clarke and Büttcher 2009), which looks at neither scores nor worth.
std::vector<FusedHit> reciprocalRankFusion(std::span<const Candidate> candidates);

} // namespace triptych
