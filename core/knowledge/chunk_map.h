#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "knowledge/knowledge_base.h"

#include <array>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// The chunks of a base as points of a plane, near where their vectors are: the two directions in which they differ most.
struct ChunkMap {
    struct Point {
        std::int64_t chunk = 0;      ///< id
        std::size_t document = 0;    ///< of `documents`
        double x = 0, y = 0;
    };
    std::vector<Point> points;          ///< by chunk
    std::vector<std::string> documents; ///< those of the points, in the order in which these come to them
    std::array<double, 2> explained{};  ///< share of all variance that the axes show
    std::int64_t total = 0;             ///< chunks of the base
    std::optional<std::array<double, 2>> query;
    std::vector<std::int64_t> hits;     ///< of the query, best first; all of them are among the points
};

/// At most `most` points, chosen evenly (1 to 50,000), and the hits of the query. A base without vectors is drawn by its words, as
/// HashingEmbedder sees them. Deterministic. Throws Error{InvalidArgument}, {Cancelled}, what search throws.
ChunkMap chunkMap(const KnowledgeBase& base, const KnowledgeStore& store, const std::string& query, std::size_t most, ProgressSink& progress, const std::stop_token& stop);

/// {chunks, documents: index into names, names, x, y, explained, shown, total, query: {x, y} or null, hits}
Json mapToJson(const ChunkMap& map);

} // namespace triptych
