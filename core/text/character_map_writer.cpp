#include "text/character_map_writer.h"

#include "base/error.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace triptych {

namespace {

constexpr std::size_t kMaxEntries = 1 << 16;
constexpr std::uint32_t kLeaf = 1u << 31;
constexpr std::uint32_t kHasLeaf = 1u << 8;
constexpr std::size_t kMaxOffset = 1u << 21; ///< of the short form, which is all that is written

struct Node {
    std::map<std::uint8_t, std::unique_ptr<Node>> children;
    std::int64_t value = -1; ///< place of the replacement; -1: no key ends here
};

/// A double array after Darts-clone: the child of a node by a byte lies at the node's base xor that byte, its value at
/// the base itself.
class DoubleArray {
public:
    explicit DoubleArray(const Node& root) {
        grow(1);
        m_taken[0] = true;
        std::deque<std::pair<const Node*, std::size_t>> open = {{&root, 0}};
        for (; !open.empty(); open.pop_front()) {
            const auto [node, at] = open.front();
            const std::size_t base = place(*node);
            m_isBase[base] = true;
            m_units[at] |= static_cast<std::uint32_t>(at ^ base) << 10;
            if (node->value >= 0) {
                m_units[at] |= kHasLeaf;
                m_units[base] = kLeaf | static_cast<std::uint32_t>(node->value);
                m_taken[base] = true;
            }
            for (const auto& [byte, child] : node->children) {
                m_units[base ^ byte] = byte;
                m_taken[base ^ byte] = true;
                open.emplace_back(child.get(), base ^ byte);
            }
        }
    }
    const std::vector<std::uint32_t>& units() const { return m_units; }

private:
    /// Whole blocks of 256: readers look at any byte's place without asking whether it exists.
    void grow(std::size_t size) {
        const std::size_t rounded = (size + 255) / 256 * 256;
        if (rounded > kMaxOffset)
            throw Error(ErrorCode::InvalidArgument, "the character map is too large");
        m_units.resize(rounded);
        m_taken.resize(rounded);
        m_isBase.resize(rounded);
    }

    /// A base that no other node has, with room for the value and every child.
    std::size_t place(const Node& node) {
        std::vector<std::size_t> bytes;
        if (node.value >= 0)
            bytes.push_back(0);
        for (const auto& entry : node.children)
            bytes.push_back(entry.first);
        while (m_taken[m_firstFree]) {
            if (++m_firstFree == m_taken.size())
                grow(m_firstFree + 1);
        }
        for (std::size_t free = m_firstFree;; ++free) {
            if (free >= m_units.size())
                grow(free + 1);
            const std::size_t base = free ^ bytes.front();
            if (!m_isBase[base] && base != 0 && std::none_of(bytes.begin(), bytes.end(), [&](std::size_t byte) { return m_taken[base ^ byte]; }))
                return base;
        }
    }

    std::vector<std::uint32_t> m_units;
    std::vector<bool> m_taken, m_isBase;
    std::size_t m_firstFree = 0;
};

void appendNumber(std::string& bytes, std::uint32_t number) {
    for (int i = 0; i < 4; ++i)
        bytes += static_cast<char>((number >> (8 * i)) & 0xff);
}

} // namespace

std::string writeCharacterMap(const std::map<char32_t, std::u32string>& replacements) {
    if (replacements.size() > kMaxEntries)
        throw Error(ErrorCode::InvalidArgument, fmt::format("a character map with {} entries is too large", replacements.size()));
    Node root;
    std::string texts;
    std::map<std::string, std::int64_t> known;
    for (const auto& [c, replacement] : replacements) {
        if (c == 0)
            throw Error(ErrorCode::InvalidArgument, "a character map cannot replace U+0000");
        const std::string text = encodeUtf8(replacement);
        const auto [found, fresh] = known.emplace(text, static_cast<std::int64_t>(texts.size()));
        if (fresh)
            texts += text + '\0';
        std::string key;
        appendUtf8(key, c);
        Node* node = &root;
        for (const char byte : key) {
            std::unique_ptr<Node>& child = node->children[static_cast<std::uint8_t>(byte)];
            if (!child)
                child = std::make_unique<Node>();
            node = child.get();
        }
        node->value = found->second;
    }
    if (root.children.empty())
        return {};
    const DoubleArray array(root);
    std::string bytes;
    appendNumber(bytes, static_cast<std::uint32_t>(array.units().size() * 4));
    for (const std::uint32_t unit : array.units())
        appendNumber(bytes, unit);
    return bytes + texts;
}

} // namespace triptych
