#include "knowledge/index_presets.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace triptych {

namespace {

constexpr HnswSettings settingsOf(int M, int ef_construction, int ef) {
    HnswSettings settings;
    settings.M = M;
    settings.ef_construction = ef_construction;
    settings.ef = ef;
    return settings;
}

constexpr std::array<IndexPreset, 3> kPresets = {{
    {"fast", settingsOf(12, 120, 64), 0.94},
    {"balanced", HnswSettings(), 0.99},
    {"thorough", settingsOf(32, 400, 320), 0.999},
}};

} // namespace

std::span<const IndexPreset> indexPresets() { return kPresets; }

std::vector<std::string> indexPresetNames() {
    std::vector<std::string> names;
    for (const IndexPreset& preset : kPresets)
        names.emplace_back(preset.name);
    return names;
}

const IndexPreset& indexPreset(std::string_view name) {
    const auto found = std::find_if(kPresets.begin(), kPresets.end(), [&](const IndexPreset& preset) { return preset.name == name; });
    if (found == kPresets.end()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("there are no settings of a vector index called '{}'", name),
                    fmt::format("Choose one of {}.", fmt::join(indexPresetNames(), ", ")));
    }
    return *found;
}

std::int64_t indexBytesPerChunk(const HnswSettings& settings, int dimension) {
    const std::int64_t vector = (static_cast<std::int64_t>(vectorBytes(settings.format, static_cast<std::size_t>(dimension))) + 3) / 4 * 4;
    const std::int64_t lowest = 4 + 8 * std::int64_t{settings.M} + 8;
    // One chunk in M is on a further layer, one in M² on two: 1 / (M - 1) layers a chunk.
    const std::int64_t further = (4 + 4 * std::int64_t{settings.M}) / (settings.M - 1);
    constexpr std::int64_t kBookkeeping = 4 + 8 + 2 + 8; // its layers, where they lie, the mark of a visit, the chunk's id
    return vector + lowest + further + kBookkeeping;
}

HnswSettings indexSettings(const Json& baseSettings, VectorFormat format) {
    HnswSettings settings = indexPreset(baseSettings.value("index", std::string(kDefaultIndexPreset))).settings;
    settings.format = format;
    return settings;
}

Json indexInfo(const Json& baseSettings, int dimension, VectorFormat format, std::int64_t chunks) {
    const std::string name = baseSettings.value("index", std::string(kDefaultIndexPreset));
    const HnswSettings settings = indexSettings(baseSettings, format);
    const bool exact = chunks < settings.exact_below;
    const std::int64_t each = indexBytesPerChunk(settings, dimension);
    return {{"preset", name},
            {"M", settings.M},
            {"ef_construction", settings.ef_construction},
            {"ef", settings.ef},
            {"exact_below", settings.exact_below},
            {"int8", format == VectorFormat::Int8},
            {"expected_recall", indexPreset(name).expected_recall},
            {"bytes_per_chunk", each},
            {"bytes", exact ? 0 : each * chunks},
            {"exact", exact}};
}

std::string indexText(const Json& info) {
    std::string text = fmt::format("vector index '{}' (M {}, ef_construction {}, ef {}){}, {} bytes a chunk, ", info.at("preset").get<std::string>(), info.at("M").get<int>(),
                                   info.at("ef_construction").get<int>(), info.at("ef").get<int>(), info.at("int8").get<bool>() ? ", 8 bits a value" : "",
                                   info.at("bytes_per_chunk").get<std::int64_t>());
    if (info.at("exact").get<bool>())
        text += fmt::format("not used below {} chunks: every vector is compared\n", info.at("exact_below").get<std::int64_t>());
    else
        text += fmt::format("{:.1f} MB, recall@10 about {}\n", info.at("bytes").get<double>() / 1e6, info.at("expected_recall").get<double>());
    return text;
}

} // namespace triptych
