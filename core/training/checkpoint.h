#pragma once

#include "base/json.h"
#include "models/bert.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace triptych {

struct Checkpoint {
    std::int64_t step = 0;
    NamedTensors tensors; ///< float32 and int64
    Json state;           ///< what is not a tensor
};

/// checkpoints/step-N, each whole or not there: written under another name, then renamed; a description with the
/// hash of the tensors' file tells a torn one.
class CheckpointFolder {
public:
    explicit CheckpointFolder(std::filesystem::path path) : m_path(std::move(path)) {}

    /// Writes step-N in place of one of that name, then removes all but the last two and `best`. Throws Error{Io}.
    void write(const Checkpoint& checkpoint, std::optional<std::int64_t> best = {}) const;
    /// The newest one that is whole. Others are passed over.
    std::optional<Checkpoint> newest() const;
    /// Throws Error{NotFound | Corrupt} naming the folder.
    Checkpoint read(std::int64_t step) const;
    std::vector<std::int64_t> steps() const; ///< ascending, by name alone

private:
    std::filesystem::path folderOf(std::int64_t step) const;
    std::filesystem::path m_path;
};

} // namespace triptych
