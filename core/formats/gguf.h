#pragma once

#include "base/files.h"
#include "formats/ggml_type.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Types of metadata, numbered as in the file.
enum class GgufValueType : std::uint32_t { UInt8, Int8, UInt16, Int16, UInt32, Int32, Float32, Bool, String, Array, UInt64, Int64, Float64 };
std::string_view ggufValueTypeName(GgufValueType type); ///< "UINT32", "ARRAY", ...

/// One value of the metadata where it lies in the file; read on request, so that a list of a million tokens costs
/// nothing until somebody asks.
struct GgufValue {
    GgufValueType type = GgufValueType::UInt8; ///< of an array that of its elements
    bool isArray = false;
    std::uint64_t count = 1;
    std::span<const std::byte> data; ///< one value after another; a string is its length (8 bytes) and its bytes
};

struct GgufTensor {
    GgmlType type = GgmlType::F32;
    std::vector<std::int64_t> shape; ///< row-major, the last dimension contiguous: the file's order turned round
    std::span<const std::byte> data; ///< blocks, row by row
};

/// A GGUF file of version 2 or 3, little-endian, mapped and validated before anything is handed out: every count, length,
/// dimension and offset lies inside the file, names differ, rows are whole blocks, no two tensors share bytes.
/// Metadata is read by key and type; a complaint names file and key.
/// Throws Error{InvalidInput} naming file, key or tensor and byte, {Unsupported} for what GGUF has and this has not.
class GgufFile {
public:
    explicit GgufFile(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return m_file->path(); }
    std::uint32_t version() const { return m_version; }
    const std::map<std::string, GgufValue, std::less<>>& metadata() const { return m_metadata; }
    bool has(std::string_view key) const;
    /// Whole numbers of any width. Throws Error{InvalidInput} if absent, of another type or outside [low, high].
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high) const;
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t fallback) const;
    double number(std::string_view key) const; ///< float of any width, or a whole number
    double number(std::string_view key, double fallback) const;
    bool boolean(std::string_view key, bool fallback) const;
    /// Bytes as they stand, mostly UTF-8; valid as long as this object.
    std::string_view string(std::string_view key) const;
    std::string_view string(std::string_view key, std::string_view fallback) const;
    std::vector<std::string_view> strings(std::string_view key) const;
    /// Array of whole numbers or of booleans (0 and 1).
    std::vector<std::int64_t> integers(std::string_view key) const;
    std::vector<float> numbers(std::string_view key) const;

    const std::map<std::string, GgufTensor, std::less<>>& tensors() const { return m_tensors; }
    const GgufTensor& tensor(std::string_view name) const; ///< Throws Error{NotFound} naming file and tensor
    /// The values of a tensor as float32. Throws Error{NotFound}, Error{Unsupported} naming file, tensor and type if it is
    /// not one of those in GgmlType, Error{InvalidArgument} if `out` has another size.
    void dequantize(std::string_view name, std::span<float> out) const;

private:
    const GgufValue& value(std::string_view key, bool isArray) const;
    [[noreturn]] void fail(std::string_view key, const std::string& what) const;

    std::shared_ptr<MappedFile> m_file;
    std::uint32_t m_version = 0;
    std::map<std::string, GgufValue, std::less<>> m_metadata;
    std::map<std::string, GgufTensor, std::less<>> m_tensors;
};

} // namespace triptych
