#include "text/staged_tokenizer.h"

#include "base/error.h"
#include "text/byte_level.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace triptych {

namespace {

bool isSpace(char32_t c) { return c == byteCharacter(' ') || isWhiteSpace(c); }

EdgeSpaces edgesOf(std::u32string_view token) {
    const auto first = std::find_if_not(token.begin(), token.end(), isSpace);
    const auto last = std::find_if_not(token.rbegin(), token.rend(), isSpace);
    return {static_cast<std::int32_t>(first - token.begin()), static_cast<std::int32_t>(last - token.rbegin())};
}

} // namespace

/// A cache for the time of one encoding, so that threads do not wait for each other.
class StagedTokenizer::CacheLoan {
public:
    explicit CacheLoan(const StagedTokenizer& tokenizer) : m_tokenizer(tokenizer) {
        const std::lock_guard lock(tokenizer.m_mutex);
        if (!tokenizer.m_caches.empty()) {
            m_cache = std::move(tokenizer.m_caches.back());
            tokenizer.m_caches.pop_back();
        }
        if (!m_cache)
            m_cache = std::make_unique<WordCache>();
    }
    ~CacheLoan() {
        const std::lock_guard lock(m_tokenizer.m_mutex);
        m_tokenizer.m_caches.push_back(std::move(m_cache));
    }
    CacheLoan(const CacheLoan&) = delete;
    CacheLoan& operator=(const CacheLoan&) = delete;
    WordCache& operator*() const { return *m_cache; }

private:
    const StagedTokenizer& m_tokenizer;
    std::unique_ptr<WordCache> m_cache;
};

StagedTokenizer::StagedTokenizer(Stages stages, const JsonFields& where) : m_stages(std::move(stages)) {
    m_size = m_stages.model->vocabularySize();
    for (const AddedToken& token : m_stages.added.tokens())
        m_size = std::max(m_size, token.id + 1);
    if (m_stages.post_processor.largestId() >= m_size) {
        where.fail("post_processor", fmt::format("adds the token id {}, but the vocabulary ends at {}", m_stages.post_processor.largestId(),
                                                 m_size - 1));
    }
    if (m_stages.post_processor.trimsOffsets()) {
        m_edges.reserve(static_cast<std::size_t>(m_stages.model->vocabularySize()));
        for (std::int32_t id = 0; id < m_stages.model->vocabularySize(); ++id)
            m_edges.push_back(edgesOf(decodeUtf8(m_stages.model->token(id))));
    }
}

StagedTokenizer::~StagedTokenizer() = default;

Encoding StagedTokenizer::encode(std::string_view text, bool addSpecialTokens) const {
    return m_stages.post_processor.process(encodePlain(text), addSpecialTokens);
}

Encoding StagedTokenizer::encodePair(std::string_view text, std::string_view pair, bool addSpecialTokens) const {
    return m_stages.post_processor.process(encodePlain(text), encodePlain(pair), addSpecialTokens);
}

void StagedTokenizer::truncate(Encoding& encoding, int maxLength) const {
    if (maxLength < 1)
        throw Error(ErrorCode::InvalidArgument, fmt::format("cannot cut a text to {} tokens", maxLength));
    const auto length = static_cast<std::size_t>(maxLength);
    if (encoding.ids.size() <= length)
        return;
    const std::vector<std::int32_t>& closing = m_stages.post_processor.closing();
    const bool closes = closing.size() < length && std::equal(closing.rbegin(), closing.rend(), encoding.ids.rbegin()) &&
                        std::all_of(encoding.offsets.end() - static_cast<std::ptrdiff_t>(closing.size()), encoding.offsets.end(),
                                    [](const auto& offset) { return offset == std::pair<std::int32_t, std::int32_t>(0, 0); });
    const std::size_t kept = closes ? closing.size() : 0;
    const auto cut = [&](auto& values) {
        values.erase(values.begin() + static_cast<std::ptrdiff_t>(length - kept), values.end() - static_cast<std::ptrdiff_t>(kept));
    };
    cut(encoding.ids);
    cut(encoding.offsets);
    cut(encoding.type_ids);
}

std::string StagedTokenizer::decode(std::span<const std::int32_t> ids, bool skipSpecialTokens) const {
    std::vector<std::string> tokens;
    tokens.reserve(ids.size());
    for (const std::int32_t id : ids) {
        const std::string_view text = token(id);
        if (!text.empty() && !(skipSpecialTokens && isSpecial(id)))
            tokens.emplace_back(text);
    }
    if (m_stages.decoder)
        m_stages.decoder->apply(tokens);
    std::string result;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0 && !m_stages.decoder)
            result += ' ';
        result += tokens[i];
    }
    return result;
}

