#include "generation/sampling.h"

#include "base/error.h"
#include "models/finite_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace triptych {

namespace {

constexpr float kOut = -std::numeric_limits<float>::infinity();

void require(bool holds, const char* setting, double value, const char* range) {
    if (!holds)
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} is {}; it must be {}", setting, value, range));
}

void penalise(std::span<float> logits, double penalty, std::span<const std::int32_t> context) {
    // Once for each token, however often it stands there.
    std::vector<std::int32_t> seen(context.begin(), context.end());
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    const auto factor = static_cast<float>(penalty);
    for (const std::int32_t id : seen) {
        if (id < 0 || static_cast<std::size_t>(id) >= logits.size())
            continue;
        float& logit = logits[static_cast<std::size_t>(id)];
        logit = logit < 0 ? logit * factor : logit / factor;
    }
}

void keepTopK(std::span<float> logits, int k) {
    if (static_cast<std::size_t>(k) >= logits.size())
        return;
    std::vector<float> sorted(logits.begin(), logits.end());
    std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<>());
    const float last = sorted[static_cast<std::size_t>(k - 1)];
    for (float& logit : logits) {
        if (logit < last)
            logit = kOut;
    }
}

/// exp(logit - largest) of all, and their sum.
double exponentials(std::span<const float> logits, std::vector<float>& values) {
    const float largest = *std::max_element(logits.begin(), logits.end());
    values.resize(logits.size());
    double sum = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        values[i] = std::exp(logits[i] - largest);
        sum += static_cast<double>(values[i]);
    }
    return sum;
}

void keepTopP(std::span<float> logits, double p) {
    std::vector<float> values;
    const auto sum = static_cast<float>(exponentials(logits, values));
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < logits.size(); ++i) {
        if (logits[i] != kOut)
            order.push_back(i);
    }
    // From the unlikeliest on, as the reference adds them up; all that stay within 1 - p go, but never the last.
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return logits[a] < logits[b]; });
    const auto limit = static_cast<float>(1 - p);
    double reached = 0;
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
        reached += static_cast<double>(values[order[i]] / sum);
        if (static_cast<float>(reached) > limit)
            break;
        logits[order[i]] = kOut;
    }
}

void keepMinP(std::span<float> logits, double p) {
    std::vector<float> values;
    const auto sum = static_cast<float>(exponentials(logits, values));
    const float least = static_cast<float>(p) * (1.0f / sum);
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (values[i] / sum < least)
            logits[i] = kOut;
    }
}

} // namespace

void checkSampling(const SamplingSettings& settings) {
    require(settings.temperature >= 0 && settings.temperature <= 1e6, "temperature", settings.temperature, "between 0 and 1e6");
    require(settings.top_k >= 0, "top_k", settings.top_k, "0 or more");
    require(settings.top_p > 0 && settings.top_p <= 1, "top_p", settings.top_p, "above 0 and at most 1");
    require(settings.min_p >= 0 && settings.min_p <= 1, "min_p", settings.min_p, "between 0 and 1");
    require(settings.repetition_penalty > 0 && settings.repetition_penalty <= 1e6, "repetition_penalty", settings.repetition_penalty,
            "above 0 and at most 1e6");
}

void checkLogits(std::span<const float> logits) {
    if (!std::all_of(logits.begin(), logits.end(), [](float value) { return std::isfinite(value); }))
        failNonFinite("the model");
}

void warpLogits(std::span<float> logits, const SamplingSettings& settings, std::span<const std::int32_t> context) {
    if (settings.repetition_penalty != 1)
        penalise(logits, settings.repetition_penalty, context);
    if (settings.temperature == 0)
        return;
    if (settings.temperature != 1) {
        const auto temperature = static_cast<float>(settings.temperature);
        for (float& logit : logits)
            logit /= temperature;
    }
    if (settings.top_k > 0)
        keepTopK(logits, settings.top_k);
    if (settings.top_p < 1)
        keepTopP(logits, settings.top_p);
    if (settings.min_p > 0)
        keepMinP(logits, settings.min_p);
}

std::int32_t chooseToken(std::span<const float> warped, const SamplingSettings& settings, Random& random) {
    const auto largest = std::max_element(warped.begin(), warped.end());
    if (largest == warped.end() || !std::isfinite(*largest) || std::any_of(warped.begin(), warped.end(), [](float value) { return std::isnan(value); }))
        failNonFinite("the model");
    if (settings.temperature == 0)
        return static_cast<std::int32_t>(largest - warped.begin());
    std::vector<float> values;
    const double sum = exponentials(warped, values);
    double rest = random.uniform() * sum;
    std::size_t last = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] <= 0)
            continue;
        last = i;
        rest -= static_cast<double>(values[i]);
        if (rest < 0)
            break;
    }
    return static_cast<std::int32_t>(last);
}

} // namespace triptych
