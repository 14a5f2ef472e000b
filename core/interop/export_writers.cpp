#include "interop/export_writers.h"

#include "base/error.h"
#include "base/files.h"
#include "interop/export_config.h"
#include "interop/hugging_face.h"
#include "interop/model_folder.h"
#include "text/chat_template.h"
#include "text/gguf_conversion.h"
#include "text/json_fields.h"
#include "text/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxConfigBytes = 16u << 20;
constexpr std::string_view kNamedTemplate = "tokenizer.chat_template."; ///< keys of GGUF

bool isWeights(const fs::path& file) {
    const std::string name = file.filename().string();
    return name.ends_with(".safetensors") || name.ends_with(".safetensors.index.json");
}

/// Whether a file is a tokenizer's or a chat template's.
bool isOfTexts(const fs::path& file) {
    constexpr std::string_view kNames[] = {"tokenizer.json",          "tokenizer.model", "vocab.txt",  "vocab.json",         "merges.txt", "tokenizer_config.json",
                                           "special_tokens_map.json", "added_tokens.json", "spiece.model", "sentencepiece.bpe.model", "chat_template.jinja"};
    return std::find(std::begin(kNames), std::end(kNames), file.string()) != std::end(kNames) || file.parent_path() == "additional_chat_templates";
}

void copyInto(const fs::path& from, const fs::path& file, const fs::path& to) {
    fs::create_directories((to / file).parent_path());
    fs::copy_file(from / file, to / file, fs::copy_options::overwrite_existing);
}

/// Tokenizer, template, pooling, licence and what else lies beside the weights of a folder.
void copyBeside(const ExportSource& source, const fs::path& to) {
    const bool otherTexts = source.texts != source.path;
    if (source.isFolder()) {
        for (const fs::path& file : modelFiles(source.path)) {
            // The manifest of a run names hashes of the files as they were; a proof is of another export.
            if (!isWeights(file) && file != "config.json" && file != "triptych.json" && file != kExportProofFile && !(otherTexts && isOfTexts(file)))
                copyInto(source.path, file, to);
        }
    }
    if (otherTexts && fs::is_directory(source.texts)) {
        for (const fs::path& file : modelFiles(source.texts)) {
            if (isOfTexts(file))
                copyInto(source.texts, file, to);
        }
    }
    // Of an adapter's, its own card.
    if (fs::is_directory(source.whole) && fs::exists(source.whole / "README.md"))
        copyInto(source.whole, "README.md", to);
}

const char* dtypeWord(GgmlType type) { return type == GgmlType::F16 ? "float16" : type == GgmlType::BF16 ? "bfloat16" : "float32"; }

/// The special tokens of a GGUF file as config.json and generation_config.json name them.
Json specialIds(const GgufFile& file) {
    Json ids = Json::object();
    for (const auto& [key, field] : {std::pair("bos_token_id", "tokenizer.ggml.bos_token_id"), std::pair("pad_token_id", "tokenizer.ggml.padding_token_id")}) {
        if (file.has(field))
            ids[key] = file.integer(field, 0, decoder_limits::kMostTokens);
    }
    return ids;
}

/// tokenizer.json and what goes with it out of a GGUF file.
void writeTokenizer(const GgufFile& file, int maxTokens, const fs::path& to) {
    if (!file.has("tokenizer.ggml.model"))
        return;
    writeJsonFile(to / "tokenizer.json", tokenizerJsonOf(ggufVocabulary(file)));
    Json config = {{"tokenizer_class", "PreTrainedTokenizerFast"}, {"model_max_length", maxTokens}, {"clean_up_tokenization_spaces", false}};
    for (const auto& [name, token] : ggufSpecialTokens(file))
        config[name] = token;
    writeJsonFile(to / "tokenizer_config.json", config);
    for (const auto& [key, value] : file.metadata()) {
        if (key == "tokenizer.chat_template")
            atomicWrite(to / "chat_template.jinja", file.string(key));
        const std::string_view name = key.starts_with(kNamedTemplate) ? std::string_view(key).substr(kNamedTemplate.size()) : std::string_view();
        if (name.empty() || name.front() == '.' || name.find('/') != std::string_view::npos)
            continue;
        fs::create_directories(to / "additional_chat_templates");
        atomicWrite(to / "additional_chat_templates" / fmt::format("{}.jinja", name), file.string(key));
    }
}

/// Ends of text have three places in a GGUF file.
void addEnds(const DecoderConfig& config, std::string_view source, GgufVocabulary& vocabulary, GgufMetadataToWrite& keys) {
    std::vector<std::int32_t> ends = config.eos_token_id;
    if (ends.empty())
        return;
    if (ends.size() > 3) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': 'eos_token_id' names {} tokens; a GGUF file has room for three", source, ends.size()));
    }
    // The tokenizer's own first: it is what may be put behind texts.
    if (const auto own = std::find(ends.begin(), ends.end(), vocabulary.eos_token_id.value_or(-1)); own != ends.end())
        std::iter_swap(ends.begin(), own);
    else if (vocabulary.add_eos_token.value_or(false))
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': the token that the tokenizer puts behind texts is no end of text for the model", source));
    vocabulary.eos_token_id = ends[0];
    const char* const names[] = {"", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"};
    for (std::size_t i = 1; i < ends.size(); ++i)
        keys.emplace_back(names[i], static_cast<std::uint32_t>(ends[i]));
}

