#include "jobs/knowledge_bases.h"

#include "base/error.h"
#include "knowledge/knowledge_store.h"
#include "storage/workspace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace triptych {

namespace fs = std::filesystem;

std::vector<std::string> knowledgeBaseNames(const Workspace& workspace) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(workspace.folder() / "knowledge", error), end; !error && it != end; it.increment(error)) {
        if (KnowledgeStore::exists(it->path()))
            names.push_back(it->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

fs::path findKnowledgeBase(const Workspace& workspace, std::string_view name) {
    checkKnowledgeBaseName(name);
    const fs::path folder = workspace.folder() / "knowledge" / name;
    if (KnowledgeStore::exists(folder))
        return folder;
    const std::vector<std::string> names = knowledgeBaseNames(workspace);
    throw Error(ErrorCode::NotFound, fmt::format("there is no knowledge base '{}' in the workspace", name),
                names.empty() ? "`triptych-cli kb create` makes one." : fmt::format("There is {}.", fmt::join(names, ", ")));
}

} // namespace triptych
