#include "text/bpe.h"

#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

std::uint64_t pairKey(std::int32_t left, std::int32_t right) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) | static_cast<std::uint32_t>(right);
}

BpeOptions readOptions(const JsonFields& fields) {
    return {fields.string("unk_token", ""),         fields.string("continuing_subword_prefix", ""),
            fields.string("end_of_word_suffix", ""), fields.boolean("fuse_unk", false),
            fields.boolean("byte_fallback", false), fields.boolean("ignore_merges", false)};
}

/// Where each character of a word begins in its UTF-8 form.
std::vector<std::int32_t> byteStarts(std::u32string_view word) {
    std::vector<std::int32_t> starts{0};
    starts.reserve(word.size() + 1);
    for (const char32_t c : word)
        starts.push_back(starts.back() + utf8Length(c));
    return starts;
}

} // namespace

Bpe::Bpe(const JsonFields& fields) : Bpe(fields, readMerges(fields)) {}

Bpe::Bpe(const JsonFields& fields, const std::vector<Merge>& merges)
    : Bpe(fields, Vocabulary(fields, "vocab"), merges, readOptions(fields), BadMerge::Fail) {}

Bpe::Bpe(const JsonFields& where, Vocabulary vocabulary, std::span<const Merge> merges, BpeOptions options, BadMerge badMerge)
    : m_vocabulary(std::move(vocabulary)), m_options(std::move(options)), m_ranks(merges.size()) {
    for (std::int32_t id = 0; id < m_vocabulary.size(); ++id) {
        const std::u32string token = m_vocabulary.token(id).size() <= 4 ? decodeUtf8(m_vocabulary.token(id)) : std::u32string();
        if (token.size() == 1)
            m_characters[token[0]] = static_cast<std::uint32_t>(id);
    }
    m_merged.reserve(merges.size());
    const std::size_t prefix = m_options.continuing_subword_prefix.size();
    std::string whole;
    for (const auto& [left, right] : merges) {
        const auto first = m_vocabulary.find(left);
        const auto second = m_vocabulary.find(right);
        whole.assign(left);
        if (right.size() >= prefix)
            whole += right.substr(prefix);
        const auto merged = m_vocabulary.find(whole);
        if (!first || !second || !merged || right.size() < prefix) {
            if (badMerge == BadMerge::Skip)
                continue;
            where.fail("merges", fmt::format("joins '{}' and '{}', but the vocabulary lacks '{}'", left, right,
                                             !first ? left : !second ? right : std::string_view(whole)));
        }
        m_ranks[pairKey(*first, *second)] = static_cast<std::uint32_t>(m_merged.size());
        m_merged.push_back(*merged);
    }
    if (m_options.byte_fallback) {
        for (int byte = 0; byte < 256; ++byte)
            m_bytes.push_back(m_vocabulary.find(fmt::format("<0x{:02X}>", byte)).value_or(-1));
    }
    if (!m_options.unk_token.empty()) {
        const auto found = m_vocabulary.find(m_options.unk_token);
        if (!found)
            where.fail("unk_token", fmt::format("is '{}', which the vocabulary does not have", m_options.unk_token));
        m_unknown = *found;
    }
}

std::vector<Bpe::Merge> Bpe::readMerges(const JsonFields& fields) {
    const Json& entries = fields.at("merges");
    if (!entries.is_array())
        fields.fail("merges", "must be an array");
    std::vector<Merge> merges;
    merges.reserve(entries.size());
    for (const Json& entry : entries) {
        if (entry.is_string()) {
            const std::string_view text = entry.get_ref<const std::string&>();
            const std::size_t space = text.find(' ');
            if (space != std::string_view::npos && text.find(' ', space + 1) == std::string_view::npos) {
                merges.emplace_back(text.substr(0, space), text.substr(space + 1));
                continue;
            }
        } else if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
            merges.emplace_back(entry[0].get_ref<const std::string&>(), entry[1].get_ref<const std::string&>());
            continue;
        }
        fields.fail("merges", fmt::format("has {} at {}, which is not a pair of tokens", entry.dump(-1, ' ', true), merges.size()));
    }
    return merges;
}

