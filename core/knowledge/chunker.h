#pragma once

#include "documents/document.h"
#include "knowledge/token_counter.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

class Embedder;

enum class ChunkerKind {
    Fixed,     ///< so many tokens, wherever that is
    Recursive, ///< as much as fits, up to the best place to cut: paragraph, line, sentence, word
    Sentence,  ///< whole sentences
    Markdown,  ///< never across a heading; inside a section as Recursive
    Semantic,  ///< never where neighbouring sentences differ most in meaning; between as Sentence
    None,      ///< the whole document
};
/// "fixed", "recursive", …: their names in settings and on the command line.
std::string_view chunkerName(ChunkerKind kind);
/// Throws Error{InvalidArgument} that lists the names.
ChunkerKind chunkerFromName(std::string_view name);

struct ChunkerSettings {
    ChunkerKind chunker = ChunkerKind::Recursive;
    int chunk_size = 256;           ///< tokens a chunk has at most; 16 to 8192
    int overlap = 32;               ///< tokens of the chunk before that come again at most; 0 to less than half of chunk_size
    double breakpoint_percentile = 95; ///< Semantic: of the distances between neighbours, those above it are breaks; 50 to 100
};
/// Throws Error{InvalidArgument} naming the setting, its value and its range.
void checkChunkerSettings(const ChunkerSettings& settings);

/// A part of a document's text; begins and ends with no white space.
struct Chunk {
    std::int64_t begin = 0, end = 0;         ///< code points of the text
    std::size_t begin_byte = 0, end_byte = 0; ///< the same in bytes: text.substr(begin_byte, end_byte - begin_byte) is the chunk
    int tokens = 0;                           ///< as tokenBegins() counts them in the whole text
    std::vector<std::string> heading_path;    ///< titles of the headings that it stands under, the outermost first
};

/// Cuts a document's text into chunks, in order. Every character but white space is in at least one; none has more tokens
/// than chunk_size, except what cannot be cut (one character of many tokens). A blank text has none.
///
/// `headings` are those of the document; `embedder` is needed for Semantic only, which has it embed every sentence with its
/// two neighbours. Time is linear in the text. Throws Error{InvalidArgument} for settings, or a text that is not UTF-8 or has
/// more than 2^31 bytes; {Cancelled}; what counter and embedder throw.
std::vector<Chunk> splitIntoChunks(std::string_view text, std::span<const Heading> headings, const ChunkerSettings& settings, const TokenCounter& counter,
                                   Embedder* embedder = nullptr, const std::stop_token& stop = {});

} // namespace triptych
