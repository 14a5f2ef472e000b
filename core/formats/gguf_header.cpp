#include "formats/gguf_header.h"

#include "base/error.h"
#include "base/json.h"
#include "formats/printable_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace triptych {

namespace {

constexpr std::array<std::string_view, 13> kTypeNames = {"UINT8", "INT8",   "UINT16", "INT16",  "UINT32", "INT32",  "FLOAT32",
                                                         "BOOL",  "STRING", "ARRAY",  "UINT64", "INT64",  "FLOAT64"};
constexpr std::uint64_t kMaxNameBytes = 65'535;
constexpr std::uint32_t kMaxDimensions = 4;
constexpr std::uint64_t kMaxEntries = 100'000;
constexpr std::uint64_t kSmallestPair = 8 + 1 + 4 + 1;        // key, type, value
constexpr std::uint64_t kSmallestTensor = 8 + 1 + 4 + 4 + 8; // name, dimensions, type, offset
constexpr std::uint32_t kDefaultAlignment = 32;

/// Bytes of one value; of a string those of its length, which it has at least.
std::uint64_t leastBytes(GgufValueType type) {
    switch (type) {
    case GgufValueType::UInt8:
    case GgufValueType::Int8:
    case GgufValueType::Bool:
        return 1;
    case GgufValueType::UInt16:
    case GgufValueType::Int16:
        return 2;
    case GgufValueType::UInt32:
    case GgufValueType::Int32:
    case GgufValueType::Float32:
        return 4;
    default:
        return 8;
    }
}

class HeaderReader {
public:
    HeaderReader(std::span<const std::byte> file, std::string_view source) : m_file(file), m_source(source), m_where("the header") {}

    GgufHeader read() {
        readMagic();
        const auto tensors = readCount("tensors", kSmallestTensor);
        const auto pairs = readCount("metadata entries", kSmallestPair);
        for (std::uint64_t i = 0; i < pairs; ++i)
            readPair(i);
        for (std::uint64_t i = 0; i < tensors; ++i)
            readTensor(i);
        placeTensors();
        return std::move(m_header);
    }

private:
    struct Entry {
        GgufTensor* tensor;
        std::string_view name;
        std::uint64_t begin;
        std::uint64_t bytes;
    };

    [[noreturn]] void fail(std::uint64_t byte, const std::string& what, ErrorCode code = ErrorCode::InvalidInput) const {
        throw Error(code, fmt::format("'{}': {}, at byte {}: {}", m_source, m_where, byte, what),
                    code == ErrorCode::InvalidInput ? "The file is damaged or cut off; copy it again from where it came." : "");
    }
    std::uint64_t left() const { return m_file.size() - m_at; }

    std::span<const std::byte> take(std::uint64_t bytes, std::string_view what) {
        if (bytes > left())
            fail(m_at, fmt::format("{} has {} bytes, but {} are left in the file", what, bytes, left()));
        const std::span<const std::byte> taken = m_file.subspan(m_at, bytes);
        m_at += bytes;
        return taken;
    }
    template <typename Number>
    Number number(std::string_view what) {
        Number value;
        std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
        return value;
    }

