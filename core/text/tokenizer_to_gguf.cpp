#include "text/gguf_conversion.h"

#include "base/error.h"
#include "base/files.h"
#include "text/chat_template.h"
#include "text/json_fields.h"
#include "text/pre_types.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

using namespace gguf_token_type;

constexpr std::uintmax_t kMaxTokenizerBytes = 256u << 20;
constexpr std::string_view kSpace = "\u2581"; ///< what stands for a space in sentencepiece's tokens
const Json kSpacePattern = {{"String", " "}};

[[noreturn]] void unsupported(const JsonFields& fields, std::string_view key, std::string_view what) {
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' {}", fields.source(), fields.pathOf(key), what),
                "Export to a Hugging Face folder, which keeps the tokenizer as it is.");
}

Json readTokenizer(const fs::path& folder) {
    const fs::path path = folder / "tokenizer.json";
    if (fs::exists(path))
        return parseTokenizerJson(readFile(path, kMaxTokenizerBytes), path.string());
    if (!fs::exists(folder / "vocab.json")) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}' has no tokenizer.json; a vocab.txt has no form in the GGUF file of a decoder", folder.string()),
                    "Export to a Hugging Face folder, which keeps the tokenizer as it is.");
    }
    return tokenizerJsonFromMerges(folder);
}

std::vector<JsonFields> partsOf(const JsonFields& fields, const char* key, const char* list) {
    if (!fields.has(key))
        return {};
    const JsonFields stage = fields.object(key);
    return stage.string("type") == "Sequence" ? stage.objects(list) : std::vector<JsonFields>{stage};
}

bool replacesSpaces(const JsonFields& part) {
    return part.string("type") == "Replace" && part.at("pattern") == kSpacePattern && part.string("content") == kSpace;
}

class Conversion {
public:
    Conversion(const fs::path& folder, std::size_t rows, std::vector<std::string>& notes)
        : m_folder(folder), m_json(readTokenizer(folder)), m_fields(m_json, (folder / "tokenizer.json").string()), m_model(m_fields.object("model")), m_notes(notes) {
        m_data.source = m_fields.source();
        m_data.tokens.resize(rows);
        m_data.token_type.assign(rows, kUnused);
    }

    GgufVocabulary run() {
        if (!m_model.has("merges"))
            unsupported(m_model, "type", "is not BPE, and no other kind of decoder vocabulary has a form in GGUF");
        for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
            if (!m_model.string(key, "").empty())
                unsupported(m_model, key, "is set");
        }
        readTokens();
        const bool bytes = std::ranges::any_of(partsOf(m_fields, "pre_tokenizer", "pretokenizers"), [](const JsonFields& part) { return part.string("type") == "ByteLevel"; });
        if (bytes)
            byteLevel();
        else
            sentencePiece();
        for (std::size_t id = 0; id < m_data.tokens.size(); ++id) {
            if (m_data.tokens[id].empty())
                m_data.tokens[id] = fmt::format("[PAD{}]", id);
        }
        nameSpecialTokens();
        return std::move(m_data);
    }

