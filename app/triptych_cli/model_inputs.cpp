#include "model_inputs.h"

#include "cli_context.h"
#include "endpoint_commands.h"
#include "supervise.h"

#include "base/error.h"
#include "interop/endpoint_client.h"
#include "interop/knowledge_embedder.h"
#include "interop/model_folder.h"
#include "jobs/model_list.h"
#include "jobs/model_lookup.h"
#include "models/decoder.h"
#include "models/encoder.h"
#include "models/finite_outputs.h"
#include "models/lora_adapter.h"
#include "models/t5.h"
#include "models/task_model.h"
#include "prediction/vector_file.h"
#include "text/json_fields.h"
#include "text/tokenizer.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxInputBytes = 1u << 30;
constexpr std::size_t kShortRow = 64; ///< values that are shown to people as they are

/// The shortest number that has the value's nine significant digits, which tell every float32 apart.
Json nineDigits(float value) {
    if (!std::isfinite(value))
        return nullptr;
    return std::strtod(fmt::format("{:.9g}", value).c_str(), nullptr);
}

Json toJson(std::span<const float> values) {
    Json list = Json::array();
    for (const float value : values)
        list.push_back(nineDigits(value));
    return list;
}

std::vector<std::int32_t> numbers(const JsonFields& fields, const char* key, std::int64_t high) {
    const Json& list = fields.at(key);
    if (!list.is_array())
        fields.fail(key, "must be an array of numbers");
    std::vector<std::int32_t> result;
    for (const Json& number : list) {
        if (!number.is_number_integer() || number < 0 || number > high)
            fields.fail(key, fmt::format("has {}, outside 0 to {}", number.dump(-1, ' ', true), high));
        result.push_back(number.get<std::int32_t>());
    }
    return result;
}

ModelInput inputOf(const Json& row, const std::string& source, std::int64_t line) {
    const JsonFields fields(row, source);
    ModelInput input;
    input.line = line;
    if (fields.has("decoder_ids"))
        input.decoder_ids = numbers(fields, "decoder_ids", INT32_MAX);
    if (fields.has("text")) {
        input.text = fields.string("text");
        if (fields.has("pair"))
            input.pair = fields.string("pair");
        return input;
    }
    if (!fields.has("ids"))
        fields.fail("text", "is missing, and so is 'ids'");
    input.ids = numbers(fields, "ids", INT32_MAX);
    if (input.ids.empty())
        fields.fail("ids", "is empty");
    if (fields.has("type_ids"))
        input.type_ids = numbers(fields, "type_ids", 1000);
    if (fields.has("attention_mask")) {
        for (const std::int32_t seen : numbers(fields, "attention_mask", 1))
            input.attention.push_back(seen == 1);
    }
    for (const auto& [key, size] : {std::pair("type_ids", input.type_ids.size()), std::pair("attention_mask", input.attention.size())}) {
        if (size != 0 && size != input.ids.size())
            fields.fail(key, fmt::format("has {} numbers for {} ids", size, input.ids.size()));
    }
    if (!input.attention.empty() && std::find(input.attention.begin(), input.attention.end(), true) == input.attention.end())
        fields.fail("attention_mask", "hides every token");
    return input;
}

FoundModel find(const CliContext& context, const std::string& name) {
    const std::optional<Workspace> workspace = findIndexed(context);
    return resolveModel(workspace ? &*workspace : nullptr, name);
}

void checkLength(const ModelInput& input, std::size_t tokens, int most) {
    if (tokens > static_cast<std::size_t>(most)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("line {}: {} tokens are more than the model's {}", input.line, tokens, most),
                    "Cut the text, or spread it over several lines.");
    }
}

