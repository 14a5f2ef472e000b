#include "text/word_cache.h"

namespace triptych {

namespace {

constexpr std::size_t kLongestWord = 48;
constexpr std::size_t kSlots = 1 << 16; ///< a power of two
constexpr std::size_t kMostWords = kSlots / 2;
constexpr std::size_t kMostPieces = 8 * kMostWords;

std::uint64_t hashOf(std::u32string_view word) {
    std::uint64_t hash = word.size();
    for (const char32_t c : word)
        hash = (hash ^ c) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 32);
}

} // namespace

WordCache::WordCache() { clear(); }

void WordCache::clear() {
    m_entries.assign(kSlots, {});
    m_chars.clear();
    m_pieces.clear();
    m_size = 0;
}

std::span<const TokenPiece> WordCache::pieces(std::u32string_view word, const TokenModel& model) {
    if (word.size() > kLongestWord) {
        m_long.clear();
        model.tokenize(word, m_long);
        return m_long;
    }
    if (m_size >= kMostWords || m_pieces.size() >= kMostPieces)
        clear();
    const std::uint64_t hash = hashOf(word);
    std::size_t slot = hash & (kSlots - 1);
    while (m_entries[slot].length != 0) {
        const Entry& entry = m_entries[slot];
        if (entry.hash == hash && std::u32string_view(m_chars).substr(entry.chars, entry.length) == word)
            return std::span(m_pieces).subspan(entry.pieces, entry.count);
        slot = (slot + 1) & (kSlots - 1);
    }
    const std::size_t first = m_pieces.size();
    model.tokenize(word, m_pieces); // may throw: the entry is made afterwards
    m_entries[slot] = {hash, static_cast<std::uint32_t>(m_chars.size()), static_cast<std::uint32_t>(word.size()),
                       static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(m_pieces.size() - first)};
    m_chars += word;
    ++m_size;
    return std::span(m_pieces).subspan(first);
}

} // namespace triptych
