#pragma once

#include "models/lanes.h"

// ggml's block formats, unpacked in registers: each(block, f) calls f(offset, first, second) for every 32 values of a block. As
// formats/quantized_blocks.cpp reads them, which says how the bits lie. The rules of lanes.h hold here too.

namespace {

constexpr int kGroup = 32; // values at once

inline __m128i lowNibbles(__m128i bytes) { return _mm_and_si128(bytes, _mm_set1_epi8(15)); }
inline __m128i highNibbles(__m128i bytes) { return _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15)); }

/// Sixteen bits to sixteen bytes of 16 or 0: the fifth bits of codes.
inline __m128i fifthBits(const std::uint8_t* from) {
    std::uint16_t bits;
    std::memcpy(&bits, from, sizeof bits);
    const __m128i each = _mm_shuffle_epi8(_mm_set1_epi16(static_cast<short>(bits)), _mm_set_epi8(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m128i mask = _mm_set1_epi64x(static_cast<long long>(0x8040201008040201ull));
    return _mm_and_si128(_mm_cmpeq_epi8(_mm_and_si128(each, mask), mask), _mm_set1_epi8(16));
}

struct F32Format {
    static constexpr int kValues = 32, kBytes = 128;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        float values[kGroup];
        std::memcpy(values, block, sizeof values);
        use(0, load(values), load(values + kLanes));
    }
};

struct F16Format {
    static constexpr int kValues = 32, kBytes = 64;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        use(0, fromHalves(loadWords(block)), fromHalves(loadWords(block + 32)));
    }
};

struct Bf16Format {
    static constexpr int kValues = 32, kBytes = 64;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        use(0, fromBfloat16(loadWords(block)), fromBfloat16(loadWords(block + 32)));
    }
};

struct Q8_0Format {
    static constexpr int kValues = 32, kBytes = 34;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        const Lanes scale = all(loadHalf(block));
        use(0, multiply(fromSigned(loadBytes(block + 2)), scale), multiply(fromSigned(loadBytes(block + 18)), scale));
    }
};

struct Q4_0Format {
    static constexpr int kValues = 32, kBytes = 18;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        const Lanes scale = all(loadHalf(block));
        const __m128i codes = loadBytes(block + 2);
        const __m128i middle = _mm_set1_epi8(8);
        use(0, multiply(fromSigned(_mm_sub_epi8(lowNibbles(codes), middle)), scale),
            multiply(fromSigned(_mm_sub_epi8(highNibbles(codes), middle)), scale));
    }
};

struct Q4_1Format {
    static constexpr int kValues = 32, kBytes = 20;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        const Lanes scale = all(loadHalf(block));
        const Lanes minimum = all(loadHalf(block + 2));
        const __m128i codes = loadBytes(block + 4);
        use(0, fusedMultiplyAdd(fromUnsigned(lowNibbles(codes)), scale, minimum), fusedMultiplyAdd(fromUnsigned(highNibbles(codes)), scale, minimum));
    }
};

struct Q5_0Format {
    static constexpr int kValues = 32, kBytes = 22;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        const Lanes scale = all(loadHalf(block));
        const __m128i codes = loadBytes(block + 6);
        const __m128i middle = _mm_set1_epi8(16);
        use(0, multiply(fromSigned(_mm_sub_epi8(_mm_or_si128(lowNibbles(codes), fifthBits(block + 2)), middle)), scale),
            multiply(fromSigned(_mm_sub_epi8(_mm_or_si128(highNibbles(codes), fifthBits(block + 4)), middle)), scale));
    }
};

struct Q5_1Format {
    static constexpr int kValues = 32, kBytes = 24;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        const Lanes scale = all(loadHalf(block));
        const Lanes minimum = all(loadHalf(block + 2));
        const __m128i codes = loadBytes(block + 8);
        use(0, fusedMultiplyAdd(fromUnsigned(_mm_or_si128(lowNibbles(codes), fifthBits(block + 4))), scale, minimum),
            fusedMultiplyAdd(fromUnsigned(_mm_or_si128(highNibbles(codes), fifthBits(block + 6))), scale, minimum));
    }
};

