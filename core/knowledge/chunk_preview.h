#pragma once

#include "base/json.h"
#include "documents/document.h"
#include "knowledge/base_embedder.h"
#include "knowledge/chunker.h"

#include <stop_token>
#include <string>

namespace triptych {

/// How a text would be cut: {name, text, truncated, chunks: [{begin, end, tokens, heading}], tokens, characters}. Only the first
/// 200,000 characters are looked at (`truncated`); `text`, places and `tokens` are theirs, `characters` is the count of all. Throws as
/// splitIntoChunks() does.
Json chunkPreview(const std::string& name, const ExtractedDocument& document, const ChunkerSettings& settings, const BaseEmbedder& base, const std::stop_token& stop);

} // namespace triptych
