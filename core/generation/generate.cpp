#include "generation/generate.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/progress.h"
#include "generation/stop_strings.h"
#include "text/token_stream.h"

#include <ATen/core/grad_mode.h>
#include <c10/util/Exception.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

namespace triptych {

namespace {

using Clock = std::chrono::steady_clock;

/// Prompt tokens in one pass: bounds memory and the time until a stop is heard, and is enough for the products to be fast.
constexpr std::size_t kPassTokens = 512;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Answer {
    std::size_t index;
    std::size_t promptTokens;
    std::vector<std::int32_t> context; // what the penalty looks at: prompt and answer so far, of T5 the target
    Random random;
    std::optional<TokenStream> stream;
    StopStrings stops;
    GeneratedText result;
    bool done = false;
};

/// Several answers token by token; which model gives the logits is the derived classes' affair.
class AnswerLoop {
public:
    AnswerLoop(const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts, const GenerationSettings& settings,
               const TokenSink& sink, std::span<const std::int32_t> ends, std::size_t longest)
        : m_settings(settings), m_sink(sink), m_ends(settings.stop_token_ids), m_longest(longest) {
        if (!settings.ignore_eos)
            m_ends.insert(m_ends.end(), ends.begin(), ends.end());
        for (std::size_t i = 0; i < prompts.size(); ++i) {
            // A stream of numbers for each index; neighbouring seeds must not share theirs.
            Random seeds(settings.seed ^ Random(i).next());
            m_answers.push_back({i, prompts[i].size(), prompts[i], Random(seeds.next()),
                                 tokenizer ? std::optional<TokenStream>(std::in_place, *tokenizer) : std::nullopt, StopStrings(settings.stop), {}});
        }
    }
    virtual ~AnswerLoop() = default;

    GenerationResult run(const std::stop_token& stop) {
        GenerationResult result;
        const auto start = Clock::now();
        prefill(stop);
        result.timeToFirstTokenS = secondsSince(start);
        // Reading a long prompt takes memory that writing does not need.
        if (std::any_of(m_answers.begin(), m_answers.end(), [](const Answer& answer) { return answer.promptTokens >= kPassTokens / 4; }))
            returnFreedMemory();
        const auto decodeStart = Clock::now();
        while (decodeStep(stop)) {
        }
        const double decodeSeconds = secondsSince(decodeStart);
        std::int64_t later = 0;
        for (Answer& answer : m_answers) {
            result.promptTokens += static_cast<std::int64_t>(answer.promptTokens);
            result.newTokens += static_cast<std::int64_t>(answer.result.ids.size());
            later += static_cast<std::int64_t>(answer.result.ids.size()) - 1;
            result.answers.push_back(std::move(answer.result));
        }
        if (result.timeToFirstTokenS > 0)
            result.prefillTokensPerS = static_cast<double>(result.promptTokens) / result.timeToFirstTokenS;
        if (later > 0 && decodeSeconds > 0)
            result.decodeTokensPerS = static_cast<double>(later) / decodeSeconds;
        return result;
    }

protected:
    /// Reads all prompts and takes the first token of each.
    virtual void prefill(const std::stop_token& stop) = 0;
    /// One token for each answer that goes on; false if none does.
    virtual bool decodeStep(const std::stop_token& stop) = 0;

    /// `logits`: (rows, V), of which `row` is this answer's.
    void take(Answer& answer, const at::Tensor& logits, std::size_t row) {
        const auto width = static_cast<std::size_t>(logits.size(1));
        const float* from = logits.const_data_ptr<float>() + row * width;
        std::vector<float> scores(from, from + width);
        checkLogits(scores);
        warpLogits(scores, m_settings.sampling, answer.context);
        const std::int32_t id = chooseToken(scores, m_settings.sampling, answer.random);
        answer.context.push_back(id);
        answer.result.ids.push_back(id);
        std::string text = answer.stream ? answer.stops.push(answer.stream->push(id)) : std::string();

        if (std::find(m_ends.begin(), m_ends.end(), id) != m_ends.end())
            end(answer, FinishReason::StopToken);
        else if (answer.stops.stopped())
            end(answer, FinishReason::StopString);
        else if (answer.result.ids.size() >= static_cast<std::size_t>(m_settings.max_tokens))
            end(answer, FinishReason::MaxTokens);
        else if (answer.context.size() >= m_longest)
            end(answer, FinishReason::Context);
        if (answer.done && answer.stream) {
            text += answer.stops.push(answer.stream->finish());
            if (answer.stops.stopped())
                answer.result.finish = FinishReason::StopString;
            text += answer.stops.finish();
        }
        answer.result.text += text;
        if (m_sink && !m_sink(answer.index, id, text) && !answer.done)
            end(answer, FinishReason::Sink);
    }

    const GenerationSettings& m_settings;
    std::vector<Answer> m_answers;

private:
    static void end(Answer& answer, FinishReason reason) {
        answer.done = true;
        answer.result.finish = reason;
    }

