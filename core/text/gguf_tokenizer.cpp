#include "text/gguf_tokenizer.h"

#include "base/error.h"
#include "text/bpe.h"
#include "text/gguf_stages.h"
#include "text/pre_types.h"
#include "text/scored_bpe.h"
#include "text/staged_tokenizer.h"
#include "text/unigram.h"
#include "text/wordpiece.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

using namespace gguf_token_type;

class Builder {
public:
    explicit Builder(GgufVocabulary data) : m_data(std::move(data)), m_where(m_nothing, m_data.source, "tokenizer.ggml") { check(); }

    std::unique_ptr<Tokenizer> build() {
        const Json json = ggufStages(m_data);
        const auto fields = [&](const char* name) { return JsonFields(json[name], m_data.source, "tokenizer.ggml"); };
        StagedTokenizer::Stages stages;
        if (json.contains("normalizer"))
            stages.normalizer = makeNormalizer(fields("normalizer"));
        if (json.contains("pre_tokenizer"))
            stages.pre_tokenizer = makePreTokenizer(fields("pre_tokenizer"));
        stages.decoder = makeDecoder(fields("decoder"));
        stages.post_processor = PostProcessor(fields("post_processor"));
        stages.model = m_data.model == "llama" ? buildLlama() : m_data.model == "gpt2" ? buildGpt2() : m_data.model == "bert" ? buildBert() : buildT5();
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

    std::unique_ptr<TokenModel> buildLlama() {
        const auto unknown = idOr(m_data, m_data.unknown_token_id, 0);
        return std::make_unique<ScoredBpe>(m_where, Vocabulary(std::move(m_data.tokens)), std::move(m_data.scores), unknown);
    }

    std::unique_ptr<TokenModel> buildGpt2() {
        std::vector<Bpe::Merge> merges;
        merges.reserve(m_data.merges.size());
        for (const std::string& merge : m_data.merges) {
            const std::size_t space = merge.find(' ', 1);
            if (space == std::string::npos)
                m_where.fail("merges", fmt::format("has '{}', which is not a pair of tokens", merge));
            merges.emplace_back(std::string_view(merge).substr(0, space), std::string_view(merge).substr(space + 1));
        }
        BpeOptions options;
        options.ignore_merges = preType(m_data.pre, m_data.source).ignore_merges;
        return std::make_unique<Bpe>(m_where, Vocabulary(std::move(m_data.tokens)), merges, options, Bpe::BadMerge::Skip);
    }

    std::unique_ptr<TokenModel> buildBert() {
        const auto unknown = idOr(m_data, m_data.unknown_token_id, 100);
        if (!unknown)
            m_where.fail("unknown_token_id", "is missing");
        return std::make_unique<WordPiece>(Vocabulary(std::move(m_data.tokens)), "\u2581", *unknown);
    }

    std::unique_ptr<TokenModel> buildT5() {
        std::vector<Unigram::Role> roles;
        for (std::size_t id = 0; id < m_data.tokens.size(); ++id) {
            const int type = typeOf(id);
            roles.push_back(type == kNormal ? Unigram::Role::Normal : type == kUserDefined ? Unigram::Role::Fixed
                            : type == kUnused ? Unigram::Role::Rare : Unigram::Role::Hidden);
        }
        const auto unknown = idOr(m_data, m_data.unknown_token_id, 2);
        return std::make_unique<Unigram>(m_where, Vocabulary(std::move(m_data.tokens)), std::vector<double>(m_data.scores.begin(), m_data.scores.end()), roles,
                                         unknown, false);
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