    void readMagic() {
        if (m_file.size() < 4 || std::memcmp(m_file.data(), "GGUF", 4) != 0) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' does not begin with 'GGUF'", m_source),
                        "Name a GGUF file; files of the formats before it (GGML, GGJT) must be converted with llama.cpp first.");
        }
        m_at = 4;
        m_header.version = number<std::uint32_t>("the version");
        if ((m_header.version & 0xffffu) == 0 && m_header.version != 0) {
            throw Error(ErrorCode::Unsupported, fmt::format("'{}' is a big-endian GGUF file", m_source),
                        "Convert it with gguf_convert_endian.py of llama.cpp, or take the little-endian file.");
        }
        if (m_header.version != 2 && m_header.version != 3) {
            throw Error(ErrorCode::Unsupported, fmt::format("'{}' is a GGUF file of version {}; versions 2 and 3 are read", m_source, m_header.version),
                        m_header.version == 1 ? "Convert the model again with a llama.cpp of September 2023 or later." : "");
        }
    }

    std::uint64_t readCount(const char* what, std::uint64_t least) {
        const std::uint64_t at = m_at;
        const auto count = number<std::uint64_t>("a count");
        if (count > kMaxEntries || count > left() / least)
            fail(at, fmt::format("{} {} are claimed; at most {} are allowed, and {} bytes are left in the file", count, what, kMaxEntries, left()));
        return count;
    }

    std::string_view readName(const char* what) {
        const std::uint64_t at = m_at;
        const auto length = number<std::uint64_t>("a length");
        if (length == 0 || length > kMaxNameBytes)
            fail(at, fmt::format("a {} of {} bytes; 1 to {} are allowed", what, length, kMaxNameBytes));
        const std::span<const std::byte> bytes = take(length, what);
        const std::string_view name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (name.find('\0') != std::string_view::npos)
            fail(at, fmt::format("the {} '{}' contains a NUL byte", what, printableName(name)));
        return name;
    }

    GgufValueType readType() {
        const std::uint64_t at = m_at;
        const auto type = number<std::uint32_t>("a type");
        if (type >= kTypeNames.size())
            fail(at, fmt::format("{} is no type of a value", type));
        return static_cast<GgufValueType>(type);
    }

    void readPair(std::uint64_t index) {
        m_where = fmt::format("metadata entry {}", index);
        const std::uint64_t at = m_at;
        const std::string_view key = readName("key");
        m_where = fmt::format("key '{}'", printableName(key));
        const auto [entry, isNew] = m_header.metadata.try_emplace(std::string(key));
        if (!isNew)
            fail(at, "it stands in the metadata twice");
        GgufValue& value = entry->second;
        value.type = readType();
        if (value.type == GgufValueType::Array) {
            value.isArray = true;
            const std::uint64_t typeAt = m_at;
            value.type = readType();
            if (value.type == GgufValueType::Array)
                fail(typeAt, "arrays of arrays are not read", ErrorCode::Unsupported);
            value.count = number<std::uint64_t>("a count");
            if (value.count > left() / leastBytes(value.type))
                fail(m_at - 8, fmt::format("an array of {} values is claimed, but {} bytes are left in the file", value.count, left()));
        }
        const std::uint64_t begin = m_at;
        if (value.type == GgufValueType::String) {
            for (std::uint64_t i = 0; i < value.count; ++i)
                take(number<std::uint64_t>("a length"), "a string");
        } else {
            take(value.count * leastBytes(value.type), "a value");
        }
        value.data = m_file.subspan(begin, m_at - begin);
        if (value.type == GgufValueType::Bool) {
            const auto bad = std::find_if(value.data.begin(), value.data.end(), [](std::byte byte) { return byte > std::byte{1}; });
            if (bad != value.data.end())
                fail(begin + static_cast<std::uint64_t>(bad - value.data.begin()), fmt::format("{} is no boolean", std::to_integer<int>(*bad)));
        }
        if (key == "general.alignment")
            readAlignment(value, begin);
    }

    void readAlignment(const GgufValue& value, std::uint64_t at) {
        if (value.type != GgufValueType::UInt32 || value.isArray)
            fail(at, "it must be a UINT32");
        std::memcpy(&m_alignment, value.data.data(), sizeof m_alignment);
        if (m_alignment == 0 || (m_alignment & (m_alignment - 1)) != 0)
            fail(at, fmt::format("{} is no power of two", m_alignment));
    }

    void readTensor(std::uint64_t index) {
        m_where = fmt::format("tensor {}", index);
        const std::uint64_t at = m_at;
        const std::string_view name = readName("name");
        m_where = fmt::format("tensor '{}'", printableName(name));
        const auto [entry, isNew] = m_header.tensors.try_emplace(std::string(name));
        if (!isNew)
            fail(at, "the name stands in the file twice");
        GgufTensor& tensor = entry->second;
        const std::uint64_t shapeAt = m_at;
        const auto dimensions = number<std::uint32_t>("the number of dimensions");
        if (dimensions > kMaxDimensions)
            fail(shapeAt, fmt::format("{} dimensions; {} are the most", dimensions, kMaxDimensions));
        std::uint64_t values = 1;
        for (std::uint32_t i = 0; i < dimensions; ++i) {
            const auto dimension = number<std::uint64_t>("a dimension");
            constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
            if (dimension > kLargest || __builtin_mul_overflow(values, dimension, &values) || values > kLargest)
                fail(m_at - 8, "the shape has more elements than can be counted");
            tensor.shape.insert(tensor.shape.begin(), static_cast<std::int64_t>(dimension));
        }
        const std::uint64_t typeAt = m_at;
        tensor.type = static_cast<GgmlType>(number<std::uint32_t>("the type"));
        const auto layout = ggmlLayout(tensor.type);
        if (!layout)
            fail(typeAt, fmt::format("the type {} is not known", static_cast<std::uint32_t>(tensor.type)), ErrorCode::Unsupported);
        const std::uint64_t row = tensor.shape.empty() ? 1 : static_cast<std::uint64_t>(tensor.shape.back());
        if (row % layout->blockValues != 0)
            fail(shapeAt, fmt::format("rows of {} values are no whole blocks of {}, which {} has", row, layout->blockValues, layout->name));
        std::uint64_t bytes = 0;
        if (__builtin_mul_overflow(values / layout->blockValues, layout->blockBytes, &bytes))
            fail(shapeAt, "the shape has more bytes than can be counted");
        const std::uint64_t offsetAt = m_at;
        const auto offset = number<std::uint64_t>("the offset");
        if (offset % m_alignment != 0)
            fail(offsetAt, fmt::format("the offset {} is no multiple of the alignment {}", offset, m_alignment));
        m_entries.push_back({&tensor, entry->first, offset, bytes});
    }

    void placeTensors() {
        m_where = "the data";
        const std::uint64_t start = (m_at + m_alignment - 1) / m_alignment * m_alignment;
        const std::uint64_t available = m_file.size() > start ? m_file.size() - start : 0;
        std::sort(m_entries.begin(), m_entries.end(), [](const Entry& a, const Entry& b) {
            return std::pair(a.begin, a.bytes) < std::pair(b.begin, b.bytes);
        });
        std::uint64_t position = 0;
        for (const Entry& entry : m_entries) {
            m_where = fmt::format("tensor '{}'", printableName(entry.name));
            if (entry.begin > available || entry.bytes > available - entry.begin) {
                fail(start, fmt::format("shape {} of {} needs {} bytes from {} on, but the file holds {} bytes of data", Json(entry.tensor->shape).dump(),
                                        ggmlLayout(entry.tensor->type)->name, entry.bytes, entry.begin, available));
            }
            if (entry.begin < position && entry.bytes > 0)
                fail(start + entry.begin, fmt::format("its data begins inside another tensor's that ends at {}", start + position));
            position = std::max(position, entry.begin + entry.bytes);
            if (entry.bytes > 0)
                entry.tensor->data = m_file.subspan(start + entry.begin, entry.bytes);
        }
    }

    std::span<const std::byte> m_file;
    std::string_view m_source;
    std::string m_where; ///< what is being read, for messages
    std::uint64_t m_at = 0;
    std::uint32_t m_alignment = kDefaultAlignment;
    GgufHeader m_header;
    std::vector<Entry> m_entries;
};

} // namespace

std::string_view ggufValueTypeName(GgufValueType type) { return kTypeNames.at(static_cast<std::size_t>(type)); }

GgufHeader parseGgufHeader(std::span<const std::byte> file, std::string_view source) { return HeaderReader(file, source).read(); }

} // namespace triptych
