#include "text/json_fields.h"

#include "base/error.h"
#include "text/unicode.h"

#include <fmt/format.h>

namespace triptych {

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

bool JsonFields::has(std::string_view key) const {
    const auto found = m_value->find(key);
    return found != m_value->end() && !found->is_null();
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
        fail(key, "must be an object");
    return JsonFields(value, m_source, pathOf(key));
}

std::vector<JsonFields> JsonFields::objects(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_array())
        fail(key, "must be an array");
    std::vector<JsonFields> result;
    for (std::size_t i = 0; i < value.size(); ++i)
        result.emplace_back(value[i], m_source, fmt::format("{}[{}]", pathOf(key), i));
    return result;
}

std::string JsonFields::string(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_string())
        fail(key, "must be a string");
    return value.get<std::string>();
}

std::string JsonFields::string(std::string_view key, std::string_view fallback) const {
    return has(key) ? string(key) : std::string(fallback);
}

char32_t JsonFields::character(std::string_view key) const {
    const std::u32string text = decodeUtf8(string(key));
    if (text.size() != 1)
        fail(key, "must be one character");
    return text[0];
}

char32_t JsonFields::character(std::string_view key, char32_t fallback) const { return has(key) ? character(key) : fallback; }

bool JsonFields::boolean(std::string_view key, bool fallback) const {
    if (!has(key))
        return fallback;
    const Json& value = at(key);
    if (!value.is_boolean())
        fail(key, "must be true or false");
    return value.get<bool>();
}

std::int64_t JsonFields::integer(std::string_view key, std::int64_t low, std::int64_t high) const {
    const Json& value = at(key);
    if (!value.is_number_integer())
        fail(key, "must be a whole number");
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
    if (!value.is_number())
        fail(key, "must be a number");
    return value.get<double>();
}

} // namespace triptych
