#include "knowledge/reembed.h"

#include "base/error.h"
#include "knowledge/knowledge_base.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <vector>

namespace triptych {

namespace {

constexpr std::int64_t kVectorsACommit = 256;

bool isSetOf(const EmbeddingSet& set, const BaseEmbedder& base, bool int8) {
    return set.embedder == base.name && set.fingerprint == base.fingerprint && set.dimension == base.embedder->dimension() && set.int8 == int8;
}

/// The set to fill: one that is there, else a new one; none for a base without texts.
std::optional<EmbeddingSet> setToFill(KnowledgeStore& store, const BaseEmbedder& base) {
    const std::vector<EmbeddingSet> sets = store.embeddingSets();
    const bool int8 = store.settings().value("int8", false);
    if (const auto found = std::find_if(sets.begin(), sets.end(), [&](const EmbeddingSet& set) { return isSetOf(set, base, int8); }); found != sets.end())
        return *found;
    return store.hasChunks() || !sets.empty() ? std::optional(addEmbeddingSet(store, base)) : std::nullopt;
}

void removeUnneededSets(KnowledgeStore& store, std::int64_t keep) {
    std::set<std::int64_t> needed = {keep};
    if (const auto active = store.activeSet())
        needed.insert(active->id);
    for (const Snapshot& snapshot : store.snapshots())
        needed.insert(snapshot.set);
    for (const EmbeddingSet& set : store.embeddingSets()) {
        if (!needed.contains(set.id))
            store.removeEmbeddingSet(set.id);
    }
}

/// One step for readers: what they find is the old embedder with the old vectors, or the new one with the new.
void switchTo(KnowledgeStore& store, const std::optional<EmbeddingSet>& set, const std::string& embedder) {
    store.transaction([&] {
        const auto active = store.activeSet();
        if (set && !(active && active->id == set->id))
            store.activate(set->id);
        Json settings = store.settings();
        settings["embedder"] = embedder;
        store.setSettings(settings);
    });
}

} // namespace

EmbeddingSet addEmbeddingSet(KnowledgeStore& store, const BaseEmbedder& base) {
    EmbeddingSet set;
    set.embedder = base.name;
    set.fingerprint = base.fingerprint;
    set.dimension = base.embedder->dimension();
    set.int8 = store.settings().value("int8", false);
    store.transaction([&] {
        if (base.name == "hashing")
            countFeatures(store);
        set = store.addEmbeddingSet(set);
    });
    return set;
}

EmbeddedChunks embedWaiting(KnowledgeStore& store, const EmbeddingSet& set, const BaseEmbedder& base, ProgressSink& progress, const std::stop_token& stop) {
    EmbeddedChunks made;
    const std::int64_t total = store.waitingCount(set.id);
    for (std::int64_t last = 0;;) {
        throwIfStopped(stop);
        progress.progress({made.count, total, "chunks", "embed"});
        const std::vector<ChunkRecord> chunks = store.waiting(set.id, kVectorsACommit, last);
        if (chunks.empty())
            return made;
        std::vector<std::int64_t> ids;
        std::vector<std::string> texts;
        for (const ChunkRecord& chunk : chunks) {
            ids.push_back(chunk.id);
            texts.push_back(base.passage_prefix + chunk.text);
        }
        const auto begin = std::chrono::steady_clock::now();
        store.saveVectors(set, ids, base.embedder->embed(texts, stop));
        made.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        made.count += static_cast<std::int64_t>(ids.size());
        last = ids.back();
    }
}

ReembedReport reembed(KnowledgeStore& store, const BaseEmbedder& base, ProgressSink& progress, const std::stop_token& stop) {
    const BaseEmbedder unweighted = embedderFor(store, base);
    if (!unweighted.embedder)
        throw Error(ErrorCode::InvalidArgument, "a knowledge base cannot be embedded again without an embedder", "Name a model, an endpoint or hashing.");
    const std::optional<EmbeddingSet> set = setToFill(store, unweighted);
    removeUnneededSets(store, set ? set->id : 0); // of an attempt with yet another embedder
    ReembedReport report;
    const BaseEmbedder embedder = embedderFor(store, unweighted); // what a hashing embedder weighs by may have been counted just now
    if (set) {
        report.dimension = set->dimension;
        report.embedded = embedWaiting(store, *set, embedder, progress, stop);
    }
    switchTo(store, set, base.name);
    removeUnneededSets(store, 0);
    measureReliability(store, embedder, stop);
    return report;
}

} // namespace triptych
