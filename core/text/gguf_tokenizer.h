#pragma once

#include "text/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace triptych {

class GgufFile;

/// Of "token_type".
namespace gguf_token_type {
inline constexpr std::int32_t kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6;
}

/// The vocabulary inside a GGUF file; each field is the key "tokenizer.ggml.<field>" there. What the file does not
/// say stays empty.
struct GgufVocabulary {
    std::string source; ///< the file, for complaints
    std::string model;  ///< llama: sentencepiece BPE; gpt2: byte-level BPE; bert: WordPiece; t5: Unigram
    std::string pre;    ///< how texts are cut, gpt2 only
    std::vector<std::string> tokens;
    std::vector<float> scores;            ///< llama and t5
    std::vector<std::int32_t> token_type; ///< see gguf_token_type
    std::vector<std::string> merges;      ///< gpt2: "a b"
    std::string precompiled_charsmap;     ///< t5: bytes
    std::optional<std::int32_t> bos_token_id;
    std::optional<std::int32_t> eos_token_id;
    std::optional<std::int32_t> unknown_token_id;
    std::optional<std::int32_t> seperator_token_id; ///< spelled so in the files
    std::optional<std::int32_t> padding_token_id;
    std::optional<std::int32_t> cls_token_id;
    std::optional<bool> add_bos_token;
    std::optional<bool> add_eos_token;
    std::optional<bool> add_space_prefix;
    std::optional<bool> remove_extra_whitespaces;
};

/// Gives the ids that llama.cpp gives; special tokens in a text are recognised. Throws Error{Unsupported} for another
/// model or an unknown `pre`, {InvalidInput} naming the key at fault.
std::unique_ptr<Tokenizer> makeGgufTokenizer(GgufVocabulary vocabulary);

/// The keys "tokenizer.ggml.*" of a file. Throws Error{InvalidInput} naming file and key.
GgufVocabulary ggufVocabulary(const GgufFile& file);
/// The special tokens that a file names, by the names that chat templates know them under: "bos_token", "eos_token", ...
std::map<std::string, std::string> ggufSpecialTokens(const GgufFile& file);
/// The GGUF file that a path stands for: itself, or the one in a folder that has no tokenizer of another kind. Throws
/// Error{InvalidInput} if the folder has several.
std::optional<std::filesystem::path> ggufFileOf(const std::filesystem::path& model);

} // namespace triptych
