#include "knowledge/index_honesty.h"

#include "base/error.h"
#include "base/random.h"
#include "metrics/retrieval.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <set>

namespace triptych {

namespace {

constexpr std::array kFrontier = {10, 16, 32, 64, 128, 256, 512};
constexpr int kMostNeighbours = 1000;

/// One way to ask the vectors, asked with every query.
struct Answers {
    std::vector<std::vector<Neighbour>> found;
    double ms = 0; ///< a query
};

class Measuring {
public:
    Measuring(std::span<const float> vectors, std::size_t dimension, const HonestyOptions& options, ProgressSink& progress, const std::stop_token& stop)
        : m_vectors(vectors), m_dimension(dimension), m_options(options), m_progress(progress), m_stop(stop) {}

    std::size_t queries() const { return m_vectors.size() / m_dimension; }

    Answers answers(const std::function<std::vector<Neighbour>(std::span<const float>)>& search) const {
        Answers answers;
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < queries(); ++i) {
            throwIfStopped(m_stop);
            answers.found.push_back(search(m_vectors.subspan(i * m_dimension, m_dimension)));
        }
        answers.ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count() / static_cast<double>(queries());
        return answers;
    }
    void measure(IndexHonesty& honesty, const HnswIndex& index, const RowSet* among) const {
        const int k = m_options.k;
        const Answers exact = answers([&](std::span<const float> query) { return index.searchExactly(query, k, among); });
        honesty.exact_ms = exact.ms;
        std::set<int> efs = {index.settings().ef};
        efs.insert(kFrontier.begin(), kFrontier.end());
        std::int64_t done = 0;
        for (const int ef : efs) {
            m_progress.progress({done++, static_cast<std::int64_t>(efs.size()), "settings", "evaluate"});
            if (ef < k && ef != index.settings().ef) // it would be k
                continue;
            const Answers graph = answers([&](std::span<const float> query) { return index.search(query, k, among, ef); });
            const Metric recall = recallOf(graph, exact);
            honesty.frontier.push_back({ef, recall.value.value_or(0), graph.ms});
            if (ef == index.settings().ef) {
                honesty.recall = recall;
                honesty.graph_ms = graph.ms;
            }
        }
        m_progress.progress({done, done, "settings", "evaluate"});
    }
    /// All is exact: what is found is what is to be found.
    void compare(IndexHonesty& honesty, const HnswIndex& index, const RowSet* among) const {
        const Answers exact = answers([&](std::span<const float> query) { return index.searchExactly(query, m_options.k, among); });
        honesty.exact_ms = honesty.graph_ms = exact.ms;
        honesty.recall = recallOf(exact, exact);
    }

private:
    Metric recallOf(const Answers& graph, const Answers& exact) const {
        std::vector<std::optional<double>> recalls;
        for (std::size_t i = 0; i < queries(); ++i) {
            const std::vector<Neighbour>& wanted = exact.found[i];
            if (wanted.empty()) {
                recalls.emplace_back();
                continue;
            }
            const auto right = std::count_if(graph.found[i].begin(), graph.found[i].end(), [&](const Neighbour& one) { return one.score >= wanted.back().score; });
            recalls.emplace_back(static_cast<double>(right) / static_cast<double>(wanted.size()));
        }
        return meanOverQueries(recalls, m_options.seed);
    }

    std::span<const float> m_vectors; ///< of the queries, row-major
    std::size_t m_dimension;
    const HonestyOptions& m_options;
    ProgressSink& m_progress;
    std::stop_token m_stop;
};

/// A graph over the visible vectors, as the base would have with so many that it needs one.
HnswIndex forcedGraph(const HnswIndex& index, const RowSet& visible, ProgressSink& progress, const std::stop_token& stop) {
    HnswSettings settings = index.settings();
    settings.exact_below = 0;
    const auto dimension = static_cast<std::size_t>(index.dimension());
    std::vector<float> vectors;
    for (std::size_t row = 0; row < visible.has.size(); ++row) {
        if (visible.has[row]) {
            vectors.resize(vectors.size() + dimension);
            index.readVector(static_cast<std::int64_t>(row), std::span(vectors).last(dimension));
        }
    }
    return HnswIndex::build(vectors, index.dimension(), settings, progress, stop);
}

} // namespace

std::vector<std::string> sampledQueries(const KnowledgeBase& base, const KnowledgeStore& store, std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::int64_t> ids;
    const std::span<const std::int64_t> visible = base.visibleIds();
    for (std::size_t i = 0; i < std::min(count, visible.size()); ++i)
        ids.push_back(visible[i * visible.size() / std::min(count, visible.size())]);
    std::vector<std::string> queries;
    for (const ChunkRecord& chunk : store.chunks(ids)) {
        std::string piece = pieceOf(chunk.text, random);
        queries.push_back(piece.empty() ? chunk.text : std::move(piece));
    }
    return queries;
}

IndexHonesty indexHonesty(const KnowledgeBase& base, const KnowledgeStore& store, std::span<const std::string> queries, const HonestyOptions& options,
                          ProgressSink& progress, const std::stop_token& stop) {
    if (options.k < 1 || options.k > kMostNeighbours)
        throw Error(ErrorCode::InvalidArgument, fmt::format("'k' is {}, outside 1 to {}", options.k, kMostNeighbours));
    const HnswIndex* const index = base.vectors();
    if (!index || base.visibleRows().count == 0)
        throw Error(ErrorCode::InvalidArgument, "this knowledge base has no vectors, so that no index can lose any", "Add documents, or make a base with an embedder.");
    const std::vector<std::string> sampled = queries.empty() ? sampledQueries(base, store, options.sample, options.seed) : std::vector<std::string>();
    const std::vector<float> vectors = base.embedQueries(queries.empty() ? std::span<const std::string>(sampled) : queries, stop);
    const Measuring measuring(vectors, static_cast<std::size_t>(index->dimension()), options, progress, stop);

    IndexHonesty honesty;
    honesty.queries = static_cast<std::int64_t>(measuring.queries());
    honesty.k = options.k;
    honesty.settings = index->settings();
    honesty.graph = !index->isExact();
    if (honesty.graph) {
        measuring.measure(honesty, *index, &base.visibleRows());
    } else if (options.forced) {
        honesty.forced = true;
        measuring.measure(honesty, forcedGraph(*index, base.visibleRows(), progress, stop), nullptr);
    } else {
        measuring.compare(honesty, *index, &base.visibleRows());
    }
    return honesty;
}

Json honestyToJson(const IndexHonesty& honesty) {
    Json frontier = Json::array();
    for (const HonestyPoint& point : honesty.frontier)
        frontier.push_back({{"ef", point.ef}, {"recall", point.recall}, {"ms", point.ms}});
    const HnswSettings& settings = honesty.settings;
    return {{"queries", honesty.queries}, {"k", honesty.k}, {"recall", metricToJson(honesty.recall)}, {"exact_ms", honesty.exact_ms}, {"graph_ms", honesty.graph_ms},
            {"graph", honesty.graph}, {"forced", honesty.forced},
            {"settings", {{"m", settings.M}, {"ef_construction", settings.ef_construction}, {"ef", settings.ef}, {"exact_below", settings.exact_below}}},
            {"frontier", std::move(frontier)}};
}

} // namespace triptych
