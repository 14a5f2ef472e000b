#pragma once

#include "text/flat_map.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace triptych {

/// Prefix tree over code points. All nodes share one hash table, so a step is one look-up and a node costs
/// some 30 bytes.
class CharTrie {
public:
    using Node = std::uint32_t;
    static constexpr Node kRoot = 0;
    static constexpr Node kNone = FlatMap::kNone;

    CharTrie() : m_values{-1} {}
    bool empty() const { return m_values.size() == 1; }
    /// Of equal words the last one counts.
    void insert(std::u32string_view word, std::int32_t value);
    /// kNone if no word goes on so; `from` may be kNone.
    Node step(Node from, char32_t c) const {
        if (from == kRoot && c < kDirect)
            return c < m_first.size() ? m_first[c] : kNone;
        return from == kNone ? kNone : m_edges.find(keyOf(from, c));
    }
    Node walk(Node from, std::u32string_view word) const {
        for (const char32_t c : word)
            from = step(from, c);
        return from;
    }
    /// Of the word that ends here, -1 if none does.
    std::int32_t value(Node node) const { return node == kNone ? -1 : m_values[node]; }

private:
    static constexpr char32_t kDirect = 0x10000; ///< most steps leave the root
    static std::uint64_t keyOf(Node from, char32_t c) { return (static_cast<std::uint64_t>(from) << 21) | c; }

    FlatMap m_edges;
    std::vector<Node> m_first; ///< children of the root by character
    std::vector<std::int32_t> m_values;
};

} // namespace triptych
