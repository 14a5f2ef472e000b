#include "text/gguf_stages.h"

#include "base/error.h"
#include "text/pre_types.h"

#include <fmt/format.h>

namespace triptych {

namespace {

const Json kSpaces = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "\u2581"}};

using Id = std::optional<std::int32_t>;

Id added(std::optional<bool> wanted, bool otherwise, Id id) { return wanted.value_or(otherwise) ? id : std::nullopt; }

/// Special tokens before and after a text; of a pair the second one gets those after it, too.
Json templateOf(const GgufVocabulary& data, Id begin, Id end, int secondType) {
    Json single = Json::array();
    Json tokens = Json::object();
    const auto special = [&](Json& list, Id id, int type) {
        if (!id)
            return;
        const auto at = static_cast<std::size_t>(*id);
        std::string name = at < data.tokens.size() ? data.tokens[at] : std::string();
        if (name.empty() || tokens.contains(name)) // a hole, or the other one's name
            name = fmt::format("token {}", at);
        tokens[name] = {{"id", name}, {"ids", Json::array({static_cast<std::uint32_t>(*id)})}, {"tokens", Json::array({name})}};
        list.push_back({{"SpecialToken", {{"id", name}, {"type_id", type}}}});
    };
    special(single, begin, 0);
    single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
    special(single, end, 0);
    Json pair = single;
    pair.push_back({{"Sequence", {{"id", "B"}, {"type_id", secondType}}}});
    special(pair, end, secondType);
    return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", tokens}};
}

Json llamaStages(const GgufVocabulary& data) {
    const bool prefix = data.add_space_prefix.value_or(true);
    Json normalizers = Json::array();
    if (prefix)
        normalizers.push_back({{"type", "Prepend"}, {"prepend", "\u2581"}});
    normalizers.push_back(kSpaces);
    Json decoders = Json::array({{{"type", "Replace"}, {"pattern", {{"String", "\u2581"}}}, {"content", " "}},
                                 {{"type", "ByteFallback"}},
                                 {{"type", "Fuse"}}});
    if (prefix)
        decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    return {{"normalizer", {{"type", "Sequence"}, {"normalizers", normalizers}}},
            {"decoder", {{"type", "Sequence"}, {"decoders", decoders}}},
            {"post_processor", templateOf(data, added(data.add_bos_token, true, idOr(data, data.bos_token_id, 1)),
                                          added(data.add_eos_token, false, idOr(data, data.eos_token_id, 2)), 1)}};
}

Json gpt2Stages(const GgufVocabulary& data) {
    const PreType& type = preType(data.pre, data.source);
    Json parts = Json::array();
    for (const std::string_view pattern : type.patterns)
        parts.push_back({{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}});
    parts.push_back({{"type", "ByteLevel"}, {"add_prefix_space", data.add_space_prefix.value_or(false)}, {"trim_offsets", true}, {"use_regex", false}});
    return {{"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", parts}}},
            {"decoder", {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}}},
            {"post_processor", templateOf(data, added(data.add_bos_token, type.add_bos, data.bos_token_id),
                                          added(data.add_eos_token, false, data.eos_token_id), 1)}};
}

Json bertStages(const GgufVocabulary& data) {
    const Id cls = data.cls_token_id ? data.cls_token_id : data.bos_token_id ? data.bos_token_id : Id(101);
    return {{"normalizer", {{"type", "BertNormalizer"}}},
            {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
            {"decoder", {{"type", "Metaspace"}}},
            {"post_processor", templateOf(data, added(data.add_bos_token, true, cls),
                                          added(data.add_eos_token, true, data.seperator_token_id.value_or(102)), 1)}};
}

Json t5Stages(const GgufVocabulary& data) {
    Json normalizers = Json::array();
    normalizers.push_back({{"type", "Precompiled"},
                           {"precompiled_charsmap", Json::binary({data.precompiled_charsmap.begin(), data.precompiled_charsmap.end()})}});
    if (data.remove_extra_whitespaces.value_or(true)) {
        normalizers.push_back({{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}});
        normalizers.push_back({{"type", "Strip"}});
    }
    const char* scheme = data.add_space_prefix.value_or(true) ? "always" : "never";
    const Json metaspace = {{"type", "Metaspace"}, {"prepend_scheme", scheme}, {"split", false}};
    return {{"normalizer", {{"type", "Sequence"}, {"normalizers", normalizers}}},
            {"pre_tokenizer", metaspace},
            {"decoder", metaspace},
            {"post_processor", templateOf(data, added(data.add_bos_token, false, data.bos_token_id),
                                          added(data.add_eos_token, true, idOr(data, data.eos_token_id, 1)), 0)}};
}

} // namespace

std::optional<std::int32_t> idOr(const GgufVocabulary& vocabulary, std::optional<std::int32_t> id, std::int32_t otherwise) {
    return !id && static_cast<std::size_t>(otherwise) < vocabulary.tokens.size() ? Id(otherwise) : id;
}

Json ggufStages(const GgufVocabulary& vocabulary) {
    if (vocabulary.model == "llama")
        return llamaStages(vocabulary);
    if (vocabulary.model == "gpt2")
        return gpt2Stages(vocabulary);
    if (vocabulary.model == "bert")
        return bertStages(vocabulary);
    if (vocabulary.model == "t5")
        return t5Stages(vocabulary);
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': 'tokenizer.ggml.model' is '{}'; this version has llama, gpt2, bert and t5", vocabulary.source,
                                                    vocabulary.model));
}

} // namespace triptych
