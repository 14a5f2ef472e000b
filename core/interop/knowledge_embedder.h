#pragma once

#include "base/progress.h"
#include "knowledge/base_embedder.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

namespace triptych {

class KnowledgeStore;
struct Endpoint;
class Workspace;

/// What a model wants before a text that is a "query" or a "passage", from config_sentence_transformers.json; mostly nothing.
std::string sentencePrompt(const std::filesystem::path& folder, std::string_view use);

/// An encoder's folder under the name that a base knows it by. Throws what opening it throws.
BaseEmbedder openModelEmbedder(const std::string& name, const std::filesystem::path& folder);
/// A server; its texts are counted in words. Throws as EndpointEmbedder does.
BaseEmbedder openEndpointEmbedder(const Endpoint& endpoint, ProgressSink& progress, const std::stop_token& stop);
/// What hashingEmbedder() makes one of for a base.
BaseEmbedder unweightedHashingEmbedder();

/// The embedder of that name: "hashing" (not weighted yet, see hashingEmbedder), an endpoint of the workspace, or an encoder
/// as resolveModel finds it. Throws what opening it throws.
BaseEmbedder openBaseEmbedder(const Workspace* workspace, const std::string& name, ProgressSink& progress, const std::stop_token& stop);

/// The embedder that a base was made with, ready for it.
BaseEmbedder openEmbedderOf(const Workspace& workspace, const KnowledgeStore& store, ProgressSink& progress, const std::stop_token& stop);

/// The first of the multilingual and the English starter that is there, else "hashing".
std::string defaultEmbedder(const Workspace* workspace);

} // namespace triptych
