#pragma once

#include "base/json.h"
#include "formats/gguf_writer.h"
#include "text/gguf_tokenizer.h"

#include <filesystem>
#include <string>
#include <vector>

namespace triptych {

/// The tokenizer of a folder as a GGUF file holds it: byte-level BPE whose way of cutting has a `pre` type, or BPE that follows a
/// sentencepiece vocabulary. `rows` of the word table; ids without a token become "[PAD<id>]". What the keys cannot say and few
/// texts meet goes into `notes`, a sentence each. Throws Error{Unsupported} naming file and key for what GGUF has no form for,
/// and as Tokenizer::open does.
GgufVocabulary ggufVocabularyOf(const std::filesystem::path& folder, std::size_t rows, std::vector<std::string>& notes);

/// The keys "tokenizer.ggml.*" of a vocabulary.
GgufMetadataToWrite ggufKeysOf(const GgufVocabulary& vocabulary);

/// The tokenizer.json that gives a vocabulary's ids. Throws Error{Unsupported} naming source and key for models other than gpt2 and
/// llama, and for tokens that JSON or its readers cannot tell apart.
Json tokenizerJsonOf(const GgufVocabulary& vocabulary);

} // namespace triptych
