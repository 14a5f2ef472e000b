#pragma once

#include "base/json.h"

#include <cstdint>
#include <string_view>

namespace triptych {

/// What training by gradient steps is told; the names are those of spec.json, the form and the command line.
struct TrainSettings {
    double epochs = 3;           ///< above 0, at most 10,000
    std::int64_t batch_size = 32; ///< 1 to 65,536 examples a step
    double learning_rate = 1e-4; ///< highest rate, above 0
    std::int64_t max_length = 64; ///< tokens with the special ones, from 3
    double warmup_ratio = 0.1;   ///< share of the steps with a rising rate, 0 to 1
    double weight_decay = 0;     ///< not on biases and norms
    double max_grad_norm = 1;    ///< 0: no clipping
    std::int64_t evaluate_every = 0;   ///< steps between looks at the dev rows; 0: once an epoch
    std::int64_t early_stopping_patience = 0; ///< looks at the dev rows without a better one before training ends; 0: never
    std::int64_t checkpoint_every = 0; ///< steps between checkpoints; 0: every 30 seconds
};

/// `value` over `defaults`; keys of other methods are left alone.
/// Throws Error{InvalidArgument} naming the setting, its value and what is allowed.
TrainSettings trainSettingsFromJson(const Json& value, const TrainSettings& defaults = {});
Json trainSettingsToJson(const TrainSettings& settings);

/// A number within its range (jobs/setting_ranges.h), `otherwise` if absent. Throws as above.
double numberSetting(const Json& settings, const char* key, double otherwise);
std::int64_t integerSetting(const Json& settings, const char* key, std::int64_t otherwise);

/// Linear warm-up and linear decay to 0, as transformers' get_linear_schedule_with_warmup.
struct LinearSchedule {
    double peak = 0;
    std::int64_t warmupSteps = 0;
    std::int64_t totalSteps = 0;
    double rate(std::int64_t step) const; ///< step counts from 0; the first rate is 0 if there is a warm-up
};

/// Steps and warm-up as transformers' Trainer counts them: the last batch of an epoch may be short, both are rounded up.
struct StepPlan {
    StepPlan(std::int64_t rows, const TrainSettings& settings);
    std::int64_t stepsPerEpoch;
    std::int64_t totalSteps;
    LinearSchedule schedule;
};

} // namespace triptych
