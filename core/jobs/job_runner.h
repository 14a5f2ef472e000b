#pragma once

#include "jobs/run_directory.h"

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

namespace triptych {

/// What a job function gets. It reads only directory and models, writes only below directory.
class JobContext {
public:
    virtual ~JobContext() = default;
    virtual const RunSpec& spec() const = 0;
    virtual const RunDirectory& directory() const = 0;
    virtual std::stop_token stop() const = 0; ///< set by cancel, SIGTERM or the supervisor
    virtual ProgressSink& progress() = 0;
    /// Once per step: reads control.json when 100 ms have passed. On Pause the job writes a checkpoint and
    /// throws PauseRequested; a job that cannot pause goes on.
    virtual RunControl poll() = 0;
    /// True if this process continues an earlier one of the same run.
    virtual bool resumed() const = 0;
};

/// Thrown by a job after it has written its checkpoint; the runner records state paused.
struct PauseRequested {};

/// Returns the content of result.json (without "state", which the runner adds).
using JobFunction = std::function<Json(JobContext&)>;
/// Keys "train/full", "distill/soft", ...: kind, slash, method.
using JobRegistry = std::map<std::string, JobFunction>;

/// Runs one job to its end in this process: lock, state events, control polling, SIGTERM as cancel, every
/// exception turned into a recorded failure. Returns 0 done, 1 failed, 130 cancelled, 0 paused too.
/// A resume or cancel that was asked for while a pause was being written is heard: the job goes on at once.
/// A run that is already done returns 0 at once; one whose lock is held by another process throws Error{Busy}.
int runJob(const std::filesystem::path& runDirectory, const JobRegistry& registry);

} // namespace triptych
