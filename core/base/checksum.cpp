#include "base/checksum.h"

#include <array>
#include <bit>
#include <cstring>

namespace triptych {

std::uint64_t checksumOf(std::span<const std::byte> bytes, std::uint64_t seed) {
    // Four lanes that do not wait for each other; each step is a bijection of its lane.
    std::array<std::uint64_t, 4> lanes = {seed + 1, seed + 2, seed + 3, seed + 4};
    const auto step = [](std::uint64_t lane, std::uint64_t word) { return std::rotl((lane ^ word) * 0x9e3779b97f4a7c15u, 29); };
    std::size_t at = 0;
    for (; at + 32 <= bytes.size(); at += 32) {
        std::array<std::uint64_t, 4> words;
        std::memcpy(words.data(), bytes.data() + at, 32);
        for (std::size_t i = 0; i < 4; ++i)
            lanes[i] = step(lanes[i], words[i]);
    }
    for (; at < bytes.size(); ++at)
        lanes[0] = step(lanes[0], std::to_integer<std::uint64_t>(bytes[at]));
    std::uint64_t sum = bytes.size();
    for (const std::uint64_t lane : lanes)
        sum = step(sum, lane);
    return sum;
}

} // namespace triptych
