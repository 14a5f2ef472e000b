#include "text/json_fields.h"

#include "base/error.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace triptych {

namespace {

/// A value as it stands in the file, long ones cut.
std::string shown(const Json& value) {
    constexpr std::size_t kMost = 60;
    const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace); // ASCII: cut anywhere
    return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

} // namespace

JsonFields::JsonFields(const Json& value, std::string source, std::string path)
    : m_value(&value), m_source(std::move(source)), m_path(std::move(path)) {
    if (!value.is_object())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {} must be an object", m_source, m_path.empty() ? "the whole" : "'" + m_path + "'"));
}

std::string JsonFields::pathOf(std::string_view key) const {
    return m_path.empty() ? std::string(key) : fmt::format("{}.{}", m_path, key);
}

void JsonFields::fail(std::string_view key, std::string_view what) const {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}': '{}' {}", m_source, pathOf(key), what));
}

void JsonFields::failType(std::string_view key, std::string_view expected) const { fail(key, fmt::format("must be {}, not {}", expected, shown(at(key)))); }

bool JsonFields::has(std::string_view key) const {
    const auto found = m_value->find(key);
    if (found == m_value->end())
        return false;
    if (found->is_null() && m_nullable && std::find(m_nullable->begin(), m_nullable->end(), key) == m_nullable->end())
        fail(key, "is null; leave it out, or give it a value");
    return !found->is_null();
}

const Json& JsonFields::at(std::string_view key) const {
    const auto found = m_value->find(key);
    if (found == m_value->end())
        fail(key, "is missing");
    return *found;
}

JsonFields JsonFields::object(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_object())
        failType(key, "an object");
    JsonFields fields(value, m_source, pathOf(key));
    fields.m_nullable = m_nullable;
    return fields;
}

std::vector<JsonFields> JsonFields::objects(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_array())
        failType(key, "an array");
    std::vector<JsonFields> result;
    for (std::size_t i = 0; i < value.size(); ++i)
        result.emplace_back(value[i], m_source, fmt::format("{}[{}]", pathOf(key), i)).m_nullable = m_nullable;
    return result;
}

std::vector<std::string> JsonFields::strings(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_array() || !std::all_of(value.begin(), value.end(), [](const Json& entry) { return entry.is_string(); }))
        failType(key, "an array of strings");
    return value.get<std::vector<std::string>>();
}

std::vector<std::int64_t> JsonFields::integers(std::string_view key, std::int64_t low, std::int64_t high) const {
    const Json& value = at(key);
    std::vector<std::int64_t> numbers;
    for (const Json& entry : value.is_array() ? value : Json::array({value})) {
        if (!entry.is_number_integer() || entry < low || entry > high)
            failType(key, fmt::format("a whole number from {} to {}, or an array of them", low, high));
        numbers.push_back(entry.get<std::int64_t>());
    }
    return numbers;
}

std::string JsonFields::string(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_string())
        failType(key, "a string");
    return value.get<std::string>();
}

std::string JsonFields::string(std::string_view key, std::string_view fallback) const {
    return has(key) ? string(key) : std::string(fallback);
}

char32_t JsonFields::character(std::string_view key) const {
    const std::u32string text = decodeUtf8(string(key));
    if (text.size() != 1)
        failType(key, "one character");
    return text[0];
}

char32_t JsonFields::character(std::string_view key, char32_t fallback) const { return has(key) ? character(key) : fallback; }

bool JsonFields::boolean(std::string_view key, bool fallback) const {
    if (!has(key))
        return fallback;
    const Json& value = at(key);
    if (!value.is_boolean())
        failType(key, "true or false");
    return value.get<bool>();
}

std::int64_t JsonFields::integer(std::string_view key, std::int64_t low, std::int64_t high) const {
    const Json& value = at(key);
    if (!value.is_number_integer())
        failType(key, "a whole number");
    const bool tooLarge = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
    const std::int64_t number = tooLarge ? INT64_MAX : value.get<std::int64_t>();
    if (tooLarge || number < low || number > high)
        fail(key, fmt::format("is {}, outside {} to {}", value.dump(), low, high));
    return number;
}

std::int64_t JsonFields::integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t fallback) const {
    return has(key) ? integer(key, low, high) : fallback;
}

double JsonFields::number(std::string_view key, double fallback) const {
    if (!has(key))
        return fallback;
    const Json& value = at(key);
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        failType(key, "a number");
    return value.get<double>();
}

double JsonFields::positive(std::string_view key, double fallback, double most) const {
    const double value = number(key, fallback);
    if (!(value > 0 && value <= most))
        fail(key, fmt::format("is {}; it must be above 0 and at most {}", value, most));
    return value;
}

double JsonFields::fraction(std::string_view key, double fallback) const {
    const double value = number(key, fallback);
    if (!(value >= 0 && value < 1))
        fail(key, fmt::format("is {}; it must be 0 or more and below 1", value));
    return value;
}

} // namespace triptych
