#include "knowledge/hnsw_index.h"

#include "base/error.h"
#include "base/files.h"
#include "knowledge/hnsw_file.h"

#include <fmt/format.h>
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace triptych {

namespace {

using Graph = hnswlib::HierarchicalNSW<float>;

void checkSettings(const HnswSettings& settings) {
    const auto check = [](const char* name, std::int64_t value, std::int64_t low, std::int64_t high) {
        if (value < low || value > high)
            throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is {}, outside {} to {}", name, value, low, high));
    };
    check("M", settings.M, 2, 256);
    check("ef_construction", settings.ef_construction, 1, 10'000);
    check("ef", settings.ef, 1, 100'000);
    check("exact_below", settings.exact_below, 0, std::numeric_limits<std::int64_t>::max());
}

std::int64_t checkVectors(const std::vector<float>& vectors, int dimension) {
    if (dimension < 1 || dimension > 1'000'000 || vectors.size() % static_cast<std::size_t>(dimension) != 0)
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} values are no whole number of vectors of dimension {}", vectors.size(), dimension));
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        if (!std::isfinite(vectors[i])) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("row {} of the vectors has a value that is not a finite number",
                                                                i / static_cast<std::size_t>(dimension)));
        }
    }
    return static_cast<std::int64_t>(vectors.size()) / dimension;
}

std::string hashOf(const std::vector<float>& vectors) {
    return sha256({reinterpret_cast<const char*>(vectors.data()), vectors.size() * sizeof(float)});
}

bool isBetter(const Neighbour& a, const Neighbour& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; }

} // namespace

struct HnswIndex::Impl {
    Impl(int vectorDimension, const HnswSettings& chosen)
        : settings(chosen), dimension(vectorDimension), space(static_cast<std::size_t>(vectorDimension)) {}

    float product(const float* a, const float* b) { return 1.0f - space.get_dist_func()(a, b, space.get_dist_func_param()); }

    std::vector<Neighbour> searchAll(const float* query, std::size_t k) {
        std::vector<Neighbour> all(static_cast<std::size_t>(rows));
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = {static_cast<std::int64_t>(i), product(query, vectors.data() + i * static_cast<std::size_t>(dimension))};
        const std::size_t kept = std::min(k, all.size());
        std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(), isBetter);
        all.resize(kept);
        return all;
    }
    std::vector<Neighbour> searchGraph(const float* query, std::size_t k) {
        std::vector<Neighbour> found;
        auto queue = graph->searchKnn(query, std::min(k, static_cast<std::size_t>(rows)));
        for (; !queue.empty(); queue.pop())
            found.push_back({static_cast<std::int64_t>(queue.top().second), 1.0f - queue.top().first});
        std::sort(found.begin(), found.end(), isBetter);
        return found;
    }

    HnswSettings settings;
    int dimension;
    std::int64_t rows = 0;
    hnswlib::InnerProductSpace space;
    std::vector<float> vectors;   ///< exact only: a graph has its own copy
    std::unique_ptr<Graph> graph; ///< null while exact
    std::string vectorsHash;      ///< with a graph
};

HnswIndex::HnswIndex(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
HnswIndex::HnswIndex(HnswIndex&&) noexcept = default;
HnswIndex& HnswIndex::operator=(HnswIndex&&) noexcept = default;
HnswIndex::~HnswIndex() = default;

HnswIndex HnswIndex::build(std::vector<float> vectors, int dimension, const HnswSettings& settings, ProgressSink& progress,
                           const std::stop_token& stop) {
    checkSettings(settings);
    auto impl = std::make_unique<Impl>(dimension, settings);
    impl->rows = checkVectors(vectors, dimension);
    if (impl->rows < settings.exact_below || impl->rows < 1) {
        impl->vectors = std::move(vectors);
        return HnswIndex(std::move(impl));
    }
    try {
        impl->graph = std::make_unique<Graph>(&impl->space, static_cast<std::size_t>(impl->rows), static_cast<std::size_t>(settings.M),
                                              static_cast<std::size_t>(settings.ef_construction));
        for (std::int64_t row = 0; row < impl->rows; ++row) {
            throwIfStopped(stop);
            if (row % 256 == 0)
                progress.progress({row, impl->rows, "rows", "index"});
            impl->graph->addPoint(vectors.data() + row * dimension, static_cast<std::size_t>(row));
        }
    } catch (const std::runtime_error& error) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("building an index over {} rows failed: {}", impl->rows, error.what()));
    }
    progress.progress({impl->rows, impl->rows, "rows", "index"});
    impl->graph->setEf(static_cast<std::size_t>(settings.ef));
    impl->vectorsHash = hashOf(vectors);
    return HnswIndex(std::move(impl));
}

