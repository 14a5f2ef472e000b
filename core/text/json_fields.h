#pragma once

#include "base/json.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// An object inside a configuration file, read key by key; every complaint names the file and the key with
/// its path ("normalizer.lowercase"), and what stands there. A key that is absent gives the fallback, one of another type
/// never does. Throws Error{InvalidInput}.
class JsonFields {
public:
    /// `value` must outlive this and everything taken from it.
    JsonFields(const Json& value, std::string source, std::string path = {});
    JsonFields(Json&& value, std::string source, std::string path = {}) = delete;
    /// From now on null stands for absent under these keys alone, here and in what is taken from this; without it, under all.
    /// `keys` must outlive this.
    void allowNullOnly(std::span<const std::string_view> keys) { m_nullable = keys; }

    bool has(std::string_view key) const; ///< present and not null
    const Json& at(std::string_view key) const;
    JsonFields object(std::string_view key) const;
    /// Array of objects.
    std::vector<JsonFields> objects(std::string_view key) const;
    /// Array of strings.
    std::vector<std::string> strings(std::string_view key) const;
    /// A whole number or an array of them.
    std::vector<std::int64_t> integers(std::string_view key, std::int64_t low, std::int64_t high) const;
    std::string string(std::string_view key) const;
    std::string string(std::string_view key, std::string_view fallback) const; ///< fallback also for null
    /// A string of one code point.
    char32_t character(std::string_view key) const;
    char32_t character(std::string_view key, char32_t fallback) const;
    bool boolean(std::string_view key, bool fallback) const;
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high) const;
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t fallback) const;
    double number(std::string_view key, double fallback) const;
    double positive(std::string_view key, double fallback, double most = 1e12) const; ///< within (0, most]
    double fraction(std::string_view key, double fallback) const;                     ///< within [0, 1)
    const Json& json() const { return *m_value; }
    std::string pathOf(std::string_view key) const;
    const std::string& source() const { return m_source; }
    [[noreturn]] void fail(std::string_view key, std::string_view what) const;
    /// "must be <expected>, not <what stands there>".
    [[noreturn]] void failType(std::string_view key, std::string_view expected) const;

private:
    const Json* m_value;
    std::string m_source;
    std::string m_path;
    std::optional<std::span<const std::string_view>> m_nullable;
};

} // namespace triptych
