#include "interop/hugging_face.h"

#include "base/error.h"
#include "formats/safetensors.h"
#include "models/config_fields.h"
#include "models/lora_adapter.h"
#include "models/sequence_classifier.h"
#include "text/tokenizer.h"

#include <ATen/core/Tensor.h>

#include <fmt/format.h>

#include <set>

namespace triptych {

namespace fs = std::filesystem;

namespace {

void requireShape(const NamedTensors& weights, const std::string& name, const std::vector<std::int64_t>& shape) {
    const auto found = weights.find(name);
    if (found == weights.end())
        throw Error(ErrorCode::InvalidArgument, fmt::format("the classifier to be saved lacks the tensor '{}'", name));
    if (found->second.sizes() != at::IntArrayRef(shape)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("tensor '{}' has the shape {}, expected {}", name,
                                                            Json(found->second.sizes().vec()).dump(), Json(shape).dump()));
    }
}

} // namespace

void saveTensors(const fs::path& file, const std::map<std::string, at::Tensor>& tensors) {
    std::vector<at::Tensor> kept; // the bytes must outlive the write
    std::vector<TensorToWrite> list;
    for (const auto& [name, tensor] : tensors) {
        if (tensor.scalar_type() != at::kFloat && tensor.scalar_type() != at::kLong)
            throw Error(ErrorCode::InvalidArgument, fmt::format("tensor '{}' is neither float32 nor int64", name));
        kept.push_back(tensor.detach().cpu().contiguous());
        const at::Tensor& source = kept.back();
        list.push_back({name, source.scalar_type() == at::kFloat ? DType::F32 : DType::I64, source.sizes().vec(),
                        {static_cast<const std::byte*>(source.const_data_ptr()), source.nbytes()}});
    }
    writeSafetensors(file, list, {{"format", "pt"}});
}

void copyTokenizer(const fs::path& from, const fs::path& to) {
    for (const std::string& name : tokenizerFiles(from))
        atomicWrite(to / name, readFile(from / name, 256u << 20));
}

void saveSequenceClassifier(const fs::path& folder, const fs::path& base, const std::map<std::string, at::Tensor>& weights,
                            const std::vector<std::string>& labels, const std::map<std::string, std::int64_t>& changes) {
    Json config = modelConfig(base);
    for (const auto& [key, value] : changes)
        config[key] = value;
    const BertConfig shapeConfig = bertConfigFromJson(config, (base / "config.json").string());
    NamedTensors kept; // the names of the model and no others
    for (const auto& [name, shape] : classifierShapes(shapeConfig, static_cast<std::int64_t>(labels.size()))) {
        requireShape(weights, name, shape);
        kept[name] = weights.at(name);
    }

    Json idToLabel = Json::object(), labelToId = Json::object();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        idToLabel[std::to_string(i)] = labels[i];
        if (labelToId.contains(labels[i]))
            throw Error(ErrorCode::InvalidArgument, fmt::format("the label '{}' stands twice in the list", labels[i]));
        labelToId[labels[i]] = i;
    }
    config["architectures"] = {std::string(shapeConfig.family->class_prefix) + "ForSequenceClassification"};
    config["model_type"] = shapeConfig.family->model_type;
    config["id2label"] = idToLabel;
    config["label2id"] = labelToId;
    config["problem_type"] = "single_label_classification";
    config.erase("torch_dtype");
    config.erase("_name_or_path");
    config["dtype"] = "float32";

    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
    saveTensors(folder / "model.safetensors", kept);
    copyTokenizer(tokenizerFolder(base), folder);
    writeJsonFile(folder / "config.json", config);
}

std::vector<std::string> readLabels(const fs::path& folder) { return labelsOf(modelConfig(folder), (folder / "config.json").string()); }

std::vector<std::string> labelsOf(const Json& config, const std::string& source) {
    const JsonFields fields = configFields(config, source);
    std::vector<std::string> labels;
    if (!fields.has("id2label")) { // transformers leaves it out where it is the default, and num_labels where that is 2
        for (std::int64_t i = 0; i < fields.integer("num_labels", 1, 1 << 20, 2); ++i)
            labels.push_back(fmt::format("LABEL_{}", i));
        return labels;
    }
    const JsonFields map = fields.object("id2label");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < map.json().size(); ++i) {
        labels.push_back(map.string(std::to_string(i)));
        if (!seen.insert(labels.back()).second)
            map.fail(std::to_string(i), fmt::format("is '{}', which another id has too", labels.back()));
    }
    if (labels.empty())
        fields.fail("id2label", "is empty");
    return labels;
}

} // namespace triptych
