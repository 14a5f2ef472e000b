#include "knowledge/fusion.h"

#include "base/error.h"
#include "base/random.h"
#include "knowledge/embedder.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace triptych {

namespace {

constexpr double kRankOffset = 60;
/// One unit of dense evidence counts as kDenseWeight / (gap + kLeastGap) units of lexical evidence with a perfect embedder:
/// the less the lexical list knows its own mind, the more. Both found on fourteen collections with two encoders, on a plateau.
constexpr double kDenseWeight = 2.2, kLeastGap = 0.5;
/// Worth of an embedder that finds half of its chunks again or fewer: it only orders what the lexical list says nothing of.
constexpr double kLeastWorth = 0.02;
/// Below this share of known words the lexical evidence shrinks in proportion.
constexpr double kKnownEnough = 0.7;
constexpr std::size_t kGapOver = 9;
constexpr std::size_t kPieces = 150, kLeastPieces = 10, kLeastWords = 6;
constexpr int kLeastTerms = 3;

double lexicalEvidence(float score, const LexicalBackground& background) {
    if (score <= 0 || background.share <= 0 || background.mean <= 0)
        return 0;
    return static_cast<double>(score) / background.mean - std::log(background.share);
}

/// -log of the upper tail of the standard normal distribution.
double denseEvidence(float score, const DenseBackground& background) {
    if (background.deviation <= 0)
        return 0;
    const double z = (static_cast<double>(score) - background.mean) / background.deviation;
    return -std::log(0.5 * std::erfc(std::clamp(z, -6.0, 36.0) / std::sqrt(2.0)));
}

/// Ranks from 1 by descending score, equal ones by row.
std::vector<int> ranksOf(std::span<const Candidate> candidates, float Candidate::* score) {
    std::vector<std::size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const Candidate& x = candidates[a];
        const Candidate& y = candidates[b];
        return x.*score != y.*score ? x.*score > y.*score : x.row < y.row;
    });
    std::vector<int> ranks(candidates.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        ranks[order[i]] = static_cast<int>(i) + 1;
    return ranks;
}

std::vector<FusedHit> ranked(std::span<const Candidate> candidates) {
    const std::vector<int> lexical = ranksOf(candidates, &Candidate::lexical), dense = ranksOf(candidates, &Candidate::dense);
    std::vector<FusedHit> hits;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        FusedHit hit = {candidates[i].row, 0, std::nullopt, dense[i], candidates[i].lexical, candidates[i].dense};
        if (candidates[i].lexical > 0)
            hit.lexicalRank = lexical[i];
        hits.push_back(hit);
    }
    return hits;
}

void sortHits(std::vector<FusedHit>& hits) {
    std::sort(hits.begin(), hits.end(), [](const FusedHit& a, const FusedHit& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; });
}

bool endsSentence(char32_t c) { return c == '.' || c == '!' || c == '?' || c == '\n' || c == U'。' || c == U'！' || c == U'？' || c == U'؟' || c == U'।'; }

/// Spans of words; in scripts without blanks every character is one.
std::vector<TermSpan> wordsOf(const std::string& text) {
    std::vector<TermSpan> words;
    Analyzer().analyze(text, [&](const Term& term) {
        if (words.empty() || term.begin >= words.back().end)
            words.push_back({term.begin, term.end});
    });
    return words;
}

/// Sixteen sums side by side, which the compiler does at once.
double product(const float* a, const float* b, std::size_t dimension) {
    constexpr std::size_t kLanes = 16;
    float sums[kLanes] = {};
    std::size_t at = 0;
    for (; at + kLanes <= dimension; at += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            sums[lane] += a[at + lane] * b[at + lane];
    }
    double sum = std::accumulate(sums, sums + kLanes, 0.0);
    for (; at < dimension; ++at)
        sum += static_cast<double>(a[at]) * static_cast<double>(b[at]);
    return sum;
}

} // namespace

std::string pieceOf(const std::string& text, Random& random) {
    const std::u32string characters = decodeUtf8(text);
    const std::vector<TermSpan> words = wordsOf(text);
    if (words.size() < kLeastWords)
        return {};
    std::vector<TermSpan> sentences;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t gapEnd = i + 1 < words.size() ? words[i + 1].begin : characters.size();
        if (i + 1 < words.size() && std::none_of(characters.begin() + words[i].end, characters.begin() + static_cast<std::ptrdiff_t>(gapEnd), endsSentence))
            continue;
        if (i + 1 - begin >= 3)
            sentences.push_back({words[begin].begin, words[i].end});
        begin = i + 1;
    }
    TermSpan piece;
    if (sentences.size() >= 2) {
        piece = sentences[random.below(sentences.size())];
    } else {
        const std::size_t half = words.size() / 2;
        piece = random.below(2) == 0 ? TermSpan{words.front().begin, words[half - 1].end} : TermSpan{words[half].begin, words.back().end};
    }
    std::string result = encodeUtf8(std::u32string_view(characters).substr(piece.begin, piece.end - piece.begin));
    int strong = 0;
    Analyzer().analyze(result, [&](const Term& term) { strong += !term.weak; });
    return strong >= kLeastTerms ? result : std::string();
}

