#include "text/tokenizer_json.h"

#include "base/error.h"
#include "base/files.h"
#include "text/json_fields.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>
#include <vector>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxDepth = 100;
constexpr std::uintmax_t kMaxVocabularyBytes = 256u << 20;

Json readOptional(const fs::path& path) { return fs::exists(path) ? readJsonFile(path, 16u << 20) : Json::object(); }

} // namespace

std::string specialToken(const fs::path& folder, const Json& map, const Json& config, const char* key) {
    for (const auto& [json, file] : {std::pair(&map, "special_tokens_map.json"), {&config, "tokenizer_config.json"}}) {
        const JsonFields fields(*json, (folder / file).string());
        if (!fields.has(key))
            continue;
        const Json& token = fields.at(key);
        if (!token.is_string() && !token.is_object())
            fields.failType(key, "a token or an object with its 'content'");
        return token.is_string() ? token.get<std::string>() : fields.object(key).string("content");
    }
    return {};
}

Json parseTokenizerJson(std::string_view text, std::string_view source) {
    std::vector<std::unordered_set<std::string>> keys;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
        if (depth > kMaxDepth)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' nests deeper than {} levels", source, kMaxDepth));
        if (event == Json::parse_event_t::object_start)
            keys.emplace_back();
        else if (event == Json::parse_event_t::object_end)
            keys.pop_back();
        else if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the key '{}' stands twice in one object", source, value.get<std::string>()));
        return true;
    };
    try {
        return Json::parse(text.begin(), text.end(), watch);
    } catch (const Json::parse_error& error) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not valid JSON at byte {}", source, error.byte),
                    "The file is damaged or cut off; copy it again from where it came.");
    } catch (const Json::exception&) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds a number that is out of range", source),
                    "The file is damaged; copy it again from where it came.");
    }
}

Json tokenizerJsonFromVocabulary(const fs::path& folder) {
    const fs::path path = folder / "vocab.txt";
    if (!fs::exists(path)) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' has neither tokenizer.json nor vocab.txt nor vocab.json", folder.string()),
                    "Copy tokenizer.json from the model's source into the folder.");
    }
    const Json config = readOptional(folder / "tokenizer_config.json");
    const Json specials = readOptional(folder / "special_tokens_map.json");
    const JsonFields options(config, (folder / "tokenizer_config.json").string());
    const std::string kind = options.string("tokenizer_class", "BertTokenizer");
    if (kind != "BertTokenizer" && kind != "BertTokenizerFast" && kind != "DistilBertTokenizer" && kind != "DistilBertTokenizerFast") {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}' has no tokenizer.json, and vocab.txt of a '{}' cannot be read without it",
                                                        folder.string(), kind));
    }
    const std::string text = readFile(path, kMaxVocabularyBytes);
    Json vocabulary = Json::object();
    std::uint64_t line = 0;
    for (std::size_t begin = 0; begin < text.size(); ++line) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string token = text.substr(begin, end - begin);
        if (!token.empty() && token.back() == '\r')
            token.pop_back();
        begin = end + 1;
        // As the reference reads it: of equal lines the last one counts.
        if (!token.empty())
            vocabulary[token] = line;
    }
    Json added = Json::array();
    const auto idOf = [&](const char* key, const char* fallback) {
        const std::string named = specialToken(folder, specials, config, key);
        const std::string token = named.empty() ? fallback : named;
        if (!vocabulary.contains(token))
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has no line '{}', which is the {}", path.string(), token, key));
        added.push_back({{"id", vocabulary[token]}, {"content", token}, {"special", true}, {"normalized", false}});
        return Json::array({token, vocabulary[token]});
    };
    const Json unknown = idOf("unk_token", "[UNK]");
    const Json sep = idOf("sep_token", "[SEP]");
    const Json cls = idOf("cls_token", "[CLS]");
    idOf("pad_token", "[PAD]");
    idOf("mask_token", "[MASK]");
    const bool lowercase = options.boolean("do_lower_case", true);
    return {{"added_tokens", added},
            {"normalizer",
             {{"type", "BertNormalizer"},
              {"clean_text", true},
              {"handle_chinese_chars", options.boolean("tokenize_chinese_chars", true)},
              {"strip_accents", options.has("strip_accents") ? Json(options.boolean("strip_accents", lowercase)) : Json()},
              {"lowercase", lowercase}}},
            {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
            {"post_processor", {{"type", "BertProcessing"}, {"sep", sep}, {"cls", cls}}},
            {"decoder", {{"type", "WordPiece"}}},
            {"model", {{"type", "WordPiece"}, {"unk_token", unknown[0]}, {"vocab", vocabulary}}}};
}

} // namespace triptych
