#include "text/tokenizer_json.h"

#include "base/error.h"
#include "base/files.h"
#include "text/json_fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxBytes = 256u << 20;
constexpr const char* kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// What a tokenizer class adds to its files.
struct Family {
    enum class Frame { None, Roberta } frame = Frame::None;
    bool qwen = false;
    const char* bos = "<|endoftext|>";
    const char* eos = "<|endoftext|>";
    const char* unknown = "<|endoftext|>";
    const char* padding = "";
    const char* mask = "";
};

Family familyOf(const JsonFields& options, const fs::path& folder) {
    std::string kind = options.string("tokenizer_class", "GPT2Tokenizer");
    if (kind.ends_with("Fast"))
        kind.resize(kind.size() - 4);
    if (kind == "GPT2Tokenizer")
        return {};
    if (kind == "Qwen2Tokenizer")
        return {Family::Frame::None, true, "", "<|endoftext|>", "", "<|endoftext|>", ""};
    if (kind == "RobertaTokenizer" || kind == "BartTokenizer" || kind == "LongformerTokenizer")
        return {Family::Frame::Roberta, false, "<s>", "</s>", "<unk>", "<pad>", "<mask>"};
    throw Error(ErrorCode::Unsupported, fmt::format("'{}' has no tokenizer.json, and vocab.json of a '{}' cannot be read without it",
                                                    folder.string(), kind));
}

Json readMerges(const fs::path& path) {
    const std::string text = readFile(path, kMaxBytes);
    Json merges = Json::array();
    std::uint64_t number = 1;
    for (std::size_t begin = 0; begin < text.size(); ++number) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string line = text.substr(begin, end - begin);
        begin = end + 1;
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        if (line.empty() || line.starts_with("#version"))
            continue;
        if (std::count(line.begin(), line.end(), ' ') != 1)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': line {} is not two tokens", path.string(), number));
        merges.push_back(std::move(line));
    }
    return merges;
}

Json readOptional(const fs::path& path) { return fs::exists(path) ? readJsonFile(path, 16u << 20) : Json::object(); }

/// The list "added_tokens" as it grows; a token is there once.
class Added {
public:
    explicit Added(const Json& vocabulary) : m_vocabulary(vocabulary) {}

    /// With its id in the vocabulary; false if it has none.
    bool add(const std::string& content, bool lstrip = false) {
        const auto id = m_vocabulary.find(content);
        return id != m_vocabulary.end() && add(*id, content, {{"special", true}, {"lstrip", lstrip}, {"normalized", false}});
    }
    bool add(const Json& id, const std::string& content, Json entry) {
        const bool known = std::any_of(m_list.begin(), m_list.end(), [&](const Json& token) { return token["content"] == content; });
        entry["id"] = id;
        entry["content"] = content;
        if (!known)
            m_list.push_back(std::move(entry));
        return true;
    }
    const Json& list() const { return m_list; }

private:
    const Json& m_vocabulary;
    Json m_list = Json::array();
};

} // namespace

Json tokenizerJsonFromMerges(const fs::path& folder) {
    const fs::path path = folder / "vocab.json";
    const Json vocabulary = parseTokenizerJson(readFile(path, kMaxBytes), path.string());
    if (!vocabulary.is_object())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' must be an object of tokens and their ids", path.string()));
    const fs::path configPath = folder / "tokenizer_config.json";
    const Json config = readOptional(configPath);
    const Json specials = readOptional(folder / "special_tokens_map.json");
    const JsonFields options(config, configPath.string());
    const Family family = familyOf(options, folder);

    Added added(vocabulary);
    if (options.has("added_tokens_decoder")) {
        const JsonFields entries = options.object("added_tokens_decoder");
        for (const auto& [id, unused] : entries.json().items()) {
            const JsonFields entry = entries.object(id);
            if (id.empty() || id.size() > 8 || id.find_first_not_of("0123456789") != std::string::npos)
                entries.fail(id, "is not a token id");
            added.add(std::stoul(id), entry.string("content"), entry.json());
        }
    }
    const fs::path addedPath = folder / "added_tokens.json";
    const Json more = readOptional(addedPath);
    for (const auto& [content, id] : JsonFields(more, addedPath.string()).json().items())
        added.add(id, content, {{"special", false}, {"normalized", false}});
    const auto token = [&](const char* key, const char* fallback) {
        const std::string named = specialToken(folder, specials, config, key);
        return named.empty() ? std::string(fallback) : named;
    };
    const std::string bos = token("bos_token", family.bos);
    const std::string eos = token("eos_token", family.eos);
    for (const std::string& content : {bos, eos, token("unk_token", family.unknown), token("pad_token", family.padding)})
        added.add(content);
    added.add(token("mask_token", family.mask), family.frame == Family::Frame::Roberta);

    const bool prefix = options.boolean("add_prefix_space", false);
    const auto required = [&](const char* key, const std::string& content) {
        if (!vocabulary.contains(content))
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has no token '{}', which is the {}", path.string(), content, key));
        return Json::array({content, vocabulary[content]});
    };
    Json post = {{"type", "ByteLevel"}, {"trim_offsets", false}};
    if (family.frame == Family::Frame::Roberta) {
        post = {{"type", "RobertaProcessing"},
                {"sep", required("sep_token", token("sep_token", family.eos))},
                {"cls", required("cls_token", token("cls_token", family.bos))},
                {"trim_offsets", true},
                {"add_prefix_space", prefix}};
    } else if (options.boolean("add_bos_token", false)) {
        const Json begin = {{"SpecialToken", {{"id", bos}, {"type_id", 0}}}};
        const Json first = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
        const Json second = {{"Sequence", {{"id", "B"}, {"type_id", 1}}}};
        post = {{"type", "TemplateProcessing"},
                {"single", Json::array({begin, first})},
                {"pair", Json::array({begin, first, {{"SpecialToken", {{"id", bos}, {"type_id", 1}}}}, second})},
                {"special_tokens", {{bos, {{"ids", Json::array({required("bos_token", bos)[1]})}}}}}};
    }
    Json cut = {{"type", "ByteLevel"}, {"add_prefix_space", prefix}, {"use_regex", !family.qwen}};
    if (family.qwen) {
        const Json split = {{"type", "Split"}, {"pattern", {{"Regex", kQwen2}}}, {"behavior", "Isolated"}};
        cut = {{"type", "Sequence"}, {"pretokenizers", Json::array({split, cut})}};
    }
    Json whole = {{"added_tokens", added.list()},
                  {"pre_tokenizer", cut},
                  {"post_processor", post},
                  {"decoder", {{"type", "ByteLevel"}}},
                  {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", readMerges(folder / "merges.txt")}}}};
    if (family.qwen)
        whole["normalizer"] = {{"type", "NFC"}};
    return whole;
}

} // namespace triptych
