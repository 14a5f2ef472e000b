#pragma once

#include "text/flat_map.h"
#include "text/json_fields.h"
#include "text/pair_merging.h"
#include "text/token_model.h"
#include "text/vocabulary.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace triptych {

struct BpeOptions {
    std::string unk_token;                 ///< empty: what no token covers is left out
    std::string continuing_subword_prefix; ///< of every character but the first of a word
    std::string end_of_word_suffix;
    bool fuse_unk = false;      ///< neighbouring unknown characters are one token
    bool byte_fallback = false; ///< unknown characters become <0xE4> and so on, if all their bytes are tokens
    bool ignore_merges = false; ///< a word that is a token stays whole
};

/// Byte-pair encoding (Sennrich et al. 2016): neighbours merge in the order of the list of merges. Bytes or
/// characters is a matter of the pre-tokenizer before it.
class Bpe final : public TokenModel {
public:
    using Merge = std::pair<std::string_view, std::string_view>;
    enum class BadMerge { Fail, Skip };

    /// From the object "model" of tokenizer.json; merges as "a b" or ["a", "b"]. Dropout is for training and is not
    /// looked at. Throws Error{InvalidInput} naming the key.
    explicit Bpe(const JsonFields& fields);
    /// `where` names file and section in complaints; `badMerge` says what happens to a merge whose parts or result
    /// are no tokens.
    Bpe(const JsonFields& where, Vocabulary vocabulary, std::span<const Merge> merges, BpeOptions options, BadMerge badMerge);

    void tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const override;
    int vocabularySize() const override { return m_vocabulary.size(); }
    std::optional<std::int32_t> tokenId(std::string_view token) const override { return m_vocabulary.find(token); }
    std::string_view token(std::int32_t id) const override { return m_vocabulary.token(id); }

private:
    enum class Unit { Character, Byte };

    Bpe(const JsonFields& fields, const std::vector<Merge>& merges);
    static std::vector<Merge> readMerges(const JsonFields& fields);
    /// False if lengths must be counted in bytes and are not: single bytes, or characters left out.
    bool addSymbols(std::u32string_view word, Unit unit, MergeScratch& scratch) const;
    std::optional<std::int32_t> symbolOf(std::u32string_view word, std::size_t at) const;

    Vocabulary m_vocabulary;
    BpeOptions m_options;
    FlatMap m_characters;            ///< token of a single character, without prefix and suffix
    FlatMap m_ranks;                 ///< of a pair of ids
    std::vector<std::int32_t> m_merged; ///< by rank
    std::vector<std::int32_t> m_bytes;  ///< by byte; -1 for none
    std::int32_t m_unknown = -1;
};

} // namespace triptych
