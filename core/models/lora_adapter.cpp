#include "models/lora_adapter.h"

#include "base/error.h"
#include "base/resources.h"
#include "models/bert.h"
#include "models/bert_family.h"
#include "models/config_fields.h"
#include "models/decoder.h"
#include "text/gguf_tokenizer.h"
#include "text/tokenizer.h"

#include <ATen/ops/add.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/div.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/mul.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr const char* kConfig = "adapter_config.json";
constexpr const char* kWeights = "adapter_model.safetensors";
constexpr std::string_view kSaved = ".modules_to_save.";
constexpr std::uintmax_t kMaxConfigBytes = 16u << 20;
constexpr const char* kOtherBase = "The adapter must be of this very base; `model import` takes another by --base.";
constexpr const char* kOtherConfig = "adapter_config.json and the weights must be of the same adapter.";
constexpr std::int64_t kMostLabels = 1 << 20;
/// How names begin in the bodies of models.
constexpr std::array<std::string_view, 11> kBodies = {"embeddings.", "encoder.", "transformer.", "pooler.", "layers.", "embed_tokens", "norm.", "h.", "wte", "wpe", "ln_f."};

/// The parts of a name in the file: which module, and what of it.
struct Part {
    std::string_view module;
    std::string_view what; ///< "lora_A", "lora_B", "lora_B.bias", "lora_embedding_A", ...; empty for a tensor of the base's own name
};
Part partOf(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kEnds = {
        {{".lora_A.weight", "lora_A"}, {".lora_B.weight", "lora_B"}, {".lora_B.bias", "lora_B.bias"}, {".lora_embedding_A", "lora_embedding_A"},
         {".lora_embedding_B", "lora_embedding_B"}, {".lora_magnitude_vector", "lora_magnitude_vector"},
         {".lora_magnitude_vector.weight", "lora_magnitude_vector"}}};
    for (const auto& [end, what] : kEnds) {
        if (name.ends_with(end))
            return {name.substr(0, name.size() - end.size()), what};
    }
    return {name, {}};
}

/// The base's name of a tensor that stands for it; empty for a copy that is of no use.
std::string replacedName(std::string name) {
    if (name.find(".original_module.") != std::string::npos)
        return {};
    for (const std::string_view wrapper : {std::string_view(".base_layer."), kSaved}) {
        if (const std::size_t at = name.rfind(wrapper); at != std::string::npos)
            name.erase(at, wrapper.size() - 1);
    }
    return name;
}

[[noreturn]] void failShape(const std::string& source, const std::string& tensor, const at::Tensor& is, const std::vector<std::int64_t>& wanted) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}': tensor '{}' has shape [{}] where the base asks for [{}]", source, tensor, fmt::join(is.sizes(), ", "), fmt::join(wanted, ", ")),
                kOtherBase);
}

/// Of embeddings: no layer, though it has a matrix.
bool isTable(std::string_view module) {
    return module.find("embeddings.") != std::string_view::npos || module.ends_with("relative_attention_bias") || module == "shared" || module.ends_with("embed_tokens");
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

bool isFolder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

/// A folder of this name, else one whose name differs in capitals alone; or empty.
fs::path folderNamed(const fs::path& models, const std::string& name, const fs::path& except) {
    std::vector<fs::path> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(models, ignored)) {
        if (lower(entry.path().filename().string()) == lower(name) && isFolder(entry.path()) && !fs::equivalent(entry.path(), except, ignored))
            found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    const auto same = std::find_if(found.begin(), found.end(), [&](const fs::path& path) { return path.filename() == name; });
    return same != found.end() ? *same : found.empty() ? fs::path() : found.front();
}

fs::path checkedBase(const fs::path& adapter, const fs::path& base) {
    if (isAdapterFolder(base)) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': its base '{}' is an adapter itself", adapter.string(), base.string()),
                    "Merge that one into its own base first, by peft's merge_and_unload().");
    }
    return base;
}

