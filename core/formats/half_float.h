#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

// Free of branches and table look-ups, so that loops over them vectorise.

namespace triptych {

inline float halfToFloat(std::uint16_t half) {
    const std::uint32_t word = static_cast<std::uint32_t>(half) << 16;
    const std::uint32_t twice = word + word;
    // Exponents are moved by a multiplication, which keeps infinity and NaN; subnormals by a subtraction.
    const float normal = std::bit_cast<float>((twice >> 4) + (0xe0u << 23)) * 0x1.0p-112f;
    const float subnormal = std::bit_cast<float>((twice >> 17) | (126u << 23)) - 0.5f;
    const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(twice < (1u << 27) ? subnormal : normal);
    return std::bit_cast<float>((word & 0x80000000u) | magnitude);
}

/// Rounds to nearest even; beyond the range it is infinity. A NaN stays one.
inline std::uint16_t floatToHalf(float value) {
    const std::uint32_t word = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t twice = word + word;
    // Adding a power of two 2^13 times the last place rounds the mantissa; the detour over infinity saturates.
    const float scaled = (std::fabs(value) * 0x1.0p+112f) * 0x1.0p-110f;
    const std::uint32_t exponent = twice & 0xff000000u;
    const std::uint32_t bias = exponent < 0x71000000u ? 0x71000000u : exponent;
    const std::uint32_t rounded = std::bit_cast<std::uint32_t>(std::bit_cast<float>((bias >> 1) + 0x07800000u) + scaled);
    const std::uint32_t magnitude = ((rounded >> 13) & 0x7c00u) + (rounded & 0xfffu);
    return static_cast<std::uint16_t>(((word >> 16) & 0x8000u) | (twice > 0xff000000u ? 0x7e00u : magnitude));
}

inline float bfloat16ToFloat(std::uint16_t value) { return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16); }

/// Rounds to nearest even. A NaN stays one, with its upper payload bits.
inline std::uint16_t floatToBfloat16(float value) {
    const std::uint32_t word = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = (word + 0x7fffu + ((word >> 16) & 1u)) >> 16;
    return static_cast<std::uint16_t>((word & 0x7fffffffu) > 0x7f800000u ? (word >> 16) | 0x40u : rounded);
}

} // namespace triptych
