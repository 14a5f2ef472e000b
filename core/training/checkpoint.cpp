#include "training/checkpoint.h"

#include "base/error.h"
#include "base/files.h"
#include "formats/safetensors.h"
#include "interop/hugging_face.h"

#include <ATen/ops/empty.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr const char* kTensors = "state.safetensors";
constexpr const char* kState = "state.json";
constexpr std::string_view kPrefix = "step-";
constexpr std::size_t kKept = 2;

void syncFolder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        ::fsync(fd);
        ::close(fd);
    }
}

} // namespace

fs::path CheckpointFolder::folderOf(std::int64_t step) const { return m_path / fmt::format("{}{}", kPrefix, step); }

std::vector<std::int64_t> CheckpointFolder::steps() const {
    std::vector<std::int64_t> steps;
    std::error_code error;
    for (fs::directory_iterator it(m_path, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename().string();
        std::int64_t step = 0;
        if (!name.starts_with(kPrefix))
            continue;
        const char* last = name.data() + name.size();
        if (const auto [stop, code] = std::from_chars(name.data() + kPrefix.size(), last, step); code == std::errc() && stop == last)
            steps.push_back(step);
    }
    std::sort(steps.begin(), steps.end());
    return steps;
}

void CheckpointFolder::write(const Checkpoint& checkpoint, std::optional<std::int64_t> best) const {
    const fs::path target = folderOf(checkpoint.step);
    const fs::path temporary = m_path / fmt::format(".{}", target.filename().string());
    try {
        fs::remove_all(temporary);
        fs::create_directories(temporary);
        saveTensors(temporary / kTensors, checkpoint.tensors);
        writeJsonFile(temporary / kState, {{"step", checkpoint.step},
                                           {"sha256", sha256File(temporary / kTensors)},
                                           {"state", checkpoint.state}});
        fs::remove_all(target);
        fs::rename(temporary, target);
        syncFolder(m_path);
        const std::vector<std::int64_t> all = steps();
        for (std::size_t i = 0; i + kKept < all.size(); ++i) {
            if (all[i] != best)
                fs::remove_all(folderOf(all[i]));
        }
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorCode::Io, fmt::format("cannot write the checkpoint '{}': {}", target.string(), error.code().message()),
                    "Free some disk space, then resume the job.");
    }
}

Checkpoint CheckpointFolder::read(std::int64_t step) const {
    const fs::path folder = folderOf(step);
    const Json description = readJsonFile(folder / kState);
    Checkpoint checkpoint;
    try {
        checkpoint.step = description.at("step").get<std::int64_t>();
        checkpoint.state = description.at("state");
        if (checkpoint.step != step || sha256File(folder / kTensors) != description.at("sha256").get<std::string>())
            throw Error(ErrorCode::Corrupt, fmt::format("the checkpoint '{}' is torn", folder.string()));
    } catch (const Json::exception&) {
        throw Error(ErrorCode::Corrupt, fmt::format("the checkpoint '{}' is torn", folder.string()));
    }
    const SafetensorsFile file(folder / kTensors);
    for (const auto& [name, view] : file.tensors()) {
        const auto type = view.dtype == DType::I64 ? at::kLong : at::kFloat;
        at::Tensor tensor = at::empty(view.shape, at::TensorOptions().dtype(type));
        if (static_cast<std::size_t>(tensor.nbytes()) != view.data.size())
            throw Error(ErrorCode::Corrupt, fmt::format("the checkpoint '{}' holds '{}' in a type it was not written in", folder.string(), name));
        if (!view.data.empty())
            std::memcpy(tensor.mutable_data_ptr(), view.data.data(), view.data.size());
        checkpoint.tensors.emplace(name, std::move(tensor));
    }
    return checkpoint;
}

std::optional<Checkpoint> CheckpointFolder::newest() const {
    const std::vector<std::int64_t> all = steps();
    for (auto step = all.rbegin(); step != all.rend(); ++step) {
        try {
            return read(*step);
        } catch (const Error&) {
            // A torn one; an older one is still good.
        }
    }
    return std::nullopt;
}

} // namespace triptych