std::optional<std::int32_t> Bpe::symbolOf(std::u32string_view word, std::size_t at) const {
    const bool prefixed = at > 0 && !m_options.continuing_subword_prefix.empty();
    const bool suffixed = at + 1 == word.size() && !m_options.end_of_word_suffix.empty();
    if (!prefixed && !suffixed) {
        const std::uint32_t id = m_characters.find(word[at]);
        return id == FlatMap::kNone ? std::nullopt : std::optional(static_cast<std::int32_t>(id));
    }
    std::string text = prefixed ? m_options.continuing_subword_prefix : std::string();
    appendUtf8(text, word[at]);
    if (suffixed)
        text += m_options.end_of_word_suffix;
    return m_vocabulary.find(text);
}

bool Bpe::addSymbols(std::u32string_view word, Unit unit, MergeScratch& scratch) const {
    std::int32_t unknown = 0; // length of the unknown token that is still open
    for (std::size_t i = 0; i < word.size(); ++i) {
        const std::int32_t length = unit == Unit::Byte ? utf8Length(word[i]) : 1;
        if (const auto id = symbolOf(word, i)) {
            if (unknown > 0)
                scratch.add(m_unknown, unknown);
            unknown = 0;
            scratch.add(*id, length);
            continue;
        }
        if (!m_bytes.empty()) {
            std::string text = i > 0 ? m_options.continuing_subword_prefix : std::string();
            appendUtf8(text, word[i]);
            if (i + 1 == word.size())
                text += m_options.end_of_word_suffix;
            const auto tokenOf = [&](char byte) { return m_bytes[static_cast<std::uint8_t>(byte)]; };
            if (std::all_of(text.begin(), text.end(), [&](char byte) { return tokenOf(byte) >= 0; })) {
                if (unit != Unit::Byte)
                    return false;
                for (const char byte : text)
                    scratch.add(tokenOf(byte), 1);
                continue;
            }
        }
        if (m_unknown < 0) {
            if (unit != Unit::Byte)
                return false;
            continue;
        }
        if (unknown > 0 && !m_options.fuse_unk) {
            scratch.add(m_unknown, unknown);
            unknown = 0;
        }
        unknown += length;
    }
    if (unknown > 0)
        scratch.add(m_unknown, unknown);
    return true;
}

void Bpe::tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const {
    if (m_options.ignore_merges) {
        if (const auto id = m_vocabulary.find(encodeUtf8(word))) {
            pieces.push_back({*id, {0, static_cast<std::int32_t>(word.size())}});
            return;
        }
    }
    static thread_local MergeScratch scratch;
    scratch.clear();
    Unit unit = Unit::Character;
    if (!addSymbols(word, unit, scratch)) {
        unit = Unit::Byte;
        scratch.clear();
        addSymbols(word, unit, scratch);
    }
    mergePairs(scratch, [this](const MergeSymbol& left, const MergeSymbol& right) {
        const std::uint32_t rank = m_ranks.find(pairKey(left.id, right.id));
        return rank == FlatMap::kNone ? std::nullopt : std::optional(PairMerge{static_cast<double>(rank), m_merged[rank]});
    });
    // As in the reference, lengths simply add up: after a character that was left out, ranges lie too far left.
    const std::vector<std::int32_t> starts = unit == Unit::Byte ? byteStarts(word) : std::vector<std::int32_t>();
    const auto characterAt = [&](std::int32_t byte) {
        const auto after = std::upper_bound(starts.begin(), starts.end() - 1, byte);
        return static_cast<std::int32_t>(after - starts.begin()) - 1;
    };
    std::int32_t begin = 0;
    for (const MergeSymbol& symbol : scratch.symbols) {
        if (symbol.length == 0)
            continue;
        const std::int32_t end = begin + symbol.length;
        pieces.push_back({symbol.id, unit == Unit::Byte ? TextSpan{characterAt(begin), characterAt(end - 1) + 1} : TextSpan{begin, end}});
        begin = end;
    }
}

} // namespace triptych
