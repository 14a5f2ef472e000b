#include "text/pruned_tokenizer.h"

#include "base/error.h"
#include "base/files.h"
#include "text/json_fields.h"
#include "text/tokenizer.h"
#include "text/tokenizer_json.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxTokenizerBytes = 256u << 20;

/// The new id of an old one; nothing for a token that was left out.
std::optional<std::int32_t> newId(const std::vector<std::int32_t>& kept, const Json& old) {
    if (!old.is_number_integer())
        return std::nullopt;
    const auto id = old.get<std::int64_t>();
    const auto place = std::lower_bound(kept.begin(), kept.end(), id);
    return place != kept.end() && *place == id ? std::optional(static_cast<std::int32_t>(place - kept.begin())) : std::nullopt;
}

/// The ids inside a post-processor; all of them are of special tokens, which are kept.
void renumberPostProcessor(Json& processor, const std::vector<std::int32_t>& kept) {
    const auto renumber = [&](Json& id) { id = newId(kept, id).value_or(0); };
    if (!processor.is_object())
        return;
    for (const char* key : {"sep", "cls"}) { // BertProcessing, RobertaProcessing
        if (const auto found = processor.find(key); found != processor.end() && found->is_array() && found->size() == 2)
            renumber((*found)[1]);
    }
    if (const auto tokens = processor.find("special_tokens"); tokens != processor.end() && tokens->is_object()) { // TemplateProcessing
        for (Json& token : *tokens) {
            for (Json& id : token.at("ids"))
                renumber(id);
        }
    }
    if (const auto parts = processor.find("processors"); parts != processor.end() && parts->is_array()) { // Sequence
        for (Json& part : *parts)
            renumberPostProcessor(part, kept);
    }
}

} // namespace

PrunedTokenizer pruneTokenizer(const fs::path& folder, const std::set<std::int32_t>& used) {
    const std::unique_ptr<Tokenizer> whole = Tokenizer::open(folder); // it knows that all is well formed
    const fs::path file = folder / "tokenizer.json";
    PrunedTokenizer pruned;
    if (fs::exists(file))
        pruned.tokenizer = parseTokenizerJson(readFile(file, kMaxTokenizerBytes), file.string());
    else if (fs::exists(folder / "vocab.txt"))
        pruned.tokenizer = tokenizerJsonFromVocabulary(folder);
    Json model = pruned.tokenizer.is_object() ? pruned.tokenizer.value("model", Json::object()) : Json::object();
    const std::string type = model.value("type", std::string(model.contains("continuing_subword_prefix") ? "WordPiece" : "unknown"));
    if (type != "WordPiece") {
        throw Error(ErrorCode::Unsupported, fmt::format("the tokenizer of '{}' is '{}': only a WordPiece vocabulary can be pruned", folder.string(), type),
                    "Set 'prune_vocabulary' to false, or choose a teacher of the kind of BERT.");
    }
    const std::string prefix = model.value("continuing_subword_prefix", std::string("##"));
    std::set<std::int32_t> kept = used;
    for (Json& token : pruned.tokenizer["added_tokens"])
        kept.insert(token.at("id").get<std::int32_t>());
    if (const auto unknown = whole->tokenId(model.value("unk_token", std::string("[UNK]"))))
        kept.insert(*unknown);
    for (const auto& [token, id] : model.at("vocab").items()) {
        const std::string_view piece = std::string_view(token).substr(token.starts_with(prefix) && token.size() > prefix.size() ? prefix.size() : 0);
        if (decodeUtf8(piece).size() == 1)
            kept.insert(id.get<std::int32_t>());
    }
    pruned.kept.assign(kept.begin(), kept.end());

    Json vocabulary = Json::object();
    for (const auto& [token, id] : model.at("vocab").items()) {
        if (const auto now = newId(pruned.kept, id))
            vocabulary[token] = *now;
    }
    pruned.tokenizer["model"]["vocab"] = std::move(vocabulary);
    for (Json& token : pruned.tokenizer["added_tokens"])
        token["id"] = newId(pruned.kept, token["id"]).value_or(0);
    renumberPostProcessor(pruned.tokenizer["post_processor"], pruned.kept);
    if (Json& padding = pruned.tokenizer["padding"]; padding.is_object() && padding.contains("pad_id"))
        padding["pad_id"] = newId(pruned.kept, padding["pad_id"]).value_or(0);
    return pruned;
}

void writePrunedTokenizer(const PrunedTokenizer& pruned, const fs::path& from, const fs::path& to) {
    writeJsonFile(to / "tokenizer.json", pruned.tokenizer);
    for (const std::string& name : tokenizerFiles(from)) {
        if (name == "vocab.txt") {
            std::vector<std::string> lines(pruned.kept.size());
            for (const auto& [token, id] : pruned.tokenizer.at("model").at("vocab").items())
                lines[id.get<std::size_t>()] = token;
            std::string text;
            for (const std::string& line : lines)
                text += line + "\n";
            atomicWrite(to / name, text);
        } else if (name == "tokenizer_config.json") {
            Json config = readJsonFile(from / name, 16u << 20);
            if (const auto decoder = config.find("added_tokens_decoder"); decoder != config.end() && decoder->is_object()) {
                Json renumbered = Json::object();
                for (const auto& [id, token] : decoder->items()) {
                    if (const auto now = newId(pruned.kept, Json::parse(id, nullptr, false)))
                        renumbered[std::to_string(*now)] = token;
                }
                *decoder = std::move(renumbered);
            }
            writeJsonFile(to / name, config);
        } else if (name == "special_tokens_map.json") { // names alone
            atomicWrite(to / name, readFile(from / name, 16u << 20));
        }
    }
}

} // namespace triptych
