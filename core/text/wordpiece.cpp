#include "text/wordpiece.h"

#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

/// The largest vocabularies in use have a few hundred thousand entries; an id far above is a lie that
/// would cost memory.
constexpr std::int64_t kMaxTokenId = 10'000'000;

} // namespace

WordPiece::WordPiece(const JsonFields& fields) {
    const Json& vocabulary = fields.object("vocab").json();
    if (vocabulary.empty())
        fields.fail("vocab", "is empty");
    for (const auto& [token, id] : vocabulary.items()) {
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() > kMaxTokenId) {
            fields.fail("vocab", fmt::format("gives the token '{}' the id {}; ids are whole numbers from 0 to {}", token,
                                             id.dump(-1, ' ', true), kMaxTokenId));
        }
        const auto index = id.get<std::size_t>();
        if (index >= m_tokens.size())
            m_tokens.resize(index + 1);
        if (!m_tokens[index].empty() || (token.empty() && vocabulary.size() > 1))
            fields.fail("vocab", fmt::format("gives the id {} to two tokens or to none: '{}', '{}'", index, m_tokens[index], token));
        m_tokens[index] = token;
    }
    // A long file of few ids would only waste memory; real vocabularies have few holes.
    if (m_tokens.size() > 4 * vocabulary.size() + 100'000)
        fields.fail("vocab", fmt::format("has {} tokens but ids up to {}", vocabulary.size(), m_tokens.size() - 1));

    const std::string prefix = fields.string("continuing_subword_prefix", "##");
    m_whole.reserve(m_tokens.size());
    for (std::size_t id = 0; id < m_tokens.size(); ++id) {
        const std::string_view token = m_tokens[id];
        if (token.empty())
            continue;
        m_whole.emplace(token, static_cast<std::int32_t>(id));
        m_longestWhole = std::max(m_longestWhole, token.size());
        if (token.starts_with(prefix) && token.size() > prefix.size()) {
            m_continuing.emplace(token.substr(prefix.size()), static_cast<std::int32_t>(id));
            m_longestContinuing = std::max(m_longestContinuing, token.size() - prefix.size());
        }
    }
    m_maxWordChars = static_cast<std::size_t>(fields.integer("max_input_chars_per_word", 1, 1'000'000, 100));
    const std::string unknown = fields.string("unk_token", "[UNK]");
    const auto found = tokenId(unknown);
    if (!found)
        fields.fail("unk_token", fmt::format("is '{}', which 'vocab' does not have", unknown));
    m_unknown = *found;
}

void WordPiece::tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const {
    const TextSpan whole{0, static_cast<std::int32_t>(word.size())};
    if (word.size() > m_maxWordChars) {
        pieces.push_back({m_unknown, whole});
        return;
    }
    // The word's bytes, and where each character begins in them.
    std::string bytes;
    std::vector<std::size_t> starts;
    bytes.reserve(word.size() + 8);
    starts.reserve(word.size() + 1);
    for (const char32_t c : word) {
        starts.push_back(bytes.size());
        appendUtf8(bytes, c);
    }
    starts.push_back(bytes.size());

    const std::size_t firstPiece = pieces.size();
    for (std::size_t begin = 0; begin < word.size();) {
        const Lookup& lookup = begin == 0 ? m_whole : m_continuing;
        const std::size_t longest = begin == 0 ? m_longestWhole : m_longestContinuing;
        std::size_t end = word.size();
        while (end > begin && starts[end] - starts[begin] > longest)
            --end;
        for (; end > begin; --end) {
            const auto found = lookup.find(std::string_view(bytes).substr(starts[begin], starts[end] - starts[begin]));
            if (found != lookup.end()) {
                pieces.push_back({found->second, {static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end)}});
                break;
            }
        }
        if (end == begin) {
            pieces.resize(firstPiece);
            pieces.push_back({m_unknown, whole});
            return;
        }
        begin = end;
    }
}

std::optional<std::int32_t> WordPiece::tokenId(std::string_view token) const {
    const auto found = m_whole.find(token);
    if (found == m_whole.end())
        return std::nullopt;
    return found->second;
}

std::string_view WordPiece::token(std::int32_t id) const {
    return id >= 0 && static_cast<std::size_t>(id) < m_tokens.size() ? std::string_view(m_tokens[static_cast<std::size_t>(id)])
                                                                     : std::string_view();
}

} // namespace triptych
