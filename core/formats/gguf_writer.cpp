#include "formats/gguf_writer.h"

#include "base/error.h"
#include "base/json.h"
#include "formats/printable_name.h"
#include "formats/quantized_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace triptych {

namespace {

constexpr std::uint64_t kAlignment = 32;
constexpr std::size_t kMaxTensorName = 63;
constexpr std::size_t kMaxDimensions = 4;
constexpr std::size_t kMaxKey = 65'535;
constexpr std::size_t kChunkValues = 1u << 18; // quantised at a time; a multiple of every block

std::uint64_t padded(std::uint64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

void check(const std::string& name, std::size_t longest, const char* what, std::set<std::string_view>& seen) {
    if (name.empty() || name.size() > longest || name.find('\0') != std::string::npos || !seen.insert(name).second)
        throw Error(ErrorCode::InvalidArgument, fmt::format("the {} '{}' is taken or cannot be stored", what, printableName(name)));
}

std::uint64_t bytesOf(const GgufTensorToWrite& tensor) {
    const auto fail = [&](const char* what) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("tensor '{}' of shape {}: {}", tensor.name, Json(tensor.shape).dump(), what));
    };
    const auto layout = ggmlLayout(tensor.type);
    if (!layout)
        fail("its type is not one of GGUF");
    if (tensor.shape.size() > kMaxDimensions)
        fail("GGUF has at most 4 dimensions");
    std::int64_t values = 1;
    for (const std::int64_t dimension : tensor.shape) {
        if (dimension < 0 || __builtin_mul_overflow(values, dimension, &values))
            fail("the shape has more elements than can be counted");
    }
    if ((tensor.shape.empty() ? 1 : tensor.shape.back()) % layout->blockValues != 0)
        fail("its rows are no whole blocks of its type");
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(values) / layout->blockValues, layout->blockBytes, &bytes))
        fail("the shape has more bytes than can be counted");
    return bytes;
}

/// Little-endian bytes in the order of the file.
class HeaderBytes {
public:
    template <typename Number>
    void number(Number value) {
        m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(std::string_view value) {
        number(static_cast<std::uint64_t>(value.size()));
        m_bytes += value;
    }
    void type(GgufValueType value) { number(static_cast<std::uint32_t>(value)); }

    void value(std::uint32_t number) { scalar(GgufValueType::UInt32, number); }
    void value(std::int32_t number) { scalar(GgufValueType::Int32, number); }
    void value(std::uint64_t number) { scalar(GgufValueType::UInt64, number); }
    void value(float number) { scalar(GgufValueType::Float32, number); }
    void value(bool truth) { scalar(GgufValueType::Bool, static_cast<std::uint8_t>(truth)); }
    void value(const std::string& string) {
        type(GgufValueType::String);
        text(string);
    }
    void value(const std::vector<std::string>& strings) {
        array(GgufValueType::String, strings.size());
        for (const std::string& string : strings)
            text(string);
    }
    void value(const std::vector<std::int32_t>& numbers) {
        array(GgufValueType::Int32, numbers.size());
        for (const std::int32_t element : numbers)
            number(element);
    }
    void value(const std::vector<float>& numbers) {
        array(GgufValueType::Float32, numbers.size());
        for (const float element : numbers)
            number(element);
    }
    std::string& bytes() { return m_bytes; }

private:
    template <typename Number>
    void scalar(GgufValueType valueType, Number value) {
        type(valueType);
        number(value);
    }
    void array(GgufValueType elements, std::size_t count) {
        type(GgufValueType::Array);
        type(elements);
        number(static_cast<std::uint64_t>(count));
    }

    std::string m_bytes;
};

} // namespace

GgufWriter::GgufWriter(const std::filesystem::path& path, const GgufMetadataToWrite& metadata, std::vector<GgufTensorToWrite> tensors)
    : m_file(path), m_tensors(std::move(tensors)) {
    HeaderBytes header;
    header.bytes() = "GGUF";
    header.number(std::uint32_t{3});
    header.number(static_cast<std::uint64_t>(m_tensors.size()));
    header.number(static_cast<std::uint64_t>(metadata.size()));
    std::set<std::string_view> seen;
    for (const auto& [key, value] : metadata) {
        check(key, kMaxKey, "key", seen);
        if (key == "general.alignment")
            throw Error(ErrorCode::InvalidArgument, "the key 'general.alignment' is the writer's own");
        header.text(key);
        std::visit([&](const auto& stored) { header.value(stored); }, value);
    }
    seen.clear();
    std::uint64_t offset = 0;
    for (const GgufTensorToWrite& tensor : m_tensors) {
        check(tensor.name, kMaxTensorName, "tensor name", seen);
        m_bytes.push_back(bytesOf(tensor));
        header.text(tensor.name);
        header.number(static_cast<std::uint32_t>(tensor.shape.size()));
        for (auto dimension = tensor.shape.rbegin(); dimension != tensor.shape.rend(); ++dimension)
            header.number(static_cast<std::uint64_t>(*dimension));
        header.number(static_cast<std::uint32_t>(tensor.type));
        header.number(offset);
        offset += padded(m_bytes.back());
    }
    header.bytes().resize(padded(header.bytes().size()), '\0');
    m_file.write(header.bytes());
    skipFinished();
}

void GgufWriter::skipFinished() {
    while (m_current < m_tensors.size() && m_written == m_bytes[m_current]) {
        m_file.write(std::string(padded(m_written) - m_written, '\0'));
        m_written = 0;
        ++m_current;
    }
}

void GgufWriter::write(std::span<const std::byte> blocks) {
    if (blocks.empty())
        return;
    if (m_current == m_tensors.size() || blocks.size() > m_bytes[m_current] - m_written) {
        throw Error(ErrorCode::InvalidArgument,
                    m_current == m_tensors.size() ? fmt::format("{} bytes come after the last tensor", blocks.size())
                                                  : fmt::format("tensor '{}' has {} bytes; {} more come after {}", m_tensors[m_current].name,
                                                                m_bytes[m_current], blocks.size(), m_written));
    }
    m_file.write(blocks);
    m_written += blocks.size();
    skipFinished();
}

void GgufWriter::writeValues(std::span<const float> values) {
    while (!values.empty()) {
        const std::span<const float> chunk = values.first(std::min(values.size(), kChunkValues));
        const GgmlType type = m_current < m_tensors.size() ? m_tensors[m_current].type : GgmlType::F32;
        const GgmlLayout layout = *ggmlLayout(type);
        m_blocks.resize(chunk.size() / layout.blockValues * layout.blockBytes);
        quantize(type, chunk, m_blocks);
        write(m_blocks);
        values = values.subspan(chunk.size());
    }
}

void GgufWriter::commit() {
    if (m_current < m_tensors.size()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("tensor '{}' has {} of its {} bytes", m_tensors[m_current].name, m_written, m_bytes[m_current]));
    }
    m_file.commit();
}

} // namespace triptych
