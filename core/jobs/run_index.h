#pragma once

#include "jobs/run_directory.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

class Workspace;

/// What somebody asks for; registerRun turns it into a complete, frozen run. For an ingest see knowledge_runs.h.
struct RunRequest {
    std::string kind;    ///< "train", "distill", "evaluate"
    std::string method;  ///< as RunSpec::method
    std::string dataset; ///< name in the workspace
    std::map<std::string, std::string> models; ///< role ("base", "teacher", "model") -> name or path
    Json settings = Json::object(); ///< evaluate: "split" names the rows, "test" if absent
    std::string out;     ///< name of what is made; empty: none
    std::string title;   ///< empty: "<method> · <dataset>"
    std::uint64_t seed = 13;
    int threads = 2;
};

/// Writes runs/<id>/ with the frozen rows and the spec, and the run's record in the workspace, which is first
/// brought up to date with its other runs. A split without rows has no input file. Throws Error{NotFound} for an
/// unknown data set or model, {AlreadyExists} if `out` (or `<out>-control` of a distillation) is the name of a
/// model of the workspace or of this user, or is kept for a run that has not ended, {InvalidInput} if the data
/// set lacks the rows that the method needs; nothing is left behind then.
RunDirectory registerRun(Workspace& workspace, const RunRequest& request);

/// What indexRun found and did.
struct IndexOutcome {
    RunStatus status;
    std::vector<std::string> problems; ///< sentences; e.g. the name of the result is taken by another model
};

/// Brings the workspace up to date with a run: state, metric events, and once it is done its result and
/// the models it made; of an ingest's lists of documents how long they are. By event number, so any number of supervisors may do it, in any order, again and
/// again. A run made elsewhere gets its record here. Give the follower that watches the run to read
/// only what is new; events that were polled before and not indexed are read again.
IndexOutcome indexRun(Workspace& workspace, RunFollower& follower);
IndexOutcome indexRun(Workspace& workspace, const RunDirectory& run);

/// indexRun for every run in the workspace's folder, oldest first; what ended unwatched gets its model's name
/// here. Returns sentences on what could not be done.
std::vector<std::string> indexAllRuns(Workspace& workspace);

/// `wish`, else "wish-2", "wish-3", ...: a name that registerRun takes for what a run makes and for its control.
/// A wish that checkModelName would refuse is changed as little as it takes.
std::string freeModelName(const Workspace& workspace, const std::string& wish);

/// Deletes the folder of a run with all it made, its record and the names of its models. Throws Error{Busy} while
/// a worker is at it; {Io} if the folder cannot be removed, and the records stay.
void removeRun(Workspace& workspace, const RunDirectory& run);

/// runs/<id> of a workspace. Throws Error{NotFound} naming the id; an id with a slash is one too.
RunDirectory findRun(const Workspace& workspace, std::string_view id);

} // namespace triptych
