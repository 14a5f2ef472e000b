#include "training/loop.h"

#include "base/error.h"
#include "base/random.h"
#include "training/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace triptych {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kCheckpointSeconds = 30;
constexpr std::int64_t kPointsOfACurve = 500;

double secondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// Remembers the order of the current epoch.
class Batches {
public:
    Batches(std::int64_t rows, std::int64_t batchSize, std::uint64_t seed)
        : m_rows(rows), m_batchSize(batchSize), m_seed(seed) {}

    std::span<const std::int64_t> at(std::int64_t step) {
        const std::int64_t perEpoch = (m_rows + m_batchSize - 1) / m_batchSize;
        const std::int64_t epoch = step / perEpoch;
        if (epoch != m_epoch) {
            m_order.resize(static_cast<std::size_t>(m_rows));
            std::iota(m_order.begin(), m_order.end(), std::int64_t(0));
            Random random(m_seed ^ Random(static_cast<std::uint64_t>(epoch) + 1).next());
            random.shuffle(std::span(m_order));
            m_epoch = epoch;
        }
        const std::int64_t begin = step % perEpoch * m_batchSize;
        return std::span(m_order).subspan(static_cast<std::size_t>(begin),
                                          static_cast<std::size_t>(std::min(m_batchSize, m_rows - begin)));
    }

private:
    std::int64_t m_rows, m_batchSize;
    std::uint64_t m_seed;
    std::int64_t m_epoch = -1;
    std::vector<std::int64_t> m_order;
};

Json stateOf(const LoopResult& result) {
    Json state = {{"seconds", result.seconds}, {"total_seconds", result.totalSeconds}, {"examples", result.examples}};
    if (result.bestStep)
        state["best"] = {{"step", *result.bestStep}, {"loss", result.best->loss}, {"accuracy", result.best->accuracy}};
    return state;
}

void restoreResult(const Checkpoint& checkpoint, LoopResult& result) {
    result.steps = checkpoint.step;
    result.seconds = checkpoint.state.value("seconds", 0.0);
    result.totalSeconds = checkpoint.state.value("total_seconds", 0.0);
    result.examples = checkpoint.state.value("examples", 0.0);
    if (const auto best = checkpoint.state.find("best"); best != checkpoint.state.end()) {
        result.bestStep = best->at("step").get<std::int64_t>();
        result.best = DevReport{best->at("loss").get<double>(), best->at("accuracy").get<double>()};
    }
}

bool better(const DevReport& a, const DevReport& b) {
    return a.accuracy > b.accuracy || (a.accuracy == b.accuracy && a.loss < b.loss);
}

[[noreturn]] void throwDiverged(const StepReport& report, std::int64_t step, double learningRate, const TrainSettings& settings) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("the training diverged in step {} at a learning rate of {:.3g}: loss {}, gradient norm {}", step + 1,
                            learningRate, report.loss, report.gradientNorm),
                fmt::format("Lower 'learning_rate' (it is {:.3g}; a tenth of it is a good try) and start again. The weights "
                            "from before that step are in the run's last checkpoint.", settings.learning_rate));
}

} // namespace

std::vector<std::int64_t> batchRows(std::int64_t step, std::int64_t rows, std::int64_t batchSize, std::uint64_t seed) {
    Batches batches(rows, batchSize, seed);
    const auto batch = batches.at(step);
    return {batch.begin(), batch.end()};
}

LoopResult trainLoop(Learner& learner, const LoopOptions& options, JobContext& context) {
    const StepPlan plan(options.rows, options.settings);
    const LinearSchedule schedule = plan.schedule;
    const std::int64_t total = schedule.totalSteps;
    const std::int64_t evaluateEvery = options.settings.evaluate_every > 0 ? options.settings.evaluate_every : plan.stepsPerEpoch;
    const std::int64_t curveEvery = std::max<std::int64_t>(1, total / kPointsOfACurve);
    const CheckpointFolder folder(options.checkpoints);
    ProgressSink& progress = context.progress();

    LoopResult result;
    std::int64_t saved = -1;
    if (const auto checkpoint = folder.newest()) {
        learner.restore(checkpoint->tensors, checkpoint->step);
        restoreResult(*checkpoint, result);
        saved = result.steps;
        progress.log(LogLevel::Info, fmt::format("continues from the checkpoint of step {}", result.steps));
    }
    const auto loopBegin = Clock::now();
    const double earlier = result.totalSeconds;
    auto lastCheckpoint = loopBegin;
    const auto checkpoint = [&] {
        if (saved == result.steps)
            return;
        result.totalSeconds = earlier + secondsSince(loopBegin);
        folder.write({result.steps, learner.state(), stateOf(result)}, result.bestStep);
        saved = result.steps;
        lastCheckpoint = Clock::now();
    };

    Batches batches(options.rows, options.settings.batch_size, options.seed);
    progress.progress({result.steps, total, "steps", options.stage});
    // A function of the state alone, so that a resumed run stops where an unbroken one does.
    const auto stoppedEarly = [&] {
        const std::int64_t patience = options.settings.early_stopping_patience;
        return patience > 0 && result.bestStep && result.steps - *result.bestStep >= patience * evaluateEvery;
    };
    while (result.steps < total && !stoppedEarly()) {
        const RunControl control = context.poll();
        throwIfStopped(context.stop());
        if (control == RunControl::Cancel)
            throw Error(ErrorCode::Cancelled, "cancelled");
        if (control == RunControl::Pause) {
            checkpoint();
            throw PauseRequested{};
        }
        const std::int64_t step = result.steps;
        const double rate = schedule.rate(step);
        const auto rows = batches.at(step);
        const auto begin = Clock::now();
        const StepReport report = learner.learn(step, rows, rate);
        result.seconds += secondsSince(begin);
        if (!std::isfinite(report.loss) || !std::isfinite(report.gradientNorm)) {
            checkpoint();
            throwDiverged(report, step, rate, options.settings);
        }
        result.examples += static_cast<double>(rows.size());
        ++result.steps;

        const bool last = result.steps == total;
        if (step % curveEvery == 0 || last) {
            progress.metric(options.prefix + "train_loss", result.steps, report.loss);
            progress.metric(options.prefix + "learning_rate", result.steps, rate);
            progress.metric(options.prefix + "gradient_norm", result.steps, report.gradientNorm);
        }
        if (result.steps % evaluateEvery == 0 || last) {
            if (const auto dev = learner.evaluateDev(context.stop())) {
                progress.metric(options.prefix + "dev_loss", result.steps, dev->loss);
                progress.metric(options.prefix + "dev_accuracy", result.steps, dev->accuracy);
                if (!result.best || better(*dev, *result.best)) {
                    result.best = dev;
                    result.bestStep = result.steps;
                    checkpoint();
                }
            }
        }
        const bool due = options.settings.checkpoint_every > 0 ? result.steps % options.settings.checkpoint_every == 0
                                                               : secondsSince(lastCheckpoint) >= kCheckpointSeconds;
        if (due && !last)
            checkpoint();
        progress.progress({result.steps, total, "steps", options.stage});
    }
    if (result.steps < total) {
        progress.log(LogLevel::Info, fmt::format("stopped early after step {} of {}: the dev rows were best at step {}", result.steps, total, *result.bestStep));
        progress.progress({total, total, "steps", options.stage});
    }
    result.totalSeconds = earlier + secondsSince(loopBegin);
    if (result.bestStep && *result.bestStep != result.steps)
        learner.restore(folder.read(*result.bestStep).tensors, *result.bestStep);
    return result;
}

} // namespace triptych
