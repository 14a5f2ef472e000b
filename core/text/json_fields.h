#pragma once

#include "base/json.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// An object inside a configuration file, read key by key; every complaint names the file and the key with
/// its path ("normalizer.lowercase"). Throws Error{InvalidInput}.
class JsonFields {
public:
    /// `value` must outlive this and everything taken from it.
    JsonFields(const Json& value, std::string source, std::string path = {});
    JsonFields(Json&& value, std::string source, std::string path = {}) = delete;

    bool has(std::string_view key) const; ///< present and not null
    const Json& at(std::string_view key) const;
    JsonFields object(std::string_view key) const;
    /// Array of objects.
    std::vector<JsonFields> objects(std::string_view key) const;
    std::string string(std::string_view key) const;
    std::string string(std::string_view key, std::string_view fallback) const; ///< fallback also for null
    /// A string of one code point.
    char32_t character(std::string_view key) const;
    char32_t character(std::string_view key, char32_t fallback) const;
    bool boolean(std::string_view key, bool fallback) const;
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high) const;
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t fallback) const;
    double number(std::string_view key, double fallback) const;
    const Json& json() const { return *m_value; }
    std::string pathOf(std::string_view key) const;
    const std::string& source() const { return m_source; }
    [[noreturn]] void fail(std::string_view key, std::string_view what) const;

private:
    const Json* m_value;
    std::string m_source;
    std::string m_path;
};

} // namespace triptych
