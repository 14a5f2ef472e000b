#include "jobs/model_lookup.h"

#include "base/error.h"
#include "base/resources.h"
#include "datasets/object_name.h"
#include "jobs/endpoint.h"
#include "storage/workspace.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestName = 100; // bytes; files that are made on the way to a model have longer ones

bool isFolder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

bool isGgufFile(const fs::path& path) {
    std::error_code ignored;
    return path.extension() == ".gguf" && fs::is_regular_file(path, ignored);
}

FoundModel modelAt(const std::string& name) {
    fs::path path = fs::absolute(name).lexically_normal();
    if (!path.has_filename())
        path = path.parent_path();
    if (isGgufFile(path))
        return {path.stem().string(), path};
    std::error_code ignored;
    if (!fs::exists(path, ignored))
        throw Error(ErrorCode::NotFound, fmt::format("there is no model '{}'", path.string()), "Check that the path is spelt right.");
    if (!isFolder(path))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is neither a model folder nor a GGUF file", path.string()), "Name the folder that the file lies in.");
    return {path.filename().string(), path};
}

} // namespace

FoundModel resolveModel(const Workspace* workspace, std::string_view nameOrPath) {
    const std::string name(nameOrPath);
    if (name.find('\0') != std::string::npos || name.empty() || name.size() > 4096)
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' cannot name a model", name.substr(0, 100)));
    if (name.find('/') != std::string::npos)
        return modelAt(name);
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
        const std::vector<std::string> endpoints = workspace ? endpointNames(workspace->folder()) : std::vector<std::string>();
        if (std::find(endpoints.begin(), endpoints.end(), name) != endpoints.end()) {
            throw Error(ErrorCode::NotFound, fmt::format("'{}' is an endpoint, and a model of this machine is needed here", name),
                        "Endpoints are taken by `triptych-cli model generate`, by `model embed` if they give vectors, and by the `endpoint` commands.");
        }
        const bool meansPath = isPlain && (isGgufFile(name) || isFolder(name));
        throw Error(ErrorCode::NotFound, fmt::format("there is no model '{}' in the workspace or in '{}'", name, models.string()),
                    meansPath ? fmt::format("For what lies in the current folder write './{}'.", name)
                              : "`triptych-cli model list` names the models; `./dev models` fetches the starter model.");
    }
    return {name, folder};
}

void checkModelName(std::string_view name) { checkObjectName(name, "model", kLongestName); }

} // namespace triptych
