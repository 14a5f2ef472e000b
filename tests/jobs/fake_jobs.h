#pragma once

#include "jobs/job_runner.h"

#include <filesystem>

/// Jobs that count instead of learning: each step adds to a number, a checkpoint holds step and number.
namespace triptych::test {

/// "train/count" (settings: steps, step_ms, checkpoint_every), "train/fail", "train/alloc", "train/odd",
/// "train/quiet" (settings: ms; waits without a word), "train/deaf" (hears neither cancel nor SIGTERM).
JobRegistry fakeJobs();
RunSpec fakeSpec(const std::string& id, const std::string& method, const Json& settings = Json::object());
/// What an unbroken "count" of so many steps ends with.
std::uint64_t expectedSum(std::int64_t steps);

} // namespace triptych::test
