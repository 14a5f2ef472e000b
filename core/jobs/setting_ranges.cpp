#include "jobs/setting_ranges.h"

#include "base/error.h"
#include "jobs/students.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace triptych {

namespace {

constexpr double kMostSteps = 100'000'000;

constexpr std::array kTraining = {
    SettingRange{"epochs", false, 0.01, 10'000, 3},
    SettingRange{"batch_size", true, 1, 65'536, 32},
    SettingRange{"learning_rate", false, 1e-12, 1'000, 1e-4},
    SettingRange{"max_length", true, 3, 100'000, 64},
    SettingRange{"warmup_ratio", false, 0, 1, 0.1},
    SettingRange{"weight_decay", false, 0, 100, 0},
    SettingRange{"max_grad_norm", false, 0, 1e9, 1},
    SettingRange{"evaluate_every", true, 0, kMostSteps, 0},
    SettingRange{"early_stopping_patience", true, 0, 10'000, 0},
    SettingRange{"checkpoint_every", true, 0, kMostSteps, 0},
};

constexpr std::array kDistillation = {
    SettingRange{"epochs", false, 0.01, 10'000, 15},
    SettingRange{"batch_size", true, 1, 65'536, 64},
    SettingRange{"learning_rate", false, 1e-12, 1'000, 2e-3},
    SettingRange{"max_length", true, 3, 100'000, 64},
    SettingRange{"warmup_ratio", false, 0, 1, 0.05},
    SettingRange{"weight_decay", false, 0, 100, 0},
    SettingRange{"max_grad_norm", false, 0, 1e9, 1},
    SettingRange{"evaluate_every", true, 0, kMostSteps, 0},
    SettingRange{"early_stopping_patience", true, 0, 10'000, 6}, // of few rows there are many epochs, most of them for nothing
    SettingRange{"checkpoint_every", true, 0, kMostSteps, 0},
    SettingRange{"temperature", false, 0.05, 100, 3},
    SettingRange{"kd_loss_weight", false, 0, 1'000, 0.5},
    SettingRange{"hard_label_weight", false, 0, 1'000, 1},
    SettingRange{"variants", true, 0, 100, 2},
    SettingRange{"variant_share", false, 0, 1, 0.25},
    SettingRange{"word_dropout", false, 0, 0.9, 0.1},
    SettingRange{"dropout", false, 0, 0.95, 0.5},
    SettingRange{"embedding_size", true, 8, 4'096, 128},
    SettingRange{"filters", true, 8, 4'096, 128},
    SettingRange{"hidden_size", true, 8, 4'096, 128},
    SettingRange{"num_layers", true, 1, 2, 1},
    SettingRange{"head_size", true, 0, 4'096, 0},
    SettingRange{"num_hidden_layers", true, 0, 1'000, 0}, // 0: half of the teacher's
};

constexpr std::array kOther = {
    SettingRange{"k", true, 1, 1'000, 10},
    SettingRange{"C", false, 1e-6, 1e9, 1},
};

constexpr double kLeastFullSteps = 200;     // 3 epochs of 2,100 rows in batches of 32
constexpr double kFullStepsALabel = 8;      // 77 labels of 3,200 rows are not learnt in 3 epochs, 300 steps

} // namespace

std::span<const SettingRange> trainingRanges() { return kTraining; }
std::span<const SettingRange> distillationRanges() { return kDistillation; }
std::span<const SettingRange> otherRanges() { return kOther; }

const SettingRange& settingRange(std::string_view key) {
    for (const std::span<const SettingRange> ranges : {distillationRanges(), otherRanges()}) {
        const auto found = std::find_if(ranges.begin(), ranges.end(), [key](const SettingRange& range) { return range.key == key; });
        if (found != ranges.end())
            return *found;
    }
    throw Error(ErrorCode::Internal, "no method has a setting '" + std::string(key) + "'");
}

double epochsByMethod(std::string_view method, std::int64_t rows, std::int64_t labels, std::int64_t batchSize, std::string_view student) {
    const StudentKind* const kind = method == "soft" ? studentChoice(student).kind : nullptr;
    const double usual = kind ? kind->epochs : trainingRanges().front().otherwise;
    const std::int64_t stepsPerEpoch = (rows + batchSize - 1) / batchSize;
    const double least = kind ? kind->least_steps : std::max(kLeastFullSteps, kFullStepsALabel * static_cast<double>(labels));
    return std::max(usual, std::ceil(least / static_cast<double>(stepsPerEpoch)));
}

} // namespace triptych
