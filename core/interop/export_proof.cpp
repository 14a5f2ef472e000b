#include "interop/export_proof.h"

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "formats/quantized_blocks.h"
#include "interop/export_config.h"
#include "interop/model_folder.h"
#include "jobs/supervisor.h"
#include "models/t5.h"
#include "models/task_model.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sub.h>
#include <c10/util/Exception.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <new>
#include <unistd.h>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostPromptTokens = 32;
constexpr int kGreedyTokens = 16;
constexpr std::size_t kMostKeptOutputs = 4096;
constexpr std::size_t kKeptLikeliest = 256;
constexpr std::uintmax_t kMostAnswerBytes = 1u << 30;
constexpr std::int64_t kMostT5Source = 512;

constexpr const char* kTexts[] = {
    "The capital of France is",
    "Once upon a time, there was a little girl who\n\n  said: \"It's 12,345.67 degrees!\"",
    "今天天气很好，我们去公园散步吧。",
    "def add(a, b):\n    return a + b  # 1000000\n",
    "Größe, café, naïve — 🙂 👩‍👩‍👧",
    "  spaces before and behind  ",
};

const Json& conversations() {
    const auto message = [](const char* role, const char* content) { return Json{{"role", role}, {"content", content}}; };
    static const Json list = Json::array({Json::array({message("user", "What is 2 + 2?")}),
                                          Json::array({message("system", "You answer briefly."), message("user", "Name a colour."),
                                                       message("assistant", "Blue."), message("user", "另一个？")})});
    return list;
}

std::int32_t likeliest(const float* logits, std::int64_t count) { return static_cast<std::int32_t>(std::max_element(logits, logits + count) - logits); }

std::vector<float> floatsOf(const at::Tensor& tensor) {
    const at::Tensor whole = tensor.contiguous();
    return {whole.const_data_ptr<float>(), whole.const_data_ptr<float>() + whole.numel()};
}

class DecoderProof final : public ProofModel {
public:
    explicit DecoderProof(Decoder decoder) : m_decoder(std::move(decoder)) {}
    std::string kind() const override { return "decoder"; }
    ProofAnswer answer(std::span<const std::int32_t> ids, int greedy) const override {
        ProofAnswer answer;
        answer.logits = m_decoder.forward(packTokens({&ids, 1})).logits.contiguous();
        const std::int64_t width = answer.logits.size(1);
        const float* last = answer.logits.const_data_ptr<float>() + (answer.logits.size(0) - 1) * width;
        answer.outputs.assign(last, last + width);
        KvCache cache(m_decoder.config(), 1);
        std::vector<std::int32_t> next(ids.begin(), ids.end());
        for (int i = 0; i < greedy; ++i) {
            const std::span<const std::int32_t> step(next);
            const at::Tensor logits = m_decoder.forward(packTokens({&step, 1}), &cache, LogitsOf::Last).logits.contiguous();
            next = {likeliest(logits.const_data_ptr<float>(), logits.size(1))};
            answer.greedy.push_back(next.front());
        }
        return answer;
    }
    int vocabulary() const override { return m_decoder.config().vocab_size; }
    int maxTokens() const override { return m_decoder.config().max_position_embeddings; }
    std::vector<std::int32_t> ends() const override {
        std::vector<std::int32_t> ends = m_decoder.config().eos_token_id;
        std::sort(ends.begin(), ends.end());
        return ends;
    }
    Json configuration() const override { return arithmeticOf(m_decoder.config()); }

private:
    Decoder m_decoder;
};

/// Rounds a model's own tensors in place.
void roundTo(GgmlType type, const NamedTensors& weights) {
    std::vector<std::byte> bytes;
    for (const auto& [name, tensor] : weights) {
        const std::span<float> values(tensor.mutable_data_ptr<float>(), static_cast<std::size_t>(tensor.numel()));
        bytes.resize(values.size() * ggmlLayout(type)->blockBytes);
        quantize(type, values, bytes);
        dequantize(type, bytes, values);
    }
}

