#pragma once

#include "knowledge/vector_format.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace triptych {

/// An HNSW graph as it lies in memory, and so in its file: an element for each row, with room for 2 M links on the lowest
/// layer (a count, then rows), the vector unless the vectors lie elsewhere, and the row's number; then, for each row that is on
/// further layers, room for M links on each of them.
struct HnswGraph {
    std::uint32_t dimension = 0;
    VectorFormat format = VectorFormat::Float32;
    std::uint32_t M = 0;
    std::uint32_t ef_construction = 0;
    std::uint32_t entryPoint = 0;
    std::uint64_t rows = 0;
    std::uint64_t elementBytes = 0;
    std::uint64_t vectorBytes = 0; ///< in an element; 0: the vectors lie elsewhere
    std::string identity;          ///< what tells the vectors: SHA-256, hexadecimal
    std::span<const std::byte> elements; ///< rows * elementBytes
    std::span<const std::byte> upper;    ///< for each row in turn, layersAbove[row] * (4 + 4 M)
    std::span<const std::byte> layersAbove; ///< a byte a row
    std::span<const std::byte> note;     ///< the caller's own
    std::shared_ptr<const void> owner;   ///< keeps the spans alive

    std::size_t linkBytes() const { return 4 + 8 * std::size_t{M}; }  ///< before the vector
    std::size_t upperBytes() const { return 4 + 4 * std::size_t{M}; } ///< of one row on one further layer
};

/// Header with sizes and checksum, then the parts. Atomically. Throws Error{Io}.
void writeHnswFile(const std::filesystem::path& file, const HnswGraph& graph);
/// Maps the file. Everything that a search relies on has been checked: sizes before anything is believed, checksum over all
/// of it, every link to a row that has that layer, no more links than M allows, an entry point on the top layer.
/// Throws Error{NotFound | Io}, {Corrupt} naming the file and what is wrong.
HnswGraph readHnswFile(const std::filesystem::path& file);

} // namespace triptych
