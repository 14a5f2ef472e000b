#include "prediction/predictor.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr const char* kManifest = "triptych.json";

std::vector<fs::path> artefactFiles(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && entry.path().filename() != kManifest)
            files.push_back(fs::relative(entry.path(), folder));
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

void writeArtefact(const fs::path& folder, const ArtefactInfo& info) {
    Json files = Json::object();
    for (const fs::path& file : artefactFiles(folder))
        files[file.string()] = sha256File(folder / file);
    writeJsonFile(folder / kManifest, {{"version", 1},
                                       {"kind", info.kind},
                                       {"task", info.task},
                                       {"labels", info.labels},
                                       {"base", info.base},
                                       {"provenance", info.provenance},
                                       {"details", info.details},
                                       {"files", files}});
}

ArtefactInfo readArtefact(const fs::path& folder, bool checkHashes) {
    const fs::path manifest = folder / kManifest;
    if (!fs::exists(manifest)) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' holds no {}", folder.string(), kManifest),
                    "Name a folder that Triptych made, or import the model first.");
    }
    const Json value = readJsonFile(manifest, 64u << 20);
    ArtefactInfo info;
    try {
        if (value.at("version").get<int>() != 1) {
            throw Error(ErrorCode::Unsupported, fmt::format("'{}' was written by a newer version", manifest.string()),
                        "Update Triptych, then open it again.");
        }
        info.kind = value.at("kind").get<std::string>();
        info.task = value.at("task").get<std::string>();
        info.labels = value.at("labels").get<std::vector<std::string>>();
        info.base = value.value("base", Json());
        info.provenance = value.value("provenance", Json());
        info.details = value.value("details", Json());
        if (checkHashes) {
            for (const auto& [name, hash] : value.at("files").items()) {
                const fs::path relative = fs::path(name).lexically_normal();
                if (relative.is_absolute() || (!relative.empty() && *relative.begin() == ".."))
                    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' names a file outside its folder: '{}'", manifest.string(), name));
                if (sha256File(folder / relative) != hash.get<std::string>()) {
                    throw Error(ErrorCode::Corrupt, fmt::format("'{}' is not the file that '{}' describes", (folder / relative).string(), manifest.string()),
                                "Copy the folder again from where it came, or run the job again.");
                }
            }
        }
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks a field or has one of the wrong type: {}", manifest.string(), error.what()));
    }
    return info;
}

void PredictorRegistry::add(const std::string& kind, Opener opener) { m_openers[kind] = std::move(opener); }

std::unique_ptr<Predictor> PredictorRegistry::open(const fs::path& folder) const {
    const ArtefactInfo info = readArtefact(folder);
    const auto opener = m_openers.find(info.kind);
    if (opener == m_openers.end()) {
        std::vector<std::string> known;
        for (const auto& [kind, unused] : m_openers)
            known.push_back(kind);
        throw Error(ErrorCode::Unsupported,
                    fmt::format("'{}' is of kind '{}'; this version opens {}", folder.string(), info.kind, fmt::join(known, ", ")));
    }
    return opener->second(folder, info);
}

} // namespace triptych
