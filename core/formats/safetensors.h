#pragma once

#include "base/files.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

enum class DType { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };
std::string_view dtypeName(DType dtype); ///< "F32", "BF16", "BOOL", ... as in the file
std::size_t dtypeSize(DType dtype);

/// One tensor's bytes inside a mapped file, little-endian, row-major.
struct TensorView {
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;
};

/// A safetensors file, mapped and fully validated before anything is handed out: header length at most
/// 100 MB and inside the file, strict JSON without duplicate keys, known dtypes, shape products by checked
/// multiplication, offsets in order without hole or overlap up to the file's end.
/// Throws Error{InvalidInput} naming file, tensor and what is wrong.
class SafetensorsFile {
public:
    explicit SafetensorsFile(const std::filesystem::path& path);
    const std::map<std::string, TensorView, std::less<>>& tensors() const { return m_tensors; }
    const TensorView& tensor(std::string_view name) const; ///< Throws Error{NotFound} naming file and tensor
    const std::map<std::string, std::string>& metadata() const { return m_metadata; }

private:
    std::shared_ptr<MappedFile> m_file;
    std::map<std::string, TensorView, std::less<>> m_tensors;
    std::map<std::string, std::string> m_metadata;
};

struct TensorToWrite {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;
};
/// Streams to a temporary file, then renames. Names must differ.
void writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

struct ShapeToWrite {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
};
/// The same for what is never in memory at once: `data` gives the bytes of tensor i when its turn comes; the file's order is its own,
/// and the bytes need only live until the next call.
void writeSafetensors(const std::filesystem::path& path, const std::vector<ShapeToWrite>& tensors,
                      const std::function<std::span<const std::byte>(std::size_t i)>& data, const std::map<std::string, std::string>& metadata = {});

struct FloatsToWrite {
    std::string name;
    std::vector<std::int64_t> shape;
    std::span<const float> values;
};
/// The same with all values as `dtype`: F32, F16 or BF16, rounded to nearest even, converted piece by piece.
void writeSafetensorsAs(DType dtype, const std::filesystem::path& path, const std::vector<FloatsToWrite>& tensors,
                        const std::map<std::string, std::string>& metadata = {});

} // namespace triptych