fs::path baseNamed(const fs::path& folder, const std::string& name, const fs::path& models) {
    if (name.empty() || name.find('\0') != std::string::npos) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' names no base in 'base_model_name_or_path'", (folder / kConfig).string()),
                    "Import it with --base and the name of the model that it was trained on.");
    }
    const fs::path path(name);
    if (name.find('/') != std::string::npos) {
        for (const fs::path& place : {folder / path, path}) { // an absolute path stays what it is
            if (isFolder(place) || ggufFileOf(place))
                return checkedBase(folder, fs::absolute(place).lexically_normal());
        }
    }
    const fs::path whole = fs::absolute(folder).lexically_normal();
    const std::string last = (path.has_filename() ? path : path.parent_path()).filename().string();
    const std::vector<fs::path> places = {models, (whole.has_filename() ? whole : whole.parent_path()).parent_path(), dataFolder() / "models"};
    for (const fs::path& place : places) {
        if (place.empty())
            continue;
        if (const fs::path found = folderNamed(place, last, folder); !found.empty())
            return checkedBase(folder, fs::absolute(found).lexically_normal());
    }
    throw Error(ErrorCode::NotFound, fmt::format("'{}' is an adapter of '{}', which is neither a folder nor a model that is here", folder.string(), name),
                fmt::format("Import that model under the name '{}' first, or import the adapter with --base and the name of its base.", last));
}

/// id2label for K rows of a head: as a config.json beside the adapter says, else as the base's, else LABEL_0, LABEL_1, ...
void setLabels(const LoraAdapter& adapter, std::size_t count, Json& config) {
    const auto fitting = [&](const Json& from, const fs::path& folder) {
        const JsonFields fields = configFields(from, (folder / "config.json").string());
        return fields.has("id2label") && fields.object("id2label").json().size() == count;
    };
    Json own = Json::object();
    if (fs::exists(adapter.folder() / "config.json"))
        own = readJsonFile(adapter.folder() / "config.json", kMaxConfigBytes);
    if (fitting(own, adapter.folder())) {
        for (const char* key : {"id2label", "label2id", "problem_type"}) {
            config.erase(key);
            if (own.contains(key))
                config[key] = own[key];
        }
    } else if (!fitting(config, adapter.base())) {
        Json names = Json::object(), numbers = Json::object();
        for (std::size_t i = 0; i < count; ++i) {
            names[std::to_string(i)] = fmt::format("LABEL_{}", i);
            numbers[fmt::format("LABEL_{}", i)] = i;
        }
        config["id2label"] = names;
        config["label2id"] = numbers;
        config.erase("num_labels");
    }
}

} // namespace