/// Throws Error{InvalidInput} naming the line of a token that the model does not have, or of too many.
void checkTokens(const ModelInput& input, const Encoding& encoding, const BertConfig& config) {
    const auto fail = [&](const std::string& what) {
        throw Error(ErrorCode::InvalidInput, fmt::format("line {}: {}", input.line, what), "Tokens must be those of the model's own tokenizer.");
    };
    checkLength(input, encoding.ids.size(), config.maxTokens());
    for (const std::int32_t id : encoding.ids) {
        if (id >= config.vocab_size)
            fail(fmt::format("the token id {} is outside the model's {}", id, config.vocab_size));
    }
    for (const std::int32_t type : encoding.type_ids) {
        if (type >= config.type_vocab_size)
            fail(fmt::format("the type id {} is outside the model's {}", type, config.type_vocab_size));
    }
}

/// The tokens of an input, a text cut at `maxLength`. The tokenizer may be absent if there are only ids.
Encoding encodingOf(const ModelInput& input, const Tokenizer* tokenizer, int maxLength) {
    Encoding encoding;
    if (input.text) {
        if (!tokenizer)
            throw Error(ErrorCode::InvalidInput, fmt::format("line {}: the model's folder has no tokenizer, so only 'ids' can be given", input.line));
        encoding = input.pair ? tokenizer->encodePair(*input.text, *input.pair) : tokenizer->encode(*input.text);
        tokenizer->truncate(encoding, maxLength);
        return encoding;
    }
    encoding.ids = input.ids;
    encoding.type_ids = input.type_ids.empty() ? std::vector<std::int32_t>(input.ids.size(), 0) : input.type_ids;
    encoding.offsets.resize(input.ids.size());
    return encoding;
}

void addTokenize(CLI::App& group, CliContext& context) {
    struct Options {
        std::string name, file;
        bool noSpecial = false;
    };
    CLI::App* command = group.add_subcommand("tokenize", "Token ids, offsets and type ids of texts; never cut or padded");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->name, "Name of the model, or a path with a slash")->required();
    command->add_option("FILE", options->file, "JSON lines {\"text\", \"pair\"?}")->required();
    command->add_flag("--no-special", options->noSpecial, "Without the special tokens");
    context.onRun(*command, [&context, options] {
        const auto tokenizer = Tokenizer::open(tokenizerFolder(find(context, options->name).path));
        Json encodings = Json::array();
        std::string text;
        for (const ModelInput& input : readModelInputs(options->file)) {
            throwIfStopped(context.stop);
            if (!input.text)
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}', line {}: 'text' is missing", options->file, input.line));
            const Encoding encoding = input.pair ? tokenizer->encodePair(*input.text, *input.pair, !options->noSpecial)
                                                 : tokenizer->encode(*input.text, !options->noSpecial);
            encodings.push_back({{"ids", encoding.ids}, {"offsets", encoding.offsets}, {"type_ids", encoding.type_ids}});
            for (const std::int32_t id : encoding.ids)
                text += fmt::format("{} ", tokenizer->token(id));
            text += '\n';
        }
        context.print({{"encodings", encodings}}, text);
        return kExitDone;
    });
}

struct EmbedOptions {
    std::string name, file, as = "none", out;
    Precision precision = Precision::Exact;
};

struct Vectors {
    std::size_t width = 0;
    std::vector<float> values; ///< (inputs, width)
    double seconds = 0;        ///< without opening the model
};

/// Throws Error{Unsupported} naming encoders that are here if a model writes texts.
void refuseWriter(const CliContext& context, const fs::path& folder) {
    const std::string kind = describeModelFolder(folder).kind;
    if (kind != "decoder" && kind != "seq2seq")
        return;
    const std::optional<Workspace> workspace = findIndexed(context);
    std::vector<std::string> encoders;
    for (const ListedModel& model : listModels(workspace ? &*workspace : nullptr)) {
        if (kindOf(model) == "encoder")
            encoders.push_back(model.name);
    }
    throw Error(ErrorCode::Unsupported,
                fmt::format("'{}' is a {}: it writes texts, and sentence vectors are those of an encoder", folder.string(), kind == "decoder" ? "decoder" : "T5"),
                encoders.empty() ? std::string("`triptych-cli model get all-minilm-l6-v2` fetches one.") : fmt::format("Encoders here: {}.", fmt::join(encoders, ", ")));
}