    const TokenSink& m_sink;
    std::vector<std::int32_t> m_ends;
    std::size_t m_longest; // tokens of a context
};

class DecoderLoop final : public AnswerLoop {
public:
    DecoderLoop(const Decoder& decoder, const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts,
                const GenerationSettings& settings, const TokenSink& sink)
        : AnswerLoop(tokenizer, prompts, settings, sink, decoder.config().eos_token_id,
                     static_cast<std::size_t>(decoder.config().max_position_embeddings)),
          m_decoder(decoder), m_cache(decoder.config(), prompts.size()) {}

private:
    void prefill(const std::stop_token& stop) override {
        const std::int64_t limit = m_decoder.config().max_position_embeddings;
        for (const Answer& answer : m_answers) {
            const auto tokens = static_cast<std::int64_t>(answer.promptTokens);
            m_cache.reserve(answer.index, std::min(limit, tokens + std::min<std::int64_t>(m_settings.max_tokens, 256)));
        }
        std::size_t next = 0;  // first answer whose prompt is not read to the end
        std::size_t begin = 0; // its first token that is not
        while (next < m_answers.size()) {
            throwIfStopped(stop);
            std::vector<std::span<const std::int32_t>> parts;
            std::vector<std::size_t> places;
            std::size_t room = kPassTokens;
            const std::size_t first = next;
            while (room > 0 && next < m_answers.size()) {
                const Answer& answer = m_answers[next];
                const std::size_t count = std::min(room, answer.promptTokens - begin);
                parts.push_back(std::span(answer.context).subspan(begin, count));
                places.push_back(next);
                room -= count;
                begin += count;
                if (begin < answer.promptTokens)
                    break;
                ++next;
                begin = 0;
            }
            const at::Tensor logits = m_decoder.forward(packTokens(parts, places), &m_cache, LogitsOf::Last).logits; // (parts, V)
            for (std::size_t i = first; i < next; ++i)
                take(m_answers[i], logits, i - first);
        }
    }

    bool decodeStep(const std::stop_token& stop) override {
        throwIfStopped(stop);
        std::vector<std::span<const std::int32_t>> parts;
        std::vector<std::size_t> places;
        for (const Answer& answer : m_answers) {
            if (answer.done)
                continue;
            parts.push_back(std::span(answer.context).last(1));
            places.push_back(answer.index);
        }
        if (parts.empty())
            return false;
        const at::Tensor logits = m_decoder.forward(packTokens(parts, places), &m_cache, LogitsOf::Last).logits; // (parts, V)
        for (std::size_t i = 0; i < places.size(); ++i)
            take(m_answers[places[i]], logits, i);
        return true;
    }

    const Decoder& m_decoder;
    KvCache m_cache;
};

/// One target after another: T5 runs one text at a time.
class T5Loop final : public AnswerLoop {
public:
    T5Loop(const T5& model, const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts, const GenerationSettings& settings,
           const TokenSink& sink)
        : AnswerLoop(tokenizer, prompts, settings, sink, std::span(&model.config().eos_token_id, 1), std::numeric_limits<std::size_t>::max()),
          m_model(model) {}

private:
    void prefill(const std::stop_token& stop) override {
        for (Answer& answer : m_answers) {
            throwIfStopped(stop);
            m_states.push_back(m_model.begin(m_model.encode(answer.context)));
            answer.context = {m_model.config().decoder_start_token_id};
            step(answer);
        }
    }

    bool decodeStep(const std::stop_token& stop) override {
        bool went = false;
        for (Answer& answer : m_answers) {
            if (answer.done)
                continue;
            throwIfStopped(stop);
            step(answer);
            went = true;
        }
        return went;
    }

    void step(Answer& answer) { take(answer, m_model.step(m_states[answer.index], std::span(answer.context).last(1)), 0); }

    const T5& m_model;
    std::vector<T5::State> m_states; // of each answer
};

/// `most`: tokens that a prompt may have.
void checkRequest(const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts, const GenerationSettings& settings, std::size_t most,
                  const std::string& tooLong) {
    checkSampling(settings.sampling);
    if (settings.max_tokens < 1)
        throw Error(ErrorCode::InvalidArgument, fmt::format("max_tokens is {}; it must be above 0", settings.max_tokens));
    if (!tokenizer && !settings.stop.empty())
        throw Error(ErrorCode::InvalidArgument, "texts that end an answer need a tokenizer", "Give the numbers of tokens instead.");
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        if (prompts[i].empty())
            throw Error(ErrorCode::InvalidArgument, fmt::format("prompt {} has no tokens", i + 1), "Begin it with the model's first token.");
        if (prompts[i].size() > most)
            throw Error(ErrorCode::InvalidArgument, fmt::format("prompt {} has {} tokens, which {}", i + 1, prompts[i].size(), tooLong), "Shorten the prompt.");
    }
}

/// `loop` makes an AnswerLoop.
template <typename Loop> GenerationResult runLoop(std::size_t prompts, const std::stop_token& stop, const Loop& loop) {
    try {
        const at::NoGradGuard guard;
        return loop().run(stop);
    } catch (const c10::Error& error) {
        throw Error(ErrorCode::Internal, fmt::format("generating for {} prompts failed: {}", prompts, error.what_without_backtrace()));
    }
}

} // namespace

GenerationResult generate(const Decoder& decoder, const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts,
                          const GenerationSettings& settings, const TokenSink& sink, const std::stop_token& stop) {
    const auto limit = static_cast<std::size_t>(decoder.config().max_position_embeddings);
    checkRequest(tokenizer, prompts, settings, limit - 1, fmt::format("leaves no room for an answer in the model's {}", limit));
    return runLoop(prompts.size(), stop, [&] { return DecoderLoop(decoder, tokenizer, prompts, settings, sink); });
}

GenerationResult generate(const T5& model, const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts,
                          const GenerationSettings& settings, const TokenSink& sink, const std::stop_token& stop) {
    checkRequest(tokenizer, prompts, settings, kMostT5Tokens, fmt::format("are more than the {} whose attention fits the memory", kMostT5Tokens));
    return runLoop(prompts.size(), stop, [&] { return T5Loop(model, tokenizer, prompts, settings, sink); });
}

} // namespace triptych