LoraAdapter::LoraAdapter(const fs::path& folder, const fs::path& base)
    : m_folder(folder), m_config(LoraConfig::read(folder / kConfig)) {
    const fs::path weightsFile = folder / kWeights;
    if (!fs::exists(weightsFile)) {
        for (const char* pickled : {"adapter_model.bin", "adapter_model.pt"}) {
            if (fs::exists(folder / pickled)) {
                throw Error(ErrorCode::Unsupported, fmt::format("'{}' holds pickled weights, which can run any code", (folder / pickled).string()),
                            "Load it in Python by peft's PeftModel.from_pretrained and write it again by save_pretrained(folder): that is safetensors.");
            }
        }
        throw Error(ErrorCode::NotFound, fmt::format("'{}' holds no {}", folder.string(), kWeights));
    }
    m_base = base.empty() ? baseNamed(folder, m_config.base_model_name_or_path, {}) : checkedBase(folder, base);

    const std::string file = source();
    std::map<std::string, at::Tensor> copies; // what peft before 0.3 wrote, and some write beside the plain name
    std::set<std::string> ranked;             // modules of which a matrix was there
    for (auto& [name, tensor] : readWeights(weightsFile)) {
        constexpr std::string_view kWrapper = "base_model.model.";
        const std::string_view inner = std::string_view(name).starts_with(kWrapper) ? std::string_view(name).substr(kWrapper.size()) : name;
        const Part part = partOf(inner);
        if (part.what.empty()) {
            if (const std::string own = replacedName(std::string(inner)); !own.empty())
                (inner.find(kSaved) == std::string_view::npos ? m_replaced : copies)[own] = tensor;
            continue;
        }
        const bool vector = part.what == "lora_B.bias" || part.what == "lora_magnitude_vector";
        if (tensor.dim() != (vector ? 1 : 2) || tensor.numel() == 0) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor '{}' has shape [{}], which is not that of a {}", file, name, fmt::join(tensor.sizes(), ", "),
                                                             vector ? "vector" : "matrix"));
        }
        const std::string moduleName(part.module);
        Module& module = m_modules[moduleName];
        const bool table = part.what.starts_with("lora_embedding");
        if (!vector && ranked.contains(moduleName) && module.table != table)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the module '{}' is adapted both as a table and as a layer", file, moduleName));
        if (!vector) {
            ranked.insert(moduleName);
            module.table = table;
        }
        if (part.what == "lora_A")
            module.down = tensor;
        else if (part.what == "lora_B")
            module.up = tensor;
        else if (part.what == "lora_embedding_A")
            module.up = tensor.t().contiguous();
        else if (part.what == "lora_embedding_B")
            module.down = tensor.t().contiguous();
        else if (part.what == "lora_B.bias")
            module.bias = tensor;
        else
            module.magnitude = tensor;
    }
    m_replaced.merge(copies);
    if (m_modules.empty() && m_replaced.empty())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds no tensor of an adapter", file));

    for (auto& [name, module] : m_modules) {
        const auto missing = [&](const char* what) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor '{}.{}', the other half of what it has", file, name, what),
                        "The file is not whole; save the adapter again.");
        };
        if (!module.down.defined())
            missing(module.table ? "lora_embedding_B" : "lora_A.weight");
        if (!module.up.defined())
            missing(module.table ? "lora_embedding_A" : "lora_B.weight");
        if (m_config.use_dora && !module.magnitude.defined())
            missing("lora_magnitude_vector");
        if (!m_config.use_dora && module.magnitude.defined()) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has a magnitude of DoRA for '{}', and '{}' does not say use_dora", file, name, (folder / kConfig).string()));
        }
        const int rank = m_config.rank(name);
        if (module.down.size(0) != rank || module.up.size(1) != rank) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("'{}': the adapter of '{}' has the ranks {} and {} where '{}' says {}", file, name, module.down.size(0), module.up.size(1), kConfig, rank),
                        kOtherConfig);
        }
        module.scaling = m_config.scaling(name);
    }
}

std::string LoraAdapter::source() const { return (m_folder / kWeights).string(); }

std::int64_t LoraAdapter::parameters() const {
    std::int64_t count = 0;
    for (const auto& [unused, module] : m_modules) {
        for (const at::Tensor* part : {&module.up, &module.down, &module.bias, &module.magnitude})
            count += part->defined() ? part->numel() : 0;
    }
    for (const auto& [unused, tensor] : m_replaced)
        count += tensor.numel();
    return count;
}

AdapterFit::AdapterFit(const LoraAdapter& adapter, std::string prefix) : m_adapter(adapter), m_prefix(std::move(prefix)) {
    const auto any = [&](std::string_view start) {
        const auto starts = [&](const auto& entry) { return entry.first.starts_with(start); };
        return std::any_of(adapter.modules().begin(), adapter.modules().end(), starts) || std::any_of(adapter.replaced().begin(), adapter.replaced().end(), starts);
    };
    m_bare = !any(m_prefix) && std::any_of(kBodies.begin(), kBodies.end(), any);
}

std::string AdapterFit::keyOf(const std::string& name) const { return m_bare && name.starts_with(m_prefix) ? name.substr(m_prefix.size()) : name; }

const LoraAdapter::Module* AdapterFit::module(const std::string& name, std::int64_t rows, std::int64_t columns, bool inner) {
    const std::string key = keyOf(name);
    const auto found = m_adapter.modules().find(key);
    if (found == m_adapter.modules().end())
        return nullptr;
    if (!m_adapter.config().targets(key, inner))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has tensors of '{}', which target_modules does not name", m_adapter.source(), key), kOtherConfig);
    m_modules.insert(key);
    const LoraAdapter::Module& module = found->second;
    const std::int64_t rank = module.down.size(0);
    if (module.down.size(1) != columns)
        failShape(m_adapter.source(), key + (module.table ? ".lora_embedding_B" : ".lora_A.weight"), module.table ? module.down.t() : module.down,
                  module.table ? std::vector{columns, rank} : std::vector{rank, columns});
    if (module.up.size(0) != rows)
        failShape(m_adapter.source(), key + (module.table ? ".lora_embedding_A" : ".lora_B.weight"), module.table ? module.up.t() : module.up,
                  module.table ? std::vector{rank, rows} : std::vector{rows, rank});
    if (module.bias.defined() && module.bias.size(0) != rows)
        failShape(m_adapter.source(), key + ".lora_B.bias", module.bias, {rows});
    if (const std::int64_t size = module.table ? columns : rows; module.magnitude.defined() && module.magnitude.size(0) != size)
        failShape(m_adapter.source(), key + ".lora_magnitude_vector", module.magnitude, {size});
    return &module;
}