private:
    void put(const std::string& token, const Json& id, std::int32_t type) {
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= m_data.tokens.size())
            unsupported(m_model, "vocab", fmt::format("gives '{}' an id beyond the {} rows of the word table", token, m_data.tokens.size()));
        m_data.tokens[id.get<std::size_t>()] = token;
        m_data.token_type[id.get<std::size_t>()] = type;
    }
    void readTokens() {
        for (const auto& [token, id] : m_model.object("vocab").json().items())
            put(token, id, kNormal);
        if (!m_fields.has("added_tokens"))
            return;
        std::size_t spaced = 0;
        std::string last;
        for (const JsonFields& entry : m_fields.objects("added_tokens")) {
            const std::string token = entry.string("content");
            put(token, entry.at("id"), entry.boolean("special", false) ? kControl : kUserDefined);
            m_added.insert(token);
            if (entry.boolean("lstrip", false) || entry.boolean("rstrip", false) || entry.boolean("single_word", false)) {
                ++spaced;
                last = token;
            }
        }
        if (spaced > 0)
            m_notes.push_back(fmt::format("{} added tokens ('{}') mind the text beside them; GGUF has no key for that.", spaced, last));
    }

    // --- byte level ---

    /// The expressions that cut one after another.
    std::vector<std::string> patterns() const {
        std::vector<std::string> list;
        const std::string own(preType("gpt-2", {}).patterns.front()); // ByteLevel's
        for (const JsonFields& part : partsOf(m_fields, "pre_tokenizer", "pretokenizers")) {
            const std::string type = part.string("type");
            if (type == "ByteLevel") {
                if (part.boolean("add_prefix_space", true))
                    unsupported(part, "add_prefix_space", "is true, which readers of GGUF do not do");
                if (part.boolean("use_regex", true))
                    list.push_back(own);
            } else if (type == "Digits" && part.boolean("individual_digits", false)) {
                list.emplace_back(R"(\p{N})");
            } else if (type == "Split" && part.string("behavior") == "Isolated" && !part.boolean("invert", false) && part.object("pattern").has("Regex")) {
                list.push_back(part.object("pattern").string("Regex"));
            } else {
                unsupported(part, "type", fmt::format("is '{}' in a way that no `pre` type of GGUF has", type));
            }
        }
        return list;
    }
    void byteLevel() {
        m_data.model = "gpt2";
        const bool whole = m_model.boolean("ignore_merges", false);
        m_data.pre = preTypeOf(patterns(), whole);
        if (m_data.pre.empty())
            unsupported(m_fields, "pre_tokenizer", "cuts texts in a way that llama.cpp has no `pre` type for");
        for (const JsonFields& part : partsOf(m_fields, "normalizer", "normalizers")) {
            if (part.string("type") != "NFC")
                unsupported(part, "type", fmt::format("is '{}', which readers of GGUF do not do", part.string("type")));
            m_notes.push_back("Texts are no longer brought into Unicode's composed form (NFC) first: readers of GGUF do not do that.");
        }
        m_data.merges = mergesAsTexts();
    }
    std::vector<std::pair<std::string, std::string>> mergePairs() const {
        std::vector<std::pair<std::string, std::string>> pairs;
        for (const Json& entry : m_model.at("merges")) {
            if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
                pairs.emplace_back(entry[0], entry[1]);
                continue;
            }
            const std::string text = entry.is_string() ? entry.get<std::string>() : std::string();
            const std::size_t space = text.find(' ', 1);
            if (space == std::string::npos)
                m_model.fail("merges", fmt::format("has {}, which is not a pair of tokens", entry.dump(-1, ' ', true)));
            pairs.emplace_back(text.substr(0, space), text.substr(space + 1));
        }
        return pairs;
    }
    std::vector<std::string> mergesAsTexts() const {
        std::vector<std::string> texts;
        for (const auto& [left, right] : mergePairs())
            texts.push_back(fmt::format("{} {}", left, right));
        return texts;
    }

    // --- sentencepiece ---

    void sentencePiece() {
        m_data.model = "llama";
        m_data.pre = "default";
        bool spaces = false, prefix = false;
        for (const JsonFields& part : partsOf(m_fields, "normalizer", "normalizers")) {
            if (replacesSpaces(part))
                spaces = true;
            else if (part.string("type") == "Prepend" && part.string("prepend") == kSpace)
                prefix = true;
            else
                unsupported(part, "type", fmt::format("is '{}', which readers of a sentencepiece vocabulary do not do", part.string("type")));
        }
        for (const JsonFields& part : partsOf(m_fields, "pre_tokenizer", "pretokenizers")) {
            const std::string type = part.string("type");
            if (type == "Metaspace" && !part.boolean("split", true) && part.string("replacement", kSpace) == kSpace) {
                const std::string scheme = part.string("prepend_scheme", "always");
                spaces = true;
                prefix = scheme != "never";
                if (scheme == "first")
                    m_notes.push_back("The space before a text is also put behind special tokens: readers of GGUF do so.");
            } else if (type != "Split" || !spaces || part.at("pattern") != kSpacePattern) { // a split at spaces that are gone does nothing
                unsupported(part, "type", fmt::format("is '{}', which readers of a sentencepiece vocabulary do not do", type));
            }
        }
        if (!spaces || !m_model.boolean("byte_fallback", false))
            unsupported(m_model, "byte_fallback", "and the stages before it are not those of a sentencepiece vocabulary");
        if (m_model.boolean("ignore_merges", false))
            unsupported(m_model, "ignore_merges", "is true, which readers of a sentencepiece vocabulary do not do");
        m_data.add_space_prefix = prefix;
        for (std::size_t id = 0; id < m_data.tokens.size(); ++id) {
            const std::string& token = m_data.tokens[id];
            if (token.size() == 6 && token.starts_with("<0x") && token.ends_with(">"))
                m_data.token_type[id] = kByte;
            else if (!token.empty() && token == m_model.string("unk_token", "")) {
                m_data.token_type[id] = kUnknown;
                m_data.unknown_token_id = static_cast<std::int32_t>(id);
            }
        }
        score();
    }
    /// Scores that make readers merge in the order of the file's merges. They merge whatever makes a token, the one with the best
    /// score first: so a token's merges must stand together, and every way to make it must be there.
    void score() {
        std::unordered_map<std::string_view, std::size_t> ids;
        for (std::size_t id = 0; id < m_data.tokens.size(); ++id) {
            if (!m_data.tokens[id].empty())
                ids.emplace(m_data.tokens[id], id);
        }
        m_data.scores.assign(m_data.tokens.size(), 0.0F);
        std::set<std::pair<std::string, std::string>> known;
        std::vector<bool> made(m_data.tokens.size());
        std::string current;
        float next = 0;
        const auto refuse = [&](const std::string& token) {
            unsupported(m_model, "merges", fmt::format("does not follow a sentencepiece vocabulary: '{}' is not merged where every way to make it is", token));
        };
        for (auto& [left, right] : mergePairs()) {
            std::string whole = left + right;
            const auto found = ids.find(whole);
            if (found == ids.end())
                m_model.fail("merges", fmt::format("joins '{}' and '{}', but the vocabulary lacks '{}'", left, right, whole));
            known.emplace(std::move(left), std::move(right));
            if (m_added.contains(whole) || whole == current)
                continue;
            if (made[found->second])
                refuse(whole);
            made[found->second] = true;
            m_data.scores[found->second] = --next;
            current = std::move(whole);
        }
        for (std::size_t id = 0; id < m_data.tokens.size(); ++id) {
            const std::string& token = m_data.tokens[id];
            if (m_data.token_type[id] != kNormal)
                continue;
            if (!made[id])
                m_data.scores[id] = --next;
            for (std::size_t cut = 1; cut < token.size(); ++cut) {
                const bool inside = (static_cast<unsigned char>(token[cut]) & 0xC0) == 0x80; // a character
                if (inside)
                    continue;
                const std::string left = token.substr(0, cut), right = token.substr(cut);
                if (ids.contains(left) && ids.contains(right) && !known.contains({left, right}))
                    refuse(token);
            }
        }
    }

    // --- special tokens ---

    void nameSpecialTokens() {
        std::unordered_map<std::string_view, std::int32_t> ids;
        for (std::size_t id = 0; id < m_data.tokens.size(); ++id)
            ids.emplace(m_data.tokens[id], static_cast<std::int32_t>(id));
        const auto named = specialTokensOf(m_folder);
        const auto idOf = [&](const char* name) {
            const auto token = named.find(name);
            const auto id = token == named.end() ? ids.end() : ids.find(token->second);
            return id == ids.end() ? std::nullopt : std::optional(id->second);
        };
        m_data.bos_token_id = idOf("bos_token");
        m_data.eos_token_id = idOf("eos_token");
        if (const auto unknown = idOf("unk_token"))
            m_data.unknown_token_id = unknown;
        m_data.padding_token_id = idOf("pad_token");
        // What the tokenizer itself puts around a text.
        const auto tokenizer = Tokenizer::open(m_folder);
        const std::vector<std::int32_t> bare = tokenizer->encode("a", false).ids, framed = tokenizer->encode("a").ids;
        const auto text = std::search(framed.begin(), framed.end(), bare.begin(), bare.end());
        const auto before = text - framed.begin(), after = framed.end() - text - static_cast<std::ptrdiff_t>(bare.size());
        if (bare.empty() || text == framed.end() || before > 1 || after > 1)
            unsupported(m_fields, "post_processor", "puts more around a text than one token before and one behind it");
        if (before == 1) {
            if (m_data.bos_token_id.value_or(framed.front()) != framed.front())
                unsupported(m_fields, "post_processor", fmt::format("begins a text with '{}', which is not the bos_token", tokenizer->token(framed.front())));
            m_data.bos_token_id = framed.front();
        }
        if (after == 1) {
            if (m_data.eos_token_id.value_or(framed.back()) != framed.back())
                unsupported(m_fields, "post_processor", fmt::format("ends a text with '{}', which is not the eos_token", tokenizer->token(framed.back())));
            m_data.eos_token_id = framed.back();
        }
        m_data.add_bos_token = before == 1;
        m_data.add_eos_token = after == 1;
    }

    fs::path m_folder;
    const Json m_json;
    const JsonFields m_fields, m_model;
    std::vector<std::string>& m_notes;
    std::set<std::string> m_added;
    GgufVocabulary m_data;
};

} // namespace

