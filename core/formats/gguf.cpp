#include "formats/gguf.h"

#include "base/error.h"
#include "formats/gguf_header.h"
#include "formats/printable_name.h"
#include "formats/quantized_blocks.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <optional>

namespace triptych {

namespace {

template <typename Number>
Number load(const std::byte* from) {
    Number value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// Calls `use` with element `i` in its own type; false if the elements are strings.
template <typename Use>
bool withNumber(const GgufValue& value, std::uint64_t i, const Use& use) {
    const std::byte* data = value.data.data();
    switch (value.type) {
    case GgufValueType::UInt8:
    case GgufValueType::Bool: use(load<std::uint8_t>(data + i)); return true;
    case GgufValueType::Int8: use(load<std::int8_t>(data + i)); return true;
    case GgufValueType::UInt16: use(load<std::uint16_t>(data + 2 * i)); return true;
    case GgufValueType::Int16: use(load<std::int16_t>(data + 2 * i)); return true;
    case GgufValueType::UInt32: use(load<std::uint32_t>(data + 4 * i)); return true;
    case GgufValueType::Int32: use(load<std::int32_t>(data + 4 * i)); return true;
    case GgufValueType::UInt64: use(load<std::uint64_t>(data + 8 * i)); return true;
    case GgufValueType::Int64: use(load<std::int64_t>(data + 8 * i)); return true;
    case GgufValueType::Float32: use(load<float>(data + 4 * i)); return true;
    case GgufValueType::Float64: use(load<double>(data + 8 * i)); return true;
    default: return false;
    }
}

/// Empty for strings, for fractions and for what 64 bits with a sign do not hold.
std::optional<std::int64_t> integerAt(const GgufValue& value, std::uint64_t i) {
    std::optional<std::int64_t> result;
    withNumber(value, i, [&](auto number) {
        if constexpr (std::is_same_v<decltype(number), std::uint64_t>) {
            if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return;
        }
        if constexpr (std::is_integral_v<decltype(number)>)
            result = static_cast<std::int64_t>(number);
    });
    return result;
}

std::string_view stringAt(const std::byte*& at) {
    const auto length = load<std::uint64_t>(at);
    const std::string_view text(reinterpret_cast<const char*>(at + 8), length);
    at += 8 + length;
    return text;
}

} // namespace

GgufFile::GgufFile(const std::filesystem::path& path) : m_file(std::make_shared<MappedFile>(path)) {
    GgufHeader header = parseGgufHeader(m_file->bytes(), path.string());
    m_version = header.version;
    m_metadata = std::move(header.metadata);
    m_tensors = std::move(header.tensors);
}

void GgufFile::fail(std::string_view key, const std::string& what) const {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}': key '{}' {}", m_file->path().string(), printableName(key), what));
}

const GgufValue& GgufFile::value(std::string_view key, bool isArray) const {
    const auto found = m_metadata.find(key);
    if (found == m_metadata.end())
        fail(key, "is missing");
    if (found->second.isArray != isArray)
        fail(key, isArray ? "must be an array" : "must not be an array");
    return found->second;
}

bool GgufFile::has(std::string_view key) const { return m_metadata.contains(key); }

std::int64_t GgufFile::integer(std::string_view key, std::int64_t low, std::int64_t high) const {
    const GgufValue& stored = value(key, false);
    const auto number = stored.type == GgufValueType::Bool ? std::nullopt : integerAt(stored, 0);
    if (!number)
        fail(key, fmt::format("is a {}; it must be a whole number of 63 bits", ggufValueTypeName(stored.type)));
    if (*number < low || *number > high)
        fail(key, fmt::format("is {}; it must lie between {} and {}", *number, low, high));
    return *number;
}

std::int64_t GgufFile::integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t fallback) const {
    return has(key) ? integer(key, low, high) : fallback;
}

double GgufFile::number(std::string_view key) const {
    const GgufValue& stored = value(key, false);
    double result = 0;
    if (stored.type == GgufValueType::Bool || !withNumber(stored, 0, [&](auto number) { result = static_cast<double>(number); }))
        fail(key, fmt::format("is a {}; it must be a number", ggufValueTypeName(stored.type)));
    return result;
}

double GgufFile::number(std::string_view key, double fallback) const { return has(key) ? number(key) : fallback; }

bool GgufFile::boolean(std::string_view key, bool fallback) const {
    if (!has(key))
        return fallback;
    const GgufValue& stored = value(key, false);
    if (stored.type != GgufValueType::Bool)
        fail(key, fmt::format("is a {}; it must be a BOOL", ggufValueTypeName(stored.type)));
    return stored.data[0] != std::byte{0};
}

std::string_view GgufFile::string(std::string_view key) const {
    const GgufValue& stored = value(key, false);
    if (stored.type != GgufValueType::String)
        fail(key, fmt::format("is a {}; it must be a STRING", ggufValueTypeName(stored.type)));
    const std::byte* at = stored.data.data();
    return stringAt(at);
}

std::string_view GgufFile::string(std::string_view key, std::string_view fallback) const { return has(key) ? string(key) : fallback; }

std::vector<std::string_view> GgufFile::strings(std::string_view key) const {
    const GgufValue& stored = value(key, true);
    if (stored.type != GgufValueType::String)
        fail(key, fmt::format("has elements of type {}; they must be STRING", ggufValueTypeName(stored.type)));
    std::vector<std::string_view> texts;
    texts.reserve(stored.count);
    const std::byte* at = stored.data.data();
    for (std::uint64_t i = 0; i < stored.count; ++i)
        texts.push_back(stringAt(at));
    return texts;
}

std::vector<std::int64_t> GgufFile::integers(std::string_view key) const {
    const GgufValue& stored = value(key, true);
    std::vector<std::int64_t> numbers;
    numbers.reserve(stored.count);
    for (std::uint64_t i = 0; i < stored.count; ++i) {
        const auto number = integerAt(stored, i);
        if (!number)
            fail(key, fmt::format("has the element {} of type {}; it must be a whole number of 63 bits", i, ggufValueTypeName(stored.type)));
        numbers.push_back(*number);
    }
    return numbers;
}

std::vector<float> GgufFile::numbers(std::string_view key) const {
    const GgufValue& stored = value(key, true);
    if (stored.type == GgufValueType::String || stored.type == GgufValueType::Bool)
        fail(key, fmt::format("has elements of type {}; they must be numbers", ggufValueTypeName(stored.type)));
    std::vector<float> values(stored.count);
    for (std::uint64_t i = 0; i < stored.count; ++i)
        withNumber(stored, i, [&](auto number) { values[i] = static_cast<float>(number); });
    return values;
}

const GgufTensor& GgufFile::tensor(std::string_view name) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        throw Error(ErrorCode::NotFound, fmt::format("'{}' has no tensor '{}'", m_file->path().string(), printableName(name)));
    return found->second;
}

void GgufFile::dequantize(std::string_view name, std::span<float> out) const {
    const GgufTensor& source = tensor(name);
    if (!canDequantize(source.type)) {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("'{}': tensor '{}' is stored as {}, which is not read", m_file->path().string(), printableName(name),
                                ggmlLayout(source.type)->name),
                    "Take the file in one of F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K, or quantise it anew.");
    }
    triptych::dequantize(source.type, source.data, out);
}

} // namespace triptych
