#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace triptych {

class Workspace;

struct FoundModel {
    std::string name;             ///< as given; the folder's name if a path was given
    std::filesystem::path folder; ///< absolute and existing
};

/// Wherever a model is named: the workspace's models first (a null workspace has none), then
/// dataFolder()/models/<name>; what holds a slash is a path. Throws Error{NotFound} naming the places.
FoundModel resolveModel(const Workspace* workspace, std::string_view nameOrPath);

/// Throws Error{InvalidArgument} unless `name` can name a model: not empty, no slash, no control
/// character, no leading dot or dash, at most 100 bytes.
void checkModelName(std::string_view name);

} // namespace triptych
