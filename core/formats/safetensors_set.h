#pragma once

#include "formats/safetensors.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// The weights of a model folder as one set of names: of model.safetensors, or else of the shards that
/// model.safetensors.index.json lists. All shards are mapped and validated, every listed tensor is in its shard, none
/// is in two.
class SafetensorsSet {
public:
    /// A folder, a safetensors file or an index. Throws Error{InvalidInput} naming index, shard and tensor,
    /// {NotFound} for a missing shard and a folder without weights, {Unsupported} naming the file if all that the folder
    /// has are pickled weights.
    explicit SafetensorsSet(const std::filesystem::path& path);

    const std::map<std::string, TensorView, std::less<>>& tensors() const { return m_tensors; }
    const TensorView& tensor(std::string_view name) const; ///< Throws Error{NotFound} naming file and tensor
    /// What to name in messages: the file itself, or the index.
    const std::filesystem::path& source() const { return m_source; }
    std::uintmax_t bytes() const; ///< of all files

private:
    void add(const std::filesystem::path& file);

    std::filesystem::path m_source;
    std::vector<SafetensorsFile> m_files;
    std::vector<std::filesystem::path> m_paths;
    std::map<std::string, TensorView, std::less<>> m_tensors;
};

/// True if SafetensorsSet would find weights in this folder; nothing is read.
bool hasSafetensors(const std::filesystem::path& folder);
/// The file or index that SafetensorsSet reads in this folder. Throws as its constructor where there is none.
std::filesystem::path safetensorsIn(const std::filesystem::path& folder);

/// Which shard, a path relative to the index, has which tensor. Throws Error{InvalidInput} naming source and key: not
/// JSON, a name twice, a path that leaves the folder.
std::map<std::string, std::string> parseSafetensorsIndex(std::string_view text, std::string_view source);

} // namespace triptych
