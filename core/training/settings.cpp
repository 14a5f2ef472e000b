#include "training/settings.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace triptych {

namespace {

constexpr std::int64_t kMostSteps = 100'000'000;

[[noreturn]] void refuse(const char* key, const Json& value, std::string_view allowed) {
    throw Error(ErrorCode::InvalidArgument, fmt::format("the setting '{}' is {}; allowed is {}", key, dumpJson(value), allowed),
                fmt::format("Change '{}' and start again.", key));
}

} // namespace

double numberSetting(const Json& settings, const char* key, double otherwise, double low, double high) {
    const auto found = settings.find(key);
    if (found == settings.end() || found->is_null())
        return otherwise;
    const double value = found->is_number() ? found->get<double>() : std::nan("");
    if (!(value >= low && value <= high))
        refuse(key, *found, fmt::format("a number from {} to {}", low, high));
    return value;
}

std::int64_t integerSetting(const Json& settings, const char* key, std::int64_t otherwise, std::int64_t low,
                            std::int64_t high) {
    const auto found = settings.find(key);
    if (found == settings.end() || found->is_null())
        return otherwise;
    const double value = found->is_number() ? found->get<double>() : std::nan("");
    if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) || value != std::floor(value))
        refuse(key, *found, fmt::format("a whole number from {} to {}", low, high));
    return static_cast<std::int64_t>(value);
}

TrainSettings trainSettingsFromJson(const Json& value, const TrainSettings& defaults) {
    if (!value.is_object())
        throw Error(ErrorCode::InvalidArgument, "the settings are not a JSON object");
    TrainSettings settings;
    settings.epochs = numberSetting(value, "epochs", defaults.epochs, 0.01, 10'000);
    settings.batch_size = integerSetting(value, "batch_size", defaults.batch_size, 1, 65'536);
    settings.learning_rate = numberSetting(value, "learning_rate", defaults.learning_rate, 1e-12, 1'000);
    settings.max_length = integerSetting(value, "max_length", defaults.max_length, 3, 100'000);
    settings.warmup_ratio = numberSetting(value, "warmup_ratio", defaults.warmup_ratio, 0, 1);
    settings.weight_decay = numberSetting(value, "weight_decay", defaults.weight_decay, 0, 100);
    settings.max_grad_norm = numberSetting(value, "max_grad_norm", defaults.max_grad_norm, 0, 1e9);
    settings.evaluate_every = integerSetting(value, "evaluate_every", defaults.evaluate_every, 0, kMostSteps);
    settings.early_stopping_patience = integerSetting(value, "early_stopping_patience", defaults.early_stopping_patience, 0, 10'000);
    settings.checkpoint_every = integerSetting(value, "checkpoint_every", defaults.checkpoint_every, 0, kMostSteps);
    return settings;
}

double epochsForSteps(double epochs, double leastSteps, std::int64_t rows, std::int64_t batchSize) {
    const std::int64_t stepsPerEpoch = (rows + batchSize - 1) / batchSize;
    return std::max(epochs, std::ceil(leastSteps / static_cast<double>(stepsPerEpoch)));
}

Json trainSettingsToJson(const TrainSettings& settings) {
    return {{"epochs", settings.epochs},
            {"batch_size", settings.batch_size},
            {"learning_rate", settings.learning_rate},
            {"max_length", settings.max_length},
            {"warmup_ratio", settings.warmup_ratio},
            {"weight_decay", settings.weight_decay},
            {"max_grad_norm", settings.max_grad_norm},
            {"evaluate_every", settings.evaluate_every},
            {"early_stopping_patience", settings.early_stopping_patience},
            {"checkpoint_every", settings.checkpoint_every}};
}

double LinearSchedule::rate(std::int64_t step) const {
    if (step < warmupSteps)
        return peak * static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, warmupSteps));
    const auto left = static_cast<double>(totalSteps - step);
    return peak * std::max(0.0, left / static_cast<double>(std::max<std::int64_t>(1, totalSteps - warmupSteps)));
}

StepPlan::StepPlan(std::int64_t rows, const TrainSettings& settings)
    : stepsPerEpoch((rows + settings.batch_size - 1) / settings.batch_size),
      totalSteps(static_cast<std::int64_t>(std::ceil(settings.epochs * static_cast<double>(stepsPerEpoch)))) {
    if (totalSteps > kMostSteps) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the setting 'epochs' is {}: that would be {} steps", settings.epochs, totalSteps),
                    "Lower 'epochs' or raise 'batch_size'.");
    }
    schedule = {settings.learning_rate,
                static_cast<std::int64_t>(std::ceil(settings.warmup_ratio * static_cast<double>(totalSteps))), totalSteps};
}

} // namespace triptych
