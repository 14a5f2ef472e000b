#include "text/tokenizer.h"

#include "base/error.h"
#include "base/files.h"
#include "formats/gguf.h"
#include "text/bpe.h"
#include "text/gguf_tokenizer.h"
#include "text/staged_tokenizer.h"
#include "text/tokenizer_json.h"
#include "text/unigram.h"
#include "text/word_level.h"
#include "text/wordpiece.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace triptych {

namespace {

constexpr std::uintmax_t kMaxTokenizerBytes = 256u << 20;
constexpr std::array kVocabularies = {"tokenizer.json", "vocab.txt", "vocab.json"};

/// Files written before the key existed tell the kind of model by its other keys.
std::string modelType(const JsonFields& fields) {
    if (fields.has("type"))
        return fields.string("type");
    if (fields.has("merges"))
        return "BPE";
    if (fields.has("continuing_subword_prefix"))
        return "WordPiece";
    return fields.has("unk_id") ? "Unigram" : "unknown";
}

std::unique_ptr<TokenModel> makeModel(const JsonFields& fields) {
    const std::string type = modelType(fields);
    if (type == "WordPiece")
        return std::make_unique<WordPiece>(fields);
    if (type == "BPE")
        return std::make_unique<Bpe>(fields);
    if (type == "Unigram")
        return std::make_unique<Unigram>(fields);
    if (type == "WordLevel")
        return std::make_unique<WordLevel>(fields);
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' is '{}'; this version has WordPiece, BPE, Unigram and WordLevel",
                                                    fields.source(), fields.pathOf("type"), type));
}

StagedTokenizer::Stages makeStages(const JsonFields& fields) {
    StagedTokenizer::Stages stages;
    stages.model = makeModel(fields.object("model"));
    if (fields.has("normalizer"))
        stages.normalizer = makeNormalizer(fields.object("normalizer"));
    if (fields.has("pre_tokenizer"))
        stages.pre_tokenizer = makePreTokenizer(fields.object("pre_tokenizer"));
    if (fields.has("post_processor"))
        stages.post_processor = PostProcessor(fields.object("post_processor"));
    if (fields.has("decoder"))
        stages.decoder = makeDecoder(fields.object("decoder"));
    if (fields.has("added_tokens"))
        stages.added = AddedTokens(fields.objects("added_tokens"), *stages.model, stages.normalizer.get());
    return stages;
}

} // namespace

bool hasTokenizer(const std::filesystem::path& model) {
    std::error_code ignored;
    if (std::ranges::any_of(kVocabularies, [&](const char* name) { return std::filesystem::exists(model / name, ignored); }))
        return true;
    const auto gguf = ggufFileOf(model);
    if (!gguf)
        return false;
    try {
        return GgufFile(*gguf).has("tokenizer.ggml.model");
    } catch (const Error&) {
        return true; // opening it says what is wrong
    }
}

std::vector<std::string> tokenizerFiles(const std::filesystem::path& model) {
    std::vector<std::string> files;
    for (const char* name : {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt",
                             "added_tokens.json", "chat_template.jinja"}) {
        std::error_code ignored;
        if (std::filesystem::exists(model / name, ignored))
            files.emplace_back(name);
    }
    if (const auto gguf = ggufFileOf(model))
        files.push_back(gguf->filename().string());
    return files;
}

std::optional<std::filesystem::path> ggufFileOf(const std::filesystem::path& model) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(model, ignored))
        return model.extension() == ".gguf" ? std::optional(model) : std::nullopt;
    if (std::ranges::any_of(kVocabularies, [&](const char* name) { return std::filesystem::exists(model / name, ignored); }))
        return std::nullopt;
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(model, ignored)) {
        if (entry.path().extension() == ".gguf" && entry.is_regular_file(ignored))
            found.push_back(entry.path());
    }
    if (found.size() > 1) {
        std::sort(found.begin(), found.end());
        std::string names;
        for (const std::filesystem::path& file : found)
            names += fmt::format("{}'{}'", names.empty() ? "" : ", ", file.filename().string());
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds {} GGUF files: {}", model.string(), found.size(), names),
                    fmt::format("Name the one you mean by its path, as '{}'.", found[0].string()));
    }
    return found.empty() ? std::nullopt : std::optional(found[0]);
}

std::unique_ptr<Tokenizer> Tokenizer::open(const std::filesystem::path& model) {
    const auto from = [](const Json& json, const std::filesystem::path& path) {
        const JsonFields fields(json, path.string());
        return std::make_unique<StagedTokenizer>(makeStages(fields), fields);
    };
    if (const auto gguf = ggufFileOf(model))
        return makeGgufTokenizer(ggufVocabulary(GgufFile(*gguf)));
    const std::filesystem::path path = model / "tokenizer.json";
    if (std::filesystem::exists(path))
        return from(parseTokenizerJson(readFile(path, kMaxTokenizerBytes), path.string()), path);
    if (!std::filesystem::exists(model / "vocab.txt") && std::filesystem::exists(model / "vocab.json"))
        return from(tokenizerJsonFromMerges(model), model / "vocab.json");
    return from(tokenizerJsonFromVocabulary(model), model / "vocab.txt");
}

} // namespace triptych
