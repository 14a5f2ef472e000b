#include "formats/safetensors_header.h"

#include "base/error.h"
#include "base/json.h"
#include "formats/printable_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace triptych {

namespace {

constexpr std::array<std::pair<std::string_view, DType>, 10> kDTypes = {{{"F64", DType::F64},
                                                                          {"F32", DType::F32},
                                                                          {"F16", DType::F16},
                                                                          {"BF16", DType::BF16},
                                                                          {"I64", DType::I64},
                                                                          {"I32", DType::I32},
                                                                          {"I16", DType::I16},
                                                                          {"I8", DType::I8},
                                                                          {"U8", DType::U8},
                                                                          {"BOOL", DType::Bool}}};
constexpr std::size_t kMaxDimensions = 64;
constexpr std::size_t kMaxTensors = 1'000'000;

/// The grammar of a header as a state machine over the parser's events. Whatever is not the one expected
/// event ends the parse, so nesting beyond three levels is never followed.
class HeaderReader final : public nlohmann::json_sax<Json> {
public:
    explicit HeaderReader(std::string_view source) : m_source(source) {}

    SafetensorsHeader take() { return std::move(m_header); }

    bool null() override { return unexpected("null"); }
    bool boolean(bool) override { return unexpected("a boolean"); }
    bool number_integer(number_integer_t value) override { return unexpected(fmt::format("the negative number {}", value)); }
    bool number_float(number_float_t, const string_t& text) override {
        return unexpected(fmt::format("the number {}, which is not a whole one of 64 bits", printableName(text)));
    }
    bool binary(binary_t&) override { return unexpected("binary data"); }
    bool number_unsigned(number_unsigned_t value) override {
        if (m_state == State::Shape) {
            if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max()))
                fail(fmt::format("dimension {} is too large", value));
            if (m_entry.shape.size() == kMaxDimensions)
                fail(fmt::format("more than {} dimensions", kMaxDimensions));
            m_entry.shape.push_back(static_cast<std::int64_t>(value));
            return true;
        }
        if (m_state == State::Offsets) {
            if (m_offsets == 2)
                fail("'data_offsets' has more than two numbers");
            (m_offsets == 0 ? m_entry.begin : m_entry.end) = value;
            ++m_offsets;
            return true;
        }
        return unexpected(fmt::format("the number {}", value));
    }
    bool string(string_t& value) override {
        if (m_state == State::Tensor && m_key == "dtype") {
            const auto known = std::find_if(kDTypes.begin(), kDTypes.end(), [&](const auto& d) { return d.first == value; });
            if (known == kDTypes.end())
                fail(fmt::format("dtype '{}' is not one that can be read (F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL)", printableName(value)));
            m_entry.dtype = known->second;
            return true;
        }
        if (m_state == State::Metadata) {
            m_header.metadata[m_key] = value;
            return true;
        }
        return unexpected("a string");
    }
    bool start_object(std::size_t) override {
        switch (m_state) {
        case State::Start:
            m_state = State::Top;
            return true;
        case State::Top:
            if (m_name == "__metadata__") {
                m_state = State::Metadata;
            } else {
                m_state = State::Tensor;
                m_entry = {};
                m_entry.name = m_name;
            }
            m_key.clear();
            m_seenKeys.clear();
            return true;
        default:
            return unexpected("an object");
        }
    }
    bool key(string_t& value) override {
        if (m_state == State::Top) {
            m_name = value;
            if (value.find('\0') != std::string::npos)
                fail("the name contains a NUL byte");
            if (!m_names.insert(value).second)
                fail("the name stands in the header twice");
            if (m_names.size() > kMaxTensors)
                fail(fmt::format("more than {} tensors", kMaxTensors));
            return true;
        }
        m_key = value;
        if (!m_seenKeys.insert(value).second)
            fail(fmt::format("the key '{}' stands there twice", printableName(value)));
        if (m_state == State::Tensor && value != "dtype" && value != "shape" && value != "data_offsets")
            fail(fmt::format("unknown key '{}'", printableName(value)));
        return true;
    }
    bool end_object() override {
        if (m_state == State::Tensor) {
            for (const char* required : {"dtype", "shape", "data_offsets"}) {
                if (!m_seenKeys.contains(required))
                    fail(fmt::format("the key '{}' is missing", required));
            }
            m_header.entries.push_back(std::move(m_entry));
        }
        m_state = m_state == State::Top ? State::End : State::Top;
        return true;
    }
    bool start_array(std::size_t) override {
        if (m_state == State::Tensor && m_key == "shape") {
            m_state = State::Shape;
            return true;
        }
        if (m_state == State::Tensor && m_key == "data_offsets") {
            m_state = State::Offsets;
            m_offsets = 0;
            return true;
        }
        return unexpected("an array");
    }
    bool end_array() override {
        if (m_state == State::Offsets && m_offsets != 2)
            fail("'data_offsets' must be two numbers");
        m_state = State::Tensor;
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the header is not valid JSON at its byte {}", m_source, position),
                    "The file is damaged or cut off; copy it again from where it came.");
    }

