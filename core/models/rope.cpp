#include "models/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace triptych {

namespace {

/// Steps of Llama 3.1: short wavelengths stay, long ones are stretched by the factor, between them it is blended.
float llama3(const RopeConfig& config, float frequency) {
    const double wavelength = 2 * std::numbers::pi / static_cast<double>(frequency);
    const double original = config.original_max_position_embeddings;
    if (wavelength < original / config.high_freq_factor)
        return frequency;
    const float stretched = frequency / static_cast<float>(config.factor);
    if (wavelength > original / config.low_freq_factor)
        return stretched;
    const double smooth = (original / wavelength - config.low_freq_factor) / (config.high_freq_factor - config.low_freq_factor);
    return static_cast<float>((1 - smooth) * static_cast<double>(stretched) + smooth * static_cast<double>(frequency));
}

/// First and last dimension of YaRN's ramp.
std::pair<double, double> yarnRange(const RopeConfig& config, int headDim) {
    const auto dimension = [&](double rotations) {
        return headDim * std::log(config.original_max_position_embeddings / (rotations * 2 * std::numbers::pi)) /
               (2 * std::log(config.rope_theta));
    };
    double low = dimension(config.beta_fast);
    double high = dimension(config.beta_slow);
    if (config.truncate) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, headDim - 1.0);
    return {low, low == high ? high + 0.001 : high};
}

} // namespace

std::vector<float> ropeFrequencies(const RopeConfig& config, int headDim) {
    std::vector<float> frequencies(static_cast<std::size_t>(headDim / 2));
    const auto [low, high] = config.scaling == RopeScaling::Yarn ? yarnRange(config, headDim) : std::pair(0.0, 1.0);
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const auto exponent = static_cast<float>(2 * i) / static_cast<float>(headDim);
        const auto power = static_cast<float>(std::pow(config.rope_theta, static_cast<double>(exponent)));
        const float plain = 1.0f / power;
        float& value = frequencies[i];
        switch (config.scaling) {
        case RopeScaling::None: value = plain; break;
        case RopeScaling::Linear: value = plain / static_cast<float>(config.factor); break;
        case RopeScaling::Llama3: value = llama3(config, plain); break;
        case RopeScaling::Yarn: {
            const auto ramp = static_cast<float>(std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0));
            value = 1.0f / (static_cast<float>(config.factor) * power) * ramp + plain * (1.0f - ramp);
            break;
        }
        }
        if (!config.frequency_factors.empty())
            value /= config.frequency_factors[i];
    }
    return frequencies;
}

void ropeTable(const RopeConfig& config, std::span<const float> frequencies, std::span<const std::int64_t> positions,
               float* cosines, float* sines) {
    const auto factor = static_cast<float>(config.attention_factor);
    for (const std::int64_t position : positions) {
        for (const float frequency : frequencies) {
            // The angle is rounded to float32 as in the reference: at position 8000 that is 5e-4.
            const float angle = static_cast<float>(position) * frequency;
            *cosines++ = std::cos(angle) * factor;
            *sines++ = std::sin(angle) * factor;
        }
    }
}

} // namespace triptych
