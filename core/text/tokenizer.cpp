#include "text/tokenizer.h"

#include "base/error.h"
#include "base/files.h"
#include "text/bpe.h"
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

bool hasTokenizer(const std::filesystem::path& folder) {
    std::error_code ignored;
    return std::ranges::any_of(std::array{"tokenizer.json", "vocab.txt", "vocab.json"},
                               [&](const char* name) { return std::filesystem::exists(folder / name, ignored); });
}

std::vector<std::string> tokenizerFiles(const std::filesystem::path& folder) {
    std::vector<std::string> files;
    for (const char* name : {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt",
                             "added_tokens.json"}) {
        std::error_code ignored;
        if (std::filesystem::exists(folder / name, ignored))
            files.emplace_back(name);
    }
    return files;
}

std::unique_ptr<Tokenizer> Tokenizer::open(const std::filesystem::path& folder) {
    const auto from = [](const Json& json, const std::filesystem::path& path) {
        const JsonFields fields(json, path.string());
        return std::make_unique<StagedTokenizer>(makeStages(fields), fields);
    };
    const std::filesystem::path path = folder / "tokenizer.json";
    if (std::filesystem::exists(path))
        return from(parseTokenizerJson(readFile(path, kMaxTokenizerBytes), path.string()), path);
    if (!std::filesystem::exists(folder / "vocab.txt") && std::filesystem::exists(folder / "vocab.json"))
        return from(tokenizerJsonFromMerges(folder), folder / "vocab.json");
    return from(tokenizerJsonFromVocabulary(folder), folder / "vocab.txt");
}

} // namespace triptych
