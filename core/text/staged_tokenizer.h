#pragma once

#include "text/added_tokens.h"
#include "text/decoder.h"
#include "text/normalizer.h"
#include "text/post_processor.h"
#include "text/pre_tokenizer.h"
#include "text/token_model.h"
#include "text/tokenizer.h"
#include "text/word_cache.h"

#include <memory>
#include <mutex>
#include <vector>

namespace triptych {

/// A tokenizer out of its stages. Safe to use by several threads.
class StagedTokenizer final : public Tokenizer {
public:
    struct Stages {
        std::unique_ptr<TokenModel> model;
        std::unique_ptr<Normalizer> normalizer;      ///< may be null
        std::unique_ptr<PreTokenizer> pre_tokenizer; ///< may be null
        PostProcessor post_processor;
        std::unique_ptr<TokenDecoder> decoder; ///< may be null: tokens with spaces between
        AddedTokens added;
    };
    /// `where` names the file in complaints. Throws Error{InvalidInput}.
    StagedTokenizer(Stages stages, const JsonFields& where);
    ~StagedTokenizer() override;

    Encoding encode(std::string_view text, bool addSpecialTokens) const override;
    Encoding encodePair(std::string_view text, std::string_view pair, bool addSpecialTokens) const override;
    void truncate(Encoding& encoding, int maxLength) const override;
    std::string decode(std::span<const std::int32_t> ids, bool skipSpecialTokens) const override;
    int vocabularySize() const override { return m_size; }
    std::optional<std::int32_t> tokenId(std::string_view token) const override;
    std::string_view token(std::int32_t id) const override;
    bool isSpecial(std::int32_t id) const override;

private:
    class CacheLoan;

    Encoding encodePlain(std::string_view bytes) const;
    void encodeNormalized(AlignedText text, WordCache& cache, Encoding& encoding) const;
    void encodeWords(AlignedText& text, TextSpan range, WordCache& cache, Encoding& encoding) const;
    void appendAdded(Encoding& encoding, const AlignedText& text, const TextPart& part) const;
    void append(Encoding& encoding, std::int32_t id, TextSpan origin, EdgeSpaces edges) const;

    Stages m_stages;
    std::vector<EdgeSpaces> m_edges; ///< by id of the model; empty unless offsets are trimmed
    std::int32_t m_size = 0;
    mutable std::mutex m_mutex;
    mutable std::vector<std::unique_ptr<WordCache>> m_caches; ///< those that no thread uses now
};

} // namespace triptych
