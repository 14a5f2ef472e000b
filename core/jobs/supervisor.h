#pragma once

#include "jobs/run_directory.h"

#include <filesystem>
#include <string>
#include <vector>

namespace triptych {

/// Starts `<launcher...> <engine> run DIR` in a session of its own, so that it outlives its starter.
/// stdout and stderr go to DIR/worker.log. Returns the process id. Throws Error{NotFound | Io}.
std::int64_t startWorker(const std::vector<std::string>& engineCommand, const RunDirectory& run);

/// Cooperative first (control.json), SIGTERM after `graceSeconds`, SIGKILL after twice that. Blocks until
/// the worker is gone. A run that nobody works on is marked cancelled. Only this host's workers get signals;
/// one elsewhere that does not end within three times graceSeconds gives Error{Busy}.
void cancelRun(const RunDirectory& run, double graceSeconds = 5.0);

/// Asks for Continue and starts a worker, unless one is at work already. A run that was cancelled or failed
/// may go on too, from its last checkpoint. Throws Error{InvalidArgument} for one that is done.
void resumeRun(const std::vector<std::string>& engineCommand, const RunDirectory& run);

/// All run directories below a folder, oldest first; what has no readable spec.json is skipped.
std::vector<RunDirectory> listRuns(const std::filesystem::path& runsFolder);

/// The engine's command: $TRIPTYCH_ENGINE (may hold a launcher, split at blanks), else triptych-engine
/// beside the running executable.
std::vector<std::string> defaultEngineCommand();

} // namespace triptych
