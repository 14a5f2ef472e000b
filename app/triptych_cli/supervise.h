#pragma once

#include "cli_context.h"

#include "jobs/run_directory.h"
#include "jobs/run_index.h"

#include <chrono>
#include <optional>
#include <string>

namespace triptych {

/// How a run that a command waited for came out.
struct SupervisedRun {
    std::string id;
    RunState state = RunState::Queued; ///< Done, Paused, or Cancelled by the deadline
    Json result; ///< of a run that is done, else null
};

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

/// Starts a worker on the run and waits until it ends, with its progress and log on the terminal; then the
/// workspace is up to date with it. Ctrl+C cancels the run cooperatively. Throws the run's own Error if it
/// failed, {Cancelled} if it was cancelled, {WorkerDied} with the end of worker.log if the worker vanished.
/// At the deadline the run is cancelled and comes back as such.
SupervisedRun superviseRun(const CliContext& context, Workspace& workspace, const RunDirectory& run, Deadline deadline = {});

/// Brings the workspace up to date with every run in its folder.
void indexAllRuns(const CliContext& context, Workspace& workspace);

/// The document of train, distill and eval: the run's id and state, and what its result says.
Json runDocument(const SupervisedRun& run, const std::string& model);
/// The same for people.
std::string runText(const SupervisedRun& run, const std::string& model);

} // namespace triptych
