#include "formats/safetensors.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "formats/printable_name.h"
#include "formats/quantized_blocks.h"
#include "formats/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace triptych {

namespace {

constexpr std::size_t kChunkValues = 1u << 18; // converted at a time

struct Entry {
    std::string_view name;
    DType dtype;
    const std::vector<std::int64_t>* shape;
    std::uint64_t bytes;
    std::size_t index; ///< in the caller's list
};

void check(const Entry& entry, std::set<std::string_view>& names) {
    const auto bytes = tensorBytes(*entry.shape, entry.dtype);
    if (!bytes || *bytes != entry.bytes) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("tensor '{}': {} bytes do not make shape {} of {}", printableName(entry.name),
                                                            entry.bytes, Json(*entry.shape).dump(), dtypeName(entry.dtype)));
    }
    if (entry.name == "__metadata__" || entry.name.find('\0') != std::string::npos || !names.insert(entry.name).second)
        throw Error(ErrorCode::InvalidArgument, fmt::format("the tensor name '{}' is taken or cannot be stored", printableName(entry.name)));
}

/// Calls `writeData(file, index)` for each entry in the file's order.
template <typename WriteData>
void writeFile(const std::filesystem::path& path, std::vector<Entry> order, const std::map<std::string, std::string>& metadata,
               const WriteData& writeData) {
    std::set<std::string_view> names;
    for (const Entry& entry : order)
        check(entry, names);
    // Wide elements first: with a header padded to 8 bytes every tensor is then aligned to its element.
    std::stable_sort(order.begin(), order.end(), [](const Entry& a, const Entry& b) {
        return dtypeSize(a.dtype) != dtypeSize(b.dtype) ? dtypeSize(a.dtype) > dtypeSize(b.dtype) : a.name < b.name;
    });

    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty())
        header["__metadata__"] = metadata;
    std::uint64_t position = 0;
    for (const Entry& entry : order) {
        header[std::string(entry.name)] = {{"dtype", dtypeName(entry.dtype)},
                                           {"shape", *entry.shape},
                                           {"data_offsets", {position, position + entry.bytes}}};
        position += entry.bytes;
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const Json::exception&) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("a tensor name or a metadata value of '{}' is not UTF-8", path.string()));
    }
    text.append((8 - text.size() % 8) % 8, ' ');

    std::string length(8, '\0');
    for (std::size_t i = 0; i < length.size(); ++i)
        length[i] = static_cast<char>(text.size() >> (8 * i));
    AtomicFile file(path);
    file.write(length);
    file.write(text);
    for (const Entry& entry : order)
        writeData(file, entry.index);
    file.commit();
}

} // namespace

void writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata) {
    std::vector<Entry> entries;
    for (const TensorToWrite& tensor : tensors)
        entries.push_back({tensor.name, tensor.dtype, &tensor.shape, tensor.data.size(), entries.size()});
    writeFile(path, std::move(entries), metadata, [&](AtomicFile& file, std::size_t i) { file.write(tensors[i].data); });
}

void writeSafetensors(const std::filesystem::path& path, const std::vector<ShapeToWrite>& tensors,
                      const std::function<std::span<const std::byte>(std::size_t i)>& data, const std::map<std::string, std::string>& metadata) {
    std::vector<Entry> entries;
    for (const ShapeToWrite& tensor : tensors)
        entries.push_back({tensor.name, tensor.dtype, &tensor.shape, tensorBytes(tensor.shape, tensor.dtype).value_or(0), entries.size()});
    writeFile(path, std::move(entries), metadata, [&](AtomicFile& file, std::size_t i) {
        const std::span<const std::byte> bytes = data(i);
        if (bytes.size() != tensorBytes(tensors[i].shape, tensors[i].dtype))
            throw Error(ErrorCode::InvalidArgument, fmt::format("tensor '{}' got {} bytes, which do not make its shape", tensors[i].name, bytes.size()));
        file.write(bytes);
    });
}

void writeSafetensorsAs(DType dtype, const std::filesystem::path& path, const std::vector<FloatsToWrite>& tensors,
                        const std::map<std::string, std::string>& metadata) {
    if (dtype != DType::F32 && dtype != DType::F16 && dtype != DType::BF16)
        throw Error(ErrorCode::InvalidArgument, fmt::format("weights cannot be written as {}", dtypeName(dtype)));
    const GgmlType type = dtype == DType::F32 ? GgmlType::F32 : dtype == DType::F16 ? GgmlType::F16 : GgmlType::BF16;
    std::vector<Entry> entries;
    for (const FloatsToWrite& tensor : tensors)
        entries.push_back({tensor.name, dtype, &tensor.shape, tensor.values.size() * dtypeSize(dtype), entries.size()});
    std::vector<std::byte> converted;
    writeFile(path, std::move(entries), metadata, [&](AtomicFile& file, std::size_t i) {
        for (std::span<const float> rest = tensors[i].values; !rest.empty();) {
            const std::span<const float> chunk = rest.first(std::min(rest.size(), kChunkValues));
            converted.resize(chunk.size() * dtypeSize(dtype));
            quantize(type, chunk, converted);
            file.write(converted);
            rest = rest.subspan(chunk.size());
        }
    });
}

} // namespace triptych
