#include "knowledge/retrieval_eval.h"

#include "base/error.h"
#include "base/files.h"
#include "knowledge/chunker.h"
#include "knowledge/ingest.h"

#include <fmt/format.h>

#include <algorithm>
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

/// Reports of a part of the work, which is one step of the whole, are left out.
class Quiet final : public ProgressSink {
public:
    explicit Quiet(ProgressSink& whole) : m_whole(whole) {}
    void progress(const Progress&) override {}
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel level, std::string_view message) override { m_whole.log(level, message); }

private:
    ProgressSink& m_whole;
};

/// The settings of a grid that a chunker takes.
std::vector<ChunkerSettings> cellsOf(const ChunkerSettings& given, const SweepGrid& grid) {
    std::vector<ChunkerSettings> cells;
    for (const int size : grid.chunk_sizes) {
        for (const int overlap : grid.overlaps) {
            ChunkerSettings settings = given;
            settings.chunk_size = size;
            settings.overlap = overlap;
            try {
                checkChunkerSettings(settings);
                cells.push_back(settings);
            } catch (const Error&) { // a hole in the grid
            }
        }
    }
    if (cells.empty())
        throw Error(ErrorCode::InvalidArgument, "none of these chunk sizes goes with one of these overlaps", "Sizes go from 16 to 8192, an overlap is less than half of the size.");
    return cells;
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
        evaluations.push_back({mode, {}, std::vector<Ranking>(count), 0, {}});
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
        evaluation.curve = recallCurve(evaluation.rankings, judgments, kRanked, seed);
        if (count > 0)
            evaluation.seconds_per_query /= static_cast<double>(count);
    }
    return evaluations;
}

std::vector<Metric> recallCurve(std::span<const Ranking> rankings, std::span<const Judgments> judgments, std::size_t most, std::uint64_t seed) {
    std::vector<Metric> curve;
    for (std::size_t k = 1; k <= most; ++k) {
        std::vector<std::optional<double>> values;
        for (std::size_t i = 0; i < rankings.size(); ++i)
            values.push_back(recallAt(rankings[i], judgments[i], k));
        curve.push_back(meanOverQueries(values, seed));
    }
    return curve;
}

Json evaluationToJson(const RetrievalEvaluation& evaluation) {
    Json curve = Json::array();
    for (std::size_t i = 0; i < evaluation.curve.size(); ++i) {
        Json point = metricToJson(evaluation.curve[i]);
        point["k"] = i + 1;
        curve.push_back(std::move(point));
    }
    return {{"metrics", metricsToJson(evaluation.metrics)}, {"curve", std::move(curve)}, {"ms", 1000 * evaluation.seconds_per_query}};
}

Sweep sweepChunking(const fs::path& cache, const RetrievalSet& set, const Json& settings, const BaseEmbedder& base, const SweepGrid& grid, std::uint64_t seed,
                    ProgressSink& progress, const std::stop_token& stop) {
    const std::vector<ChunkerSettings> cells = cellsOf(chunkerSettings(settings), grid);
    const auto total = static_cast<std::int64_t>(cells.size());
    Quiet quiet(progress);
    Sweep sweep;
    for (const ChunkerSettings& chunker : cells) {
        progress.progress({static_cast<std::int64_t>(sweep.cells.size()), total, "settings", "evaluate"});
        const KnowledgeBase opened = evaluationBase(cache, set, knowledgeSettings(base.name, chunker, settings.value("int8", false)), base, quiet, stop);
        std::vector<RetrievalEvaluation> result = evaluateRetrieval(opened, set, std::span(&grid.mode, 1), seed, quiet, stop);
        SweepCell cell;
        cell.chunk_size = chunker.chunk_size;
        cell.overlap = chunker.overlap;
        cell.chunks = opened.visibleChunks();
        cell.metrics = std::move(result.front().metrics);
        sweep.cells.push_back(std::move(cell));
        const SweepCell& now = sweep.cells.back();
        const auto metric = now.metrics.find(grid.metric);
        if (metric == now.metrics.end())
            throw Error(ErrorCode::InvalidArgument, fmt::format("there is no metric '{}'", grid.metric), "Choose recall@1, recall@5, recall@10, recall@20, mrr@10 or ndcg@10.");
        if (!metric->second.value)
            continue;
        const auto value = [&](std::size_t i) { return *sweep.cells[i].metrics.at(grid.metric).value; };
        if (!sweep.best || *metric->second.value > value(*sweep.best) || (*metric->second.value == value(*sweep.best) && now.chunks < sweep.cells[*sweep.best].chunks))
            sweep.best = sweep.cells.size() - 1;
    }
    progress.progress({total, total, "settings", "evaluate"});
    return sweep;
}

Json sweepToJson(const Sweep& sweep) {
    Json cells = Json::array(), best;
    for (const SweepCell& cell : sweep.cells)
        cells.push_back({{"chunk_size", cell.chunk_size}, {"overlap", cell.overlap}, {"chunks", cell.chunks}, {"metrics", metricsToJson(cell.metrics)}});
    if (sweep.best)
        best = {{"chunk_size", sweep.cells[*sweep.best].chunk_size}, {"overlap", sweep.cells[*sweep.best].overlap}};
    return {{"cells", std::move(cells)}, {"best", std::move(best)}};
}

} // namespace triptych
