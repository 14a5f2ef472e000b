#pragma once

#include "base/random.h"

#include <cstdint>
#include <span>

namespace triptych {

/// How the next token is chosen, with the names and the arithmetic of transformers' generation_config.json.
struct SamplingSettings {
    double temperature = 0;        ///< >= 0; 0: always the likeliest token, and the next three do nothing
    int top_k = 0;                 ///< only the k likeliest, and what equals the last of them; 0: all
    double top_p = 1;              ///< in (0, 1]: only the likeliest that together reach this probability (Holtzman et al. 2020)
    double min_p = 0;              ///< in [0, 1]: only those with at least this share of the likeliest one's probability
    double repetition_penalty = 1; ///< > 0; above 1, tokens that stand in prompt or answer become less likely (Keskar et al. 2019)
};
/// Throws Error{InvalidArgument} naming the setting.
void checkSampling(const SamplingSettings& settings);

/// Throws Error{InvalidInput} if one of a model's logits is NaN or infinite.
void checkLogits(std::span<const float> logits);

/// Changes logits (V) in place: penalty, temperature, top_k, top_p, min_p, in this order; tokens that are ruled out become
/// -infinity. One always remains. `context`: prompt and answer so far; ids that are outside V are left out.
void warpLogits(std::span<float> logits, const SamplingSettings& settings, std::span<const std::int32_t> context);

/// Draws from softmax of warped logits, or takes the first of the largest if temperature is 0.
/// Throws Error{InvalidInput} as checkLogits() if one is NaN or none is finite.
std::int32_t chooseToken(std::span<const float> warped, const SamplingSettings& settings, Random& random);

} // namespace triptych
