#include "generate_commands.h"

#include "cli_context.h"
#include "endpoint_commands.h"
#include "model_inputs.h"
#include "supervise.h"

#include "base/error.h"
#include "datasets/text_folding.h"
#include "generation/generator.h"
#include "generation/perplexity.h"
#include "interop/model_folder.h"
#include "jobs/model_lookup.h"
#include "models/finite_outputs.h"
#include "models/lora_adapter.h"
#include "text/chat_template.h"
#include "text/controls.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <CLI/CLI.hpp>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <unistd.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxTextBytes = 1u << 30;
constexpr std::uintmax_t kMaxMessagesBytes = 64u << 20;

struct OpenedDecoder {
    fs::path path;  ///< for messages
    Decoder decoder;
    std::unique_ptr<Tokenizer> tokenizer; ///< null where the folder has none

    const Tokenizer& texts() const {
        if (!tokenizer)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has no tokenizer, so only token ids can be given", path.string()));
        return *tokenizer;
    }
};

OpenedDecoder open(const CliContext& context, const std::string& name, Precision precision) {
    at::set_num_threads(context.threads);
    const std::optional<Workspace> workspace = findIndexed(context);
    const fs::path folder = resolveModel(workspace ? &*workspace : nullptr, name).path;
    if (const std::string kind = describeModelFolder(folder).kind; kind != "decoder") {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}' is a model of the kind '{}', and perplexity is that of a decoder", folder.string(), kind),
                    "Name a decoder: `triptych-cli model list` says which are.");
    }
    const fs::path path = decoderPath(folder), texts = tokenizerFolder(folder);
    return {path, openDecoder(path, precision), hasTokenizer(texts) ? Tokenizer::open(texts) : nullptr};
}

/// LibTorch's own exceptions as ours.
int guarded(const fs::path& model, const std::function<int()>& body) {
    try {
        return body();
    } catch (const c10::Error& error) {
        throw Error(ErrorCode::Internal, fmt::format("running '{}' failed: {}", model.string(), error.what_without_backtrace()));
    }
}

/// Throws Error{code} naming the first byte that is not UTF-8.
void requireUtf8(std::string_view text, const std::string& source, ErrorCode code) {
    if (const auto bad = invalidUtf8At(text)) {
        const bool wide = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
        throw Error(code, wide ? fmt::format("{} is UTF-16, not UTF-8", source) : fmt::format("{} is not UTF-8 at byte {}", source, *bad + 1), "Convert the text to UTF-8.");
    }
}

/// A whole text, or rows of ids.
std::vector<std::vector<std::int32_t>> textsOf(const OpenedDecoder& model, const fs::path& file) {
    std::vector<std::vector<std::int32_t>> texts;
    if (file.extension() == ".jsonl") {
        for (const ModelInput& input : readModelInputs(file))
            texts.push_back(input.text ? model.texts().encode(*input.text).ids : input.ids);
    } else {
        const std::string text = readInput(file, kMaxTextBytes);
        requireUtf8(text, fmt::format("'{}'", file.string()), ErrorCode::InvalidInput);
        if (!text.empty()) // of which some tokenizers make two tokens
            texts.push_back(model.texts().encode(text).ids);
    }
    if (std::none_of(texts.begin(), texts.end(), [](const auto& ids) { return ids.size() > 1; })) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' {}, so there is nothing to predict", file.string(), texts.empty() ? "is empty" : "has no text of two tokens"),
                    "Give a file with text in it.");
    }
    return texts;
}

