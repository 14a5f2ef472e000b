#pragma once

#include "base/json.h"

#include <cstdint>
#include <filesystem>
#include <set>
#include <vector>

namespace triptych {

/// A WordPiece tokenizer with a part of its vocabulary (vocabulary pruning, as TextPruner has it for whole models).
struct PrunedTokenizer {
    Json tokenizer;                 ///< a tokenizer.json
    std::vector<std::int32_t> kept; ///< ids of the whole tokenizer, ascending; the new id of each is its place
};

/// Keeps `used`, the added and special tokens, and every piece of one character, so that other words can still be spelt. A text
/// all of whose tokens are kept reads as before. Throws as Tokenizer::open, and Error{Unsupported} naming file and kind
/// where the vocabulary is not WordPiece's.
PrunedTokenizer pruneTokenizer(const std::filesystem::path& folder, const std::set<std::int32_t>& used);

/// The tokenizer's files of `from` with the new ids, into a folder that is there.
void writePrunedTokenizer(const PrunedTokenizer& pruned, const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace triptych
