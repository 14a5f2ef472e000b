#include "jobs/fake_jobs.h"

#include "base/error.h"
#include "base/random.h"

#include <csignal>
#include <new>
#include <stdexcept>
#include <thread>

namespace triptych::test {

namespace {

void saveCheckpoint(const JobContext& job, std::int64_t step, std::uint64_t sum, const Random& random) {
    std::filesystem::create_directories(job.directory().checkpoints());
    writeJsonFile(job.directory().checkpoints() / "last.json", {{"step", step}, {"sum", sum}, {"random", random.state()}});
}

Json countUp(JobContext& job) {
    const auto steps = job.spec().settings.value("steps", std::int64_t(100));
    const std::chrono::milliseconds pause(job.spec().settings.value("step_ms", 1));
    const auto every = job.spec().settings.value("checkpoint_every", std::int64_t(5));
    Random random(job.spec().seed);
    std::int64_t step = 0;
    std::uint64_t sum = 0;
    const auto file = job.directory().checkpoints() / "last.json";
    if (job.resumed() && std::filesystem::exists(file)) {
        const Json saved = readJsonFile(file);
        step = saved["step"];
        sum = saved["sum"];
        random.setState(saved["random"]);
    }
    while (step < steps) {
        throwIfStopped(job.stop());
        if (job.poll() == RunControl::Pause) {
            saveCheckpoint(job, step, sum, random);
            throw PauseRequested();
        }
        sum += random.below(1'000'000);
        ++step;
        std::this_thread::sleep_for(pause);
        job.progress().progress({step, steps, "steps", "train"});
        job.progress().metric("train_loss", step, 1.0 / static_cast<double>(step));
        if (step % every == 0)
            saveCheckpoint(job, step, sum, random);
    }
    return {{"sum", sum}, {"steps", steps}};
}

Json hearNothing(JobContext& job) {
    std::signal(SIGTERM, SIG_IGN);
    for (std::int64_t i = 1; i <= 60'000; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        job.progress().progress({i, 60'000, "steps", "train"});
    }
    return Json::object();
}

/// Says nothing of itself, so that nothing but the runner writes events.
Json waitForTheEnd(JobContext& job) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(job.spec().settings.value("ms", 8000));
    while (std::chrono::steady_clock::now() < end) {
        throwIfStopped(job.stop());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return Json::object();
}

} // namespace

JobRegistry fakeJobs() {
    return {{"train/count", countUp},
            {"train/quiet", waitForTheEnd},
            {"train/deaf", hearNothing},
            {"train/fail", [](JobContext&) -> Json { throw Error(ErrorCode::InvalidInput, "row 7 of 'a.jsonl' has no label", "Add one."); }},
            {"train/alloc", [](JobContext&) -> Json { throw std::bad_alloc(); }},
            {"train/odd", [](JobContext&) -> Json { throw std::runtime_error("shapes (2, 3) and (4) differ\nframe #0: at::somewhere"); }}};
}

RunSpec fakeSpec(const std::string& id, const std::string& method, const Json& settings) {
    RunSpec spec;
    spec.id = id;
    spec.kind = "train";
    spec.method = method;
    spec.title = method + " · test";
    spec.created = "2026-01-01T00:00:00Z";
    spec.settings = settings;
    return spec;
}

std::uint64_t expectedSum(std::int64_t steps) {
    Random random(RunSpec().seed);
    std::uint64_t sum = 0;
    for (std::int64_t i = 0; i < steps; ++i)
        sum += random.below(1'000'000);
    return sum;
}

} // namespace triptych::test