void addPerplexity(CLI::App& group, CliContext& context) {
    struct Options {
        std::string name, file;
        Precision precision = Precision::Exact;
        int context = 0;
    };
    CLI::App* command = group.add_subcommand("perplexity", "How well a decoder predicts a text: exp of the mean negative log-likelihood of a token");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->name, "Name of the decoder, or a path with a slash")->required();
    command->add_option("FILE", options->file, "A text, or JSON lines {\"ids\"} or {\"text\"} in a .jsonl")->required();
    command->add_option("--context", options->context, "Tokens of a window (default: the smaller of the model's limit and 1024)")->type_name("T")->check(CLI::Range(2, 1 << 24));
    addPrecision(*command, options->precision);
    context.onRun(*command, [&context, options] {
        const OpenedDecoder model = open(context, options->name, options->precision);
        return guarded(model.path, [&] {
            const at::NoGradGuard guard;
            const PerplexityResult result = perplexity(model.decoder, textsOf(model, options->file), options->context, context.stop, *context.progress);
            requireFiniteOutputs(std::array{static_cast<float>(result.negativeLogLikelihood)}, model.path.string());
            context.print({{"perplexity", result.perplexity}, {"tokens", result.tokens}, {"negative_log_likelihood", result.negativeLogLikelihood}, {"precision", precisionName(options->precision)}},
                          fmt::format("perplexity {:.4f} over {} tokens", result.perplexity, result.tokens));
            return kExitDone;
        });
    });
}

struct GenerateOptions {
    std::string name, prompt, messages, chat_template;
    Precision precision = Precision::Exact;
    GenerationSettings settings;
};

std::string_view stopWord(FinishReason reason) {
    switch (reason) {
    case FinishReason::StopToken: return "eos";
    case FinishReason::StopString: return "stop";
    case FinishReason::MaxTokens: return "max_tokens";
    case FinishReason::Context: return "context";
    case FinishReason::Filter: return "filter";
    case FinishReason::Sink: return "cancelled";
    }
    return {};
}

OrderedJson messagesOf(const std::string& file) {
    constexpr const char* kForm = "Write an array of {\"role\", \"content\"}.";
    const std::string text = readInput(file, kMaxMessagesBytes);
    parseJson(text, file); // says what is wrong with it
    const OrderedJson messages = OrderedJson::parse(text);
    if (!messages.is_array())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no array of messages", file), kForm);
    if (messages.empty())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is an empty array: there is no message to answer", file), kForm);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const OrderedJson& message = messages[i];
        const auto fail = [&](const std::string& what) { throw Error(ErrorCode::InvalidInput, fmt::format("'{}': message {} {}", file, i + 1, what), kForm); };
        if (!message.is_object())
            fail("is no object");
        for (const char* key : {"role", "content"}) {
            const bool content = key == std::string_view("content");
            if (content && message.contains("tool_calls"))
                continue; // which stand in place of a text
            if (!message.contains(key))
                fail(fmt::format("has no '{}'", key));
            if (!message[key].is_string() && !(content && message[key].is_array())) // of an array the template makes what it can
                fail(fmt::format("has a '{}' that is no text", key));
        }
    }
    return messages;
}

std::unique_ptr<Generator> generatorOf(const CliContext& context, const CLI::App& command, const GenerateOptions& options) {
    if (const auto endpoint = namedEndpoint(context, options.name)) {
        refuseOptions(command, *endpoint, {"--template", "--precision"});
        return openGenerator(EndpointClient::open(*endpoint, context.stop));
    }
    at::set_num_threads(context.threads);
    const std::optional<Workspace> workspace = findIndexed(context);
    return openGenerator(resolveModel(workspace ? &*workspace : nullptr, options.name).path, options.precision, options.chat_template);
}

