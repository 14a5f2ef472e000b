#pragma once

#include "base/progress.h"
#include "models/decoder.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace triptych {

struct PerplexityResult {
    double perplexity = 0;   ///< exp of the mean
    double negativeLogLikelihood = 0; ///< mean over the tokens, in nats
    std::int64_t tokens = 0; ///< that were predicted
};

/// Cuts each text, given by its tokens, into consecutive windows of `context` tokens and predicts all of a window but its
/// first; one mean over all. context 0: the smaller of the model's limit and 1024. Progress counts windows.
/// Throws Error{InvalidArgument} if context is out of range or no text has two tokens, {Cancelled}.
PerplexityResult perplexity(const Decoder& decoder, std::span<const std::vector<std::int32_t>> texts, int context = 0,
                            const std::stop_token& stop = {}, ProgressSink& progress = nullProgress());

} // namespace triptych
