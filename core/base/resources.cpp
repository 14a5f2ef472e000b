#include "base/resources.h"

#include "base/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace triptych {

namespace fs = std::filesystem;

namespace {

const char* environment(const char* name) {
    const char* value = std::getenv(name);
    return value && *value ? value : nullptr;
}

} // namespace

fs::path executableFolder() {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::current_path(error) : self.parent_path();
}

std::vector<std::string> programCommand(const char* variable, std::string_view program) {
    std::istringstream words{std::string(environment(variable) ? environment(variable) : "")};
    std::vector<std::string> command;
    for (std::string word; words >> word;)
        command.push_back(word);
    if (command.empty())
        command.push_back((executableFolder() / program).string());
    return command;
}

fs::path resourcePath(std::string_view name) {
    std::vector<fs::path> folders;
    if (const char* named = environment("TRIPTYCH_RESOURCES"))
        folders.emplace_back(named);
    folders.push_back(executableFolder() / "../share/triptych");
    folders.push_back(executableFolder() / "../../../resources");
    std::vector<std::string> tried;
    for (const fs::path& folder : folders) {
        std::error_code error;
        if (fs::exists(folder / name, error)) {
            const fs::path found = fs::weakly_canonical(folder / name, error);
            return error ? folder / name : found;
        }
        tried.push_back(folder.lexically_normal().string());
    }
    throw Error(ErrorCode::NotFound, fmt::format("the resource '{}' is in none of: {}", name, fmt::join(tried, ", ")),
                "Set TRIPTYCH_RESOURCES to the resources folder of the Triptych sources.");
}

fs::path dataFolder() {
    if (const char* named = environment("TRIPTYCH_DATA_DIR"))
        return named;
    if (const char* shared = environment("XDG_DATA_HOME"))
        return fs::path(shared) / "triptych";
    const char* home = environment("HOME");
    return fs::path(home ? home : "/") / ".local/share/triptych";
}

} // namespace triptych
