#pragma once

#include <cstdint>

namespace triptych::kernels {

namespace { // also in files compiled for newer processors: see lanes.h

/// exp for x <= 0 with a relative error of 2e-7; branch-free, so that loops over it vectorise.
inline float expNegative(float x) {
    x = x < -87.0f ? -87.0f : x; // this way round a NaN stays one
    const float n = __builtin_rintf(x * 1.44269504088896341f);
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    return p * __builtin_bit_cast(float, (static_cast<std::int32_t>(n) + 127) << 23);
}

} // namespace

} // namespace triptych::kernels