class EncoderProof final : public ProofModel {
public:
    EncoderProof(const fs::path& folder, const Json& config, std::optional<GgmlType> rounded) {
        const std::string source = (folder / "config.json").string();
        const BertConfig shape = bertConfigFromJson(config, source);
        m_head = encoderTask(*shape.family, architectureOf(config, source)) == EncoderTask::SequenceClassification;
        if (m_head)
            m_classifier = SequenceClassifier::open(folder);
        else
            m_body = openBert(folder);
        if (rounded)
            roundTo(*rounded, m_head ? m_classifier->weights() : m_body->weights());
        m_labels = m_head ? config.value("id2label", Json()) : Json();
    }
    std::string kind() const override { return "encoder"; }
    ProofAnswer answer(std::span<const std::int32_t> ids, int) const override {
        Encoding encoding;
        encoding.ids.assign(ids.begin(), ids.end());
        encoding.type_ids.assign(ids.size(), 0);
        encoding.offsets.resize(ids.size());
        const Encoding* const one = &encoding;
        const PackedBatch batch = bert().pack({&one, 1});
        return {floatsOf(m_head ? m_classifier->logits(batch) : bert().forward(batch)), {}, {}};
    }
    int vocabulary() const override { return bert().config().vocab_size; }
    int maxTokens() const override { return bert().config().maxTokens(); }
    Json configuration() const override {
        const BertConfig& config = bert().config();
        return {{"family", config.family->model_type}, {"head", m_head}, {"labels", m_labels}, {"layer_norm_eps", config.layer_norm_eps},
                {"num_hidden_layers", config.num_hidden_layers}, {"num_attention_heads", config.num_attention_heads},
                {"max_position_embeddings", config.max_position_embeddings}};
    }

private:
    const Bert& bert() const { return m_head ? m_classifier->bert() : *m_body; }

    bool m_head = false;
    Json m_labels;
    std::optional<SequenceClassifier> m_classifier; ///< this
    std::optional<Bert> m_body;                     ///< or this
};

class T5Proof final : public ProofModel {
public:
    T5Proof(const fs::path& folder, const Json& config, std::optional<GgmlType> rounded) : m_model(open(folder, config, rounded)) {}
    std::string kind() const override { return "seq2seq"; }
    ProofAnswer answer(std::span<const std::int32_t> ids, int greedy) const override {
        ProofAnswer answer;
        T5::State state = m_model.begin(m_model.encode(ids));
        std::int32_t next = m_model.config().decoder_start_token_id;
        for (int i = 0; i < std::max(1, greedy); ++i) {
            const std::vector<float> logits = floatsOf(m_model.step(state, {&next, 1}));
            next = likeliest(logits.data(), static_cast<std::int64_t>(logits.size()));
            if (i == 0)
                answer.outputs = logits;
            answer.greedy.push_back(next);
        }
        return answer;
    }
    int vocabulary() const override { return m_model.config().vocab_size; }
    int maxTokens() const override { return kMostT5Source; }
    std::vector<std::int32_t> ends() const override { return {m_model.config().eos_token_id}; }
    Json configuration() const override {
        const T5Config& config = m_model.config();
        return {{"num_heads", config.num_heads}, {"d_kv", config.d_kv}, {"gated", config.gated}, {"scale_decoder_outputs", config.scale_decoder_outputs},
                {"relative_attention_num_buckets", config.relative_attention_num_buckets},
                {"relative_attention_max_distance", config.relative_attention_max_distance}, {"layer_norm_epsilon", config.layer_norm_epsilon},
                {"decoder_start_token_id", config.decoder_start_token_id}};
    }

private:
    static T5 open(const fs::path& folder, const Json& config, std::optional<GgmlType> rounded) {
        if (!rounded)
            return T5::open(folder);
        NamedTensors weights = readWeights(folder);
        roundTo(*rounded, weights);
        return T5(t5ConfigFromJson(config, (folder / "config.json").string()), std::move(weights), folder.string());
    }

    T5 m_model;
};

Json tokenizerFacts(const Tokenizer& tokenizer, std::int32_t count) {
    std::string all;
    for (std::int32_t id = 0; id < count; ++id) {
        const std::string_view token = tokenizer.token(id);
        // A hole has a name in GGUF, and none in tokenizer.json.
        all += fmt::format("{}\t{}\n", tokenizer.isSpecial(id) ? 1 : 0, token.empty() ? fmt::format("[PAD{}]", id) : std::string(token));
    }
    return {{"tokens", count}, {"sha256", sha256(all)}};
}

/// What ids are as a text. Holes of the vocabulary are in none: they have a name in GGUF, and none in tokenizer.json.
std::string decoded(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) {
    std::vector<std::int32_t> known;
    for (const std::int32_t id : ids) {
        const std::string_view token = id < tokenizer.vocabularySize() ? tokenizer.token(id) : std::string_view();
        if (!token.empty() && token != fmt::format("[PAD{}]", id))
            known.push_back(id);
    }
    return tokenizer.decode(known, false);
}

