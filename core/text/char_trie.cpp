#include "text/char_trie.h"

namespace triptych {

void CharTrie::insert(std::u32string_view word, std::int32_t value) {
    Node node = kRoot;
    for (const char32_t c : word) {
        if (node == kRoot && c < kDirect && c >= m_first.size())
            m_first.resize(c + 1, kNone);
        Node& child = node == kRoot && c < kDirect ? m_first[c] : m_edges[keyOf(node, c)];
        if (child == kNone) {
            child = static_cast<Node>(m_values.size());
            m_values.push_back(-1);
        }
        node = child;
    }
    m_values[node] = value;
}

} // namespace triptych
