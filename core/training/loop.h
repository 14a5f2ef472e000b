#pragma once

#include "jobs/job_runner.h"
#include "models/bert.h"
#include "training/settings.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace triptych {

struct StepReport {
    double loss = 0;
    double gradientNorm = 0;
};

struct DevReport {
    double loss = 0;
    double accuracy = 0;
};

/// What the loop trains. Everything random in a step is a function of the seed and the step, so that weights,
/// moments and the number of the step are the whole state.
class Learner {
public:
    virtual ~Learner() = default;
    /// One optimizer step, `step` from 0, on these training rows. A loss or norm that is not finite must leave the
    /// weights as they were.
    virtual StepReport learn(std::int64_t step, std::span<const std::int64_t> rows, double learningRate) = 0;
    /// On the dev rows; empty if there are none.
    virtual std::optional<DevReport> evaluateDev(const std::stop_token& stop) = 0;
    /// Weights and moments. restore() is the inverse.
    virtual NamedTensors state() const = 0;
    virtual void restore(const NamedTensors& state, std::int64_t step) = 0;
};

struct LoopOptions {
    TrainSettings settings;
    std::int64_t rows = 0;
    std::uint64_t seed = 0;
    std::filesystem::path checkpoints; ///< folder of this loop alone
    std::string stage = "train";       ///< of its progress
    std::string prefix;                ///< of its metrics: "", "control_"
};

struct LoopResult {
    std::int64_t steps = 0;
    double seconds = 0;      ///< in steps alone, over all resumes
    double totalSeconds = 0; ///< with looks at the dev rows and checkpoints
    double examples = 0;
    std::optional<std::int64_t> bestStep; ///< chosen by the dev rows
    std::optional<DevReport> best;
};

/// Trains to the end, or until the dev rows stop getting better (early_stopping_patience), from the newest whole checkpoint if there is one. Polls, reports, checkpoints, evaluates on
/// the dev rows and ends with the best weights by dev accuracy (then loss), or with the last without dev rows.
/// Throws Error{Cancelled}, PauseRequested after a checkpoint, and Error{InvalidArgument} if the loss is no longer finite.
LoopResult trainLoop(Learner& learner, const LoopOptions& options, JobContext& context);

/// The rows of one step: a seeded order of its own for every epoch, the last batch may be short.
std::vector<std::int64_t> batchRows(std::int64_t step, std::int64_t rows, std::int64_t batchSize, std::uint64_t seed);

} // namespace triptych
