#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace triptych {

class Workspace;

/// A model that can be named: one of the workspace, or one of this user's data folder that it does not hide.
struct ListedModel {
    std::string name;
    std::filesystem::path folder; ///< absolute
    std::string kind;             ///< as the workspace has it, "missing" if its folder is gone; empty for one of the data folder
    std::string run;              ///< that made it; empty if it was imported or fetched
    bool shared = false;          ///< of the data folder
};
/// Those of the workspace first, then by name. A null workspace has none.
std::vector<ListedModel> listModels(const Workspace* workspace);

struct RemovedModel {
    std::filesystem::path folder;
    bool deleted = false; ///< what a run made stays with the run, what lies elsewhere stays there
};
/// Takes a model out of the workspace, else out of the data folder. Throws Error{NotFound | InvalidArgument | Io}.
RemovedModel removeModel(Workspace* workspace, const std::string& name);

} // namespace triptych