int generateOne(const CliContext& context, const CLI::App& command, const GenerateOptions& options) {
    const bool prompted = command.count("--prompt") > 0, chat = command.count("--messages") > 0;
    if (prompted && chat)
        throw Error(ErrorCode::InvalidArgument, "both --prompt and --messages are given", "Give one of them.");
    if (!prompted && !chat)
        throw Error(ErrorCode::InvalidArgument, "neither --prompt nor --messages is given", "Give the text to go on from, or a file of messages to answer.");
    if (prompted && options.prompt.empty())
        throw Error(ErrorCode::InvalidArgument, "--prompt is an empty text: there is nothing to go on from");
    requireUtf8(options.prompt, "the text of --prompt", ErrorCode::InvalidArgument);
    checkSampling(options.settings.sampling); // before a model is opened
    GeneratorRequest request{options.prompt, !chat ? OrderedJson() : messagesOf(options.messages), options.settings};
    request.settings.seed = context.seed;
    const std::unique_ptr<Generator> generator = generatorOf(context, command, options);
    // Pieces go out as they come; with --json the whole of it in one document.
    bool begun = false;
    const bool terminal = ::isatty(STDOUT_FILENO) == 1; // what goes elsewhere stays as it was written
    const PieceSink sink = [&](std::string_view piece) {
        if (!context.json) {
            const std::string text = terminal ? controlsRemoved(piece) : std::string(piece);
            std::fwrite(text.data(), 1, text.size(), stdout);
            std::fflush(stdout);
            begun = true;
        }
        return true;
    };
    GeneratorAnswer answer;
    try {
        answer = generator->answer(request, sink, *context.progress, context.stop);
    } catch (...) {
        if (begun)
            context.print({}, "\n"); // what is said of the error begins a line of its own
        throw;
    }
    if (!context.json) {
        context.print({}, "\n");
        fmt::print(stderr, "{} tokens in, {} out; first after {:.2f} s, then {:.1f} a second\n", answer.promptTokens, answer.newTokens, answer.timeToFirstTokenS,
                   answer.decodeTokensPerS);
        if (answer.finish == FinishReason::Context)
            fmt::print(stderr, "The answer was cut off: prompt and answer have reached the model's {} tokens\n", answer.promptTokens + answer.newTokens);
        return kExitDone;
    }
    Json document = {{"text", answer.text},
                     {"prompt_tokens", answer.promptTokens},
                     {"new_tokens", answer.newTokens},
                     {"stop_reason", stopWord(answer.finish)},
                     {"time_to_first_token_s", answer.timeToFirstTokenS},
                     {"decode_tokens_per_s", answer.decodeTokensPerS}};
    if (!answer.prompt_ids.empty()) { // a server says nothing of these
        document["ids"] = answer.ids;
        document["prompt_ids"] = answer.prompt_ids;
        document["prefill_tokens_per_s"] = answer.prefillTokensPerS;
        document["precision"] = precisionName(options.precision);
    }
    context.print(document, "");
    return kExitDone;
}

void addGenerate(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("generate", "What a decoder, a T5 or an endpoint writes after a prompt or in answer to messages");
    auto options = std::make_shared<GenerateOptions>();
    GenerationSettings& settings = options->settings;
    command->add_option("N", options->name, "Name of the model or endpoint, or a path with a slash")->required();
    command->add_option("--prompt", options->prompt, "Text to go on from, as it is; an endpoint takes it as a message")->type_name("P");
    command->add_option("--messages", options->messages, "JSON array of {\"role\", \"content\"}, written out by the model's chat template; an endpoint's server gets them as they are")->type_name("FILE");
    command->add_option("--template", options->chat_template, "Which of several chat templates (default: \"default\")")->type_name("NAME");
    command->add_option("--max-tokens", settings.max_tokens, "New tokens at most (default: 128)")->check(CLI::Range(1, 1 << 24));
    command->add_option("--temperature", settings.sampling.temperature, "0: the likeliest token each time (default)")->check(CLI::Range(0.0, 1000.0));
    command->add_option("--top-k", settings.sampling.top_k, "Draw from the K likeliest tokens; 0: from all (default)")->type_name("K")->check(CLI::Range(0, 1 << 24));
    command->add_option("--top-p", settings.sampling.top_p, "Draw from the likeliest that reach this probability together: above 0, up to 1 (default)")->type_name("P");
    command->add_option("--min-p", settings.sampling.min_p, "Draw from those with at least this share of the likeliest one's probability: 0 (default) to 1")->type_name("P");
    command->add_option("--repetition-penalty", settings.sampling.repetition_penalty, "Above 1 (default), up to 1000000, tokens that were there become less likely; above 0, below 1, likelier")->type_name("R");
    command->add_option("--stop", settings.stop, "Text that ends the answer and is cut off; may be repeated")->type_name("TEXT")->allow_extra_args(false);
    command->add_flag("--ignore-eos", settings.ignore_eos, "Go on behind the model's ends of text");
    addPrecision(*command, options->precision);
    context.onRun(*command, [&context, command, options] { return generateOne(context, *command, *options); });
}

} // namespace

void addGenerateCommands(CLI::App& group, CliContext& context) {
    addPerplexity(group, context);
    addGenerate(group, context);
}

} // namespace triptych
