#include "prediction/base_encoder.h"

#include "base/error.h"
#include "base/resources.h"
#include "formats/safetensors_set.h"
#include "models/lora_adapter.h"
#include "prediction/vector_file.h"
#include "text/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr float kLeastLength = 1e-12f; // as the Normalize module has it

bool hasWeights(const fs::path& folder) { return hasSafetensors(folder) || isAdapterFolder(folder); }

/// Of an adapter its base's too.
std::vector<SafetensorsSet> weightsOf(const fs::path& folder) {
    std::vector<SafetensorsSet> sets;
    sets.emplace_back(baseFolder(folder));
    if (isAdapterFolder(folder))
        sets.emplace_back(folder / "adapter_model.safetensors");
    return sets;
}

std::uintmax_t weightBytes(const fs::path& folder) {
    std::uintmax_t bytes = 0;
    for (const SafetensorsSet& weights : weightsOf(folder))
        bytes += weights.bytes();
    return bytes;
}

} // namespace

Json baseOfEncoder(const std::string& name, const fs::path& folder) {
    return {{"name", name}, {"path", fs::absolute(folder).lexically_normal().string()}, {"weights_bytes", weightBytes(folder)}};
}

fs::path baseEncoderFolder(const Json& base, const fs::path& artefact) {
    const JsonFields fields(base, (artefact / "triptych.json").string(), "base");
    const std::string name = fields.string("name");
    fs::path folder = fields.string("path");
    if (!hasWeights(folder) && !name.empty() && name.find('/') == std::string::npos)
        folder = dataFolder() / "models" / name;
    if (!hasWeights(folder)) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' needs the encoder '{}', which is neither at '{}' nor at '{}'", artefact.string(), name,
                                                     fields.string("path"), folder.string()),
                    "Put the encoder's folder back, or import it under that name.");
    }
    if (fields.has("weights_bytes") && static_cast<std::uintmax_t>(fields.integer("weights_bytes", 0, INT64_MAX)) != weightBytes(folder)) {
        throw Error(ErrorCode::Corrupt, fmt::format("'{}' was made with another encoder than the one at '{}'", artefact.string(), folder.string()),
                    "Run the job again with the encoder that is there now.");
    }
    return folder;
}

std::unique_ptr<Encoder> openBaseEncoder(const Json& base, const fs::path& artefact) { return Encoder::open(baseEncoderFolder(base, artefact)); }

std::vector<float> embedUnit(Embedder& embedder, std::span<const std::string> texts, const std::stop_token& stop) {
    std::vector<float> vectors = embedder.embed(texts, stop);
    const auto width = static_cast<std::size_t>(embedder.dimension());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::span<float> row = std::span(vectors).subspan(i * width, width);
        const float length = std::sqrt(dotProduct(row, row));
        for (float& value : row)
            value /= std::max(length, kLeastLength);
    }
    return vectors;
}

std::int64_t parameterCount(const fs::path& folder) {
    std::int64_t count = 0;
    for (const SafetensorsSet& weights : weightsOf(folder)) {
        for (const auto& [unused, view] : weights.tensors()) {
            // Whole numbers are positions, not weights.
            if (view.dtype == DType::F32 || view.dtype == DType::F16 || view.dtype == DType::BF16 || view.dtype == DType::F64)
                count += static_cast<std::int64_t>(view.data.size() / dtypeSize(view.dtype));
        }
    }
    return count;
}

} // namespace triptych
