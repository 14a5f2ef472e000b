#include "base/error.h"
#include "formats/safetensors.h"
#include "models/bert.h"

#include <ATen/ops/empty.h>

#include <fmt/format.h>

#include <cstring>

namespace triptych {

NamedTensors readWeights(const std::filesystem::path& file, std::string_view prefix) {
    const SafetensorsFile source(file);
    NamedTensors weights;
    for (const auto& [name, view] : source.tensors()) {
        at::ScalarType type;
        switch (view.dtype) {
        case DType::F32: type = at::kFloat; break;
        case DType::F16: type = at::kHalf; break;
        case DType::BF16: type = at::kBFloat16; break;
        default: continue;
        }
        std::string key = name;
        if (!prefix.empty() && key.starts_with(prefix))
            key.erase(0, prefix.size());
        // The names that norms had in the oldest BERT files.
        if (key.ends_with("LayerNorm.gamma"))
            key.replace(key.size() - 5, 5, "weight");
        else if (key.ends_with("LayerNorm.beta"))
            key.replace(key.size() - 4, 4, "bias");
        at::Tensor tensor = at::empty(view.shape, at::TensorOptions().dtype(type));
        std::memcpy(tensor.mutable_data_ptr(), view.data.data(), view.data.size());
        if (!weights.emplace(key, tensor.to(at::kFloat)).second) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("'{}' holds the tensor '{}' with and without the prefix '{}'", file.string(), key, prefix));
        }
    }
    return weights;
}

Bert openBert(const std::filesystem::path& folder, NamedTensors* others) {
    const std::filesystem::path configFile = folder / "config.json";
    const BertConfig config = bertConfigFromJson(readJsonFile(configFile, 16u << 20), configFile.string());
    const std::filesystem::path weightsFile = folder / "model.safetensors";
    if (!std::filesystem::exists(weightsFile)) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' holds no model.safetensors", folder.string()),
                    "Pickled weights (pytorch_model.bin) are not read; save the model with safe_serialization=True.");
    }
    NamedTensors all = readWeights(weightsFile);
    NamedTensors body;
    for (const auto& [name, shape] : bertShapes(config, true)) {
        if (auto node = all.extract(name); !node.empty())
            body.insert(std::move(node));
    }
    if (others)
        *others = std::move(all);
    return Bert(config, std::move(body), weightsFile.string());
}

} // namespace triptych