Vectors embedHere(const CliContext& context, const EmbedOptions& options, const std::vector<ModelInput>& inputs) {
    at::set_num_threads(context.threads);
    const fs::path folder = find(context, options.name).path;
    refuseWriter(context, folder);
    const auto encoder = Encoder::open(folder, options.precision);
    const BertConfig config = bertConfigFromJson(modelConfig(folder), (folder / "config.json").string());
    const std::string prompt = options.as == "none" ? std::string() : sentencePrompt(folderWith(folder, "config_sentence_transformers.json"), options.as);
    const auto begin = std::chrono::steady_clock::now();
    std::vector<Encoding> encodings;
    for (ModelInput input : inputs) {
        throwIfStopped(context.stop);
        if (input.text)
            input.text = prompt + *input.text;
        if (input.pair || !input.attention.empty())
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}', line {}: sentence vectors are of one text, without a mask", options.file, input.line));
        encodings.push_back(encodingOf(input, &encoder->tokenizer(), encoder->maxLength()));
        checkTokens(input, encodings.back(), config);
    }
    std::vector<float> values = encoder->embedTokens(encodings, context.stop);
    return {static_cast<std::size_t>(encoder->dimension()), std::move(values), std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()};
}

Vectors embedThere(const CliContext& context, const EmbedOptions& options, const Endpoint& endpoint, const std::vector<ModelInput>& inputs) {
    if (options.as != "none")
        throw Error(ErrorCode::InvalidArgument, fmt::format("--as is of no use with the endpoint '{}': its server keeps the model's prompts", endpoint.name), "Write the prompt into the texts.");
    std::vector<std::string> texts;
    for (const ModelInput& input : inputs) {
        if (!input.text || input.pair)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}', line {}: an endpoint takes one text, no tokens and no pair", options.file, input.line));
        texts.push_back(*input.text);
    }
    EndpointEmbedder embedder(EndpointClient::open(endpoint, context.stop), *context.progress, context.stop);
    const auto begin = std::chrono::steady_clock::now();
    std::vector<float> values = embedder.embed(texts, context.stop);
    return {static_cast<std::size_t>(embedder.dimension()), std::move(values), std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()};
}

void addEmbed(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("embed", "Sentence vectors of texts or tokens");
    auto options = std::make_shared<EmbedOptions>();
    command->add_option("N", options->name, "Name of the encoder or endpoint, or a path with a slash")->required();
    command->add_option("FILE", options->file, "JSON lines {\"text\"} or {\"ids\"}")->required();
    command->add_option("--as", options->as, "Put the model's own prompt for queries or passages before texts (default: none)")
        ->check(CLI::IsMember({"none", "query", "passage"}));
    command->add_option("--out", options->out, "Write raw little-endian float32, row after row, to a file")->type_name("F.f32");
    addPrecision(*command, options->precision);
    context.onRun(*command, [&context, command, options] {
        const std::vector<ModelInput> inputs = readModelInputs(options->file);
        const auto endpoint = namedEndpoint(context, options->name);
        if (endpoint)
            refuseOptions(*command, *endpoint, {"--precision"});
        const auto [width, vectors, seconds] = endpoint ? embedThere(context, *options, *endpoint, inputs) : embedHere(context, *options, inputs);
        Json document = {{"dimension", width}, {"rows", inputs.size()}, {"seconds", seconds}};
        if (!endpoint)
            document["precision"] = precisionName(options->precision);
        if (options->out.empty()) {
            document["embeddings"] = Json::array();
            for (std::size_t i = 0; i < inputs.size(); ++i)
                document["embeddings"].push_back(toJson(std::span(vectors).subspan(i * width, width)));
        } else {
            writeVectors(options->out, vectors);
            document["out"] = options->out;
        }
        context.print(document, fmt::format("{} vectors of dimension {} in {:.2f} s{}", inputs.size(), width, seconds,
                                            options->out.empty() ? std::string("; --json or --out gives them") : ", written to " + options->out), options->out);
        return kExitDone;
    });
}

