#include "knowledge/chunk_map.h"

#include "base/error.h"
#include "knowledge/hashing_embedder.h"
#include "knowledge/principal_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace triptych {

namespace {

constexpr std::size_t kMostPoints = 50'000;

} // namespace

ChunkMap chunkMap(const KnowledgeBase& base, const KnowledgeStore& store, const std::string& query, std::size_t most, ProgressSink& progress, const std::stop_token& stop) {
    if (most < 1 || most > kMostPoints)
        throw Error(ErrorCode::InvalidArgument, fmt::format("a map of {} points is outside 1 to {}", most, kMostPoints));
    ChunkMap map;
    map.total = base.visibleChunks();
    std::vector<float> queryVector;
    if (!query.empty()) {
        queryVector = base.embedQueries(std::span(&query, 1), stop);
        for (const SearchHit& hit : base.search(query, queryVector, SearchSettings()))
            map.hits.push_back(hit.chunk.id);
    }
    const std::span<const std::int64_t> visible = base.visibleIds();
    const std::size_t shown = std::min(most, visible.size());
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < shown; ++i)
        ids.push_back(visible[i * visible.size() / shown]);
    ids.insert(ids.end(), map.hits.begin(), map.hits.end());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty())
        return map;

    progress.progress({0, static_cast<std::int64_t>(ids.size()), "chunks", "read"});
    const std::vector<ChunkRecord> chunks = store.chunks(ids);
    HashingEmbedder byWords(base.words().analyzer(), FeatureFrequencies());
    std::vector<float> vectors;
    if (base.hasVectors()) {
        vectors = base.vectorsOf(ids);
    } else {
        std::vector<std::string> texts;
        for (const ChunkRecord& chunk : chunks)
            texts.push_back(chunk.text);
        vectors = byWords.embed(texts, stop);
        if (!query.empty())
            queryVector = byWords.embed(std::span(&query, 1), stop);
    }
    const std::size_t dimension = vectors.size() / ids.size();
    const PrincipalAxes axes = principalAxes(vectors, static_cast<int>(dimension), stop);
    map.explained = axes.explained;
    if (!query.empty())
        map.query = axes.place(queryVector);
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const auto [document, isNew] = known.emplace(chunks[i].document, known.size());
        if (isNew)
            map.documents.push_back(chunks[i].document);
        const auto [x, y] = axes.place(std::span(vectors).subspan(i * dimension, dimension));
        map.points.push_back({ids[i], document->second, x, y});
    }
    progress.progress({static_cast<std::int64_t>(ids.size()), static_cast<std::int64_t>(ids.size()), "chunks", "read"});
    return map;
}

Json mapToJson(const ChunkMap& map) {
    Json chunks = Json::array(), documents = Json::array(), x = Json::array(), y = Json::array(), query;
    for (const ChunkMap::Point& point : map.points) {
        chunks.push_back(point.chunk);
        documents.push_back(point.document);
        x.push_back(point.x);
        y.push_back(point.y);
    }
    if (map.query)
        query = {{"x", (*map.query)[0]}, {"y", (*map.query)[1]}};
    return {{"chunks", std::move(chunks)}, {"documents", std::move(documents)}, {"names", map.documents}, {"x", std::move(x)}, {"y", std::move(y)},
            {"explained", map.explained}, {"shown", map.points.size()}, {"total", map.total}, {"query", std::move(query)}, {"hits", map.hits}};
}

} // namespace triptych
