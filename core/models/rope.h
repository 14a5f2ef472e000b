#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace triptych {

/// How frequencies are stretched for texts longer than those of the training.
enum class RopeScaling { None, Linear, Llama3, Yarn };

/// Rotary position embedding (Su et al. 2021), with the keys of config.json's rope_parameters.
struct RopeConfig {
    double rope_theta = 10000; ///< base of the wavelengths, > 0
    RopeScaling scaling = RopeScaling::None;
    double factor = 1;                            ///< > 0; all but None
    double low_freq_factor = 1;                   ///< Llama3; wavelengths above original / low are stretched whole,
    double high_freq_factor = 4;                  ///< those below original / high not at all
    int original_max_position_embeddings = 0;     ///< Llama3 and Yarn
    double beta_fast = 32;                        ///< Yarn (Peng et al. 2023): rotations of the first dimension that is
    double beta_slow = 1;                         ///< stretched a little, and of the first that is stretched whole
    bool truncate = true;                         ///< Yarn: those dimensions are rounded outwards
    double attention_factor = 1;                  ///< on cosines and sines
    std::vector<float> frequency_factors;         ///< (head_dim / 2) divisors as GGUF files bring them, or none
};

/// Radians a position, (headDim / 2), in the precision of the reference.
std::vector<float> ropeFrequencies(const RopeConfig& config, int headDim);

/// Cosines and sines of `positions`: out each (positions, headDim / 2).
void ropeTable(const RopeConfig& config, std::span<const float> frequencies, std::span<const std::int64_t> positions,
               float* cosines, float* sines);

} // namespace triptych
