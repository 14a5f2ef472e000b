#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace triptych {

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed with every compiler and
/// standard library, which std::shuffle and the std distributions do not promise.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (m_state += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    /// Uniform in [0, bound), bound > 0, without modulo bias (Lemire 2019).
    std::uint64_t below(std::uint64_t bound) {
        for (;;) {
            const Wide product = static_cast<Wide>(next()) * bound;
            const auto low = static_cast<std::uint64_t>(product);
            if (low >= bound || low >= (0 - bound) % bound)
                return static_cast<std::uint64_t>(product >> 64);
        }
    }
    /// Uniform in [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

    template <typename T>
    void shuffle(std::span<T> items) {
        for (std::size_t i = items.size(); i > 1; --i)
            std::swap(items[i - 1], items[below(i)]);
    }

    /// The whole state, for exact resume.
    std::uint64_t state() const { return m_state; }
    void setState(std::uint64_t state) { m_state = state; }

private:
    __extension__ using Wide = unsigned __int128;
    std::uint64_t m_state;
};

} // namespace triptych