/// (tokens, N) or, of a sequence classification, (1, K) of one input.
struct Output {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

Output outputOf(const at::Tensor& tensor) {
    const at::Tensor whole = tensor.contiguous();
    const float* values = whole.const_data_ptr<float>();
    return {whole.sizes().vec(), {values, values + whole.numel()}};
}

/// Hidden tokens get rows of zeros, so that rows and tokens of the input stay side by side.
Output spread(const Output& visible, const std::vector<bool>& attention) {
    if (attention.empty())
        return visible;
    const auto width = static_cast<std::size_t>(visible.shape[1]);
    Output all{{static_cast<std::int64_t>(attention.size()), visible.shape[1]}, std::vector<float>(attention.size() * width)};
    std::size_t from = 0;
    for (std::size_t i = 0; i < attention.size(); ++i) {
        if (attention[i])
            std::copy_n(visible.values.begin() + static_cast<std::ptrdiff_t>(width * from++), width, all.values.begin() + static_cast<std::ptrdiff_t>(width * i));
    }
    return all;
}

/// Null where there is none: then only ids can be given.
std::unique_ptr<Tokenizer> tokenizerOf(const fs::path& model) {
    const fs::path folder = tokenizerFolder(model);
    return hasTokenizer(folder) ? Tokenizer::open(folder) : nullptr;
}

/// The tokens that are seen, and where they stand.
struct VisibleTokens {
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> positions;
};
VisibleTokens visibleTokens(const Encoding& encoding, const std::vector<bool>& attention) {
    VisibleTokens visible;
    for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
        if (attention.empty() || attention[i]) {
            visible.ids.push_back(encoding.ids[i]);
            visible.positions.push_back(static_cast<std::int64_t>(i));
        }
    }
    return visible;
}

/// A row for each decoder token.
std::vector<Output> runT5(const fs::path& folder, const std::vector<ModelInput>& inputs, bool hidden, const std::stop_token& stop) {
    const std::unique_ptr<Tokenizer> tokenizer = tokenizerOf(folder);
    const T5 model = T5::open(folder);
    std::vector<Output> outputs;
    const at::NoGradGuard guard;
    for (const ModelInput& input : inputs) {
        throwIfStopped(stop);
        const Encoding encoding = encodingOf(input, tokenizer.get(), std::numeric_limits<int>::max());
        if (encoding.ids.size() > kMostT5Tokens || input.decoder_ids.size() > kMostT5Tokens) {
            throw Error(ErrorCode::InvalidInput, fmt::format("line {}: {} tokens are more than {}, whose attention fills the memory", input.line,
                                                             std::max(encoding.ids.size(), input.decoder_ids.size()), kMostT5Tokens));
        }
        const VisibleTokens source = visibleTokens(encoding, input.attention);
        std::vector<std::int32_t> target = input.decoder_ids;
        if (target.empty())
            target = {model.config().decoder_start_token_id};
        try {
            T5::State state = model.begin(model.encode(source.ids, source.positions));
            at::Tensor last;
            const at::Tensor logits = model.step(state, target, &last);
            outputs.push_back(outputOf(hidden ? last : logits));
        } catch (const Error& error) {
            throw Error(error.code(), fmt::format("line {}: {}", input.line, error.message()), error.hint());
        }
    }
    return outputs;
}

/// A row for each token, or one for the last alone.
std::vector<Output> runDecoder(const fs::path& folder, const std::vector<ModelInput>& inputs, bool hidden, bool last, Precision precision,
                               const std::stop_token& stop) {
    const fs::path path = decoderPath(folder);
    const std::unique_ptr<Tokenizer> tokenizer = tokenizerOf(folder);
    const Decoder decoder = openDecoder(path, precision);
    std::vector<Output> outputs;
    const at::NoGradGuard guard;
    for (const ModelInput& input : inputs) {
        throwIfStopped(stop);
        const Encoding encoding = encodingOf(input, tokenizer.get(), std::numeric_limits<int>::max());
        const std::vector<std::int32_t> ids = visibleTokens(encoding, input.attention).ids;
        checkLength(input, ids.size(), decoder.config().max_position_embeddings);
        try {
            const std::span<const std::int32_t> one(ids);
            const DecoderOutput output = decoder.forward(packTokens({&one, 1}), nullptr, last ? LogitsOf::Last : hidden ? LogitsOf::None : LogitsOf::All);
            const Output values = outputOf(hidden ? output.hidden : output.logits);
            outputs.push_back(last ? values : spread(values, input.attention));
        } catch (const Error& error) {
            throw Error(error.code(), fmt::format("line {}: {}", input.line, error.message()), error.hint());
        }
    }
    return outputs;
}