/// Scales and negated minima of the eight parts of a Q4_K or Q5_K block.
struct Parts {
    float scale[8];
    float minimum[8];
    explicit Parts(const std::uint8_t* block) {
        const float d = loadHalf(block);
        const float m = -loadHalf(block + 2);
        const std::uint8_t* packed = block + 4;
        for (int i = 0; i < 4; ++i) {
            scale[i] = d * static_cast<float>(packed[i] & 63);
            minimum[i] = m * static_cast<float>(packed[4 + i] & 63);
            scale[4 + i] = d * static_cast<float>((packed[8 + i] & 15) | ((packed[i] >> 2) & 0x30));
            minimum[4 + i] = m * static_cast<float>((packed[8 + i] >> 4) | ((packed[4 + i] >> 2) & 0x30));
        }
    }
};

struct Q4_KFormat {
    static constexpr int kValues = 256, kBytes = 144;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        const Parts parts(block);
        for (int pair = 0; pair < 4; ++pair) {
            const __m128i first = loadBytes(block + 16 + 32 * pair);
            const __m128i second = loadBytes(block + 32 + 32 * pair);
            const Lanes scale = all(parts.scale[2 * pair]), minimum = all(parts.minimum[2 * pair]);
            use(64 * pair, fusedMultiplyAdd(fromUnsigned(lowNibbles(first)), scale, minimum), fusedMultiplyAdd(fromUnsigned(lowNibbles(second)), scale, minimum));
            const Lanes highScale = all(parts.scale[2 * pair + 1]), highMinimum = all(parts.minimum[2 * pair + 1]);
            use(64 * pair + 32, fusedMultiplyAdd(fromUnsigned(highNibbles(first)), highScale, highMinimum),
                fusedMultiplyAdd(fromUnsigned(highNibbles(second)), highScale, highMinimum));
        }
    }
};

struct Q5_KFormat {
    static constexpr int kValues = 256, kBytes = 176;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        const Parts parts(block);
        const __m128i one = _mm_set1_epi8(1);
        for (int part = 0; part < 8; ++part) {
            const Lanes scale = all(parts.scale[part]), minimum = all(parts.minimum[part]);
            const auto codes = [&](int half) {
                const __m128i low = loadBytes(block + 48 + 32 * (part / 2) + 16 * half);
                const __m128i high = _mm_and_si128(_mm_srl_epi16(loadBytes(block + 16 + 16 * half), _mm_cvtsi32_si128(part)), one);
                return fromUnsigned(_mm_or_si128(part % 2 ? highNibbles(low) : lowNibbles(low), _mm_slli_epi16(high, 4)));
            };
            use(32 * part, fusedMultiplyAdd(codes(0), scale, minimum), fusedMultiplyAdd(codes(1), scale, minimum));
        }
    }
};

struct Q6_KFormat {
    static constexpr int kValues = 256, kBytes = 210;
    template <class Use>
    static void each(const std::uint8_t* block, Use use) {
        const float d = loadHalf(block + 208);
        const __m128i middle = _mm_set1_epi8(32);
        for (int part = 0; part < 8; ++part) {
            const int half = part / 4;
            const int row = part % 4;
            const auto values = [&](int group) {
                const __m128i low = loadBytes(block + 64 * half + 32 * (row % 2) + 16 * group);
                const __m128i high = loadBytes(block + 128 + 32 * half + 16 * group);
                const __m128i upper = _mm_and_si128(_mm_srl_epi16(high, _mm_cvtsi32_si128(2 * row)), _mm_set1_epi8(3));
                const __m128i codes = _mm_or_si128(row < 2 ? lowNibbles(low) : highNibbles(low), _mm_slli_epi16(upper, 4));
                const float scale = d * static_cast<float>(static_cast<std::int8_t>(block[192 + 2 * part + group]));
                return multiply(fromSigned(_mm_sub_epi8(codes, middle)), all(scale));
            };
            use(32 * part, values(0), values(1));
        }
    }
};

} // namespace
