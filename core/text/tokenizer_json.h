#pragma once

#include "base/json.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace triptych {

/// Parses a tokenizer.json. Unlike a plain parse it refuses a key that stands twice in one object: a second
/// "vocab" or a second entry for one token would silently win. Throws Error{InvalidInput} naming source and key.
Json parseTokenizerJson(std::string_view text, std::string_view source);

/// The tokenizer.json that stands for a BERT folder with vocab.txt only (and, where they are,
/// tokenizer_config.json and special_tokens_map.json). Throws Error{NotFound | InvalidInput | Unsupported}.
Json tokenizerJsonFromVocabulary(const std::filesystem::path& folder);

/// The same for a folder with vocab.json and merges.txt, as GPT-2, RoBERTa and Qwen2 have them.
Json tokenizerJsonFromMerges(const std::filesystem::path& folder);

/// A special token in a folder's special_tokens_map.json (`map`) and tokenizer_config.json (`config`): "[SEP]" or
/// {"content": "[SEP]", ...}; empty if neither has it. Throws Error{InvalidInput} naming file and key.
std::string specialToken(const std::filesystem::path& folder, const Json& map, const Json& config, const char* key);

} // namespace triptych
