#include "text/gguf_tokenizer.h"

#include "base/error.h"
#include "text/bpe.h"
#include "text/pre_types.h"
#include "text/scored_bpe.h"
#include "text/staged_tokenizer.h"
#include "text/unigram.h"
#include "text/wordpiece.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

enum TokenType { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5 };

const Json kSpaces = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "\u2581"}};

class Builder {
public:
    explicit Builder(GgufVocabulary data) : m_data(std::move(data)), m_where(m_nothing, m_data.source, "tokenizer.ggml") { check(); }

    std::unique_ptr<Tokenizer> build() {
        StagedTokenizer::Stages stages;
        Json post;
        if (m_data.model == "llama")
            post = buildLlama(stages);
        else if (m_data.model == "gpt2")
            post = buildGpt2(stages);
        else if (m_data.model == "bert")
            post = buildBert(stages);
        else if (m_data.model == "t5")
            post = buildT5(stages);
        else
            throw Error(ErrorCode::Unsupported, fmt::format("'{}': 'tokenizer.ggml.model' is '{}'; this version has llama, gpt2, bert and t5",
                                                            m_data.source, m_data.model));
        stages.post_processor = PostProcessor(JsonFields(post, m_data.source, "tokenizer.ggml"));
        stages.added = addedTokens(*stages.model);
        return std::make_unique<StagedTokenizer>(std::move(stages), m_where);
    }

private:
    void check() const {
        if (m_data.tokens.empty() || m_data.tokens.size() > static_cast<std::size_t>(kMaxTokenId))
            m_where.fail("tokens", fmt::format("has {} entries", m_data.tokens.size()));
        if (!m_data.token_type.empty() && m_data.token_type.size() != m_data.tokens.size())
            m_where.fail("token_type", fmt::format("has {} entries for {} tokens", m_data.token_type.size(), m_data.tokens.size()));
        const bool scored = m_data.model == "llama" || m_data.model == "t5";
        if (scored && m_data.scores.size() != m_data.tokens.size())
            m_where.fail("scores", fmt::format("has {} entries for {} tokens", m_data.scores.size(), m_data.tokens.size()));
        if (std::any_of(m_data.scores.begin(), m_data.scores.end(), [](float score) { return !(score >= -1e30F && score <= 1e30F); }))
            m_where.fail("scores", "has one that is no finite number");
        const std::pair<const char*, std::optional<std::int32_t>> ids[] = {
            {"bos_token_id", m_data.bos_token_id},             {"eos_token_id", m_data.eos_token_id},
            {"unknown_token_id", m_data.unknown_token_id},     {"seperator_token_id", m_data.seperator_token_id},
            {"padding_token_id", m_data.padding_token_id},     {"cls_token_id", m_data.cls_token_id}};
        for (const auto& [key, id] : ids) {
            if (id && (*id < 0 || static_cast<std::size_t>(*id) >= m_data.tokens.size()))
                m_where.fail(key, fmt::format("is {}, but there are {} tokens", *id, m_data.tokens.size()));
        }
    }

    int typeOf(std::size_t id) const { return m_data.token_type.empty() ? kNormal : m_data.token_type[id]; }

    /// The id that the file gives, or what llama.cpp takes where it does not, if there is such a token.
    std::optional<std::int32_t> idOr(std::optional<std::int32_t> id, std::int32_t otherwise) const {
        if (!id && static_cast<std::size_t>(otherwise) < m_data.tokens.size())
            return otherwise;
        return id;
    }

    /// Special tokens before and after a text; of a pair the second one gets those after it, too.
    static Json templateOf(std::optional<std::int32_t> begin, std::optional<std::int32_t> end, int secondType) {
        Json single = Json::array();
        Json tokens = Json::object();
        const auto special = [&tokens](Json& list, const char* name, std::optional<std::int32_t> id, int type) {
            if (!id)
                return;
            tokens[name] = {{"ids", Json::array({static_cast<std::uint32_t>(*id)})}};
            list.push_back({{"SpecialToken", {{"id", name}, {"type_id", type}}}});
        };
        special(single, "begin", begin, 0);
        single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
        special(single, "end", end, 0);
        Json pair = single;
        pair.push_back({{"Sequence", {{"id", "B"}, {"type_id", secondType}}}});
        special(pair, "end", end, secondType);
        return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", tokens}};
    }

    /// A stage from its form in tokenizer.json.
    template <typename Make>
    auto stage(Make make, const Json& json) const {
        return make(JsonFields(json, m_data.source, "tokenizer.ggml"));
    }

    Json buildLlama(StagedTokenizer::Stages& stages) {
        const bool prefix = m_data.add_space_prefix.value_or(true);
        Json normalizers = Json::array();
        if (prefix)
            normalizers.push_back({{"type", "Prepend"}, {"prepend", "\u2581"}});
        normalizers.push_back(kSpaces);
        stages.normalizer = stage(makeNormalizer, {{"type", "Sequence"}, {"normalizers", normalizers}});
        Json decoders = Json::array({{{"type", "Replace"}, {"pattern", {{"String", "\u2581"}}}, {"content", " "}},
                                     {{"type", "ByteFallback"}},
                                     {{"type", "Fuse"}}});
        if (prefix)
            decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
        stages.decoder = stage(makeDecoder, {{"type", "Sequence"}, {"decoders", decoders}});
        stages.model = std::make_unique<ScoredBpe>(m_where, Vocabulary(std::move(m_data.tokens)), std::move(m_data.scores),
                                                   idOr(m_data.unknown_token_id, 0));
        return templateOf(added(m_data.add_bos_token, true, idOr(m_data.bos_token_id, 1)),
                          added(m_data.add_eos_token, false, idOr(m_data.eos_token_id, 2)), 1);
    }