const at::Tensor* AdapterFit::replacement(const std::string& tensor, const std::vector<std::int64_t>& shape) {
    const at::Tensor* const found = replacement(tensor);
    const std::string key = keyOf(tensor);
    if (!found && m_adapter.config().saves(key.substr(0, key.rfind('.'))))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor '{}', which modules_to_save names", m_adapter.source(), key), kOtherConfig);
    if (found && found->sizes() != at::IntArrayRef(shape))
        failShape(m_adapter.source(), key, *found, shape);
    return found;
}

const at::Tensor* AdapterFit::replacement(const std::string& tensor) {
    const auto found = m_adapter.replaced().find(keyOf(tensor));
    if (found == m_adapter.replaced().end())
        return nullptr;
    m_replaced.insert(found->first);
    return &found->second;
}

void AdapterFit::require(const std::string& module, bool inner) const {
    const std::string key = keyOf(module);
    if (!m_adapter.modules().contains(key) && m_adapter.config().targets(key, inner))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensors of '{}', which target_modules names", m_adapter.source(), key), kOtherConfig);
}

bool AdapterFit::touches(const std::string& module) const {
    const std::string key = keyOf(module), weight = keyOf(module + ".weight");
    return m_adapter.modules().contains(key) || m_adapter.replaced().contains(weight);
}

void AdapterFit::finish() const {
    const auto check = [&](const auto& all, const std::set<std::string>& taken) {
        for (const auto& [name, unused] : all) {
            if (!taken.contains(name)) {
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}': '{}' fits nothing in the base '{}'", m_adapter.source(), name, m_adapter.base().string()), kOtherBase);
            }
        }
    };
    check(m_adapter.modules(), m_modules);
    check(m_adapter.replaced(), m_replaced);
}

void failUnmergeable(const LoraAdapter& adapter, const std::string& module) {
    throw Error(ErrorCode::Unsupported, fmt::format("'{}' has a bias for '{}', where the base has none: it cannot be merged", adapter.source(), module),
                "The adapter can be run beside its base.");
}

at::Tensor mergedMatrix(const at::Tensor& weight, const LoraAdapter::Module& module) {
    const at::Tensor sum = at::addmm(weight, module.up, module.down, 1, module.scaling);
    if (!module.magnitude.defined())
        return sum;
    const at::Tensor scale = magnitudeScale(sum, module);
    return at::mul(sum, module.table ? scale : scale.unsqueeze(1));
}

at::Tensor magnitudeScale(const at::Tensor& sum, const LoraAdapter::Module& module) {
    const std::array<std::int64_t, 1> along = {module.table ? 0 : 1};
    return at::div(module.magnitude, at::linalg_vector_norm(sum, 2, at::IntArrayRef(along)));
}

void mergeAdapter(const LoraAdapter& adapter, const std::string& prefix, const std::map<std::string, std::vector<std::int64_t>>& body,
                  const std::vector<std::string>& heads, std::map<std::string, at::Tensor>& weights, bool shapesOnly) {
    AdapterFit fit(adapter, prefix);
    for (const std::string& head : heads) {
        for (const char* kind : {".weight", ".bias"}) {
            if (const at::Tensor* own = fit.replacement(head + kind))
                weights[head + kind] = *own;
        }
    }
    for (auto& [name, tensor] : weights) {
        const bool ofHead = std::any_of(heads.begin(), heads.end(), [&, &full = name](const std::string& head) { return full.starts_with(head + "."); });
        if (ofHead && fit.replacement(name))
            continue;
        if (const at::Tensor* own = fit.replacement(name, tensor.sizes().vec()))
            tensor = *own;
    }
    for (auto& [name, tensor] : weights) {
        if (!name.ends_with(".weight") || tensor.dim() != 2)
            continue;
        const std::string module = name.substr(0, name.size() - 7);
        const bool inner = !isTable(module);
        if (body.contains(name))
            fit.require(module, inner);
        const LoraAdapter::Module* const adapted = fit.module(module, tensor.size(0), tensor.size(1), inner);
        if (!adapted)
            continue;
        const auto bias = weights.find(module + ".bias");
        if (adapted->bias.defined() && bias == weights.end())
            failUnmergeable(adapter, module);
        if (shapesOnly)
            continue;
        tensor = mergedMatrix(tensor, *adapted);
        if (adapted->bias.defined())
            bias->second = at::add(bias->second, adapted->bias, adapted->scaling);
    }
    fit.finish();
}

