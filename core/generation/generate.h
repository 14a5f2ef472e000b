#pragma once

#include "generation/sampling.h"
#include "models/decoder.h"
#include "models/t5.h"
#include "text/tokenizer.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

struct GenerationSettings {
    int max_tokens = 128; ///< new ones, > 0
    SamplingSettings sampling = {};
    std::uint64_t seed = 0;
    std::vector<std::string> stop = {};            ///< texts that end an answer; they are cut off
    std::vector<std::int32_t> stop_token_ids = {}; ///< beside those of the model's configuration
    bool ignore_eos = false;                       ///< go on behind the configuration's ends of text
};

/// Why an answer ends.
enum class FinishReason {
    StopToken,  ///< an end of text; it is the last of the ids
    StopString, ///< one of the texts; the ids go as far as the token that completed it
    MaxTokens,  ///< max_tokens
    Context,    ///< the model's max_position_embeddings; T5 has none
    Filter,     ///< a server keeps the rest back
    Sink        ///< the sink said so
};

struct GeneratedText {
    std::vector<std::int32_t> ids; ///< the new tokens
    std::string text;              ///< theirs, without special tokens; empty without a tokenizer
    FinishReason finish = FinishReason::MaxTokens;
};

struct GenerationResult {
    std::vector<GeneratedText> answers; ///< as many as prompts, in their order
    std::int64_t promptTokens = 0;
    std::int64_t newTokens = 0;
    double timeToFirstTokenS = 0;    ///< until every prompt had its first
    double prefillTokensPerS = 0;    ///< prompt tokens over that time
    double decodeTokensPerS = 0;     ///< the tokens behind the first ones over the rest; 0 if there are none
};

/// A new token of prompt `prompt` and the text it made certain, often empty; the pieces joined are the answer's text. False
/// ends that answer.
using TokenSink = std::function<bool(std::size_t prompt, std::int32_t id, std::string_view text)>;

/// Answers several prompts at once. An answer depends on its own prompt, its index and the seed, not on the others but
/// for the rounding of the products, which are other ones for many rows than for few.
/// `tokenizer` may be null: then there is no text, and stop strings are an error. No prompt may be empty. Throws
/// Error{InvalidArgument} naming the setting or the prompt, {InvalidInput} if the model's logits are not finite, {Cancelled}.
GenerationResult generate(const Decoder& decoder, const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts,
                          const GenerationSettings& settings, const TokenSink& sink = {}, const std::stop_token& stop = {});

/// The same of an encoder with a decoder: a prompt is the source, of at most kMostT5Tokens, and an answer the target behind its
/// start token. The repetition penalty looks at the target alone.
GenerationResult generate(const T5& model, const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts,
                          const GenerationSettings& settings, const TokenSink& sink = {}, const std::stop_token& stop = {});

} // namespace triptych
