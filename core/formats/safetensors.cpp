#include "formats/safetensors.h"

#include "base/error.h"
#include "formats/printable_name.h"
#include "formats/safetensors_header.h"

#include <fmt/format.h>

namespace triptych {

namespace {

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kLengthBytes = 8;

} // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : m_file(std::make_shared<MappedFile>(path)) {
    const std::span<const std::byte> bytes = m_file->bytes();
    const std::string source = path.string();
    if (bytes.size() < kLengthBytes)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has {} bytes; a safetensors file has at least 8", source, bytes.size()));
    std::uint64_t length = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;)
        length = length << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    if (length > kMaxHeaderBytes || length > bytes.size() - kLengthBytes) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}': the header claims {} bytes, but the file has {} and {} are the most allowed", source, length,
                                bytes.size() - kLengthBytes, kMaxHeaderBytes),
                    "The file is cut off or is not a safetensors file; copy it again from where it came.");
    }
    const std::span<const std::byte> data = bytes.subspan(kLengthBytes + length);
    const std::string_view json(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
    SafetensorsHeader header = parseSafetensorsHeader(json, data.size(), source);
    m_metadata = std::move(header.metadata);
    for (SafetensorsEntry& entry : header.entries) {
        m_tensors.emplace(std::move(entry.name), TensorView{entry.dtype, std::move(entry.shape),
                                                            data.subspan(entry.begin, entry.end - entry.begin)});
    }
}

const TensorView& SafetensorsFile::tensor(std::string_view name) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end()) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' has no tensor '{}'", m_file->path().string(), printableName(name)));
    }
    return found->second;
}

} // namespace triptych