/// Chat templates beside the default one, by name.
std::vector<std::string> templateNames(const fs::path& texts) {
    std::vector<std::string> names;
    if (!fs::is_directory(texts)) {
        const GgufFile gguf(texts);
        for (const auto& [key, unused] : gguf.metadata()) {
            if (key.starts_with(kNamedTemplate))
                names.push_back(key.substr(kNamedTemplate.size()));
        }
        return names;
    }
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(texts / "additional_chat_templates", none)) {
        if (entry.path().extension() == ".jinja")
            names.push_back(entry.path().stem().string());
    }
    if (const fs::path file = texts / "tokenizer_config.json"; fs::exists(file)) {
        const Json config = readJsonFile(file, kMaxConfigBytes);
        const JsonFields fields(config, file.string());
        if (fields.has("chat_template") && fields.at("chat_template").is_array()) {
            for (const JsonFields& entry : fields.objects("chat_template")) {
                if (const std::string name = entry.string("name"); !name.empty() && name != "default")
                    names.push_back(name);
            }
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

void addTemplates(const fs::path& texts, GgufMetadataToWrite& keys) {
    if (const auto chat = ChatTemplate::open(texts))
        keys.emplace_back("tokenizer.chat_template", chat->text());
    const std::vector<std::string> names = templateNames(texts);
    if (!names.empty())
        keys.emplace_back("tokenizer.chat_templates", names);
    for (const std::string& name : names)
        keys.emplace_back(fmt::format("{}{}", kNamedTemplate, name), ChatTemplate::open(texts, name)->text());
}

} // namespace

void writeMerged(const fs::path& adapter, const fs::path& base, const MergedModel& merged, const fs::path& folder) {
    fs::create_directories(folder);
    for (const fs::path& from : {base, adapter}) { // the adapter's own files over those of the base
        for (const fs::path& file : modelFiles(from)) {
            if (isWeights(file) || file == "adapter_config.json")
                continue;
            fs::create_directories((folder / file).parent_path());
            fs::copy_file(from / file, folder / file, fs::copy_options::overwrite_existing);
        }
    }
    writeJsonFile(folder / "config.json", merged.config);
    saveTensors(folder / "model.safetensors", merged.weights);
}

TensorSeals writeHuggingFace(const ExportSource& source, GgmlType type, const std::vector<StoredWeight>& layout, const fs::path& folder, ProgressSink& progress,
                             const std::stop_token& stop) {
    fs::create_directories(folder);
    Json config = source.config;
    copyBeside(source, folder);
    if (!source.isFolder()) {
        config = huggingFaceConfig(*source.shape, source.path.string());
        Json generation = specialIds(*source.gguf);
        if (!source.shape->eos_token_id.empty())
            generation["eos_token_id"] = source.shape->eos_token_id.size() == 1 ? Json(source.shape->eos_token_id.front()) : Json(source.shape->eos_token_id);
        config.update(generation);
        writeJsonFile(folder / "generation_config.json", generation);
        if (source.texts == source.path)
            writeTokenizer(*source.gguf, source.shape->max_position_embeddings, folder);
    }
    // transformers 4 knew it under another name, and would take the old value.
    config.erase("torch_dtype");
    config.erase("_name_or_path");
    config["dtype"] = dtypeWord(type);
    writeJsonFile(folder / "config.json", config);
    const fs::path file = folder / "model.safetensors";
    return source.decoder ? writeDecoderSafetensors(file, *source.weights, layout, progress, stop) : convertSafetensors(source.path, file, type, progress, stop);
}

TensorSeals writeGguf(const ExportSource& source, const ExportType& type, const std::vector<StoredWeight>& layout, const std::string& name,
                      const fs::path& file, std::vector<std::string>& notes, ProgressSink& progress, const std::stop_token& stop) {
    const DecoderConfig& config = *source.shape;
    GgufMetadataToWrite keys = {{"general.architecture", ggufArchitecture(config)},
                                {"general.type", std::string("model")},
                                {"general.name", name},
                                {"general.file_type", type.fileType},
                                {"general.quantization_version", std::uint32_t{2}}};
    if (!source.licence.empty())
        keys.emplace_back("general.license", source.licence);
    for (auto& key : ggufKeysOf(config, source.path.string(), notes))
        keys.push_back(std::move(key));
    if (hasTokenizer(source.texts)) {
        GgufVocabulary vocabulary = !fs::is_directory(source.texts) ? ggufVocabulary(GgufFile(source.texts)) : ggufVocabularyOf(source.texts, static_cast<std::size_t>(config.vocab_size), notes);
        addEnds(config, source.path.string(), vocabulary, keys);
        for (auto& key : ggufKeysOf(vocabulary))
            keys.push_back(std::move(key));
        addTemplates(source.texts, keys);
    } else {
        notes.push_back("There is no tokenizer in it, as there is none beside the source; llama.cpp opens no such file.");
        GgufVocabulary none;
        addEnds(config, source.path.string(), none, keys);
        if (none.eos_token_id)
            keys.emplace_back("tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(*none.eos_token_id));
    }
    return writeDecoderGguf(file, *source.weights, layout, keys, ggufFrequencyFactors(config), progress, stop);
}

} // namespace triptych
