#pragma once

#include "base/json.h"
#include "knowledge/hnsw_index.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Settings of a vector index that go together, with what they are worth.
struct IndexPreset {
    std::string_view name;
    HnswSettings settings;
    /// recall@10 against comparing all vectors as they are stored, on 100,000 vectors of 384 dimensions in clusters of a thousand,
    /// which is hard (`./dev bench vector_index`).
    double expected_recall;
};

/// "fast", "balanced" (the default), "thorough".
std::span<const IndexPreset> indexPresets();
std::vector<std::string> indexPresetNames();
/// Throws Error{InvalidArgument} that lists the names.
const IndexPreset& indexPreset(std::string_view name);
constexpr std::string_view kDefaultIndexPreset = "balanced";

/// Bytes of memory, and of the file, that a chunk takes in a graph: links, vector and number.
std::int64_t indexBytesPerChunk(const HnswSettings& settings, int dimension);

/// The preset that a base was made with (KnowledgeStore::settings(), key "index") and the format of its vectors.
HnswSettings indexSettings(const Json& baseSettings, VectorFormat format);
/// {"preset", "M", "ef_construction", "ef", "exact_below", "int8", "expected_recall", "bytes_per_chunk", "bytes", "exact"}: what
/// `kb info` shows. bytes: for so many chunks, 0 while they are so few that all are compared (exact).
Json indexInfo(const Json& baseSettings, int dimension, VectorFormat format, std::int64_t chunks);
/// The same as a line of text.
std::string indexText(const Json& info);

} // namespace triptych
