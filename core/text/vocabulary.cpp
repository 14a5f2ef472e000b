#include "text/vocabulary.h"

#include <fmt/format.h>

namespace triptych {

Vocabulary::Vocabulary(std::vector<std::string> tokens) : m_tokens(std::move(tokens)) { index(); }

Vocabulary::Vocabulary(const JsonFields& fields, std::string_view key) {
    const Json& entries = fields.object(key).json();
    if (entries.empty())
        fields.fail(key, "is empty");
    for (const auto& [token, id] : entries.items()) {
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() > kMaxTokenId) {
            fields.fail(key, fmt::format("gives the token '{}' the id {}; ids are whole numbers from 0 to {}", token,
                                         id.dump(-1, ' ', true), kMaxTokenId));
        }
        const auto at = id.get<std::size_t>();
        if (at >= m_tokens.size())
            m_tokens.resize(at + 1);
        if (!m_tokens[at].empty() || (token.empty() && entries.size() > 1))
            fields.fail(key, fmt::format("gives the id {} to two tokens or to none: '{}', '{}'", at, m_tokens[at], token));
        m_tokens[at] = token;
    }
    // A long file of few ids would only waste memory; real vocabularies have few holes.
    if (m_tokens.size() > 4 * entries.size() + 100'000)
        fields.fail(key, fmt::format("has {} tokens but ids up to {}", entries.size(), m_tokens.size() - 1));
    index();
}

void Vocabulary::index() {
    m_ids.reserve(m_tokens.size());
    for (std::size_t id = 0; id < m_tokens.size(); ++id) {
        if (!m_tokens[id].empty())
            m_ids.insert_or_assign(m_tokens[id], static_cast<std::int32_t>(id));
    }
}

std::vector<std::int32_t> Vocabulary::byteTokens() const {
    std::vector<std::int32_t> ids;
    for (int byte = 0; byte < 256; ++byte) {
        const auto id = find(fmt::format("<0x{:02X}>", byte));
        if (!id)
            return {};
        ids.push_back(*id);
    }
    return ids;
}

} // namespace triptych
