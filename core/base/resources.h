#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// A file or folder of the product's own resources ("decision_tree.json", "demo"), looked for in
/// $TRIPTYCH_RESOURCES, in share/triptych beside the installed bin folder, and in the checkout that holds
/// the build. Throws Error{NotFound} naming the resource and those places.
std::filesystem::path resourcePath(std::string_view name);

/// The command of a program of the product: the words of the environment's `variable`, which may hold a launcher, else the
/// program beside the running executable.
std::vector<std::string> programCommand(const char* variable, std::string_view program);

/// Folder of the running executable.
std::filesystem::path executableFolder();

/// $TRIPTYCH_DATA_DIR, else $XDG_DATA_HOME/triptych, else ~/.local/share/triptych. Not created here.
std::filesystem::path dataFolder();

} // namespace triptych
