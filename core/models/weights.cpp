#include "base/error.h"
#include "formats/safetensors_set.h"
#include "models/bert.h"
#include "models/lora_adapter.h"
#include "models/lora_encoder.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <cstring>
#include <optional>

namespace triptych {

NamedTensors readWeights(const std::filesystem::path& path, bool shapesOnly) {
    const SafetensorsSet source(path);
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
        // The names that norms had in the oldest BERT files.
        if (key.ends_with("LayerNorm.gamma"))
            key.replace(key.size() - 5, 5, "weight");
        else if (key.ends_with("LayerNorm.beta"))
            key.replace(key.size() - 4, 4, "bias");
        at::Tensor tensor;
        if (shapesOnly) {
            tensor = at::zeros(at::IntArrayRef(), at::TensorOptions().dtype(at::kFloat)).expand(view.shape);
        } else {
            tensor = at::empty(view.shape, at::TensorOptions().dtype(type));
            std::memcpy(tensor.mutable_data_ptr(), view.data.data(), view.data.size());
        }
        if (!weights.emplace(key, tensor.to(at::kFloat)).second)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds the tensor '{}' under its old and its new name", source.source().string(), key));
    }
    return weights;
}

Bert openBert(const std::filesystem::path& folder, NamedTensors* others, Precision precision) {
    std::optional<LoraAdapter> adapter;
    if (isAdapterFolder(folder))
        adapter.emplace(folder);
    const std::filesystem::path& base = adapter ? adapter->base() : folder;
    const BertConfig config = bertConfigFromJson(adapter ? adaptedConfig(*adapter) : modelConfig(folder), (base / "config.json").string());
    const std::filesystem::path weightsFile = safetensorsIn(base);
    NamedTensors all = readWeights(weightsFile);
    if (adapter)
        all = adaptedEncoder(*adapter, config, std::move(all));
    const std::string prefix(config.family->prefix);
    NamedTensors body;
    for (const auto& [name, shape] : bertShapes(config)) {
        auto node = all.extract(prefix + name), bare = all.extract(name);
        if (!node.empty() && !bare.empty()) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("'{}' holds the tensor '{}' with and without the prefix '{}'", weightsFile.string(), name, prefix));
        }
        if (!node.empty() || !bare.empty())
            body.emplace(name, std::move(node.empty() ? bare.mapped() : node.mapped()));
    }
    if (others) {
        // A folder of the body alone names its pooler without the prefix.
        for (auto& [name, tensor] : all)
            others->emplace(name.starts_with("pooler.") ? prefix + name : name, std::move(tensor));
    }
    return Bert(config, std::move(body), weightsFile.string(), precision);
}

} // namespace triptych
