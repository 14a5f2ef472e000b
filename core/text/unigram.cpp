#include "text/unigram.h"

#include "base/error.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace triptych {

namespace {

constexpr double kUnknownPenalty = 10;

/// The best way to cut a word up to a place.
struct Best {
    double score = 0;
    std::int32_t begin = -1; ///< of the last token; -1: no way known yet
    std::int32_t id = 0;
};

} // namespace

Unigram::Unigram(const JsonFields& fields) : Unigram(fields, readEntries(fields)) {}

Unigram::Unigram(const JsonFields& fields, Entries entries)
    : Unigram(fields, Vocabulary(std::move(entries.tokens)), std::move(entries.scores), {},
              fields.has("unk_id") ? std::optional(static_cast<std::int32_t>(fields.integer("unk_id", 0, kMaxTokenId))) : std::nullopt,
              fields.boolean("byte_fallback", false)) {}

Unigram::Unigram(const JsonFields& where, Vocabulary vocabulary, std::vector<double> scores, const std::vector<Role>& roles,
                 std::optional<std::int32_t> unknown, bool byteFallback)
    : m_vocabulary(std::move(vocabulary)), m_scores(std::move(scores)), m_unknown(unknown.value_or(-1)), m_source(where.source()) {
    if (m_unknown >= m_vocabulary.size())
        where.fail("unk_id", fmt::format("is {}, but the vocabulary ends at {}", m_unknown, m_vocabulary.size() - 1));
    double lowest = std::numeric_limits<double>::infinity();
    for (std::int32_t id = 0; id < m_vocabulary.size(); ++id) {
        const auto at = static_cast<std::size_t>(id);
        const Role role = at < roles.size() ? roles[at] : Role::Normal;
        if (role == Role::Normal)
            lowest = std::min(lowest, m_scores[at]);
        else if (role == Role::Fixed)
            m_scores[at] = 0;
        const std::string_view token = m_vocabulary.token(id);
        if (role != Role::Hidden && !token.empty())
            m_trie.insert(decodeUtf8(token), id);
    }
    m_unknownScore = lowest - kUnknownPenalty;
    if (byteFallback)
        m_bytes = m_vocabulary.byteTokens();
}

Unigram::Entries Unigram::readEntries(const JsonFields& fields) {
    const Json& vocabulary = fields.at("vocab");
    if (!vocabulary.is_array() || vocabulary.empty() || vocabulary.size() > static_cast<std::size_t>(kMaxTokenId))
        fields.fail("vocab", "must be an array of tokens with their scores");
    Entries entries;
    entries.tokens.reserve(vocabulary.size());
    entries.scores.reserve(vocabulary.size());
    for (const Json& entry : vocabulary) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number() || !std::isfinite(entry[1].get<double>()))
            fields.fail("vocab", fmt::format("has {} at {}, which is not a token and its score", entry.dump(-1, ' ', true), entries.tokens.size()));
        entries.tokens.push_back(entry[0].get<std::string>());
        entries.scores.push_back(entry[1].get<double>());
    }
    return entries;
}

void Unigram::tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const {
    constexpr std::size_t kKept = 1 << 16; // a text without spaces may be one word of megabytes
    static thread_local std::vector<Best> best;
    if (best.capacity() > kKept)
        best = {};
    best.assign(word.size() + 1, {});
    best[0].begin = 0;
    for (std::size_t begin = 0; begin < word.size(); ++begin) {
        const double score = best[begin].score;
        const auto reach = [&](std::size_t end, double tokenScore, std::int32_t id) {
            if (best[end].begin < 0 || score + tokenScore > best[end].score)
                best[end] = {score + tokenScore, static_cast<std::int32_t>(begin), id};
        };
        bool single = false;
        CharTrie::Node node = CharTrie::kRoot;
        for (std::size_t end = begin; end < word.size();) {
            node = m_trie.step(node, word[end++]);
            if (node == CharTrie::kNone)
                break;
            if (const std::int32_t id = m_trie.value(node); id >= 0) {
                reach(end, m_scores[static_cast<std::size_t>(id)], id);
                single = single || end == begin + 1;
            }
        }
        if (!single) {
            if (m_unknown < 0) {
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has no token for U+{:04X} and no unk_id", m_source,
                                                                 static_cast<std::uint32_t>(word[begin])));
            }
            reach(begin + 1, m_unknownScore, m_unknown);
        }
    }
    const std::size_t first = pieces.size();
    for (auto end = static_cast<std::int32_t>(word.size()); end > 0;) {
        const Best& last = best[static_cast<std::size_t>(end)];
        if (last.id == m_unknown && pieces.size() > first && pieces.back().id == m_unknown)
            pieces.back().range.begin = last.begin;
        else
            pieces.push_back({last.id, {last.begin, end}});
        end = last.begin;
    }
    std::reverse(pieces.begin() + static_cast<std::ptrdiff_t>(first), pieces.end());
    const auto own = pieces.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::none_of(own, pieces.end(), [this](const TokenPiece& piece) { return piece.id == m_unknown; }))
        return;
    const std::vector<TokenPiece> cut(own, pieces.end());
    pieces.resize(first);
    for (const TokenPiece& piece : cut) {
        if (piece.id == m_unknown)
            pushUnknown(word, piece.range, pieces);
        else
            pieces.push_back(piece);
    }
}

void Unigram::pushUnknown(std::u32string_view word, TextSpan range, std::vector<TokenPiece>& pieces) const {
    const std::string text = encodeUtf8(word.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.end - range.begin)));
    const auto whole = m_vocabulary.find(text); // joined, unknown characters may be a token after all
    if (whole || m_bytes.empty()) {
        pieces.push_back({whole.value_or(m_unknown), range});
        return;
    }
    for (const char byte : text)
        pieces.push_back({m_bytes[static_cast<std::uint8_t>(byte)], range});
}

} // namespace triptych