private:
    enum class State { Start, Top, Metadata, Tensor, Shape, Offsets, End };

    [[noreturn]] void fail(const std::string& what) const {
        const std::string where = m_name.empty() && m_names.empty() ? std::string("the header") : fmt::format("tensor '{}'", printableName(m_name));
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {}: {}", m_source, where, what),
                    "The file is damaged or was not written as safetensors; copy it again from where it came.");
    }
    bool unexpected(const std::string& what) const {
        if (m_state == State::Start || m_names.empty())
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the header must be a JSON object, not {}", m_source, what));
        const char* place = m_state == State::Shape     ? "in 'shape'"
                            : m_state == State::Offsets ? "in 'data_offsets'"
                            : m_state == State::Tensor  ? m_key.c_str()
                                                        : "there";
        fail(fmt::format("{} stands {} where it cannot", what, m_state == State::Tensor ? fmt::format("at '{}'", place) : place));
    }

    std::string m_source;
    SafetensorsHeader m_header;
    State m_state = State::Start;
    std::set<std::string> m_names;
    std::set<std::string> m_seenKeys;
    std::string m_name;
    std::string m_key;
    SafetensorsEntry m_entry;
    int m_offsets = 0;
};

} // namespace

std::string_view dtypeName(DType dtype) {
    return std::find_if(kDTypes.begin(), kDTypes.end(), [&](const auto& d) { return d.second == dtype; })->first;
}

std::size_t dtypeSize(DType dtype) {
    switch (dtype) {
    case DType::F64:
    case DType::I64:
        return 8;
    case DType::F32:
    case DType::I32:
        return 4;
    case DType::F16:
    case DType::BF16:
    case DType::I16:
        return 2;
    case DType::I8:
    case DType::U8:
    case DType::Bool:
        return 1;
    }
    return 1;
}

std::optional<std::uint64_t> tensorBytes(const std::vector<std::int64_t>& shape, DType dtype) {
    std::uint64_t bytes = dtypeSize(dtype);
    for (const std::int64_t dimension : shape) {
        if (dimension < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(dimension), &bytes))
            return std::nullopt;
    }
    return bytes;
}

SafetensorsHeader parseSafetensorsHeader(std::string_view json, std::uint64_t dataBytes, std::string_view source) {
    // The parser would take a NUL for the end of its input and skip a byte order mark.
    if (json.empty() || json.front() != '{')
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the header must start with '{{'", source));
    if (const std::size_t nul = json.find('\0'); nul != std::string_view::npos)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the header has a NUL byte at its byte {}", source, nul));

    HeaderReader reader(source);
    Json::sax_parse(json.begin(), json.end(), &reader);
    SafetensorsHeader header = reader.take();

    std::stable_sort(header.entries.begin(), header.entries.end(), [](const auto& a, const auto& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t position = 0;
    const auto fail = [&](const SafetensorsEntry& entry, const std::string& what) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor '{}': {}", source, printableName(entry.name), what),
                    "The file is damaged or cut off; copy it again from where it came.");
    };
    for (const SafetensorsEntry& entry : header.entries) {
        if (entry.end < entry.begin)
            fail(entry, fmt::format("its data ends at byte {} before it begins at {}", entry.end, entry.begin));
        if (entry.end > dataBytes)
            fail(entry, fmt::format("its data ends at byte {}, but the file holds {} bytes of data", entry.end, dataBytes));
        if (entry.begin < position)
            fail(entry, fmt::format("its data begins at byte {} inside another tensor's that ends at {}", entry.begin, position));
        if (entry.begin > position)
            fail(entry, fmt::format("there is a hole of {} bytes before its data", entry.begin - position));
        const auto bytes = tensorBytes(entry.shape, entry.dtype);
        if (!bytes)
            fail(entry, fmt::format("the shape has more elements than can be counted: {}", Json(entry.shape).dump()));
        if (*bytes != entry.end - entry.begin) {
            fail(entry, fmt::format("shape {} of {} needs {} bytes, but its data has {}", Json(entry.shape).dump(), dtypeName(entry.dtype),
                                    *bytes, entry.end - entry.begin));
        }
        position = entry.end;
    }
    if (position != dataBytes) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {} bytes follow the last tensor's data", source, dataBytes - position),
                    "The file is damaged or was not written as safetensors; copy it again from where it came.");
    }
    return header;
}

} // namespace triptych