bool isAdapterFolder(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / kConfig, ignored);
}

fs::path baseOfAdapter(const fs::path& folder, const fs::path& models) {
    return baseNamed(folder, LoraConfig::read(folder / kConfig).base_model_name_or_path, models);
}

fs::path baseFolder(const fs::path& folder) { return isAdapterFolder(folder) ? baseOfAdapter(folder) : folder; }

fs::path folderWith(const fs::path& folder, const char* file) { return fs::exists(folder / file) ? folder : baseFolder(folder); }

fs::path tokenizerFolder(const fs::path& folder) {
    return isAdapterFolder(folder) && !hasTokenizer(folder) ? decoderPath(baseOfAdapter(folder)) : decoderPath(folder);
}

Json modelConfig(const fs::path& folder) {
    if (const auto gguf = fs::exists(folder / "config.json") ? std::nullopt : ggufFileOf(folder)) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}' is a GGUF file, and what is asked for needs a Hugging Face folder", gguf->string()),
                    "Name a folder that holds config.json.");
    }
    return isAdapterFolder(folder) ? adaptedConfig(LoraAdapter(folder)) : readJsonFile(folder / "config.json", kMaxConfigBytes);
}

void refuseHeads(const LoraAdapter& adapter, std::string_view family) {
    const LoraConfig& lora = adapter.config();
    for (const auto& [task, ending] : {std::pair("SEQ_CLS", "ForSequenceClassification"), {"TOKEN_CLS", "ForTokenClassification"}, {"QUESTION_ANS", "ForQuestionAnswering"}}) {
        if (lora.task_type == task || lora.base_model_class.ends_with(ending)) {
            throw Error(ErrorCode::Unsupported, fmt::format("'{}' is an adapter for {} on '{}', and such heads are run on encoders of BERT's shape alone",
                                                            adapter.folder().string(), task, family),
                        "Adapters of models that write texts have the task_type CAUSAL_LM or SEQ_2_SEQ_LM.");
        }
    }
}

Json adaptedConfig(const LoraAdapter& adapter) {
    const fs::path file = adapter.base() / "config.json";
    Json config = readJsonFile(file, kMaxConfigBytes);
    const JsonFields fields = configFields(config, file.string());
    const LoraConfig& lora = adapter.config();
    const BertFamily* const family = bertFamily(fields.string("model_type", "bert"));
    const std::map<std::string, std::string> endings = {
        {"SEQ_CLS", "ForSequenceClassification"}, {"TOKEN_CLS", "ForTokenClassification"}, {"QUESTION_ANS", "ForQuestionAnswering"}, {"FEATURE_EXTRACTION", "Model"}};
    const auto ending = endings.find(lora.task_type);
    if (!family) {
        refuseHeads(adapter, fields.string("model_type"));
        return config;
    }
    if (!lora.base_model_class.empty())
        config["architectures"] = {lora.base_model_class};
    else if (ending != endings.end())
        config["architectures"] = {std::string(family->class_prefix) + ending->second};
    for (const std::string& head : {std::string(family->head_out), std::string("classifier")}) {
        const auto rows = adapter.replaced().find(head + ".weight");
        if (rows != adapter.replaced().end() && rows->second.dim() == 2 && rows->second.size(0) <= kMostLabels) {
            setLabels(adapter, static_cast<std::size_t>(rows->second.size(0)), config);
            break;
        }
    }
    return config;
}

} // namespace triptych
