#pragma once

#include "knowledge/embedder.h"
#include "knowledge/token_counter.h"

#include <memory>
#include <string>

namespace triptych {

/// What a knowledge base is bound to: how its texts become vectors, and what the size of a chunk is counted in.
struct BaseEmbedder {
    std::string name;        ///< "hashing", of a model, of an endpoint; empty: the base is searched by words only
    std::string fingerprint; ///< changes when the model of that name does
    std::string query_prefix, passage_prefix;     ///< the model's own, before every query and every chunk
    std::shared_ptr<Embedder> embedder;           ///< null: see name
    std::shared_ptr<const TokenCounter> counter;  ///< never null
};

class KnowledgeStore;
struct EmbeddingSet;

/// The embedder that needs no model, weighted by what the base counts in (see countFeatures).
BaseEmbedder hashingEmbedder(const KnowledgeStore& store);
/// Counts over the texts of the base what hashingEmbedder() weighs by. It stays as it is for as long as there are vectors that
/// were made with it: they are comparable only under the same weights.
void countFeatures(KnowledgeStore& store);
/// Searched by words only.
BaseEmbedder wordsOnly();
/// `base` for this store: a hashing embedder with the weights that have been counted by now, any other as it is.
BaseEmbedder embedderFor(const KnowledgeStore& store, const BaseEmbedder& base);
/// Throws Error{InvalidArgument} unless the vectors of the set were made by this embedder, as it is today.
void requireEmbedderOf(const EmbeddingSet& set, const BaseEmbedder& base);

} // namespace triptych
