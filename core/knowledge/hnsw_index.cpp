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
#include <optional>
#include <utility>

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

std::int64_t checkVectors(std::span<const float> vectors, int dimension) {
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

bool isBetter(const Neighbour& a, const Neighbour& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; }

/// Lets hnswlib's search keep only rows of a set.
class InSet final : public hnswlib::BaseFilterFunctor {
public:
    explicit InSet(const RowSet& rows) : m_rows(rows) {}
    bool operator()(hnswlib::labeltype row) override { return row < m_rows.has.size() && m_rows.has[row]; }

private:
    const RowSet& m_rows;
};

[[noreturn]] void throwTooLarge(std::int64_t rows, const std::exception& error) {
    throw Error(ErrorCode::OutOfMemory, fmt::format("building an index over {} rows failed: {}", rows, error.what()));
}

} // namespace

struct HnswIndex::Impl {
    Impl(int vectorDimension, const HnswSettings& chosen, VectorIdentity identityOf)
        : settings(chosen), dimension(vectorDimension), space(static_cast<std::size_t>(vectorDimension)), identity(std::move(identityOf)) {}

    std::int64_t rows() const { return inGraph() + static_cast<std::int64_t>(tail.size()) / dimension; }
    std::int64_t inGraph() const { return graph ? static_cast<std::int64_t>(graph->cur_element_count) : 0; }
    const float* vector(std::int64_t row) const {
        if (row < inGraph())
            return reinterpret_cast<const float*>(graph->getDataByInternalId(static_cast<hnswlib::tableint>(row)));
        return tail.data() + (row - inGraph()) * dimension;
    }
    float product(const float* a, const float* b) const { return 1.0f - distance(a, b, parameter); }

    /// Compares rows [first, rows()).
    void compare(const float* query, std::int64_t first, const RowSet* among, std::vector<Neighbour>& found) const {
        const std::int64_t end = among ? std::min(rows(), static_cast<std::int64_t>(among->has.size())) : rows();
        for (std::int64_t row = first; row < end; ++row) {
            if (!among || among->has[static_cast<std::size_t>(row)])
                found.push_back({row, product(query, vector(row))});
        }
    }
    void searchGraph(const float* query, std::size_t k, const RowSet* among, std::vector<Neighbour>& found) const {
        std::optional<InSet> filter;
        if (among)
            filter.emplace(*among);
        auto queue = graph->searchKnn(query, std::min(k, static_cast<std::size_t>(inGraph())), filter ? &*filter : nullptr);
        for (; !queue.empty(); queue.pop())
            found.push_back({static_cast<std::int64_t>(queue.top().second), 1.0f - queue.top().first});
    }
    /// Looking among `count` rows, the graph visits about ef * rows / count nodes with 16 new neighbours each.
    bool comparingIsFaster(std::int64_t count) const {
        return static_cast<double>(count) * static_cast<double>(count) < 16.0 * settings.ef * static_cast<double>(rows());
    }
    void checkQuery(std::span<const float> query) const {
        if (query.size() != static_cast<std::size_t>(dimension))
            throw Error(ErrorCode::InvalidArgument, fmt::format("a query of dimension {} does not fit an index of {}", query.size(), dimension));
    }
    std::string identityOf(std::int64_t count) const {
        if (identity)
            return sha256(identity(count));
        std::string bytes;
        for (std::int64_t row = 0; row < count; ++row)
            bytes.append(reinterpret_cast<const char*>(vector(row)), static_cast<std::size_t>(dimension) * sizeof(float));
        return sha256(bytes);
    }

    HnswSettings settings;
    int dimension;
    hnswlib::InnerProductSpace space;
    hnswlib::DISTFUNC<float> distance = space.get_dist_func();
    void* parameter = space.get_dist_func_param();
    std::vector<float> tail;      ///< rows that are not in the graph
    std::unique_ptr<Graph> graph; ///< null while exact
    VectorIdentity identity;
};

HnswIndex::HnswIndex(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
HnswIndex::HnswIndex(HnswIndex&&) noexcept = default;
HnswIndex& HnswIndex::operator=(HnswIndex&&) noexcept = default;
HnswIndex::~HnswIndex() = default;

HnswIndex HnswIndex::build(std::vector<float> vectors, int dimension, const HnswSettings& settings, ProgressSink& progress,
                           const std::stop_token& stop, VectorIdentity identity) {
    checkSettings(settings);
    checkVectors(vectors, dimension);
    auto impl = std::make_unique<Impl>(dimension, settings, std::move(identity));
    impl->tail = std::move(vectors);
    HnswIndex index(std::move(impl));
    index.absorb(progress, stop);
    return index;
}

HnswIndex HnswIndex::open(const std::filesystem::path& file, std::vector<float> vectors, int dimension, const HnswSettings& settings, VectorIdentity identity) {
    checkSettings(settings);
    const HnswGraph links = readHnswFile(file);
    const std::int64_t rows = checkVectors(vectors, dimension);
    auto impl = std::make_unique<Impl>(dimension, settings, std::move(identity));
    impl->tail = std::move(vectors);
    const auto covered = static_cast<std::int64_t>(links.links.size());
    if (covered > rows || links.dimension != static_cast<std::uint32_t>(dimension) || links.M != static_cast<std::uint32_t>(settings.M) ||
        links.ef_construction != static_cast<std::uint32_t>(settings.ef_construction) || links.identity != impl->identityOf(covered)) {
        throw Error(ErrorCode::Corrupt, fmt::format("the index file '{}' was made from other vectors or with other settings", file.string()),
                    "Build the index again from its vectors; nothing else is lost.");
    }
    // hnswlib's own loader believes what it reads. Its memory is filled here instead, from checked links.
    auto made = std::make_unique<Graph>(&impl->space, links.links.size(), links.M, links.ef_construction);
    Graph& graph = *made;
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
        std::memcpy(graph.getDataByInternalId(id), impl->tail.data() + node * static_cast<std::size_t>(dimension), graph.data_size_);
        graph.setExternalLabel(id, node);
        graph.label_lookup_[node] = id;
        fill(graph.get_linklist0(id), layers[0]);
        for (std::size_t layer = 1; layer < layers.size(); ++layer)
            fill(graph.get_linklist(id, static_cast<int>(layer)), layers[layer]);
    }
    graph.enterpoint_node_ = links.entryPoint;
    graph.maxlevel_ = highest;
    graph.setEf(static_cast<std::size_t>(settings.ef));
    impl->tail.erase(impl->tail.begin(), impl->tail.begin() + covered * dimension);
    impl->tail.shrink_to_fit();
    impl->graph = std::move(made);
    return HnswIndex(std::move(impl));
}

