#include "models/lora_encoder.h"

#include "base/error.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace triptych {

NamedTensors adaptedEncoder(const LoraAdapter& adapter, const BertConfig& config, NamedTensors weights, bool shapesOnly) {
    const BertFamily& family = *config.family;
    const std::string prefix(family.prefix);
    std::map<std::string, std::vector<std::int64_t>> body;
    for (auto& [name, shape] : bertShapes(config)) {
        // A body stored alone lacks the prefix.
        if (auto bare = weights.extract(name); !bare.empty()) {
            bare.key() = prefix + name;
            weights.insert(std::move(bare));
        }
        body.emplace(prefix + name, std::move(shape));
    }
    for (const char* part : {"pooler.dense.weight", "pooler.dense.bias"}) {
        if (auto bare = weights.extract(part); !bare.empty()) {
            bare.key() = prefix + part;
            weights.insert(std::move(bare));
        }
    }
    std::vector<std::string> heads = {"classifier", "qa_outputs"}; // and the family's own
    for (const std::string_view head : {family.head_dense, family.head_out, family.mask_dense, family.mask_norm, family.mask_decoder})
        heads.emplace_back(head);
    mergeAdapter(adapter, prefix, body, heads, weights, shapesOnly);
    return weights;
}

NamedTensors adaptedT5(const LoraAdapter& adapter, const T5Config& config, NamedTensors weights, bool shapesOnly) {
    const AdapterFit fit(adapter, {});
    for (const char* table : {"shared", "encoder.embed_tokens", "decoder.embed_tokens"}) {
        if (fit.touches(table)) {
            throw Error(ErrorCode::Unsupported, fmt::format("'{}' adapts the word table '{}' of T5, which the model uses in several places", adapter.source(), table),
                        "Merge it into its base in Python, by peft's merge_and_unload().");
        }
    }
    if (const auto shared = weights.find("shared.weight"); shared != weights.end() && fit.touches("lm_head"))
        weights.emplace("lm_head.weight", shared->second); // tied until now
    mergeAdapter(adapter, {}, t5Shapes(config), {}, weights, shapesOnly);
    return weights;
}

} // namespace triptych
