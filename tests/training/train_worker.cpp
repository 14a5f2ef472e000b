// Runs one training job of a run directory, as triptych-engine does, and dies by SIGKILL at a given step.

#include "base/error.h"
#include "distillation/jobs.h"
#include "jobs/job_runner.h"
#include "training/jobs.h"

#include <ATen/Parallel.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace triptych;

namespace {

/// Counts the polls, one a step, and kills the process at the given one.
class Mortal final : public JobContext {
public:
    Mortal(JobContext& context, int steps) : m_context(context), m_left(steps) {}
    const RunSpec& spec() const override { return m_context.spec(); }
    const RunDirectory& directory() const override { return m_context.directory(); }
    std::stop_token stop() const override { return m_context.stop(); }
    ProgressSink& progress() override { return m_context.progress(); }
    bool resumed() const override { return m_context.resumed(); }
    RunControl poll() override {
        if (m_left-- == 0)
            ::kill(::getpid(), SIGKILL);
        return m_context.poll();
    }

private:
    JobContext& m_context;
    int m_left;
};

} // namespace

/// train_worker DIR [STEPS BEFORE DEATH]
int main(int argc, char** argv) {
    if (argc < 2)
        return 2;
    try {
        at::set_num_threads(RunDirectory(argv[1]).spec().threads);
        PredictorRegistry predictors;
        registerTrainingPredictors(predictors);
        registerDistillationPredictors(predictors);
        JobRegistry jobs;
        registerTrainingJobs(jobs, predictors);
        registerDistillationJobs(jobs, predictors);
        if (argc > 2) {
            for (auto& [key, job] : jobs) {
                job = [inner = job, steps = std::atoi(argv[2])](JobContext& context) {
                    Mortal mortal(context, steps);
                    return inner(mortal);
                };
            }
        }
        return runJob(argv[1], jobs);
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
