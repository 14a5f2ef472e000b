#pragma once

#include "base/files.h"
#include "formats/gguf.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace triptych {

/// A value to be written; each kind has one GGUF type, the one that llama.cpp expects of such a key.
using GgufValueToWrite = std::variant<std::uint32_t, std::int32_t, std::uint64_t, float, bool, std::string, std::vector<std::string>,
                                      std::vector<std::int32_t>, std::vector<float>>;
using GgufMetadataToWrite = std::vector<std::pair<std::string, GgufValueToWrite>>; ///< in the file's order

struct GgufTensorToWrite {
    std::string name; ///< at most 63 bytes: llama.cpp's limit
    GgmlType type = GgmlType::F32;
    std::vector<std::int64_t> shape; ///< row-major, at most 4 dimensions, the last one whole blocks
};

/// Streams a GGUF file of version 3 with alignment 32: the header at once, then the tensors in the order named, each
/// in any number of pieces. Nothing is seen at `path` before commit().
class GgufWriter {
public:
    /// Throws Error{InvalidArgument} naming the key or tensor, Error{Io}.
    GgufWriter(const std::filesystem::path& path, const GgufMetadataToWrite& metadata, std::vector<GgufTensorToWrite> tensors);

    /// The next bytes of the current tensor, which must not run over its end. Throws Error{InvalidArgument | Io}.
    void write(std::span<const std::byte> blocks);
    /// The next values of the current tensor, whole blocks, quantised to its type: F32, F16, BF16, Q8_0 or Q4_0.
    void writeValues(std::span<const float> values);
    /// Throws Error{InvalidArgument} naming the first tensor that lacks bytes.
    void commit();

private:
    void skipFinished();

    AtomicFile m_file;
    std::vector<GgufTensorToWrite> m_tensors;
    std::vector<std::uint64_t> m_bytes; ///< of each tensor
    std::size_t m_current = 0;
    std::uint64_t m_written = 0; ///< of the current tensor
    std::vector<std::byte> m_blocks;
};

} // namespace triptych
