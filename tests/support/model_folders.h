#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace triptych {

/// Folder of a starter model where this machine has it: $TRIPTYCH_DATA_DIR, $XDG_DATA_HOME/triptych or
/// ~/.local/share/triptych, then models/<name>, known by its `file`. Tests skip, saying so, without it; where TRIPTYCH_REQUIRE_MODELS
/// is set, as by `./dev test`, they fail.
inline std::optional<std::filesystem::path> starterModel(const std::string& name, const std::string& file = "config.json") {
    namespace fs = std::filesystem;
    fs::path data;
    if (const char* folder = std::getenv("TRIPTYCH_DATA_DIR"); folder && *folder)
        data = folder;
    else if (const char* xdg = std::getenv("XDG_DATA_HOME"); xdg && *xdg)
        data = fs::path(xdg) / "triptych";
    else if (const char* home = std::getenv("HOME"))
        data = fs::path(home) / ".local/share/triptych";
    const fs::path folder = data / "models" / name;
    if (data.empty() || !fs::exists(folder / file)) {
        if (std::getenv("TRIPTYCH_REQUIRE_MODELS"))
            throw std::runtime_error("the model '" + name + "' is not at '" + folder.string() + "'; ./dev models fetches it");
        return std::nullopt;
    }
    return folder;
}

} // namespace triptych
