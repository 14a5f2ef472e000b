#include "formats/quantized_blocks.h"

#include "base/error.h"
#include "formats/half_float.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>

namespace triptych {

namespace {

using Bytes = const std::uint8_t*;
constexpr int kSmall = 32; // values of a Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0 block

std::uint16_t load16(Bytes from) {
    std::uint16_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

float loadHalf(Bytes from) { return halfToFloat(load16(from)); }

void dequantizeQ8_0(Bytes block, float* out) {
    const float scale = loadHalf(block);
    for (int i = 0; i < kSmall; ++i)
        out[i] = static_cast<float>(static_cast<std::int8_t>(block[2 + i])) * scale;
}

void dequantizeQ4_0(Bytes block, float* out) {
    const float scale = loadHalf(block);
    for (int i = 0; i < kSmall / 2; ++i)
        out[i] = static_cast<float>((block[2 + i] & 15) - 8) * scale;
    for (int i = 0; i < kSmall / 2; ++i)
        out[16 + i] = static_cast<float>((block[2 + i] >> 4) - 8) * scale;
}

void dequantizeQ4_1(Bytes block, float* out) {
    const float scale = loadHalf(block);
    const float minimum = loadHalf(block + 2);
    for (int i = 0; i < kSmall / 2; ++i)
        out[i] = static_cast<float>(block[4 + i] & 15) * scale + minimum;
    for (int i = 0; i < kSmall / 2; ++i)
        out[16 + i] = static_cast<float>(block[4 + i] >> 4) * scale + minimum;
}

/// Codes of 5 bits, the fifth of value i in bit i of `high`.
void unpack5(Bytes low, Bytes high, std::int32_t* codes) {
    std::uint32_t bits;
    std::memcpy(&bits, high, sizeof bits);
    for (std::uint32_t i = 0; i < 16; ++i)
        codes[i] = static_cast<std::int32_t>((low[i] & 15u) | ((bits >> i) & 1u) << 4);
    for (std::uint32_t i = 0; i < 16; ++i)
        codes[16 + i] = static_cast<std::int32_t>((low[i] >> 4u) | ((bits >> (16 + i)) & 1u) << 4);
}

void dequantizeQ5_0(Bytes block, float* out) {
    const float scale = loadHalf(block);
    std::int32_t codes[kSmall];
    unpack5(block + 6, block + 2, codes);
    for (int i = 0; i < kSmall; ++i)
        out[i] = static_cast<float>(codes[i] - 16) * scale;
}

void dequantizeQ5_1(Bytes block, float* out) {
    const float scale = loadHalf(block);
    const float minimum = loadHalf(block + 2);
    std::int32_t codes[kSmall];
    unpack5(block + 8, block + 4, codes);
    for (int i = 0; i < kSmall; ++i)
        out[i] = static_cast<float>(codes[i]) * scale + minimum;
}

/// Eight pairs of 6-bit scales and minima in 12 bytes: the first four of each in their own bytes, of the last four
/// the low halves in bytes 8 to 11 and the upper two bits on top of the first eight bytes.
struct SubBlocks {
    float scale[8];
    float minimum[8];

    explicit SubBlocks(Bytes block) {
        const float d = loadHalf(block);
        const float m = loadHalf(block + 2);
        const Bytes packed = block + 4;
        for (int i = 0; i < 4; ++i) {
            scale[i] = d * static_cast<float>(packed[i] & 63);
            minimum[i] = m * static_cast<float>(packed[4 + i] & 63);
            scale[4 + i] = d * static_cast<float>((packed[8 + i] & 15) | ((packed[i] >> 2) & 0x30));
            minimum[4 + i] = m * static_cast<float>((packed[8 + i] >> 4) | ((packed[4 + i] >> 2) & 0x30));
        }
    }
};

void dequantizeQ4_K(Bytes block, float* out) {
    const SubBlocks sub(block);
    for (int pair = 0; pair < 4; ++pair) {
        const Bytes codes = block + 16 + 32 * pair;
        for (int half = 0; half < 2; ++half, out += 32) {
            const float scale = sub.scale[2 * pair + half];
            const float minimum = sub.minimum[2 * pair + half];
            for (int i = 0; i < 32; ++i)
                out[i] = scale * static_cast<float>((codes[i] >> (4 * half)) & 15) - minimum;
        }
    }
}

void dequantizeQ5_K(Bytes block, float* out) {
    const SubBlocks sub(block);
    const Bytes high = block + 16;
    for (int part = 0; part < 8; ++part, out += 32) {
        const Bytes codes = block + 48 + 32 * (part / 2);
        const float scale = sub.scale[part];
        const float minimum = sub.minimum[part];
        const int shift = 4 * (part % 2);
        for (int i = 0; i < 32; ++i)
            out[i] = scale * static_cast<float>(((codes[i] >> shift) & 15) | ((high[i] >> part) & 1) << 4) - minimum;
    }
}

void dequantizeQ6_K(Bytes block, float* out) {
    const float d = loadHalf(block + 208);
    for (int part = 0; part < 8; ++part, out += 32) {
        const int half = part / 4;
        const int row = part % 4;
        const Bytes low = block + 64 * half + 32 * (row % 2);
        const Bytes high = block + 128 + 32 * half;
        const int shift = row < 2 ? 0 : 4;
        for (int group = 0; group < 2; ++group) {
            const float scale = d * static_cast<float>(static_cast<std::int8_t>(block[192 + 2 * part + group]));
            for (int i = 16 * group; i < 16 * group + 16; ++i)
                out[i] = scale * static_cast<float>((((low[i] >> shift) & 15) | ((high[i] >> (2 * row)) & 3) << 4) - 32);
        }
    }
}

/// Zero times a finite value is zero.
bool isFinite(const float* values) {
    float sum = 0;
    for (int i = 0; i < kSmall; ++i)
        sum += values[i] * 0.0f;
    return sum == 0.0f;
}

void storeHalf(float value, std::uint8_t* to) {
    const std::uint16_t half = floatToHalf(value);
    std::memcpy(to, &half, sizeof half);
}

/// A scale so small that its inverse overflows becomes zero in half precision; its codes do not matter.
float inverseOf(float scale) {
    const float inverse = scale == 0.0f ? 0.0f : 1.0f / scale;
    return std::isfinite(inverse) ? inverse : std::numeric_limits<float>::quiet_NaN();
}

void quantizeQ8_0(const float* values, std::uint8_t* block) {
    float largest = 0;
    for (int i = 0; i < kSmall; ++i)
        largest = std::max(largest, std::fabs(values[i]));
    const float scale = isFinite(values) ? largest / 127.0f : std::numeric_limits<float>::quiet_NaN();
    const float inverse = inverseOf(scale);
    storeHalf(scale, block);
    if (std::isnan(inverse)) {
        std::fill_n(block + 2, kSmall, std::uint8_t{0});
        return;
    }
    for (int i = 0; i < kSmall; ++i) {
        const float scaled = values[i] * inverse;
        // Away from zero at one half, without a call of std::round.
        const float whole = std::trunc(scaled);
        const float rounded = whole + (std::fabs(scaled - whole) >= 0.5f ? std::copysign(1.0f, scaled) : 0.0f);
        block[2 + i] = static_cast<std::uint8_t>(static_cast<std::int8_t>(rounded));
    }
}

void quantizeQ4_0(const float* values, std::uint8_t* block) {
    float largest = std::fabs(values[0]);
    float signedLargest = values[0];
    for (int i = 1; i < kSmall; ++i) {
        if (std::fabs(values[i]) > largest) {
            largest = std::fabs(values[i]);
            signedLargest = values[i];
        }
    }
    const float scale = isFinite(values) ? signedLargest / -8.0f : std::numeric_limits<float>::quiet_NaN();
    const float inverse = inverseOf(scale);
    storeHalf(scale, block);
    if (std::isnan(inverse)) {
        std::fill_n(block + 2, kSmall / 2, std::uint8_t{0});
        return;
    }
    const auto code = [&](float value) { return std::min(15, static_cast<int>(value * inverse + 8.5f)); };
    for (int i = 0; i < kSmall / 2; ++i)
        block[2 + i] = static_cast<std::uint8_t>(code(values[i]) | code(values[16 + i]) << 4);
}

template <void (*Block)(Bytes, float*)>
void dequantizeBlocks(const GgmlLayout& layout, Bytes from, std::size_t blocks, float* out) {
    for (std::size_t i = 0; i < blocks; ++i)
        Block(from + i * layout.blockBytes, out + i * layout.blockValues);
}

/// Whether no word has all bits of the exponent set, which are NaN and infinity.
template <typename Word>
bool hasNoFullExponent(std::span<const std::byte> bytes, Word exponent) {
    Word found = 0;
    for (std::size_t i = 0; i < bytes.size() / sizeof(Word); ++i) {
        Word word;
        std::memcpy(&word, bytes.data() + i * sizeof(Word), sizeof word);
        found |= static_cast<Word>((word & exponent) == exponent);
    }
    return found == 0;
}

constexpr std::uint16_t kHalfExponent = 0x7c00;

/// Whether the halves at these places of each block are finite.
bool finiteScales(GgmlType type, std::span<const std::byte> bytes, std::initializer_list<std::size_t> places) {
    const std::size_t size = ggmlLayout(type)->blockBytes;
    const auto from = reinterpret_cast<Bytes>(bytes.data());
    bool finite = true;
    for (std::size_t block = 0; block + size <= bytes.size(); block += size) {
        for (const std::size_t place : places)
            finite &= (load16(from + block + place) & kHalfExponent) != kHalfExponent;
    }
    return finite;
}

[[noreturn]] void unsupported(GgmlType type, const char* what) {
    const auto layout = ggmlLayout(type);
    throw Error(ErrorCode::Unsupported, fmt::format("values of the type {} cannot be {}",
                                                    layout ? std::string(layout->name) : std::to_string(static_cast<std::uint32_t>(type)), what));
}

/// Number of blocks, once the sizes fit.
std::size_t countBlocks(const GgmlLayout& layout, std::size_t bytes, std::size_t values) {
    if (values % layout.blockValues != 0 || bytes % layout.blockBytes != 0 || bytes / layout.blockBytes != values / layout.blockValues) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} bytes do not hold {} values of the type {}", bytes, values, layout.name));
    }
    return values / layout.blockValues;
}

} // namespace

