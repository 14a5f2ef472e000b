#include "interop/merged_model.h"

#include "interop/export_weights.h"
#include "models/adapted_decoder.h"
#include "models/config_fields.h"
#include "models/lora_encoder.h"

namespace triptych {

namespace fs = std::filesystem;

namespace {

std::map<std::string, at::Tensor> mergedDecoder(const LoraAdapter& adapter, ProgressSink& progress, const std::stop_token& stop) {
    const auto total = static_cast<std::int64_t>(huggingFaceLayout(readDecoderConfig(adapter.folder()), GgmlType::F32).size());
    const auto report = [&](std::int64_t done) { progress.progress({done, total, "tensors", "merge"}); };
    auto weights = mergedDecoderWeights(adapter, [&](std::size_t done) {
        throwIfStopped(stop);
        report(static_cast<std::int64_t>(done));
    });
    report(total);
    return weights;
}

} // namespace

MergedModel mergeAdapterFolder(const fs::path& folder, ProgressSink& progress, const std::stop_token& stop) {
    const LoraAdapter adapter(folder);
    const fs::path file = adapter.base() / "config.json";
    MergedModel merged;
    if (!fs::exists(file)) {
        merged.weights = mergedDecoder(adapter, progress, stop);
        return merged;
    }
    merged.config = adaptedConfig(adapter);
    const std::string type = configFields(merged.config, file.string()).string("model_type", "bert");
    if (isDecoderFamily(merged.config)) {
        merged.weights = mergedDecoder(adapter, progress, stop);
        merged.config["tie_word_embeddings"] = readDecoderConfig(folder).tie_word_embeddings;
    } else if (type == "t5" || type == "mt5") {
        const T5Config t5 = t5ConfigFromJson(merged.config, file.string());
        merged.weights = adaptedT5(adapter, t5, readWeights(adapter.base()));
        if (merged.weights.contains("lm_head.weight")) {
            // Older files say both by the one key.
            merged.config["scale_decoder_outputs"] = t5.scale_decoder_outputs;
            merged.config["tie_word_embeddings"] = false;
        }
    } else {
        merged.weights = adaptedEncoder(adapter, bertConfigFromJson(merged.config, file.string()), readWeights(adapter.base()));
    }
    throwIfStopped(stop);
    merged.config.erase("torch_dtype");
    merged.config["dtype"] = "float32";
    return merged;
}

} // namespace triptych