/// Ids of a text, and the text of those.
Json readBack(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) { return {{"ids", ids}, {"decoded", decoded(tokenizer, ids)}}; }

/// A conversation as the template writes it, or that it refuses it.
Json rendered(const ChatTemplate& chat, const Json& messages, const Tokenizer& tokenizer) {
    ChatOptions options;
    options.now = std::tm{};
    options.now->tm_year = 126;
    options.now->tm_mday = 1;
    try {
        const std::string text = chat.render(OrderedJson(messages), options);
        return {{"text", text}, {"ids", tokenizer.encode(text, false).ids}};
    } catch (const Error& error) {
        return {{"refused", errorCodeName(error.code())}};
    }
}

/// Outputs that JSON has no number for stand as null.
std::vector<double> numbersOf(const Json& values) {
    std::vector<double> numbers;
    for (const Json& value : values)
        numbers.push_back(value.is_number() ? value.get<double>() : NAN);
    return numbers;
}

bool isText(const Json& value) { return value.is_object() && value.contains("ids"); }

/// Places that differ, in words.
std::string idsDiffer(const Json& expected, const Json& found) {
    std::size_t at = 0;
    while (at < expected.size() && at < found.size() && expected[at] == found[at])
        ++at;
    const auto tokenAt = [&](const Json& ids) { return at < ids.size() ? ids[at].dump() : std::string("none"); };
    return fmt::format("token {} is {} instead of {}", at, tokenAt(found), tokenAt(expected));
}

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "triptych-proof.XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw Error(ErrorCode::Io, fmt::format("cannot make the folder '{}'", name));
        m_path = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

} // namespace

std::unique_ptr<ProofModel> proofModelOf(Decoder decoder) { return std::make_unique<DecoderProof>(std::move(decoder)); }

std::unique_ptr<ProofModel> openProofModel(const fs::path& model, std::optional<GgmlType> rounded) {
    if (!fs::is_directory(model))
        return proofModelOf(openDecoder(model));
    const Json config = readJsonFile(model / "config.json", 16u << 20);
    if (isDecoderFamily(config))
        return proofModelOf(openDecoder(model));
    const std::string type = config.value("model_type", std::string("bert"));
    if (type == "t5" || type == "mt5")
        return std::make_unique<T5Proof>(model, config, rounded);
    return std::make_unique<EncoderProof>(model, config, rounded);
}

Json proofQuestions(const ProofModel& model, const fs::path& texts) {
    Json questions = {{"texts", Json::array()}, {"chats", Json::array()}, {"prompts", Json::array()}, {"tokens", 0}, {"greedy", 0}};
    const int most = model.maxTokens();
    const auto longest = std::min<std::size_t>(kMostPromptTokens, static_cast<std::size_t>(std::max(1, model.kind() == "encoder" ? most : most / 2)));
    if (model.kind() != "encoder")
        questions["greedy"] = std::clamp(most - static_cast<int>(longest), 0, kGreedyTokens);
    const auto ask = [&](std::vector<std::int32_t> ids) {
        if (ids.size() > longest)
            ids.resize(longest);
        if (!ids.empty())
            questions["prompts"].push_back(ids);
    };
    if (hasTokenizer(texts)) {
        const auto tokenizer = Tokenizer::open(texts);
        questions["tokens"] = tokenizer->vocabularySize();
        for (const char* text : kTexts) {
            questions["texts"].push_back(text);
            ask(tokenizer->encode(text).ids);
        }
        if (const auto chat = ChatTemplate::open(texts)) {
            for (const Json& messages : conversations()) {
                questions["chats"].push_back(messages);
                if (const Json turn = rendered(*chat, messages, *tokenizer); isText(turn))
                    ask(turn["ids"].get<std::vector<std::int32_t>>());
            }
        }
    }
    questions["text_prompts"] = questions["prompts"].size();
    // Ids from all over the table, whatever the tokenizer makes of texts.
    std::uint32_t state = 2463534242u;
    for (std::size_t length : {std::size_t(7), longest}) {
        std::vector<std::int32_t> ids;
        for (std::size_t i = 0; i < std::min(length, longest); ++i) {
            state ^= state << 13; // Marsaglia's xorshift
            state ^= state >> 17;
            state ^= state << 5;
            ids.push_back(static_cast<std::int32_t>(state % static_cast<std::uint32_t>(model.vocabulary())));
        }
        ask(ids);
    }
    return questions;
}

