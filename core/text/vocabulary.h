#pragma once

#include "text/json_fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace triptych {

/// The largest vocabularies in use have a few hundred thousand entries; an id far above is a lie that would
/// cost memory.
inline constexpr std::int64_t kMaxTokenId = 10'000'000;

/// Tokens and their ids, both ways.
class Vocabulary {
public:
    Vocabulary() = default;
    /// By id; an empty string is a hole. Of equal tokens the last one counts.
    explicit Vocabulary(std::vector<std::string> tokens);
    /// From an object {"token": id}. Throws Error{InvalidInput} naming the key for ids that are no ids, are given
    /// twice or lie far apart.
    Vocabulary(const JsonFields& fields, std::string_view key);
    Vocabulary(Vocabulary&&) = default;
    Vocabulary& operator=(Vocabulary&&) = default;

    /// Largest id and one.
    int size() const { return static_cast<int>(m_tokens.size()); }
    std::optional<std::int32_t> find(std::string_view token) const {
        const auto found = m_ids.find(token);
        return found == m_ids.end() ? std::nullopt : std::optional(found->second);
    }
    /// Empty for an id that no token has.
    std::string_view token(std::int32_t id) const {
        return id >= 0 && id < size() ? std::string_view(m_tokens[static_cast<std::size_t>(id)]) : std::string_view();
    }
    const std::vector<std::string>& tokens() const { return m_tokens; }
    /// Ids of <0x00> to <0xFF>; empty unless all are there.
    std::vector<std::int32_t> byteTokens() const;

private:
    void index();

    std::vector<std::string> m_tokens;
    std::unordered_map<std::string_view, std::int32_t> m_ids; ///< views into m_tokens
};

} // namespace triptych
