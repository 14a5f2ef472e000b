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

} // namespace triptych