std::vector<Neighbour> HnswIndex::search(std::span<const float> query, int k, const RowSet* among) const {
    m_impl->checkQuery(query);
    if (!m_impl->graph || (among && m_impl->comparingIsFaster(among->count)))
        return searchExactly(query, k, among);
    if (k < 1)
        return {};
    std::vector<Neighbour> found;
    m_impl->searchGraph(query.data(), static_cast<std::size_t>(k), among, found);
    m_impl->compare(query.data(), m_impl->inGraph(), among, found);
    std::sort(found.begin(), found.end(), isBetter);
    found.resize(std::min(found.size(), static_cast<std::size_t>(k)));
    return found;
}

std::vector<Neighbour> HnswIndex::searchExactly(std::span<const float> query, int k, const RowSet* among) const {
    m_impl->checkQuery(query);
    if (k < 1)
        return {};
    std::vector<Neighbour> found;
    found.reserve(static_cast<std::size_t>(among ? among->count : m_impl->rows()));
    m_impl->compare(query.data(), 0, among, found);
    const std::size_t kept = std::min(static_cast<std::size_t>(k), found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(), isBetter);
    found.resize(kept);
    return found;
}

std::vector<float> HnswIndex::scores(std::span<const float> query, std::span<const std::int64_t> rows) const {
    m_impl->checkQuery(query);
    std::vector<float> products;
    for (const std::int64_t row : rows) {
        if (row < 0 || row >= m_impl->rows())
            throw Error(ErrorCode::InvalidArgument, fmt::format("row {} is outside an index of {} rows", row, m_impl->rows()));
        products.push_back(m_impl->product(query.data(), m_impl->vector(row)));
    }
    return products;
}

void HnswIndex::append(std::span<const float> vectors) {
    checkVectors(vectors, m_impl->dimension);
    m_impl->tail.insert(m_impl->tail.end(), vectors.begin(), vectors.end());
}

void HnswIndex::absorb(ProgressSink& progress, const std::stop_token& stop) {
    Impl& impl = *m_impl;
    const std::int64_t rows = impl.rows(), first = impl.inGraph();
    if (first == rows || rows < impl.settings.exact_below)
        return;
    std::int64_t row = first;
    const auto cutTail = [&] { impl.tail.erase(impl.tail.begin(), impl.tail.begin() + (row - first) * impl.dimension); };
    try {
        if (!impl.graph) {
            impl.graph = std::make_unique<Graph>(&impl.space, static_cast<std::size_t>(rows), static_cast<std::size_t>(impl.settings.M),
                                                 static_cast<std::size_t>(impl.settings.ef_construction));
            impl.graph->setEf(static_cast<std::size_t>(impl.settings.ef));
        } else {
            impl.graph->resizeIndex(static_cast<std::size_t>(rows));
        }
        for (; row < rows; ++row) {
            throwIfStopped(stop);
            if (row % 256 == 0)
                progress.progress({row, rows, "rows", "index"});
            impl.graph->addPoint(impl.tail.data() + (row - first) * impl.dimension, static_cast<std::size_t>(row));
        }
    } catch (const std::runtime_error& error) {
        cutTail();
        throwTooLarge(rows, error);
    } catch (...) {
        cutTail();
        throw;
    }
    cutTail();
    impl.tail.shrink_to_fit();
    progress.progress({rows, rows, "rows", "index"});
}

bool HnswIndex::isExact() const { return !m_impl->graph; }
std::int64_t HnswIndex::size() const { return m_impl->rows(); }
std::int64_t HnswIndex::waiting() const { return m_impl->graph ? m_impl->rows() - m_impl->inGraph() : 0; }
std::span<const float> HnswIndex::vector(std::int64_t row) const { return {m_impl->vector(row), static_cast<std::size_t>(m_impl->dimension)}; }
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
    links.identity = m_impl->identityOf(m_impl->inGraph());
    links.links.resize(static_cast<std::size_t>(m_impl->inGraph()));
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