std::vector<Output> runEncoder(const fs::path& folder, const std::vector<ModelInput>& inputs, bool hidden, Precision precision, const std::stop_token& stop) {
    const std::unique_ptr<Tokenizer> tokenizer = tokenizerOf(folder);
    std::optional<TaskModel> model;
    std::optional<Bert> body;
    if (hidden)
        body = openBert(folder, nullptr, precision);
    else
        model = TaskModel::open(folder, precision);
    const Bert& bert = hidden ? *body : model->bert();
    const bool rowPerToken = hidden || model->task() != EncoderTask::SequenceClassification;
    std::vector<Output> outputs;
    const at::NoGradGuard guard;
    for (const ModelInput& input : inputs) {
        throwIfStopped(stop);
        const Encoding encoding = encodingOf(input, tokenizer.get(), bert.config().maxTokens());
        checkTokens(input, encoding, bert.config());
        const Encoding* const one = &encoding;
        const PackedBatch batch = input.attention.empty() ? bert.pack({&one, 1}) : bert.packVisible(encoding, input.attention);
        const Output output = outputOf(hidden ? bert.forward(batch) : model->logits(batch));
        outputs.push_back(rowPerToken ? spread(output, input.attention) : output);
    }
    return outputs;
}

std::vector<Output> runModel(const fs::path& folder, const std::vector<ModelInput>& inputs, bool hidden, bool last, Precision precision, const std::stop_token& stop) {
    const std::string kind = describeModelFolder(folder).kind;
    if (last && kind != "decoder") {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}' is a model of the kind '{}': only a decoder has a last position of its own", folder.string(), kind),
                    "Leave out --last.");
    }
    try {
        std::vector<Output> outputs = kind == "seq2seq"   ? runT5(folder, inputs, hidden, stop)
                                      : kind == "decoder" ? runDecoder(folder, inputs, hidden, last, precision, stop)
                                                          : runEncoder(folder, inputs, hidden, precision, stop);
        for (const Output& output : outputs)
            requireFiniteOutputs(output.values, folder.string());
        return outputs;
    } catch (const c10::Error& error) {
        throw Error(ErrorCode::Internal, fmt::format("running '{}' failed: {}", folder.string(), error.what_without_backtrace()));
    }
}

} // namespace

void addPrecision(CLI::App& command, Precision& precision) {
    command.add_option_function<std::string>(
               "--precision", [&precision](const std::string& name) { precision = precisionFromName(name); },
               "exact: float32 arithmetic on the stored weights (default); fast: matrix products in bfloat16 where the processor has them, all else in "
               "float32; T5 stays exact")
        ->check(CLI::IsMember({"exact", "fast"}));
}

std::string kindOf(const ListedModel& model) {
    if (!model.kind.empty())
        return model.kind;
    try {
        return describeModelFolder(model.folder).kind;
    } catch (const Error&) {
        return "unreadable";
    }
}

namespace {

/// For people: the values of a row, of a long one the greatest with their tokens.
std::string rowText(std::span<const float> row, const Tokenizer* tokenizer) {
    constexpr std::size_t kShown = 5;
    std::string text;
    if (row.size() <= kShortRow) {
        for (const float value : row)
            text += fmt::format("{:.6f} ", value);
        return text + '\n';
    }
    // As wide as the vocabulary, its values are those of tokens; labels are fewer.
    const bool words = tokenizer && row.size() >= static_cast<std::size_t>(tokenizer->vocabularySize());
    std::vector<std::int32_t> order(row.size());
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + kShown, order.end(),
                      [&](std::int32_t a, std::int32_t b) { return row[static_cast<std::size_t>(a)] > row[static_cast<std::size_t>(b)]; });
    for (std::size_t i = 0; i < kShown; ++i) {
        const std::int32_t id = order[i];
        const bool known = words && id < tokenizer->vocabularySize();
        text += fmt::format("{}{}{}: {:.6f}", i == 0 ? "" : ", ", id, known ? " " + dumpJson(tokenizer->decode({&id, 1}, false)) : std::string(), row[static_cast<std::size_t>(id)]);
    }
    return text + '\n';
}