bool canDequantize(GgmlType type) {
    switch (type) {
    case GgmlType::F32:
    case GgmlType::F16:
    case GgmlType::Q4_0:
    case GgmlType::Q4_1:
    case GgmlType::Q5_0:
    case GgmlType::Q5_1:
    case GgmlType::Q8_0:
    case GgmlType::Q4_K:
    case GgmlType::Q5_K:
    case GgmlType::Q6_K:
    case GgmlType::BF16:
        return true;
    }
    return false;
}

bool canQuantize(GgmlType type) {
    return type == GgmlType::F32 || type == GgmlType::F16 || type == GgmlType::BF16 || type == GgmlType::Q8_0 || type == GgmlType::Q4_0;
}

void dequantize(GgmlType type, std::span<const std::byte> blocks, std::span<float> out) {
    if (!canDequantize(type))
        unsupported(type, "read");
    const GgmlLayout layout = *ggmlLayout(type);
    const std::size_t count = countBlocks(layout, blocks.size(), out.size());
    const auto from = reinterpret_cast<Bytes>(blocks.data());
    float* const to = out.data();
    switch (type) {
    case GgmlType::F32:
        std::copy_n(from, blocks.size(), reinterpret_cast<std::uint8_t*>(to));
        return;
    case GgmlType::F16:
        for (std::size_t i = 0; i < count; ++i)
            to[i] = halfToFloat(load16(from + 2 * i));
        return;
    case GgmlType::BF16:
        for (std::size_t i = 0; i < count; ++i)
            to[i] = bfloat16ToFloat(load16(from + 2 * i));
        return;
    case GgmlType::Q8_0: return dequantizeBlocks<dequantizeQ8_0>(layout, from, count, to);
    case GgmlType::Q4_0: return dequantizeBlocks<dequantizeQ4_0>(layout, from, count, to);
    case GgmlType::Q4_1: return dequantizeBlocks<dequantizeQ4_1>(layout, from, count, to);
    case GgmlType::Q5_0: return dequantizeBlocks<dequantizeQ5_0>(layout, from, count, to);
    case GgmlType::Q5_1: return dequantizeBlocks<dequantizeQ5_1>(layout, from, count, to);
    case GgmlType::Q4_K: return dequantizeBlocks<dequantizeQ4_K>(layout, from, count, to);
    case GgmlType::Q5_K: return dequantizeBlocks<dequantizeQ5_K>(layout, from, count, to);
    case GgmlType::Q6_K: return dequantizeBlocks<dequantizeQ6_K>(layout, from, count, to);
    }
}

