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

/// resumeRun with the engine of this installation; its errors as WorkFailed.
void resume(const RunDirectory& run);

/// Starts a worker on the run and waits until it ends, with its progress and log on the terminal; then the
/// workspace is up to date with it. Ctrl+C cancels the run cooperatively. Throws the run's own Error as
/// WorkFailed if it failed, {Cancelled} if it was cancelled, {WorkerDied} with the end of worker.log if the
/// worker vanished, {AlreadyExists} if the name of its model went to another one meanwhile.
/// At the deadline the run is cancelled and comes back as such.
SupervisedRun superviseRun(const CliContext& context, Workspace& workspace, const RunDirectory& run, Deadline deadline = {});

/// For commands that wait for a result. Throws WorkFailed if somebody else paused the run.
void requireDone(const SupervisedRun& run);

/// Brings the workspace up to date with every run in its folder, see indexAllRuns in run_index.h.
void indexAllRuns(const CliContext& context, Workspace& workspace);

/// The workspace, up to date with its runs: what commands that look at jobs or at models by name open.
Workspace openIndexed(const CliContext& context);
/// The same for commands that need no workspace: none if there is none, and one that cannot be opened is none
/// with a warning.
std::optional<Workspace> findIndexed(const CliContext& context);

/// What speaks against a base model for a data set, an array of sentences; said on stderr too.
Json warningsOf(const CliContext& context, const Workspace& workspace, const std::string& dataset, const std::string& base);

/// The document of train, distill and eval: the run's id and state, and what its result says.
Json runDocument(const SupervisedRun& run, const std::string& model);
/// The same for people.
std::string runText(const SupervisedRun& run, const std::string& model);

} // namespace triptych
