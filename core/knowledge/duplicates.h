#pragma once

#include "base/progress.h"
#include "knowledge/knowledge_base.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Chunks that say the same.
struct DuplicateGroup {
    std::vector<std::int64_t> chunks; ///< ids; the first is what the others are like
    double similarity = 1;            ///< of the least like one to the first: cosine, or the share of common word pairs
    bool exact = false;               ///< equal but for case and white space
};

struct Duplicates {
    std::vector<DuplicateGroup> groups; ///< the largest first, at most as many as were asked for
    std::int64_t found = 0;             ///< groups there are
    std::int64_t compared = 0;          ///< chunks that were looked at
};

/// Every visible chunk belongs to one group at most: that of the first chunk it is like enough, by id. threshold: 0.5 to 1; most:
/// groups, from 1. Near ones come from the vector index, of a base without vectors from MinHash (Broder 1997). Throws
/// Error{InvalidArgument}, {Cancelled}.
Duplicates findDuplicates(const KnowledgeBase& base, const KnowledgeStore& store, double threshold, std::size_t most, ProgressSink& progress, const std::stop_token& stop);

/// Lower case, runs of white space as one blank, none at the ends.
std::string normalisedText(std::string_view text);

/// For each of some texts the earliest of those before it whose set of word pairs it shares at least a `threshold` of (Jaccard), its own
/// number if there is none; and that share. Nearly all are found: candidates are those that agree in a band of 64 MinHash values.
struct LikeText {
    std::size_t like = 0;
    double similarity = 1;
};
class WordPairs {
public:
    explicit WordPairs(const Analyzer& analyzer) : m_analyzer(analyzer) {}
    void add(std::string_view text);
    std::vector<LikeText> likeTexts(double threshold, ProgressSink& progress, const std::stop_token& stop) const;

private:
    const Analyzer& m_analyzer;
    std::vector<std::vector<std::uint64_t>> m_pairs; ///< hashes, ascending
};

/// {groups: [{similarity, exact, count, chunks: [{chunk_id, document, chunk, text}]}], compared, found}. Of a group the first mostChunks
/// and of a text the first mostText characters; 0: all.
Json duplicatesToJson(const Duplicates& duplicates, const KnowledgeStore& store, std::size_t mostChunks = 0, std::size_t mostText = 0);

} // namespace triptych