Json proofTranscript(const ProofModel& model, const fs::path& texts, const TensorSeals& seals, const Json& questions, const std::stop_token& stop,
                     std::vector<at::Tensor>* logits) {
    const at::NoGradGuard guard;
    Json transcript = {{"tokenizer", nullptr}, {"template", nullptr}, {"texts", Json::array()}, {"chats", Json::array()}, {"prompts", Json::array()},
                       {"ends", model.ends()}, {"configuration", model.configuration()}, {"tensors", Json::object()}};
    for (const auto& [name, seal] : seals)
        transcript["tensors"][name] = {{"type", seal.type}, {"shape", seal.shape}, {"sha256", seal.sha256}};
    std::unique_ptr<Tokenizer> tokenizer;
    if (hasTokenizer(texts)) {
        tokenizer = Tokenizer::open(texts);
        const auto chat = ChatTemplate::open(texts);
        transcript["tokenizer"] = tokenizerFacts(*tokenizer, questions.at("tokens").get<std::int32_t>());
        for (const Json& text : questions.at("texts"))
            transcript["texts"].push_back(readBack(*tokenizer, tokenizer->encode(text.get<std::string>()).ids));
        if (chat) {
            transcript["template"] = sha256(chat->text());
            for (const Json& messages : questions.at("chats"))
                transcript["chats"].push_back(rendered(*chat, messages, *tokenizer));
        }
    }
    for (const Json& prompt : questions.at("prompts")) {
        throwIfStopped(stop);
        const auto ids = prompt.get<std::vector<std::int32_t>>();
        ProofAnswer answer = model.answer(ids, questions.at("greedy").get<int>());
        transcript["prompts"].push_back({{"outputs", answer.outputs}, {"greedy", answer.greedy}, {"greedy_text", tokenizer ? Json(decoded(*tokenizer, answer.greedy)) : Json()}});
        if (logits)
            logits->push_back(std::move(answer.logits));
    }
    return transcript;
}

Json shortenedTranscript(Json transcript) {
    for (Json& prompt : transcript["prompts"]) {
        const auto outputs = prompt["outputs"].get<std::vector<float>>();
        if (outputs.size() <= kMostKeptOutputs)
            continue;
        std::vector<std::size_t> places(outputs.size());
        for (std::size_t i = 0; i < places.size(); ++i)
            places[i] = i;
        std::partial_sort(places.begin(), places.begin() + kKeptLikeliest, places.end(),
                          [&](std::size_t a, std::size_t b) { return std::pair(-outputs[a], a) < std::pair(-outputs[b], b); });
        places.resize(kKeptLikeliest);
        const std::size_t step = outputs.size() / (kMostKeptOutputs - kKeptLikeliest) + 1;
        for (std::size_t i = 0; i < outputs.size(); i += step)
            places.push_back(i);
        std::sort(places.begin(), places.end());
        places.erase(std::unique(places.begin(), places.end()), places.end());
        Json values = Json::array();
        for (const std::size_t place : places)
            values.push_back(outputs[place]);
        prompt["outputs"] = {{"count", outputs.size()}, {"at", places}, {"values", values}};
    }
    return transcript;
}

