#include "training/settings.h"

#include "base/error.h"
#include "jobs/setting_ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace triptych {

namespace {

constexpr std::int64_t kMostSteps = 100'000'000; // as many as the ranges of evaluate_every and checkpoint_every allow

[[noreturn]] void refuse(const char* key, const Json& value, std::string_view allowed) {
    throw Error(ErrorCode::InvalidArgument, fmt::format("the setting '{}' is {}; allowed is {}", key, dumpJson(value), allowed),
                fmt::format("Change '{}' and start again.", key));
}

} // namespace

double numberSetting(const Json& settings, const char* key, double otherwise) {
    const auto found = settings.find(key);
    if (found == settings.end() || found->is_null())
        return otherwise;
    const double value = found->is_number() ? found->get<double>() : std::nan("");
    const SettingRange& range = settingRange(key);
    if (!(value >= range.low && value <= range.high))
        refuse(key, *found, fmt::format("a number from {} to {}", range.low, range.high));
    return value;
}

std::int64_t integerSetting(const Json& settings, const char* key, std::int64_t otherwise) {
    const auto found = settings.find(key);
    if (found == settings.end() || found->is_null())
        return otherwise;
    const double value = found->is_number() ? found->get<double>() : std::nan("");
    const SettingRange& range = settingRange(key);
    if (!(value >= range.low && value <= range.high) || value != std::floor(value)) {
        refuse(key, *found, fmt::format("a whole number from {} to {}", static_cast<std::int64_t>(range.low), static_cast<std::int64_t>(range.high)));
    }
    return static_cast<std::int64_t>(value);
}

TrainSettings trainSettingsFromJson(const Json& value, const TrainSettings& defaults) {
    if (!value.is_object())
        throw Error(ErrorCode::InvalidArgument, "the settings are not a JSON object");
    TrainSettings settings;
    settings.epochs = numberSetting(value, "epochs", defaults.epochs);
    settings.batch_size = integerSetting(value, "batch_size", defaults.batch_size);
    settings.learning_rate = numberSetting(value, "learning_rate", defaults.learning_rate);
    settings.max_length = integerSetting(value, "max_length", defaults.max_length);
    settings.warmup_ratio = numberSetting(value, "warmup_ratio", defaults.warmup_ratio);
    settings.weight_decay = numberSetting(value, "weight_decay", defaults.weight_decay);
    settings.max_grad_norm = numberSetting(value, "max_grad_norm", defaults.max_grad_norm);
    settings.evaluate_every = integerSetting(value, "evaluate_every", defaults.evaluate_every);
    settings.early_stopping_patience = integerSetting(value, "early_stopping_patience", defaults.early_stopping_patience);
    settings.checkpoint_every = integerSetting(value, "checkpoint_every", defaults.checkpoint_every);
    return settings;
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
