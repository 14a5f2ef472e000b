#include "formats/safetensors_set.h"

#include "base/error.h"
#include "base/json.h"
#include "formats/printable_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr std::uintmax_t kMaxIndexBytes = 100'000'000;
constexpr std::array kPickled = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"};

[[noreturn]] void failIndex(std::string_view source, const std::string& what) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {}", source, what),
                "The index is damaged or does not belong to these files; copy the whole folder again from where it came.");
}

/// A plain parse would let the last of two equal names win.
void refuseEqualNames(std::string_view text, std::string_view source) {
    std::vector<std::set<std::string>> seen;
    const auto watch = [&](int, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start)
            seen.emplace_back();
        else if (event == Json::parse_event_t::object_end)
            seen.pop_back();
        else if (event == Json::parse_event_t::key && !seen.back().insert(value.get<std::string>()).second)
            failIndex(source, fmt::format("'{}' stands there twice", printableName(value.get<std::string>())));
        return true;
    };
    [[maybe_unused]] const Json unused = Json::parse(text.begin(), text.end(), watch);
}

bool staysInFolder(const std::string& name) {
    const fs::path path = fs::path(name).lexically_normal();
    return !name.empty() && name.find('\0') == std::string::npos && path.is_relative() && path.has_filename() && *path.begin() != ".." && path != ".";
}

[[noreturn]] void refuseFolder(const fs::path& folder) {
    std::vector<fs::path> pickled;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (std::find(kPickled.begin(), kPickled.end(), entry.path().extension().string()) != kPickled.end() && entry.is_regular_file())
            pickled.push_back(entry.path());
    }
    if (pickled.empty()) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' holds no {}", folder.string(), kSingle),
                    "Name a Hugging Face model folder with safetensors weights.");
    }
    // Training arguments are pickled too and the least helpful to name.
    const fs::path& named = *std::min_element(pickled.begin(), pickled.end(), [](const fs::path& a, const fs::path& b) {
        const auto rank = [](const fs::path& path) { return std::pair(path.filename() == "training_args.bin", path); };
        return rank(a) < rank(b);
    });
    throw Error(ErrorCode::Unsupported, fmt::format("'{}' holds pickled weights; reading them can run a program hidden in the file", named.string()),
                "Convert them where you trust the file, in Python: AutoModel.from_pretrained(folder).save_pretrained(new_folder, "
                "safe_serialization=True), and take the new folder.");
}

} // namespace

bool hasSafetensors(const fs::path& folder) { return fs::exists(folder / kSingle) || fs::exists(folder / kIndex); }

std::map<std::string, std::string> parseSafetensorsIndex(std::string_view text, std::string_view source) {
    const Json index = parseJson(text, source);
    refuseEqualNames(text, source);
    const auto found = index.is_object() ? index.find("weight_map") : index.end();
    if (found == index.end() || !found->is_object())
        failIndex(source, "'weight_map' is missing or is not an object");
    if (found->empty())
        failIndex(source, "'weight_map' is empty");
    std::map<std::string, std::string> shards;
    for (const auto& [name, shard] : found->items()) {
        if (!shard.is_string())
            failIndex(source, fmt::format("the shard of '{}' must be a string", printableName(name)));
        const std::string path = shard.get<std::string>();
        if (!staysInFolder(path))
            failIndex(source, fmt::format("'{}' lies in '{}', which is no path inside the model's folder", printableName(name), printableName(path)));
        shards.emplace(name, fs::path(path).lexically_normal().string());
    }
    return shards;
}

fs::path safetensorsIn(const fs::path& folder) {
    if (!hasSafetensors(folder))
        refuseFolder(folder);
    return folder / (fs::exists(folder / kSingle) ? kSingle : kIndex);
}

SafetensorsSet::SafetensorsSet(const fs::path& path) : m_source(fs::is_directory(path) ? safetensorsIn(path) : path) {
    if (m_source.extension() != ".json") {
        add(m_source);
        return;
    }
    const std::map<std::string, std::string> shardOf = parseSafetensorsIndex(readFile(m_source, kMaxIndexBytes), m_source.string());
    std::set<std::string> shards;
    for (const auto& [name, shard] : shardOf)
        shards.insert(shard);
    std::map<std::string, std::size_t> fileOf;
    for (const std::string& shard : shards) {
        const fs::path file = m_source.parent_path() / shard;
        if (!fs::exists(file)) {
            throw Error(ErrorCode::NotFound, fmt::format("'{}' names the shard '{}', which is not there", m_source.string(), file.string()),
                        "Copy all files of the model into one folder.");
        }
        fileOf[shard] = m_files.size();
        add(file);
    }
    for (const auto& [name, shard] : shardOf) {
        const std::size_t file = fileOf.at(shard);
        if (!m_files[file].tensors().contains(name))
            failIndex(m_source.string(), fmt::format("the shard '{}' lacks the tensor '{}'", m_paths[file].string(), printableName(name)));
    }
}

void SafetensorsSet::add(const fs::path& file) {
    m_files.emplace_back(file);
    m_paths.push_back(file);
    for (const auto& [name, view] : m_files.back().tensors()) {
        if (!m_tensors.emplace(name, view).second)
            failIndex(m_source.string(), fmt::format("the tensor '{}' of the shard '{}' is in another shard too", printableName(name), file.string()));
    }
}

const TensorView& SafetensorsSet::tensor(std::string_view name) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        throw Error(ErrorCode::NotFound, fmt::format("'{}' has no tensor '{}'", m_source.string(), printableName(name)));
    return found->second;
}

std::uintmax_t SafetensorsSet::bytes() const {
    std::uintmax_t total = 0;
    for (const fs::path& path : m_paths)
        total += sizeOnDisk(path);
    return total;
}

} // namespace triptych
