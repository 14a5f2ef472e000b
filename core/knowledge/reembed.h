#pragma once

#include "base/progress.h"
#include "knowledge/base_embedder.h"
#include "knowledge/knowledge_store.h"

#include <cstdint>
#include <stop_token>
#include <string>

namespace triptych {

/// An empty set for vectors of this embedder, not active yet; for a hashing embedder its features are counted with it.
EmbeddingSet addEmbeddingSet(KnowledgeStore& store, const BaseEmbedder& base);

struct EmbeddedChunks {
    std::int64_t count = 0;
    double seconds = 0; ///< with storing the vectors
};
/// Makes the vectors that the set lacks, 256 chunks a commit. Throws Error{Cancelled}, what the embedder throws.
EmbeddedChunks embedWaiting(KnowledgeStore& store, const EmbeddingSet& set, const BaseEmbedder& base, ProgressSink& progress, const std::stop_token& stop);

struct ReembedReport {
    int dimension = 0; ///< 0 for a base without texts, which has no vectors yet
    EmbeddedChunks embedded;
};

/// Gives the base another embedder: fills a second set of vectors while the first one answers, then searches the second one and
/// removes the first, unless a snapshot holds it. Documents, chunks and edits stay. A set of this embedder that is there already,
/// of a snapshot or of an earlier call that did not come to its end, is gone on with. Throws Error{InvalidArgument} without an
/// embedder, {Cancelled}; what was embedded by then is kept, and the old vectors go on to answer.
ReembedReport reembed(KnowledgeStore& store, const BaseEmbedder& base, ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
