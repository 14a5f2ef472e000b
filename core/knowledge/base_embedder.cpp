#include "knowledge/base_embedder.h"

#include "base/error.h"
#include "knowledge/hashing_embedder.h"
#include "knowledge/knowledge_store.h"

#include <fmt/format.h>

namespace triptych {

namespace {

constexpr const char* kFeatures = "features";

} // namespace

void countFeatures(KnowledgeStore& store) {
    FeatureFrequencies frequencies;
    const Analyzer analyzer(store.settings().value("language", "en"));
    store.forEachChunk(0, [&](std::int64_t, std::string_view text, std::string_view) { frequencies.add(text, analyzer); });
    store.setExtra(kFeatures, frequencies.bytes());
}

BaseEmbedder hashingEmbedder(const KnowledgeStore& store) {
    BaseEmbedder base = wordsOnly();
    base.name = "hashing";
    base.fingerprint = "1";
    const std::string counted = store.extra(kFeatures);
    base.embedder = std::make_shared<HashingEmbedder>(Analyzer(store.settings().value("language", "en")),
                                                      counted.empty() ? FeatureFrequencies() : FeatureFrequencies::fromBytes(counted));
    return base;
}

BaseEmbedder embedderFor(const KnowledgeStore& store, const BaseEmbedder& base) { return base.name == "hashing" ? hashingEmbedder(store) : base; }

void requireEmbedderOf(const EmbeddingSet& set, const BaseEmbedder& base) {
    if (set.embedder == base.name && set.fingerprint == base.fingerprint)
        return;
    throw Error(ErrorCode::InvalidArgument,
                set.embedder == base.name ? fmt::format("the model '{}' is not the one any more that this knowledge base was embedded with", base.name)
                                          : fmt::format("this knowledge base was embedded with '{}', not with '{}'", set.embedder, base.name),
                fmt::format("Embed it again with `triptych-cli kb reembed --embedder {}`.", base.name.empty() ? set.embedder : base.name));
}

BaseEmbedder wordsOnly() {
    BaseEmbedder base;
    base.counter = std::make_shared<WordCounter>();
    return base;
}

} // namespace triptych
