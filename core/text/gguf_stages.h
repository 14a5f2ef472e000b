#pragma once

#include "base/json.h"
#include "text/gguf_tokenizer.h"

namespace triptych {

/// The id that a file gives, or what llama.cpp takes where it does not, if there is such a token.
std::optional<std::int32_t> idOr(const GgufVocabulary& vocabulary, std::optional<std::int32_t> id, std::int32_t otherwise);

/// What stands around the model in the tokenizer of a GGUF vocabulary, in the form of tokenizer.json: "normalizer" and
/// "pre_tokenizer" where there is one, "decoder", "post_processor". Ids are in range. Throws Error{Unsupported} for another model or
/// an unknown `pre`.
Json ggufStages(const GgufVocabulary& vocabulary);

} // namespace triptych
