#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace triptych {

class Workspace;

struct FoundModel {
    std::string name;           ///< as given; of a path the folder's name, or the file's without its ending
    std::filesystem::path path; ///< absolute and existing: a folder, or a GGUF file that was named by its path
};

/// Wherever a model is named: the workspace's models first (a null workspace has none), then
/// dataFolder()/models/<name>; what holds a slash is the path of a folder or of a GGUF file. Throws Error{NotFound} naming the places,
/// {InvalidInput} for another file, {InvalidArgument} for what can be neither.
FoundModel resolveModel(const Workspace* workspace, std::string_view nameOrPath);

/// Throws Error{InvalidArgument} unless `name` can name a model: as checkObjectName(), at most 100 bytes.
void checkModelName(std::string_view name);

} // namespace triptych