ProofComparison compareTranscripts(const Json& expected, const Json& found, double tolerance) {
    ProofComparison result;
    const auto differ = [&](std::string sentence) { result.differences.push_back(std::move(sentence)); };
    for (const auto& [name, seal] : expected.at("tensors").items()) {
        const auto other = found.at("tensors").find(name);
        if (other == found.at("tensors").end())
            differ(fmt::format("the tensor '{}' is missing", name));
        else if ((*other)["type"] != seal["type"])
            differ(fmt::format("the tensor '{}' is stored as {} instead of {}", name, (*other)["type"].get<std::string>(), seal["type"].get<std::string>()));
        else if ((*other)["shape"] != seal["shape"])
            differ(fmt::format("the tensor '{}' has the shape {} instead of {}", name, (*other)["shape"].dump(), seal["shape"].dump()));
        else if ((*other)["sha256"] != seal["sha256"])
            differ(fmt::format("the tensor '{}' holds other values", name));
    }
    for (const auto& [name, seal] : found.at("tensors").items()) {
        if (!expected.at("tensors").contains(name))
            differ(fmt::format("there is a tensor '{}' that was not written", name));
    }
    if (const std::string difference = differenceOf(expected.at("configuration"), found.at("configuration")); !difference.empty())
        differ("the configuration: " + difference);
    if (expected.at("ends") != found.at("ends"))
        differ(fmt::format("the tokens that end a text are {} instead of {}", found.at("ends").dump(), expected.at("ends").dump()));
    if (expected.at("tokenizer") != found.at("tokenizer"))
        differ("the tokenizer's vocabulary is another");
    if (expected.at("template") != found.at("template"))
        differ("the chat template's text is another");
    for (const char* list : {"texts", "chats"}) {
        const char* const what = std::string_view(list) == "texts" ? "text" : "conversation";
        const Json &mine = expected.at(list), &theirs = found.at(list);
        for (std::size_t i = 0; i < std::max(mine.size(), theirs.size()); ++i) {
            const Json one = i < mine.size() ? mine[i] : Json(), other = i < theirs.size() ? theirs[i] : Json();
            if (one.value("text", Json()) != other.value("text", Json()) || one.value("refused", Json()) != other.value("refused", Json()))
                differ(fmt::format("{} {} is written out in another way by the chat template", what, i + 1));
            else if (one.value("ids", Json::array()) != other.value("ids", Json::array()))
                differ(fmt::format("{} {}: {}", what, i + 1, idsDiffer(one.value("ids", Json::array()), other.value("ids", Json::array()))));
            else if (one.value("decoded", Json()) != other.value("decoded", Json()))
                differ(fmt::format("the ids of {} {} are read as another text", what, i + 1));
        }
    }
    if (expected.at("prompts").size() != found.at("prompts").size())
        differ(fmt::format("{} prompts were answered instead of {}", found.at("prompts").size(), expected.at("prompts").size()));
    for (std::size_t i = 0; i < std::min(expected.at("prompts").size(), found.at("prompts").size()); ++i) {
        const Json &mine = expected.at("prompts")[i], &theirs = found.at("prompts")[i];
        const bool whole = mine.at("outputs").is_array();
        const std::vector<double> values = numbersOf(whole ? mine.at("outputs") : mine.at("outputs").at("values"));
        const std::vector<double> outputs = numbersOf(theirs.at("outputs"));
        const std::size_t count = whole ? values.size() : mine.at("outputs").at("count").get<std::size_t>();
        if (outputs.size() != count) {
            differ(fmt::format("prompt {} gives {} outputs instead of {}", i + 1, outputs.size(), count));
            continue;
        }
        double greatest = 1e-3, largest = 0;
        std::size_t at = 0;
        for (std::size_t k = 0; k < values.size(); ++k) {
            const std::size_t place = whole ? k : mine.at("outputs").at("at")[k].get<std::size_t>();
            const double off = place < outputs.size() ? std::abs(outputs[place] - values[k]) : INFINITY;
            greatest = std::max(greatest, std::abs(values[k]));
            if (!(off <= largest)) { // not a number, too
                largest = std::isfinite(off) ? off : INFINITY;
                at = place;
            }
        }
        result.largest = std::max(result.largest, largest / greatest);
        if (!(largest <= tolerance * greatest))
            differ(fmt::format("prompt {}: output {} is off by {:.3g}, where {:.3g} is allowed", i + 1, at, largest, tolerance * greatest));
        if (mine.at("greedy") != theirs.at("greedy"))
            differ(fmt::format("prompt {}, greedy answer: {}", i + 1, idsDiffer(mine.at("greedy"), theirs.at("greedy"))));
        else if (mine.at("greedy_text") != theirs.at("greedy_text"))
            differ(fmt::format("prompt {}, greedy answer: its ids are read as another text", i + 1));
    }
    return result;
}

