#include "knowledge/duplicates.h"

#include "base/error.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <limits>
#include <numeric>
#include <thread>
#include <unordered_map>
#include <utility>

namespace triptych {

namespace {

constexpr std::size_t kTextsAtOnce = 10'000;
constexpr int kNearest = 24, kMostNearest = 1536; ///< neighbours that are asked for at first, and at most
constexpr std::size_t kSearchesAtOnce = 1024;
constexpr unsigned kMostThreads = 8;
constexpr std::size_t kHashes = 64;
/// Bands of so many values: the longer, the more alike two texts have to be to meet in one. At the lower end of either the chance to
/// miss a pair is below a thousandth.
constexpr double kLongBandsFrom = 0.75;
constexpr std::size_t kLongBand = 4, kShortBand = 2;
constexpr std::size_t kMostInBucket = 64; ///< that a text is held against: the earliest ones

std::uint64_t mixed(std::uint64_t z) { // of SplitMix64
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

std::uint64_t hashOf(std::string_view text, std::uint64_t seed) {
    std::uint64_t hash = 0xcbf29ce484222325u ^ seed;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return mixed(hash);
}

using Signature = std::array<std::uint32_t, kHashes>;

Signature signatureOf(const std::vector<std::uint64_t>& pairs) {
    Signature least;
    least.fill(std::numeric_limits<std::uint32_t>::max());
    for (const std::uint64_t pair : pairs) {
        for (std::size_t i = 0; i < kHashes; ++i) {
            const std::uint64_t factor = 0x9e3779b97f4a7c15u * (2 * i + 1);
            least[i] = std::min(least[i], static_cast<std::uint32_t>(((pair ^ factor) * (factor | 1)) >> 32));
        }
    }
    return least;
}

/// Common / all, of ascending hashes.
double shareOf(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    std::size_t common = 0;
    for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
        common += *x == *y;
        const bool next = *x <= *y;
        y += *y <= *x;
        x += next;
    }
    return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

/// The rows to find likes of, in the order of the chunks: a row that was taken by an earlier one asks no more.
class NearVectors {
public:
    NearVectors(const KnowledgeBase& base, std::span<const std::int64_t> ids, double threshold) : m_index(*base.vectors()), m_threshold(threshold) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto row = base.vectorRows().rowOf(ids[i]);
            m_rows.push_back(row.value_or(-1));
            if (row)
                m_places.emplace(*row, i);
        }
        m_among.has.assign(base.vectorRows().size(), 0);
        for (const std::int64_t row : m_rows) {
            if (row >= 0) {
                m_among.has[static_cast<std::size_t>(row)] = 1;
                ++m_among.count;
            }
        }
    }

    /// As WordPairs::likeTexts().
    std::vector<LikeText> run(ProgressSink& progress, const std::stop_token& stop) const {
        std::vector<LikeText> result(m_rows.size());
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i].like = i;
        std::vector<bool> taken(m_rows.size());
        for (std::size_t begin = 0; begin < m_rows.size(); begin += kSearchesAtOnce) {
            throwIfStopped(stop);
            progress.progress({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(m_rows.size()), "chunks", "evaluate"});
            std::vector<std::size_t> asking;
            for (std::size_t i = begin; i < std::min(m_rows.size(), begin + kSearchesAtOnce); ++i) {
                if (!taken[i] && m_rows[i] >= 0)
                    asking.push_back(i);
            }
            const auto found = searchAll(asking);
            for (std::size_t a = 0; a < asking.size(); ++a) {
                const std::size_t leader = asking[a];
                if (taken[leader])
                    continue;
                for (const Neighbour& one : found[a]) {
                    const std::size_t place = m_places.at(one.row);
                    if (place > leader && !taken[place]) {
                        taken[place] = true;
                        result[place] = {leader, static_cast<double>(one.score)};
                    }
                }
            }
        }
        return result;
    }

private:
    std::vector<Neighbour> likesOf(std::size_t place) const {
        std::vector<float> query(static_cast<std::size_t>(m_index.dimension()));
        m_index.readVector(m_rows[place], query);
        std::vector<Neighbour> found;
        for (int k = kNearest;; k *= 4) {
            found = m_index.search(query, k, &m_among, k);
            const bool isFull = static_cast<int>(found.size()) == k && static_cast<double>(found.back().score) >= m_threshold;
            if (!isFull || k >= kMostNearest)
                break;
        }
        std::erase_if(found, [this](const Neighbour& one) { return static_cast<double>(one.score) < m_threshold; });
        return found;
    }
    std::vector<std::vector<Neighbour>> searchAll(const std::vector<std::size_t>& places) const {
        std::vector<std::vector<Neighbour>> found(places.size());
        std::atomic<std::size_t> next = 0;
        const auto work = [&] {
            for (std::size_t i = next++; i < places.size(); i = next++)
                found[i] = likesOf(places[i]);
        };
        const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreads);
        std::vector<std::jthread> others;
        for (unsigned i = 1; i < threads && places.size() > 1; ++i)
            others.emplace_back(work);
        work();
        others.clear();
        return found;
    }

    const HnswIndex& m_index;
    double m_threshold;
    std::vector<std::int64_t> m_rows; ///< -1 for a chunk without a vector
    std::unordered_map<std::int64_t, std::size_t> m_places;
    RowSet m_among;
};

