#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace triptych {

/// The links of an HNSW graph, without its vectors.
struct HnswGraph {
    std::uint32_t M = 0;
    std::uint32_t ef_construction = 0;
    std::uint32_t dimension = 0;
    std::uint32_t entryPoint = 0;
    std::string identity; ///< what tells the vectors: SHA-256, hexadecimal
    /// links[node][layer]: nodes it points to, layer 0 first.
    std::vector<std::vector<std::vector<std::uint32_t>>> links;
};

/// Header with sizes and checksum, then the links.
void writeHnswFile(const std::filesystem::path& file, const HnswGraph& graph);
/// Everything that a search relies on has been checked: sizes before anything is allocated, checksum, every link to a
/// node that has that layer, no more links than M allows, an entry point on the top layer.
/// Throws Error{NotFound | Io}, {Corrupt} naming the file and what is wrong.
HnswGraph readHnswFile(const std::filesystem::path& file);

} // namespace triptych
