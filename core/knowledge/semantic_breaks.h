#pragma once

#include "knowledge/text_cuts.h"

#include <cstddef>
#include <stop_token>
#include <string_view>
#include <vector>

namespace triptych {

class Embedder;

/// Places between two sentences whose vectors, each taken with its neighbours' text, are further apart (by cosine) than that
/// percentile of all distances in the text. None in a text of fewer than four sentences.
std::vector<std::size_t> semanticBreaks(std::u32string_view text, const std::vector<Cut>& cuts, double percentile, Embedder& embedder, const std::stop_token& stop);

} // namespace triptych