/// Ids of equal texts, by the first one; what is alone is a group of one. `pairs` gets a text of each.
std::vector<std::vector<std::int64_t>> exactGroups(const KnowledgeBase& base, const KnowledgeStore& store, WordPairs* pairs, ProgressSink& progress, const std::stop_token& stop) {
    std::vector<std::vector<std::int64_t>> groups;
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> byHash;
    std::vector<std::uint64_t> checks; ///< a second hash: two of 64 bits never agree by chance
    const std::span<const std::int64_t> ids = base.visibleIds();
    for (std::size_t begin = 0; begin < ids.size(); begin += kTextsAtOnce) {
        throwIfStopped(stop);
        progress.progress({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(ids.size()), "chunks", "read"});
        for (const ChunkRecord& chunk : store.chunks(ids.subspan(begin, std::min(kTextsAtOnce, ids.size() - begin)))) {
            const std::string text = normalisedText(chunk.text);
            const std::uint64_t check = hashOf(text, 2);
            std::vector<std::size_t>& same = byHash[hashOf(text, 1)];
            const auto group = std::find_if(same.begin(), same.end(), [&](std::size_t i) { return checks[i] == check; });
            if (group != same.end()) {
                groups[*group].push_back(chunk.id);
                continue;
            }
            same.push_back(groups.size());
            groups.push_back({chunk.id});
            checks.push_back(check);
            if (pairs)
                pairs->add(chunk.text);
        }
    }
    return groups;
}

} // namespace

std::string normalisedText(std::string_view text) {
    std::string result;
    bool blank = false;
    for (const char32_t c : decodeUtf8(text)) {
        if (isWhiteSpace(c)) {
            blank = !result.empty();
            continue;
        }
        if (std::exchange(blank, false))
            result += ' ';
        const LowerCase lower = toLowerCase(c);
        appendUtf8(result, lower.first);
        if (lower.second)
            appendUtf8(result, lower.second);
    }
    return result;
}

void WordPairs::add(std::string_view text) {
    std::vector<std::uint64_t> pairs;
    std::uint64_t before = 0;
    m_analyzer.analyze(text, [&](const Term& term) {
        const std::uint64_t now = hashOf(term.text, 3);
        pairs.push_back(mixed(before * 0x9e3779b97f4a7c15u + now));
        before = now;
    });
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    m_pairs.push_back(std::move(pairs));
}

