#include "text/gguf_tokenizer.h"

#include "base/error.h"
#include "formats/gguf.h"
#include "text/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

/// Keys below "tokenizer.ggml.", absent ones included.
class Fields {
public:
    explicit Fields(const GgufFile& file) : m_file(file) {}

    bool has(std::string_view field) const { return m_file.has(key(field)); }
    std::string string(std::string_view field, std::string_view otherwise) const { return std::string(m_file.string(key(field), otherwise)); }
    std::vector<std::string> strings(std::string_view field) const {
        std::vector<std::string> texts;
        if (has(field)) {
            const auto views = m_file.strings(key(field));
            texts.assign(views.begin(), views.end());
        }
        return texts;
    }
    std::vector<float> numbers(std::string_view field) const { return has(field) ? m_file.numbers(key(field)) : std::vector<float>(); }
    template <typename Number>
    std::vector<Number> integers(std::string_view field, std::int64_t low, std::int64_t high) const {
        std::vector<Number> numbers;
        if (has(field)) {
            for (const std::int64_t number : m_file.integers(key(field))) {
                if (number < low || number > high)
                    fail(field, fmt::format("has {}; it must lie between {} and {}", number, low, high));
                numbers.push_back(static_cast<Number>(number));
            }
        }
        return numbers;
    }
    std::optional<std::int32_t> id(std::string_view field, std::size_t tokens) const {
        if (!has(field))
            return std::nullopt;
        return static_cast<std::int32_t>(m_file.integer(key(field), 0, static_cast<std::int64_t>(tokens) - 1));
    }
    std::optional<bool> flag(std::string_view field) const { return has(field) ? std::optional(m_file.boolean(key(field), false)) : std::nullopt; }
    [[noreturn]] void fail(std::string_view field, const std::string& what) const {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': key '{}' {}", m_file.path().string(), key(field), what));
    }
    static std::string key(std::string_view field) { return fmt::format("tokenizer.ggml.{}", field); }

private:
    const GgufFile& m_file;
};

} // namespace

GgufVocabulary ggufVocabulary(const GgufFile& file) {
    const Fields fields(file);
    GgufVocabulary data;
    data.source = file.path().string();
    data.model = file.string(Fields::key("model"));
    data.pre = fields.string("pre", "");
    if (!fields.has("tokens"))
        fields.fail("tokens", "is missing");
    data.tokens = fields.strings("tokens");
    const std::size_t size = data.tokens.size();
    if (size == 0 || size > static_cast<std::size_t>(kMaxTokenId))
        fields.fail("tokens", fmt::format("has {} entries", size));
    data.scores = fields.numbers("scores");
    data.token_type = fields.integers<std::int32_t>("token_type", 0, 6);
    data.merges = fields.strings("merges");
    const auto map = fields.integers<int>("precompiled_charsmap", -128, 255);
    std::transform(map.begin(), map.end(), std::back_inserter(data.precompiled_charsmap), [](int byte) { return static_cast<char>(byte); });
    data.bos_token_id = fields.id("bos_token_id", size);
    data.eos_token_id = fields.id("eos_token_id", size);
    data.unknown_token_id = fields.id("unknown_token_id", size);
    data.seperator_token_id = fields.id("seperator_token_id", size);
    data.padding_token_id = fields.id("padding_token_id", size);
    data.cls_token_id = fields.id("cls_token_id", size);
    data.add_bos_token = fields.flag("add_bos_token");
    data.add_eos_token = fields.flag("add_eos_token");
    data.add_space_prefix = fields.flag("add_space_prefix");
    data.remove_extra_whitespaces = fields.flag("remove_extra_whitespaces");
    return data;
}

std::map<std::string, std::string> ggufSpecialTokens(const GgufFile& file) {
    constexpr std::pair<const char*, const char*> kNames[] = {{"bos_token", "bos_token_id"},       {"eos_token", "eos_token_id"},
                                                              {"unk_token", "unknown_token_id"},   {"sep_token", "seperator_token_id"},
                                                              {"pad_token", "padding_token_id"},   {"cls_token", "cls_token_id"},
                                                              {"mask_token", "mask_token_id"}};
    std::map<std::string, std::string> named;
    const Fields fields(file);
    if (!fields.has("tokens"))
        return named;
    const auto tokens = file.strings(Fields::key("tokens"));
    // What llama.cpp takes where a sentencepiece file does not say.
    const bool llama = fields.string("model", "") == "llama";
    for (const auto& [name, field] : kNames) {
        auto id = fields.id(field, tokens.size());
        if (!id && llama && std::string_view(name) == "bos_token" && tokens.size() > 2)
            id = 1;
        if (!id && llama && std::string_view(name) == "eos_token" && tokens.size() > 2)
            id = 2;
        if (id)
            named[name] = tokens[static_cast<std::size_t>(*id)];
    }
    return named;
}

} // namespace triptych
