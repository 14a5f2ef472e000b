#include "generation/generator.h"

#include "base/error.h"
#include "interop/model_folder.h"
#include "models/lora_adapter.h"
#include "text/chat_template.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <variant>

namespace triptych {

namespace fs = std::filesystem;

namespace {

class LocalGenerator final : public Generator {
public:
    /// `texts`: where tokenizer and chat template are.
    LocalGenerator(const fs::path& folder, const fs::path& texts, std::variant<Decoder, T5> model, std::string_view chat_template)
        : m_folder(folder), m_path(texts), m_model(std::move(model)), m_tokenizer(Tokenizer::open(texts)), m_chat(ChatTemplate::open(texts, chat_template)) {}

    bool takesMessages() const override { return m_chat.has_value(); }

    GeneratorAnswer answer(const GeneratorRequest& request, const PieceSink& sink, ProgressSink&, const std::stop_token& stop) override {
        GeneratorAnswer answer;
        answer.prompt_ids = promptOf(request);
        if (answer.prompt_ids.empty())
            throw Error(ErrorCode::InvalidArgument, "the prompt has no token");
        const TokenSink tokens = [&sink](std::size_t, std::int32_t, std::string_view text) { return !sink || sink(text); };
        GenerationResult result;
        try {
            result = std::visit([&](const auto& model) { return generate(model, m_tokenizer.get(), {&answer.prompt_ids, 1}, request.settings, tokens, stop); }, m_model);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::InvalidInput) // which is the weights' fault
                throw;
            throw Error(error.code(), fmt::format("'{}': {}", m_folder.string(), error.message()), error.hint());
        }
        answer.text = result.answers.front().text;
        answer.ids = result.answers.front().ids;
        answer.finish = result.answers.front().finish;
        answer.promptTokens = result.promptTokens;
        answer.newTokens = result.newTokens;
        answer.timeToFirstTokenS = result.timeToFirstTokenS;
        answer.prefillTokensPerS = result.prefillTokensPerS;
        answer.decodeTokensPerS = result.decodeTokensPerS;
        return answer;
    }

private:
    std::vector<std::int32_t> promptOf(const GeneratorRequest& request) const {
        if (request.messages.is_null())
            return m_tokenizer->encode(request.prompt).ids;
        if (!m_chat) {
            throw Error(ErrorCode::Unsupported, fmt::format("'{}' has no chat template", m_path.string()),
                        "Give the prompt as text by --prompt, as the model was trained on it.");
        }
        return m_tokenizer->encode(m_chat->render(request.messages), false).ids;
    }

    fs::path m_folder, m_path;
    std::variant<Decoder, T5> m_model;
    std::unique_ptr<Tokenizer> m_tokenizer;
    std::optional<ChatTemplate> m_chat;
};

class EndpointGenerator final : public Generator {
public:
    explicit EndpointGenerator(EndpointClient client) : m_client(std::move(client)) {}

    bool takesMessages() const override { return true; }

    GeneratorAnswer answer(const GeneratorRequest& request, const PieceSink& sink, ProgressSink& progress, const std::stop_token& stop) override {
        const OrderedJson messages = request.messages.is_null() ? OrderedJson::array({{{"role", "user"}, {"content", request.prompt}}}) : request.messages;
        const EndpointAnswer said = m_client.chat(messages, settingsOf(request.settings), sink, progress, stop);
        GeneratorAnswer answer;
        answer.text = said.text;
        answer.finish = finishOf(said.finish_reason);
        answer.promptTokens = said.promptTokens;
        answer.newTokens = said.newTokens;
        answer.timeToFirstTokenS = said.timeToFirstTokenS;
        if (const double later = said.seconds - said.timeToFirstTokenS; said.newTokens > 1 && later > 0)
            answer.decodeTokensPerS = static_cast<double>(said.newTokens - 1) / later;
        return answer;
    }

private:
    static Json settingsOf(const GenerationSettings& settings) {
        checkSampling(settings.sampling);
        if (settings.max_tokens < 1)
            throw Error(ErrorCode::InvalidArgument, fmt::format("max_tokens is {}; it must be above 0", settings.max_tokens));
        const SamplingSettings plain, &sampling = settings.sampling;
        Json values = {{"max_tokens", settings.max_tokens}, {"temperature", sampling.temperature}};
        if (sampling.temperature > 0)
            values["seed"] = settings.seed & 0x7fffffff; // servers keep it in 32 or 64 bits with a sign
        if (!settings.stop.empty())
            values["stop"] = settings.stop;
        if (sampling.top_p != plain.top_p)
            values["top_p"] = sampling.top_p;
        if (sampling.top_k != plain.top_k)
            values["top_k"] = sampling.top_k;
        if (sampling.min_p != plain.min_p)
            values["min_p"] = sampling.min_p;
        if (sampling.repetition_penalty != plain.repetition_penalty)
            values["repetition_penalty"] = sampling.repetition_penalty;
        if (!settings.stop_token_ids.empty())
            values["stop_token_ids"] = settings.stop_token_ids;
        if (settings.ignore_eos)
            values["ignore_eos"] = true;
        return values;
    }

    static FinishReason finishOf(const std::string& reason) {
        if (reason == "length")
            return FinishReason::MaxTokens;
        if (reason == "content_filter")
            return FinishReason::Filter;
        return reason == "sink" ? FinishReason::Sink : FinishReason::StopToken; // "stop": a text that ends it is not told apart
    }

    EndpointClient m_client;
};

} // namespace

std::unique_ptr<Generator> openGenerator(const fs::path& folder, Precision precision, std::string_view chat_template) {
    return openGenerator(folder, describeModelFolder(folder), precision, chat_template);
}

std::unique_ptr<Generator> openGenerator(const fs::path& folder, const ModelSummary& summary, Precision precision, std::string_view chat_template) {
    const std::string& kind = summary.kind;
    if (kind != "decoder" && kind != "seq2seq") {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}' is a model of the kind '{}', which does not write texts", folder.string(), kind),
                    "Name a decoder or a T5: `triptych-cli model list` says which are.");
    }
    const fs::path texts = tokenizerFolder(folder);
    if (!hasTokenizer(texts)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has no tokenizer, so it takes no text", texts.string()),
                    "Put the tokenizer.json that came with the model beside its weights.");
    }
    return std::make_unique<LocalGenerator>(folder, texts, kind == "decoder" ? std::variant<Decoder, T5>(openDecoder(decoderPath(folder), precision))
                                                                     : std::variant<Decoder, T5>(T5::open(folder)), chat_template);
}

std::unique_ptr<Generator> openGenerator(EndpointClient client) {
    if (client.endpoint().embedder) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the endpoint '{}' gives vectors and writes no texts", client.endpoint().name),
                    "Add its server once more under another name, without --embedder.");
    }
    return std::make_unique<EndpointGenerator>(std::move(client));
}

} // namespace triptych
