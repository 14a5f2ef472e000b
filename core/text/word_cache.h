#pragma once

#include "text/token_model.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// The tokens of words seen before. Holds short words only and starts anew when full. For one thread.
class WordCache {
public:
    WordCache();
    /// The tokens of a word as `model` gives them; valid until the next call.
    std::span<const TokenPiece> pieces(std::u32string_view word, const TokenModel& model);

private:
    struct Entry {
        std::uint64_t hash = 0;
        std::uint32_t chars = 0;  ///< begin in m_chars
        std::uint32_t length = 0; ///< 0: free
        std::uint32_t pieces = 0; ///< begin in m_pieces
        std::uint32_t count = 0;
    };
    void clear();

    std::vector<Entry> m_entries;
    std::u32string m_chars;
    std::vector<TokenPiece> m_pieces;
    std::vector<TokenPiece> m_long; ///< of a word too long to keep
    std::size_t m_size = 0;
};

} // namespace triptych
