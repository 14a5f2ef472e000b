#include "jobs/model_lookup.h"

#include "base/error.h"
#include "base/resources.h"
#include "storage/workspace.h"

#include <fmt/format.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

bool isFolder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

} // namespace

FoundModel resolveModel(const Workspace* workspace, std::string_view nameOrPath) {
    const std::string name(nameOrPath);
    if (name.find('\0') != std::string::npos || name.empty() || name.size() > 4096)
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' cannot name a model", name.substr(0, 100)));
    if (name.find('/') != std::string::npos) {
        fs::path folder = fs::absolute(name).lexically_normal();
        if (!folder.has_filename())
            folder = folder.parent_path();
        if (!isFolder(folder))
            throw Error(ErrorCode::NotFound, fmt::format("there is no model folder '{}'", folder.string()), "Check that the path is spelt right.");
        return {folder.filename().string(), folder};
    }
    if (workspace) {
        if (const auto record = workspace->model(name)) {
            const fs::path folder = fs::absolute(workspace->folder() / record->path).lexically_normal();
            if (!isFolder(folder)) {
                throw Error(ErrorCode::NotFound, fmt::format("the folder '{}' of the model '{}' is gone", folder.string(), name),
                            "Remove the model from the workspace, or put its folder back.");
            }
            return {name, folder};
        }
    }
    const fs::path models = dataFolder() / "models";
    const bool isPlain = name != "." && name != "..";
    const fs::path folder = fs::absolute(models / name);
    if (!isPlain || !isFolder(folder)) {
        throw Error(ErrorCode::NotFound,
                    fmt::format("there is no model '{}' in the workspace or in '{}'", name, models.string()),
                    "`triptych-cli model list` names the models; `./dev models` fetches the starter model.");
    }
    return {name, folder};
}

void checkModelName(std::string_view name) {
    const auto isBad = [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (name.empty() || name.size() > 100 || name.front() == '.' || name.front() == '-' || std::any_of(name.begin(), name.end(), isBad)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' cannot be the name of a model", name),
                    "Use 1 to 100 bytes without slashes and control characters; the first is neither a dot nor a dash.");
    }
}

} // namespace triptych