GgufVocabulary ggufVocabularyOf(const fs::path& folder, std::size_t rows, std::vector<std::string>& notes) { return Conversion(folder, rows, notes).run(); }

GgufMetadataToWrite ggufKeysOf(const GgufVocabulary& vocabulary) {
    GgufMetadataToWrite keys = {{"tokenizer.ggml.model", vocabulary.model}};
    if (!vocabulary.pre.empty())
        keys.emplace_back("tokenizer.ggml.pre", vocabulary.pre);
    keys.emplace_back("tokenizer.ggml.tokens", vocabulary.tokens);
    if (!vocabulary.scores.empty())
        keys.emplace_back("tokenizer.ggml.scores", vocabulary.scores);
    if (!vocabulary.token_type.empty())
        keys.emplace_back("tokenizer.ggml.token_type", vocabulary.token_type);
    if (!vocabulary.merges.empty())
        keys.emplace_back("tokenizer.ggml.merges", vocabulary.merges);
    const std::pair<const char*, std::optional<std::int32_t>> ids[] = {
        {"bos", vocabulary.bos_token_id},           {"eos", vocabulary.eos_token_id}, {"unknown", vocabulary.unknown_token_id},
        {"seperator", vocabulary.seperator_token_id}, {"padding", vocabulary.padding_token_id}, {"cls", vocabulary.cls_token_id}};
    for (const auto& [name, id] : ids) {
        if (id)
            keys.emplace_back(fmt::format("tokenizer.ggml.{}_token_id", name), static_cast<std::uint32_t>(*id));
    }
    const std::pair<const char*, std::optional<bool>> flags[] = {{"add_bos_token", vocabulary.add_bos_token},
                                                                 {"add_eos_token", vocabulary.add_eos_token},
                                                                 {"add_space_prefix", vocabulary.add_space_prefix}};
    for (const auto& [name, flag] : flags) {
        if (flag)
            keys.emplace_back(fmt::format("tokenizer.ggml.{}", name), *flag);
    }
    return keys;
}

} // namespace triptych