void addLogits(CLI::App& group, CliContext& context) {
    struct Options {
        std::string name, file, out;
        Precision precision = Precision::Exact;
        bool hidden = false, last = false;
    };
    CLI::App* command = group.add_subcommand("logits", "What a model with a head (labels, tags, spans, masked words, next words) gives for texts or tokens, before the softmax");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->name, "Name of the model, or a path with a slash")->required();
    command->add_option("FILE", options->file, "JSON lines {\"text\"} or {\"ids\", \"attention_mask\"?, \"type_ids\"?}; T5 takes \"decoder_ids\" too")->required();
    CLI::Option* const last = command->add_flag("--last", options->last, "Of a decoder the last token's alone");
    command->add_flag("--hidden", options->hidden, "The last hidden state of every token instead; encoders have only that")->excludes(last);
    command->add_option("--out", options->out, "Write raw little-endian float32, one output after another, to a file")->type_name("F.f32");
    command->footer("As text, rows of more than 64 values show their five greatest, with their tokens; --json and --out give all.");
    addPrecision(*command, options->precision);
    context.onRun(*command, [&context, options] {
        at::set_num_threads(context.threads);
        const fs::path folder = find(context, options->name).path;
        const auto results = runModel(folder, readModelInputs(options->file), options->hidden, options->last, options->precision, context.stop);
        const bool shown = !context.json && !options->hidden && options->out.empty();
        const std::unique_ptr<Tokenizer> tokenizer = shown ? tokenizerOf(folder) : nullptr;
        std::size_t widest = 0;
        Json outputs = Json::array();
        std::vector<float> all;
        std::string text;
        for (const Output& output : results) {
            Json entry = {{"shape", output.shape}};
            if (options->out.empty())
                entry["logits"] = toJson(output.values);
            outputs.push_back(entry);
            all.insert(all.end(), output.values.begin(), output.values.end());
            if (!shown)
                continue;
            const auto width = static_cast<std::size_t>(output.shape.back());
            widest = std::max(widest, width);
            for (std::size_t begin = 0; begin < output.values.size(); begin += width)
                text += rowText(std::span(output.values).subspan(begin, width), tokenizer.get());
        }
        if (shown && widest > kShortRow)
            text += fmt::format("The five greatest of {} values a row; --json or --out gives all.\n", widest);
        Json document = {{"outputs", outputs}, {"precision", precisionName(options->precision)}};
        if (!options->out.empty()) {
            writeVectors(options->out, all);
            document["out"] = options->out;
        }
        context.print(document, text.empty() ? fmt::format("{} outputs{}", results.size(), options->out.empty() ? "; --json or --out gives them" : " written to " + options->out)
                                             : text, options->out);
        return kExitDone;
    });
}

} // namespace

std::vector<ModelInput> readModelInputs(const fs::path& file) {
    const std::string bytes = readInput(file, kMaxInputBytes);
    std::vector<ModelInput> inputs;
    std::int64_t line = 0;
    for (std::size_t begin = 0; begin < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
        const std::string_view text = std::string_view(bytes).substr(begin, end - begin);
        begin = end + 1;
        ++line;
        if (text.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        const std::string source = fmt::format("{}, line {}", file.string(), line);
        inputs.push_back(inputOf(parseJson(text, source), source, line));
    }
    return inputs;
}

void addModelInputCommands(CLI::App& group, CliContext& context) {
    addTokenize(group, context);
    addEmbed(group, context);
    addLogits(group, context);
}

} // namespace triptych