bool allFinite(GgmlType type, std::span<const std::byte> blocks) {
    switch (type) {
    case GgmlType::F32: return hasNoFullExponent<std::uint32_t>(blocks, 0x7f800000);
    case GgmlType::F16: return hasNoFullExponent<std::uint16_t>(blocks, kHalfExponent);
    case GgmlType::BF16: return hasNoFullExponent<std::uint16_t>(blocks, 0x7f80);
    case GgmlType::Q8_0:
    case GgmlType::Q4_0:
    case GgmlType::Q5_0: return finiteScales(type, blocks, {0});
    case GgmlType::Q4_1:
    case GgmlType::Q5_1:
    case GgmlType::Q4_K:
    case GgmlType::Q5_K: return finiteScales(type, blocks, {0, 2});
    case GgmlType::Q6_K: return finiteScales(type, blocks, {208});
    }
    return true;
}

void quantize(GgmlType type, std::span<const float> values, std::span<std::byte> out) {
    if (!canQuantize(type))
        unsupported(type, "written");
    const GgmlLayout layout = *ggmlLayout(type);
    const std::size_t count = countBlocks(layout, out.size(), values.size());
    const float* const from = values.data();
    const auto to = reinterpret_cast<std::uint8_t*>(out.data());
    const auto halves = [&](auto convert) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint16_t half = convert(from[i]);
            std::memcpy(to + 2 * i, &half, sizeof half);
        }
    };
    switch (type) {
    case GgmlType::F32:
        std::copy_n(reinterpret_cast<Bytes>(from), out.size(), to);
        return;
    case GgmlType::F16: return halves(floatToHalf);
    case GgmlType::BF16: return halves(floatToBfloat16);
    case GgmlType::Q8_0:
        for (std::size_t i = 0; i < count; ++i)
            quantizeQ8_0(from + i * kSmall, to + i * layout.blockBytes);
        return;
    default:
        for (std::size_t i = 0; i < count; ++i)
            quantizeQ4_0(from + i * kSmall, to + i * layout.blockBytes);
    }
}

} // namespace triptych
