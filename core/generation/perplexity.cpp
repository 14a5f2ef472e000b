#include "generation/perplexity.h"

#include "base/error.h"

#include <ATen/core/grad_mode.h>
#include <c10/util/Exception.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace triptych {

namespace {

constexpr std::int64_t kDefaultContext = 1024;
/// Short windows share a pass up to so many tokens.
constexpr std::size_t kPassTokens = 1024;
/// Positions whose logits are held at once: with 50,000 tokens these are 26 MB.
constexpr std::int64_t kLogitRows = 128;

using Window = std::span<const std::int32_t>;

/// -log softmax(row)[id]
double surprise(const float* row, std::int64_t width, std::int32_t id) {
    const float largest = *std::max_element(row, row + width);
    double sum = 0;
    for (std::int64_t i = 0; i < width; ++i)
        sum += static_cast<double>(std::exp(row[i] - largest));
    return std::log(sum) + static_cast<double>(largest) - static_cast<double>(row[id]);
}

/// Sum over all positions of the windows but the first of each.
double surpriseOf(const Decoder& decoder, std::span<const Window> windows, const std::stop_token& stop) {
    const TokenBatch batch = packTokens(windows);
    const at::Tensor hidden = decoder.forward(batch, nullptr, LogitsOf::None).hidden; // (T, H)
    double sum = 0;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const auto predicted = static_cast<std::int64_t>(windows[i].size()) - 1;
        for (std::int64_t begin = 0; begin < predicted; begin += kLogitRows) {
            throwIfStopped(stop);
            const std::int64_t rows = std::min(kLogitRows, predicted - begin);
            const at::Tensor logits = decoder.logits(hidden.narrow(0, batch.starts[i] + begin, rows)).contiguous(); // (rows, V)
            const float* values = logits.const_data_ptr<float>();
            for (std::int64_t row = 0; row < rows; ++row)
                sum += surprise(values + row * logits.size(1), logits.size(1), windows[i][static_cast<std::size_t>(begin + row + 1)]);
        }
    }
    return sum;
}

} // namespace

PerplexityResult perplexity(const Decoder& decoder, std::span<const std::vector<std::int32_t>> texts, int context,
                            const std::stop_token& stop, ProgressSink& progress) {
    const std::int64_t limit = decoder.config().max_position_embeddings;
    const std::int64_t length = context == 0 ? std::min(limit, kDefaultContext) : context;
    if (length < 2 || length > limit)
        throw Error(ErrorCode::InvalidArgument, fmt::format("the context of {} tokens is outside 2 to the model's {}", length, limit));
    std::vector<Window> windows;
    PerplexityResult result;
    for (const std::vector<std::int32_t>& text : texts) {
        for (std::size_t begin = 0; begin + 1 < text.size(); begin += static_cast<std::size_t>(length)) {
            windows.push_back(Window(text).subspan(begin, std::min(static_cast<std::size_t>(length), text.size() - begin)));
            result.tokens += static_cast<std::int64_t>(windows.back().size()) - 1;
        }
    }
    if (windows.empty())
        throw Error(ErrorCode::InvalidArgument, "no text has two tokens, so that there is nothing to predict");

    try {
        const at::NoGradGuard guard;
        double sum = 0;
        for (std::size_t first = 0; first < windows.size();) {
            throwIfStopped(stop);
            std::size_t end = first;
            std::size_t tokens = 0;
            while (end < windows.size() && (end == first || tokens + windows[end].size() <= kPassTokens))
                tokens += windows[end++].size();
            sum += surpriseOf(decoder, std::span(windows).subspan(first, end - first), stop);
            first = end;
            progress.progress({static_cast<std::int64_t>(first), static_cast<std::int64_t>(windows.size()), "windows", "evaluate"});
        }
        result.negativeLogLikelihood = sum / static_cast<double>(result.tokens);
    } catch (const c10::Error& error) {
        throw Error(ErrorCode::Internal, fmt::format("predicting {} tokens failed: {}", result.tokens, error.what_without_backtrace()));
    }
    result.perplexity = std::exp(result.negativeLogLikelihood);
    return result;
}

} // namespace triptych