Json proofDrift(const Json& questions, const std::vector<at::Tensor>& source, const std::vector<at::Tensor>& exported) {
    double divergence = 0, largest = 0, greatest = 1e-3, sourceLoss = 0, exportedLoss = 0;
    std::int64_t positions = 0, predicted = 0;
    // Ids that are no text say little of what rounding costs texts.
    const auto texts = questions.at("text_prompts").get<std::size_t>();
    for (std::size_t i = 0; i < (texts > 0 ? texts : source.size()); ++i) {
        const at::Tensor p = at::log_softmax(source[i], 1), q = at::log_softmax(exported[i], 1); // (T, V)
        divergence += at::mul(p.exp(), at::sub(p, q)).sum().item<double>();
        const auto off = at::sub(source[i], exported[i]).abs().max().item<double>();
        largest = std::isfinite(off) ? std::max(largest, off) : INFINITY;
        greatest = std::max(greatest, source[i].abs().max().item<double>());
        positions += p.size(0);
        const Json& ids = questions.at("prompts")[i];
        for (std::int64_t t = 0; t + 1 < p.size(0); ++t) {
            const auto next = ids[static_cast<std::size_t>(t) + 1].get<std::int64_t>();
            sourceLoss -= static_cast<double>(p.const_data_ptr<float>()[t * p.size(1) + next]);
            exportedLoss -= static_cast<double>(q.const_data_ptr<float>()[t * q.size(1) + next]);
            ++predicted;
        }
    }
    const auto perplexity = [&](double loss) { return predicted > 0 ? Json(std::exp(loss / static_cast<double>(predicted))) : Json(); };
    return {{"mean_kl", divergence > 0 || std::isnan(divergence) ? divergence / static_cast<double>(positions) : 0.0},
            {"positions", positions},
            {"largest_logit_difference", largest},
            {"largest_share", largest / greatest},
            {"source_perplexity", perplexity(sourceLoss)},
            {"perplexity", perplexity(exportedLoss)}};
}

std::string joinedDifferences(const std::vector<std::string>& differences) {
    constexpr std::size_t kMostNamed = 5;
    const std::size_t named = std::min(differences.size(), kMostNamed);
    const auto begin = differences.begin();
    return fmt::format("{}{}", fmt::join(begin, begin + static_cast<std::ptrdiff_t>(named), "; "),
                       differences.size() > named ? fmt::format("; and {} more differences", differences.size() - named) : "");
}

Json askSecondProcess(const fs::path& model, const Json& questions, const std::stop_token& stop) {
    const TemporaryFolder folder;
    writeJsonFile(folder.path() / "questions.json", {{"model", fs::absolute(model).string()}, {"questions", questions}, {"asked_by", ::getpid()}});
    std::vector<std::string> command = defaultEngineCommand();
    for (const std::string& word : {std::string("prove"), folder.path().string(), std::string("--threads"), std::to_string(at::get_num_threads())})
        command.push_back(word);
    const int code = runProcess(command, folder.path() / "log", stop);
    const fs::path answers = folder.path() / "answers.json";
    if (!fs::exists(answers)) {
        std::string log = readFile(folder.path() / "log", 16u << 20);
        log.resize(std::min<std::size_t>(log.size(), 500));
        throw Error(ErrorCode::WorkerDied, fmt::format("the second process ended with {} and did not answer{}{}", code, log.empty() ? "" : ": ", log),
                    code == 128 + SIGKILL ? "It was killed, which the system does when memory runs out: close other programs and try again." : "Try again.");
    }
    const Json answer = readJsonFile(answers, kMostAnswerBytes);
    if (answer.contains("error")) {
        const Error error = errorFromJson(answer["error"]);
        const ErrorCode ofFiles[] = {ErrorCode::InvalidInput, ErrorCode::NotFound, ErrorCode::Unsupported, ErrorCode::Corrupt};
        const bool files = std::find(std::begin(ofFiles), std::end(ofFiles), error.code()) != std::end(ofFiles);
        throw Error(files ? ErrorCode::Corrupt : error.code(), fmt::format("the second process could not use the files: {}", error.message()), error.hint());
    }
    return answer.at("transcript");
}

void answerInSecondProcess(const fs::path& folder) {
    const Json request = readJsonFile(folder / "questions.json", kMostAnswerBytes);
    endWithParent(request.at("asked_by").get<std::int64_t>());
    const fs::path model = request.at("model").get<std::string>();
    Json answer;
    try {
        const auto opened = openProofModel(model);
        answer = {{"transcript", proofTranscript(*opened, model, readSeals(model, {}), request.at("questions"), {})}};
    } catch (const Error& error) {
        answer = {{"error", errorToJson(error)}};
    } catch (const std::bad_alloc&) {
        answer = {{"error", errorToJson(Error(ErrorCode::OutOfMemory, "there is no memory for them", "Close other programs, or choose a smaller model."))}};
    } catch (const c10::Error& error) {
        answer = {{"error", errorToJson(Error(ErrorCode::Internal, error.what_without_backtrace()))}};
    }
    // One line: there are some megabytes of outputs.
    atomicWrite(folder / "answers.json", dumpJson(answer));
}

} // namespace triptych
