#include "knowledge/vector_format.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace triptych {

namespace {

constexpr std::size_t kScaleBytes = sizeof(float);

float floatAt(const std::byte* from) {
    float value = 0;
    std::memcpy(&value, from, sizeof value);
    return value;
}

} // namespace

std::size_t vectorBytes(VectorFormat format, std::size_t dimension) {
    return format == VectorFormat::Int8 ? kScaleBytes + dimension : dimension * sizeof(float);
}

void encodeVector(VectorFormat format, std::span<const float> values, std::byte* to) {
    if (format == VectorFormat::Float32) {
        std::memcpy(to, values.data(), values.size_bytes());
        return;
    }
    float greatest = 0;
    for (const float value : values)
        greatest = std::max(greatest, std::abs(value));
    const float scale = greatest / 127.0f;
    std::memcpy(to, &scale, kScaleBytes);
    for (std::size_t i = 0; i < values.size(); ++i) {
        // A scale so small that it has lost bits must not carry a value past 127.
        const float q = scale > 0 ? std::clamp(std::round(values[i] / scale), -127.0f, 127.0f) : 0.0f;
        to[kScaleBytes + i] = static_cast<std::byte>(static_cast<std::int8_t>(q));
    }
}

void decodeVector(VectorFormat format, const std::byte* from, std::span<float> values) {
    if (format == VectorFormat::Float32) {
        std::memcpy(values.data(), from, values.size_bytes());
        return;
    }
    const float scale = floatAt(from);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = scale * static_cast<float>(static_cast<std::int8_t>(from[kScaleBytes + i]));
}

bool isFiniteVector(VectorFormat format, const std::byte* vector, std::size_t dimension) {
    const std::size_t floats = format == VectorFormat::Int8 ? 1 : dimension;
    for (std::size_t i = 0; i < floats; ++i) {
        if (!std::isfinite(floatAt(vector + i * sizeof(float))))
            return false;
    }
    return true;
}

} // namespace triptych