std::vector<LikeText> WordPairs::likeTexts(double threshold, ProgressSink& progress, const std::stop_token& stop) const {
    const std::size_t band = threshold >= kLongBandsFrom ? kLongBand : kShortBand;
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> buckets;
    std::vector<LikeText> result(m_pairs.size());
    for (std::size_t i = 0; i < m_pairs.size(); ++i) {
        if (i % 1000 == 0) {
            throwIfStopped(stop);
            progress.progress({static_cast<std::int64_t>(i), static_cast<std::int64_t>(m_pairs.size()), "chunks", "evaluate"});
        }
        result[i].like = i;
        if (m_pairs[i].empty())
            continue;
        const Signature signature = signatureOf(m_pairs[i]);
        std::vector<std::uint64_t> keys;
        std::vector<std::size_t> candidates;
        for (std::size_t at = 0; at < kHashes; at += band) {
            std::uint64_t key = at + 1;
            for (std::size_t j = at; j < at + band; ++j)
                key = mixed(key ^ signature[j]);
            keys.push_back(key);
            if (const auto found = buckets.find(key); found != buckets.end())
                candidates.insert(candidates.end(), found->second.begin(), found->second.end());
        }
        std::sort(candidates.begin(), candidates.end());
        candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
        for (const std::size_t candidate : candidates) {
            const double share = shareOf(m_pairs[candidate], m_pairs[i]);
            if (share >= threshold) {
                result[i] = {candidate, share};
                break;
            }
        }
        if (result[i].like != i) // its like stands for it
            continue;
        for (const std::uint64_t key : keys) {
            if (std::vector<std::size_t>& bucket = buckets[key]; bucket.size() < kMostInBucket)
                bucket.push_back(i);
        }
    }
    return result;
}

Duplicates findDuplicates(const KnowledgeBase& base, const KnowledgeStore& store, double threshold, std::size_t most, ProgressSink& progress, const std::stop_token& stop) {
    if (!(threshold >= 0.5 && threshold <= 1))
        throw Error(ErrorCode::InvalidArgument, fmt::format("'threshold' is {}, outside 0.5 to 1", threshold));
    if (most < 1)
        throw Error(ErrorCode::InvalidArgument, "'most' is 0: no group could be shown");
    WordPairs pairs(base.words().analyzer());
    const std::vector<std::vector<std::int64_t>> exact = exactGroups(base, store, base.hasVectors() ? nullptr : &pairs, progress, stop);
    std::vector<LikeText> likes;
    if (base.hasVectors()) {
        std::vector<std::int64_t> firsts;
        for (const std::vector<std::int64_t>& group : exact)
            firsts.push_back(group.front());
        likes = NearVectors(base, firsts, threshold).run(progress, stop);
    } else {
        likes = pairs.likeTexts(threshold, progress, stop);
    }
    std::vector<DuplicateGroup> groups(exact.size());
    for (std::size_t i = 0; i < likes.size(); ++i) {
        DuplicateGroup& group = groups[likes[i].like];
        group.exact = group.chunks.empty(); // until another text comes
        group.similarity = group.exact ? 1 : std::min(group.similarity, likes[i].similarity);
        group.chunks.insert(group.chunks.end(), exact[i].begin(), exact[i].end());
    }
    std::erase_if(groups, [](const DuplicateGroup& group) { return group.chunks.size() < 2; });
    std::stable_sort(groups.begin(), groups.end(), [](const DuplicateGroup& a, const DuplicateGroup& b) {
        return a.chunks.size() != b.chunks.size() ? a.chunks.size() > b.chunks.size() : a.similarity > b.similarity;
    });
    Duplicates result;
    result.found = static_cast<std::int64_t>(groups.size());
    result.compared = base.visibleChunks();
    groups.resize(std::min(groups.size(), most));
    result.groups = std::move(groups);
    return result;
}

Json duplicatesToJson(const Duplicates& duplicates, const KnowledgeStore& store, std::size_t mostChunks, std::size_t mostText) {
    Json groups = Json::array();
    for (const DuplicateGroup& group : duplicates.groups) {
        Json chunks = Json::array();
        const std::size_t shown = mostChunks > 0 ? std::min(mostChunks, group.chunks.size()) : group.chunks.size();
        for (const ChunkRecord& chunk : store.chunks(std::span(group.chunks).first(shown))) {
            chunks.push_back({{"chunk_id", chunk.id}, {"document", chunk.document}, {"chunk", chunk.ordinal},
                              {"text", firstCharacters(chunk.text, mostText > 0 ? mostText : std::string::npos)}});
        }
        groups.push_back({{"similarity", group.similarity}, {"exact", group.exact}, {"count", group.chunks.size()}, {"chunks", std::move(chunks)}});
    }
    return {{"groups", std::move(groups)}, {"found", duplicates.found}, {"compared", duplicates.compared}};
}

} // namespace triptych
