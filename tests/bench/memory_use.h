#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <string>

namespace triptych {

/// Of /proc/self/smaps_rollup, in bytes: "Pss", "Pss_Anon", "Pss_File", ...
inline std::map<std::string, std::int64_t> memoryUse() {
    std::map<std::string, std::int64_t> use;
    std::ifstream file("/proc/self/smaps_rollup");
    std::string line;
    std::getline(file, line); // the range
    std::string name, unit;
    for (std::int64_t value = 0; file >> name >> value >> unit;)
        use[name.substr(0, name.size() - 1)] = 1024 * value;
    return use;
}

} // namespace triptych
