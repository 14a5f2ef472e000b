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
    std::vector<std::int32_t> context; // prompt and answer so far
    std::size_t promptTokens;
    Random random;
    std::optional<TokenStream> stream;
    StopStrings stops;
    GeneratedText result;
    bool done = false;
};

class Generator {
public:
    Generator(const Decoder& decoder, const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts,
              const GenerationSettings& settings, const TokenSink& sink)
        : m_decoder(decoder), m_settings(settings), m_sink(sink), m_cache(decoder.config(), prompts.size()) {
        m_ends = settings.stop_token_ids;
        if (!settings.ignore_eos)
            m_ends.insert(m_ends.end(), decoder.config().eos_token_id.begin(), decoder.config().eos_token_id.end());
        for (std::size_t i = 0; i < prompts.size(); ++i) {
            // A stream of numbers for each index; neighbouring seeds must not share theirs.
            Random seeds(settings.seed ^ Random(i).next());
            m_answers.push_back({i, prompts[i], prompts[i].size(), Random(seeds.next()),
                                 tokenizer ? std::optional<TokenStream>(std::in_place, *tokenizer) : std::nullopt, StopStrings(settings.stop), {}});
        }
    }

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

private:
    void prefill(const std::stop_token& stop) {
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

    /// One token for each answer that goes on; false if none does.
    bool decodeStep(const std::stop_token& stop) {
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

    void take(Answer& answer, const at::Tensor& logits, std::size_t row) {
        const auto width = static_cast<std::size_t>(logits.size(1));
        const float* from = logits.const_data_ptr<float>() + row * width;
        std::vector<float> scores(from, from + width);
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
        else if (answer.context.size() >= static_cast<std::size_t>(m_decoder.config().max_position_embeddings))
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

    static void end(Answer& answer, FinishReason reason) {
        answer.done = true;
        answer.result.finish = reason;
    }

    const Decoder& m_decoder;
    const GenerationSettings& m_settings;
    const TokenSink& m_sink;
    KvCache m_cache;
    std::vector<Answer> m_answers;
    std::vector<std::int32_t> m_ends;
};

} // namespace

GenerationResult generate(const Decoder& decoder, const Tokenizer* tokenizer, std::span<const std::vector<std::int32_t>> prompts,
                          const GenerationSettings& settings, const TokenSink& sink, const std::stop_token& stop) {
    checkSampling(settings.sampling);
    if (settings.max_tokens < 1)
        throw Error(ErrorCode::InvalidArgument, fmt::format("max_tokens is {}; it must be above 0", settings.max_tokens));
    if (!tokenizer && !settings.stop.empty())
        throw Error(ErrorCode::InvalidArgument, "texts that end an answer need a tokenizer", "Give the numbers of tokens instead.");
    const auto limit = static_cast<std::size_t>(decoder.config().max_position_embeddings);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        if (prompts[i].empty())
            throw Error(ErrorCode::InvalidArgument, fmt::format("prompt {} has no tokens", i + 1), "Begin it with the model's first token.");
        if (prompts[i].size() >= limit) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("prompt {} has {} tokens, which leaves no room in the model's {}", i + 1,
                                                                prompts[i].size(), limit),
                        "Shorten the prompt.");
        }
    }
    try {
        const at::NoGradGuard guard;
        return Generator(decoder, tokenizer, prompts, settings, sink).run(stop);
    } catch (const c10::Error& error) {
        throw Error(ErrorCode::Internal, fmt::format("generating for {} prompts failed: {}", prompts.size(), error.what_without_backtrace()));
    }
}

} // namespace triptych
