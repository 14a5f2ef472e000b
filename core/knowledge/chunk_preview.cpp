#include "knowledge/chunk_preview.h"

#include "base/error.h"
#include "knowledge/hashing_embedder.h"
#include "knowledge/language.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace triptych {

namespace {

constexpr std::size_t kMostCharacters = 200'000;

/// An embedder that tells where the meaning changes: the base's, or the words alone where its weights are still to be counted.
std::shared_ptr<Embedder> breakFinder(const BaseEmbedder& base, std::string_view text) {
    if (base.embedder || base.name != "hashing")
        return base.embedder;
    return std::make_shared<HashingEmbedder>(Analyzer(guessLanguage(std::span(&text, 1))), FeatureFrequencies());
}

} // namespace

Json chunkPreview(const std::string& name, const ExtractedDocument& document, const ChunkerSettings& settings, const BaseEmbedder& base, const std::stop_token& stop) {
    if (!isUtf8(document.text))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not text in UTF-8", name), "Choose a file: its encoding is found out when it is read.");
    const std::u32string characters = decodeUtf8(document.text);
    const bool isTruncated = characters.size() > kMostCharacters;
    const std::u32string_view shown = std::u32string_view(characters).substr(0, kMostCharacters);
    const std::string text = isTruncated ? encodeUtf8(shown) : document.text;
    std::vector<Heading> headings = document.headings;
    std::erase_if(headings, [&](const Heading& heading) { return heading.begin >= static_cast<std::int64_t>(shown.size()); });
    const std::shared_ptr<Embedder> breaks = breakFinder(base, text);
    Json chunks = Json::array();
    for (const Chunk& chunk : splitIntoChunks(text, headings, settings, *base.counter, breaks.get(), stop))
        chunks.push_back({{"begin", chunk.begin}, {"end", chunk.end}, {"tokens", chunk.tokens}, {"heading", fmt::format("{}", fmt::join(chunk.heading_path, " › "))}});
    return {{"name", name}, {"text", text}, {"truncated", isTruncated}, {"chunks", std::move(chunks)}, {"tokens", tokenBegins(shown, *base.counter, stop).size()},
            {"characters", characters.size()}};
}

} // namespace triptych
