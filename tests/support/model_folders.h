#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace triptych {

/// Folder of a starter model where this machine has it: $TRIPTYCH_DATA_DIR, $XDG_DATA_HOME/triptych or
/// ~/.local/share/triptych, then models/<name>. Tests skip, saying so, without it.
inline std::optional<std::filesystem::path> starterModel(const std::string& name) {
    namespace fs = std::filesystem;
    fs::path data;
    if (const char* folder = std::getenv("TRIPTYCH_DATA_DIR"); folder && *folder)
        data = folder;
    else if (const char* xdg = std::getenv("XDG_DATA_HOME"); xdg && *xdg)
        data = fs::path(xdg) / "triptych";
    else if (const char* home = std::getenv("HOME"))
        data = fs::path(home) / ".local/share/triptych";
    const fs::path folder = data / "models" / name;
    if (data.empty() || !fs::exists(folder / "config.json"))
        return std::nullopt;
    return folder;
}

} // namespace triptych