    Json buildGpt2(StagedTokenizer::Stages& stages) {
        const PreType& type = preType(m_data.pre, m_data.source);
        Json parts = Json::array();
        for (const std::string_view pattern : type.patterns)
            parts.push_back({{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}});
        parts.push_back({{"type", "ByteLevel"}, {"add_prefix_space", m_data.add_space_prefix.value_or(false)}, {"use_regex", false}});
        stages.pre_tokenizer = stage(makePreTokenizer, {{"type", "Sequence"}, {"pretokenizers", parts}});
        stages.decoder = stage(makeDecoder, {{"type", "ByteLevel"}});
        std::vector<Bpe::Merge> merges;
        merges.reserve(m_data.merges.size());
        for (const std::string& merge : m_data.merges) {
            const std::size_t space = merge.find(' ', 1);
            if (space == std::string::npos)
                m_where.fail("merges", fmt::format("has '{}', which is not a pair of tokens", merge));
            merges.emplace_back(std::string_view(merge).substr(0, space), std::string_view(merge).substr(space + 1));
        }
        BpeOptions options;
        options.ignore_merges = type.ignore_merges;
        stages.model = std::make_unique<Bpe>(m_where, Vocabulary(std::move(m_data.tokens)), merges, options, Bpe::BadMerge::Skip);
        return templateOf(added(m_data.add_bos_token, type.add_bos, m_data.bos_token_id),
                          added(m_data.add_eos_token, false, m_data.eos_token_id), 1);
    }

    Json buildBert(StagedTokenizer::Stages& stages) {
        stages.normalizer = stage(makeNormalizer, {{"type", "BertNormalizer"}});
        stages.pre_tokenizer = stage(makePreTokenizer, {{"type", "BertPreTokenizer"}});
        stages.decoder = stage(makeDecoder, {{"type", "Metaspace"}});
        const auto unknown = idOr(m_data.unknown_token_id, 100);
        if (!unknown)
            m_where.fail("unknown_token_id", "is missing");
        stages.model = std::make_unique<WordPiece>(Vocabulary(std::move(m_data.tokens)), "\u2581", *unknown);
        const auto cls = m_data.cls_token_id ? m_data.cls_token_id : m_data.bos_token_id ? m_data.bos_token_id : std::optional(101);
        return templateOf(added(m_data.add_bos_token, true, cls), added(m_data.add_eos_token, true, m_data.seperator_token_id.value_or(102)), 1);
    }

    Json buildT5(StagedTokenizer::Stages& stages) {
        const bool merged = m_data.remove_extra_whitespaces.value_or(true);
        Json normalizers = Json::array();
        normalizers.push_back({{"type", "Precompiled"},
                               {"precompiled_charsmap", Json::binary({m_data.precompiled_charsmap.begin(), m_data.precompiled_charsmap.end()})}});
        if (merged) {
            normalizers.push_back({{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}});
            normalizers.push_back({{"type", "Strip"}});
        }
        stages.normalizer = stage(makeNormalizer, {{"type", "Sequence"}, {"normalizers", normalizers}});
        const char* scheme = m_data.add_space_prefix.value_or(true) ? "always" : "never";
        const Json metaspace = {{"type", "Metaspace"}, {"prepend_scheme", scheme}, {"split", false}};
        stages.pre_tokenizer = stage(makePreTokenizer, metaspace);
        stages.decoder = stage(makeDecoder, metaspace);
        std::vector<Unigram::Role> roles;
        for (std::size_t id = 0; id < m_data.tokens.size(); ++id) {
            const int type = typeOf(id);
            roles.push_back(type == kNormal ? Unigram::Role::Normal : type == kUserDefined ? Unigram::Role::Fixed
                            : type == kUnused ? Unigram::Role::Rare : Unigram::Role::Hidden);
        }
        stages.model = std::make_unique<Unigram>(m_where, Vocabulary(std::move(m_data.tokens)),
                                                 std::vector<double>(m_data.scores.begin(), m_data.scores.end()), roles,
                                                 idOr(m_data.unknown_token_id, 2), false);
        return templateOf(added(m_data.add_bos_token, false, m_data.bos_token_id), added(m_data.add_eos_token, true, idOr(m_data.eos_token_id, 1)), 0);
    }

    static std::optional<std::int32_t> added(std::optional<bool> wanted, bool otherwise, std::optional<std::int32_t> id) {
        return wanted.value_or(otherwise) ? id : std::nullopt;
    }

    AddedTokens addedTokens(const TokenModel& model) const {
        std::vector<AddedToken> tokens;
        for (std::int32_t id = 0; id < model.vocabularySize(); ++id) {
            const int type = typeOf(static_cast<std::size_t>(id));
            const std::string_view content = model.token(id);
            if ((type == kControl || type == kUserDefined || type == kUnknown) && model.tokenId(content) == id)
                tokens.push_back({id, std::string(content), type != kUserDefined});
        }
        return AddedTokens(std::move(tokens), nullptr);
    }

    GgufVocabulary m_data;
    const Json m_nothing = Json::object();
    const JsonFields m_where;
};

} // namespace

std::unique_ptr<Tokenizer> makeGgufTokenizer(GgufVocabulary vocabulary) { return Builder(std::move(vocabulary)).build(); }

} // namespace triptych
