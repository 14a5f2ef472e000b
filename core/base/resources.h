#pragma once

#include <filesystem>
#include <string_view>

namespace triptych {

/// A file or folder of the product's own resources ("decision_tree.json", "demo"), looked for in
/// $TRIPTYCH_RESOURCES, in share/triptych beside the installed bin folder, and in the checkout that holds
/// the build. Throws Error{NotFound} naming the resource and those places.
std::filesystem::path resourcePath(std::string_view name);

/// Folder of the running executable.
std::filesystem::path executableFolder();

/// $TRIPTYCH_DATA_DIR, else $XDG_DATA_HOME/triptych, else ~/.local/share/triptych. Not created here.
std::filesystem::path dataFolder();

} // namespace triptych
