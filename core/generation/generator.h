#pragma once

#include "generation/generate.h"
#include "interop/endpoint_client.h"
#include "text/chat_template.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

struct ModelSummary;

/// What a generator is asked.
struct GeneratorRequest {
    std::string prompt;   ///< a text as it is; used where there are no messages
    OrderedJson messages; ///< array of {"role", "content"}, or null
    GenerationSettings settings;
};

struct GeneratorAnswer {
    std::string text;
    std::vector<std::int32_t> ids, prompt_ids; ///< new tokens and those of the prompt; empty of a server, which does not say
    FinishReason finish = FinishReason::MaxTokens;
    std::int64_t promptTokens = 0;   ///< of a server as it counts, 0 if it does not say
    std::int64_t newTokens = 0;      ///< likewise, else its pieces
    double timeToFirstTokenS = 0;
    double prefillTokensPerS = 0;    ///< 0 of a server
    double decodeTokensPerS = 0;     ///< tokens behind the first over the time behind it; 0 if there are none
};

/// Whatever writes texts: a decoder or a T5 of this machine, or a server. One request at a time.
class Generator {
public:
    virtual ~Generator() = default;
    /// Whether it takes messages; one without a chat template goes on from a prompt alone.
    virtual bool takesMessages() const = 0;
    /// Pieces go to the sink as they are certain, and joined they are the text; false ends the answer. What has come before
    /// an error has been given to the sink. Throws Error{InvalidArgument} naming the setting, {Unsupported} for messages that
    /// it does not take, {InvalidInput} naming a model whose logits are not finite, {Io} of a server, {Cancelled}.
    virtual GeneratorAnswer answer(const GeneratorRequest& request, const PieceSink& sink = {}, ProgressSink& progress = nullProgress(),
                                   const std::stop_token& stop = {}) = 0;
};

/// A folder with a decoder or a T5 and its tokenizer, or with a GGUF file. `chat_template`: which of several; "default" if
/// empty. `precision`: of decoders. Throws Error{Unsupported} for models of another kind, {InvalidInput} for one without a tokenizer, and as opening does.
std::unique_ptr<Generator> openGenerator(const std::filesystem::path& folder, Precision precision = Precision::Exact, std::string_view chat_template = {});
/// The same of a folder that describeModelFolder() has described.
std::unique_ptr<Generator> openGenerator(const std::filesystem::path& folder, const ModelSummary& summary, Precision precision, std::string_view chat_template = {});

/// A server; a prompt goes to it as the message of a user. Of the settings, temperature, top_p, max_tokens, stop and seed are
/// in OpenAI's interface; what else departs from its default goes along under the name that servers of local models have for it.
/// Throws Error{InvalidArgument} if the endpoint gives vectors.
std::unique_ptr<Generator> openGenerator(EndpointClient client);

} // namespace triptych
