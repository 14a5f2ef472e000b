#include "knowledge/retrieval_eval.h"

#include "base/files.h"
#include "knowledge/ingest.h"

#include <fmt/format.h>

#include <chrono>
#include <unordered_set>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kRanked = 20;
constexpr std::size_t kQueriesAtOnce = 256;

std::string contentKey(const RetrievalSet& set, const Json& settings, const BaseEmbedder& base) {
    std::string all = fmt::format("{}\n{}\n{}\n", dumpJson(settings), base.name, base.fingerprint);
    for (const RetrievalSet::Document& document : set.documents)
        all += sha256(fmt::format("{}\n{}", document.name, document.text));
    return sha256(all).substr(0, 32);
}

/// The best twenty documents; chunks are asked for until there are so many, or no more.
Ranking rankDocuments(const KnowledgeBase& base, const std::string& query, std::span<const float> vector, SearchSettings settings) {
    for (settings.k = 2 * static_cast<int>(kRanked);; settings.k *= 4) {
        const std::vector<SearchHit> hits = base.search(query, vector, settings);
        Ranking ranking;
        std::unordered_set<std::string> seen;
        for (const SearchHit& hit : hits) {
            if (ranking.size() < kRanked && seen.insert(hit.chunk.document).second)
                ranking.push_back(hit.chunk.document);
        }
        if (ranking.size() == kRanked || static_cast<int>(hits.size()) < settings.k || settings.k * 4 > 10'000)
            return ranking;
    }
}

} // namespace

KnowledgeBase evaluationBase(const fs::path& cache, const RetrievalSet& set, const Json& settings, const BaseEmbedder& base, ProgressSink& progress,
                             const std::stop_token& stop) {
    const fs::path folder = cache / contentKey(set, settings, base);
    KnowledgeStore store = KnowledgeStore::exists(folder) ? KnowledgeStore::open(folder) : KnowledgeStore::create(folder, settings);
    std::vector<PlainDocument> documents;
    for (const RetrievalSet::Document& document : set.documents)
        documents.push_back({document.name, document.text});
    ingestTexts(store, base, documents, progress, stop);
    KnowledgeBase opened = KnowledgeBase::open(folder, embedderFor(store, base), progress, stop);
    opened.saveIndexes(true);
    return opened;
}

std::vector<RetrievalEvaluation> evaluateRetrieval(const KnowledgeBase& base, const RetrievalSet& set, std::span<const SearchMode> modes, std::uint64_t seed,
                                                   ProgressSink& progress, const std::stop_token& stop) {
    const std::size_t count = set.queries.size();
    std::vector<RetrievalEvaluation> evaluations;
    for (const SearchMode mode : modes)
        evaluations.push_back({mode, {}, std::vector<Ranking>(count), 0});
    for (std::size_t begin = 0; begin < count; begin += kQueriesAtOnce) {
        const std::size_t end = std::min(count, begin + kQueriesAtOnce);
        std::vector<std::string> texts;
        for (std::size_t i = begin; i < end; ++i)
            texts.push_back(set.queries[i].text);
        const std::vector<float> vectors = base.embedQueries(texts, stop);
        const std::size_t dimension = vectors.size() / texts.size();
        for (RetrievalEvaluation& evaluation : evaluations) {
            SearchSettings settings;
            settings.mode = evaluation.mode;
            const auto started = std::chrono::steady_clock::now();
            for (std::size_t i = begin; i < end; ++i) {
                throwIfStopped(stop);
                evaluation.rankings[i] = rankDocuments(base, texts[i - begin], std::span(vectors).subspan((i - begin) * dimension, dimension), settings);
            }
            evaluation.seconds_per_query += std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        }
        progress.progress({static_cast<std::int64_t>(end), static_cast<std::int64_t>(count), "queries", "evaluate"});
    }
    std::vector<Judgments> judgments;
    for (const RetrievalSet::Query& query : set.queries)
        judgments.push_back(query.judgments);
    for (RetrievalEvaluation& evaluation : evaluations) {
        evaluation.metrics = retrievalMetrics(evaluation.rankings, judgments, seed);
        if (count > 0)
            evaluation.seconds_per_query /= static_cast<double>(count);
    }
    return evaluations;
}

} // namespace triptych