LexicalBackground lexicalBackground(std::span<const QueryTerm> terms, std::int64_t rows) {
    LexicalBackground background;
    const auto n = static_cast<double>(std::max<std::int64_t>(rows, 1));
    const double unknownIdf = std::log(1 + (n + 0.5) / 0.5);
    double none = 1, sum = 0, known = 0, all = 0;
    for (const QueryTerm& term : terms) {
        const double frequency = static_cast<double>(term.documents) / n;
        const double information = term.repeats * (term.documents > 0 ? term.idf : unknownIdf);
        // Once in a text of mean length a term gives its idf.
        sum += term.documents > 0 ? frequency * information : 0;
        known += term.documents > 0 ? information : 0;
        all += information;
        none *= 1 - std::min(frequency, 1.0);
    }
    background.share = 1 - none;
    if (background.share > 0)
        background.mean = sum / background.share;
    if (all > 0)
        background.known = known / all;
    return background;
}

DenseBackground denseBackground(std::span<const float> query, std::span<const float> sample) {
    DenseBackground background;
    const std::size_t rows = query.empty() ? 0 : sample.size() / query.size();
    if (rows < 2)
        return background;
    std::vector<double> scores(rows);
    for (std::size_t row = 0; row < rows; ++row)
        scores[row] = product(query.data(), sample.data() + row * query.size(), query.size());
    background.mean = std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(rows);
    double squares = 0;
    for (const double score : scores)
        squares += (score - background.mean) * (score - background.mean);
    background.deviation = std::sqrt(squares / static_cast<double>(rows));
    return background;
}

double denseReliability(Embedder& queries, std::span<const std::string> texts, std::span<const float> vectors, std::uint64_t seed,
                        const std::stop_token& stop) {
    const auto dimension = static_cast<std::size_t>(queries.dimension());
    if (vectors.size() != texts.size() * dimension)
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} values are not {} vectors of dimension {}", vectors.size(), texts.size(), dimension));
    Random random(seed);
    std::vector<std::string> pieces;
    std::vector<std::size_t> sources;
    for (std::size_t i = 0; i < texts.size() && pieces.size() < kPieces; ++i) {
        if (std::string piece = pieceOf(texts[i], random); !piece.empty()) {
            pieces.push_back(std::move(piece));
            sources.push_back(i);
        }
    }
    if (pieces.size() < kLeastPieces)
        return 1;
    const std::vector<float> asked = queries.embed(pieces, stop);
    double sum = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const float* query = asked.data() + i * dimension;
        const double own = product(query, vectors.data() + sources[i] * dimension, dimension);
        const auto better = std::count_if(sources.begin(), sources.end(), [&](std::size_t source) {
            return product(query, vectors.data() + source * dimension, dimension) > own;
        });
        sum += 1 / static_cast<double>(better + 1);
    }
    return sum / static_cast<double>(pieces.size());
}

std::vector<FusedHit> fuse(std::span<const Candidate> candidates, const LexicalBackground& lexical, const DenseBackground& dense,
                           double reliability) {
    std::vector<double> evidence;
    for (const Candidate& candidate : candidates)
        evidence.push_back(lexicalEvidence(candidate.lexical, lexical));
    // The gap between the first of the lexical list and the mean of the next nine, in units of evidence.
    std::vector<double> top = evidence;
    top.resize(std::max(top.size(), kGapOver + 1));
    std::partial_sort(top.begin(), top.begin() + kGapOver + 1, top.end(), std::greater<>());
    const double gap = top[0] - std::accumulate(top.begin() + 1, top.begin() + 1 + kGapOver, 0.0) / kGapOver;

    const double lexicalWeight = std::min(1.0, lexical.known / kKnownEnough);
    const double denseWeight = kDenseWeight * std::max(kLeastWorth, 2 * reliability - 1) / (gap + kLeastGap);
    std::vector<FusedHit> hits = ranked(candidates);
    for (std::size_t i = 0; i < hits.size(); ++i)
        hits[i].score = lexicalWeight * evidence[i] + denseWeight * denseEvidence(candidates[i].dense, dense);
    sortHits(hits);
    return hits;
}

std::vector<FusedHit> reciprocalRankFusion(std::span<const Candidate> candidates) {
    std::vector<FusedHit> hits = ranked(candidates);
    for (FusedHit& hit : hits)
        hit.score = 1 / (kRankOffset + *hit.denseRank) + (hit.lexicalRank ? 1 / (kRankOffset + *hit.lexicalRank) : 0);
    sortHits(hits);
    return hits;
}

} // namespace triptych