HnswIndex HnswIndex::open(const std::filesystem::path& file, std::vector<float> vectors, int dimension, const HnswSettings& settings) {
    checkSettings(settings);
    const HnswGraph links = readHnswFile(file);
    auto impl = std::make_unique<Impl>(dimension, settings);
    impl->rows = checkVectors(vectors, dimension);
    impl->vectorsHash = hashOf(vectors);
    if (links.vectorsHash != impl->vectorsHash || static_cast<std::int64_t>(links.links.size()) != impl->rows ||
        links.dimension != static_cast<std::uint32_t>(dimension) || links.M != static_cast<std::uint32_t>(settings.M) ||
        links.ef_construction != static_cast<std::uint32_t>(settings.ef_construction)) {
        throw Error(ErrorCode::Corrupt, fmt::format("the index file '{}' was made from other vectors or with other settings", file.string()),
                    "Build the index again from its vectors; nothing else is lost.");
    }
    // hnswlib's own loader believes what it reads. Its memory is filled here instead, from checked links.
    impl->graph = std::make_unique<Graph>(&impl->space, links.links.size(), links.M, links.ef_construction);
    Graph& graph = *impl->graph;
    std::memset(graph.data_level0_memory_, 0, links.links.size() * graph.size_data_per_element_);
    const auto fill = [&graph](hnswlib::linklistsizeint* list, const std::vector<std::uint32_t>& targets) {
        graph.setListCount(list, static_cast<unsigned short>(targets.size()));
        std::copy(targets.begin(), targets.end(), reinterpret_cast<hnswlib::tableint*>(list + 1));
    };
    int highest = 0;
    for (std::size_t node = 0; node < links.links.size(); ++node) {
        const auto id = static_cast<hnswlib::tableint>(node);
        const auto& layers = links.links[node];
        graph.linkLists_[node] = nullptr;
        if (layers.size() > 1) {
            graph.linkLists_[node] = static_cast<char*>(std::calloc(layers.size() - 1, graph.size_links_per_element_));
            if (!graph.linkLists_[node])
                throw std::bad_alloc();
        }
        graph.element_levels_[node] = static_cast<int>(layers.size()) - 1;
        graph.cur_element_count = node + 1; // what is freed if memory runs out further on
        highest = std::max(highest, graph.element_levels_[node]);
        std::memcpy(graph.getDataByInternalId(id), vectors.data() + node * static_cast<std::size_t>(dimension), graph.data_size_);
        graph.setExternalLabel(id, node);
        graph.label_lookup_[node] = id;
        fill(graph.get_linklist0(id), layers[0]);
        for (std::size_t layer = 1; layer < layers.size(); ++layer)
            fill(graph.get_linklist(id, static_cast<int>(layer)), layers[layer]);
    }
    graph.enterpoint_node_ = links.entryPoint;
    graph.maxlevel_ = highest;
    graph.setEf(static_cast<std::size_t>(settings.ef));
    return HnswIndex(std::move(impl));
}

std::vector<Neighbour> HnswIndex::search(std::span<const float> query, int k) const {
    if (query.size() != static_cast<std::size_t>(m_impl->dimension))
        throw Error(ErrorCode::InvalidArgument, fmt::format("a query of dimension {} does not fit an index of {}", query.size(), m_impl->dimension));
    if (k < 1)
        return {};
    const auto count = static_cast<std::size_t>(k);
    return m_impl->graph ? m_impl->searchGraph(query.data(), count) : m_impl->searchAll(query.data(), count);
}

bool HnswIndex::isExact() const { return !m_impl->graph; }
std::int64_t HnswIndex::size() const { return m_impl->rows; }
int HnswIndex::dimension() const { return m_impl->dimension; }

void HnswIndex::save(const std::filesystem::path& file) const {
    if (isExact())
        throw Error(ErrorCode::InvalidArgument, "an exact index has no links to save");
    Graph& graph = *m_impl->graph;
    HnswGraph links;
    links.M = static_cast<std::uint32_t>(m_impl->settings.M);
    links.ef_construction = static_cast<std::uint32_t>(m_impl->settings.ef_construction);
    links.dimension = static_cast<std::uint32_t>(m_impl->dimension);
    links.entryPoint = graph.enterpoint_node_;
    links.vectorsHash = m_impl->vectorsHash;
    links.links.resize(static_cast<std::size_t>(m_impl->rows));
    // Rows were added in order by one thread, so a node's number is its row.
    for (std::size_t node = 0; node < links.links.size(); ++node) {
        links.links[node].resize(static_cast<std::size_t>(graph.element_levels_[node]) + 1);
        for (std::size_t layer = 0; layer < links.links[node].size(); ++layer) {
            hnswlib::linklistsizeint* list = graph.get_linklist_at_level(static_cast<hnswlib::tableint>(node), static_cast<int>(layer));
            const auto* targets = reinterpret_cast<const hnswlib::tableint*>(list + 1);
            links.links[node][layer].assign(targets, targets + graph.getListCount(list));
        }
    }
    writeHnswFile(file, links);
}

} // namespace triptych