std::optional<std::int32_t> StagedTokenizer::tokenId(std::string_view token) const {
    if (const auto id = m_stages.model->tokenId(token))
        return id;
    const AddedToken* added = m_stages.added.find(token);
    return added ? std::optional(added->id) : std::nullopt;
}

std::string_view StagedTokenizer::token(std::int32_t id) const {
    const AddedToken* added = m_stages.added.find(id);
    return added ? std::string_view(added->content) : m_stages.model->token(id);
}

bool StagedTokenizer::isSpecial(std::int32_t id) const {
    const AddedToken* added = m_stages.added.find(id);
    return added && added->special;
}

Encoding StagedTokenizer::encodePlain(std::string_view bytes) const {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()) / 4)
        throw Error(ErrorCode::InvalidInput, fmt::format("a text of {} bytes is too long for a tokenizer", bytes.size()));
    const CacheLoan cache(*this);
    AlignedText text = AlignedText::of(decodeUtf8(bytes));
    Encoding encoding;
    encoding.ids.reserve(text.chars.size() / 3);
    encoding.offsets.reserve(text.chars.size() / 3);
    if (m_stages.added.empty(false)) {
        encodeNormalized(std::move(text), *cache, encoding);
    } else {
        const std::vector<TextPart> parts = m_stages.added.split(text.chars, false);
        for (const TextPart& part : parts) {
            if (part.id)
                appendAdded(encoding, text, part);
            else if (parts.size() == 1)
                encodeNormalized(std::move(text), *cache, encoding);
            else
                encodeNormalized(text.part(part.begin, part.end), *cache, encoding);
        }
    }
    encoding.type_ids.assign(encoding.ids.size(), 0);
    return encoding;
}

void StagedTokenizer::encodeNormalized(AlignedText text, WordCache& cache, Encoding& encoding) const {
    if (m_stages.normalizer)
        m_stages.normalizer->apply(text);
    if (m_stages.added.empty(true)) {
        encodeWords(text, {0, static_cast<std::int32_t>(text.chars.size())}, cache, encoding);
        return;
    }
    const std::vector<TextPart> parts = m_stages.added.split(text.chars, true);
    for (const TextPart& part : parts) {
        if (part.id) {
            appendAdded(encoding, text, part);
        } else if (parts.size() == 1) {
            encodeWords(text, {0, static_cast<std::int32_t>(text.chars.size())}, cache, encoding);
        } else {
            AlignedText own = text.part(part.begin, part.end); // a pre-tokenizer may rewrite it
            encodeWords(own, {0, static_cast<std::int32_t>(own.chars.size())}, cache, encoding);
        }
    }
}

void StagedTokenizer::encodeWords(AlignedText& text, TextSpan range, WordCache& cache, Encoding& encoding) const {
    if (range.begin == range.end)
        return;
    std::vector<TextSpan> words{range};
    if (m_stages.pre_tokenizer)
        m_stages.pre_tokenizer->split(text, words);
    const std::u32string_view chars = text.chars;
    for (const TextSpan& word : words) {
        const auto begin = static_cast<std::size_t>(word.begin);
        for (const TokenPiece& piece : cache.pieces(chars.substr(begin, static_cast<std::size_t>(word.end - word.begin)), *m_stages.model)) {
            append(encoding, piece.id,
                   text.originOf(begin + static_cast<std::size_t>(piece.range.begin), begin + static_cast<std::size_t>(piece.range.end)),
                   m_edges.empty() ? EdgeSpaces() : m_edges[static_cast<std::size_t>(piece.id)]);
        }
    }
}

void StagedTokenizer::appendAdded(Encoding& encoding, const AlignedText& text, const TextPart& part) const {
    append(encoding, *part.id, text.originOf(part.begin, part.end),
           edgesOf(std::u32string_view(text.chars).substr(part.begin, part.end - part.begin)));
}

void StagedTokenizer::append(Encoding& encoding, std::int32_t id, TextSpan origin, EdgeSpaces edges) const {
    if (m_stages.post_processor.trimsOffsets())
        origin = m_stages.post_processor.trimmed(origin, edges, encoding.ids.empty());
    encoding.ids.push_back(id);
    encoding.offsets.emplace_back(origin.begin, origin.end);
}

} // namespace triptych
