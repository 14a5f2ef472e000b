#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace triptych {

/// Hash table from 64-bit keys to 32-bit values with open addressing: one cache miss a look-up. The key ~0 is
/// reserved. Never shrinks, nothing is removed.
class FlatMap {
public:
    static constexpr std::uint32_t kNone = ~std::uint32_t(0);

    explicit FlatMap(std::size_t expected = 0) { resize(slotsFor(expected)); }

    /// kNone if the key is not there.
    std::uint32_t find(std::uint64_t key) const { return m_values[slotOf(key)]; }
    /// The value of a key, kNone at first.
    std::uint32_t& operator[](std::uint64_t key) {
        std::size_t slot = slotOf(key);
        if (m_keys[slot] != key) {
            if (2 * (m_size + 1) > m_keys.size()) {
                grow();
                slot = slotOf(key);
            }
            m_keys[slot] = key;
            ++m_size;
        }
        return m_values[slot];
    }
    std::size_t size() const { return m_size; }

private:
    static constexpr std::uint64_t kFree = ~std::uint64_t(0);

    static std::size_t slotsFor(std::size_t entries) {
        std::size_t slots = 16;
        while (slots < 2 * entries)
            slots *= 2;
        return slots;
    }
    std::size_t slotOf(std::uint64_t key) const {
        std::size_t slot = static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> m_shift);
        while (m_keys[slot] != key && m_keys[slot] != kFree)
            slot = (slot + 1) & (m_keys.size() - 1);
        return slot;
    }
    void resize(std::size_t slots) {
        m_keys.assign(slots, kFree);
        m_values.assign(slots, kNone);
        m_shift = 64;
        for (std::size_t rest = slots; rest > 1; rest /= 2)
            --m_shift;
    }
    void grow() {
        const std::vector<std::uint64_t> keys = std::move(m_keys);
        const std::vector<std::uint32_t> values = std::move(m_values);
        resize(2 * keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i] != kFree) {
                const std::size_t slot = slotOf(keys[i]);
                m_keys[slot] = keys[i];
                m_values[slot] = values[i];
            }
        }
    }

    std::vector<std::uint64_t> m_keys;
    std::vector<std::uint32_t> m_values;
    std::size_t m_size = 0;
    int m_shift = 64;
};

} // namespace triptych
