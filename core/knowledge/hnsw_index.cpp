#include "knowledge/hnsw_index.h"

#include "base/error.h"
#include "base/files.h"
#include "knowledge/hnsw_file.h"
#include "knowledge/vector_products.h"

#include <fmt/format.h>
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <mutex>
#include <new>
#include <optional>

namespace triptych {

namespace {

/// Beyond this the sums of products of 8 bits could overflow.
constexpr int kMostBytes = 65'536;

void checkSettings(int dimension, const HnswSettings& settings) {
    const auto check = [](const char* name, std::int64_t value, std::int64_t low, std::int64_t high) {
        if (value < low || value > high)
            throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is {}, outside {} to {}", name, value, low, high));
    };
    check("dimension", dimension, 1, settings.format == VectorFormat::Int8 ? kMostBytes : 1'000'000);
    check("M", settings.M, 2, 256);
    check("ef_construction", settings.ef_construction, 1, 10'000);
    check("ef", settings.ef, 1, 100'000);
    check("exact_below", settings.exact_below, 0, std::numeric_limits<std::int64_t>::max());
}

std::int64_t checkVectors(std::span<const float> vectors, int dimension) {
    if (dimension < 1 || vectors.size() % static_cast<std::size_t>(dimension) != 0)
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

float scaleOf(const void* vector) {
    float scale = 0;
    std::memcpy(&scale, vector, sizeof scale);
    return scale;
}
const std::int8_t* bytesOf(const void* vector) { return static_cast<const std::int8_t*>(vector) + sizeof(float); }

/// For hnswlib: nearer is what has the greater product.
class VectorSpace final : public hnswlib::SpaceInterface<float> {
public:
    VectorSpace(VectorFormat format, int dimension) : m_format(format), m_dimension(static_cast<std::size_t>(dimension)) {}
    /// Up to a multiple of four bytes, so that the links of the next element are where numbers should be.
    std::size_t get_data_size() override { return (vectorBytes(m_format, m_dimension) + 3) / 4 * 4; }
    hnswlib::DISTFUNC<float> get_dist_func() override {
        return m_format == VectorFormat::Int8 ? vectorProducts().distanceOfBytes : vectorProducts().distanceOfFloats;
    }
    void* get_dist_func_param() override { return &m_dimension; }

private:
    VectorFormat m_format;
    std::size_t m_dimension;
};

/// Lets hnswlib's search keep only rows of a set.
class InSet final : public hnswlib::BaseFilterFunctor {
public:
    explicit InSet(const RowSet& rows) : m_rows(rows) {}
    bool operator()(hnswlib::labeltype row) override { return row < m_rows.has.size() && m_rows.has[row]; }

private:
    const RowSet& m_rows;
};

/// hnswlib's graph, whose rows are added in order by one thread, so that a row is its number inside and its label. hnswlib's own
/// loader believes what it reads; here a graph comes from a checked file, and may use the file's memory.
class Graph final : public hnswlib::HierarchicalNSW<float> {
public:
    Graph(VectorSpace& space, std::size_t capacity, const HnswSettings& settings)
        : HierarchicalNSW(&space, capacity, static_cast<std::size_t>(settings.M), static_cast<std::size_t>(settings.ef_construction)) {}

    /// In the file's memory, where elements have their vectors.
    Graph(VectorSpace& space, const HnswGraph& file) : HierarchicalNSW(&space, 1, file.M, file.ef_construction) {
        takeShape(file);
        // hnswlib's pointers are not const; nothing is written before own().
        auto* list = const_cast<char*>(reinterpret_cast<const char*>(file.upper.data()));
        for (std::size_t row = 0; row < file.rows; ++row) {
            linkLists_[row] = list;
            list += static_cast<std::size_t>(element_levels_[row]) * size_links_per_element_;
        }
        std::free(data_level0_memory_);
        data_level0_memory_ = const_cast<char*>(reinterpret_cast<const char*>(file.elements.data()));
        cur_element_count = file.rows;
        m_file = file.owner;
    }

    /// In memory of its own, with vectors from elsewhere.
    Graph(VectorSpace& space, const HnswGraph& file, const std::byte* vectors) : HierarchicalNSW(&space, file.rows, file.M, file.ef_construction) {
        takeShape(file);
        const std::byte* list = file.upper.data();
        for (std::size_t row = 0; row < file.rows; ++row) {
            const auto id = static_cast<hnswlib::tableint>(row);
            const std::size_t above = static_cast<std::size_t>(element_levels_[row]) * size_links_per_element_;
            linkLists_[row] = copied(list, above).release();
            list += above;
            cur_element_count = row + 1; // what is freed if memory runs out further on
            std::memcpy(get_linklist0(id), file.elements.data() + row * file.elementBytes, file.linkBytes());
            std::memcpy(getDataByInternalId(id), vectors + row * data_size_, data_size_);
            setExternalLabel(id, row);
        }
        drawLevels();
    }

    ~Graph() override {
        if (m_file)
            letGo();
    }
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    /// To be called before rows are added.
    void prepare(std::size_t capacity) {
        if (m_file)
            own(capacity);
        resizeIndex(capacity);
    }
    /// Gives back what only adding needs: 100 bytes a row.
    void finish() {
        decltype(label_lookup_)().swap(label_lookup_);
        std::vector<std::mutex>().swap(link_list_locks_);
    }

    /// The best `kept` of the ef nearest rows that the search comes by. hnswlib's searchKnn() would have one ef for all.
    void search(const void* query, std::size_t ef, std::size_t kept, hnswlib::BaseFilterFunctor* filter, std::vector<Neighbour>& found) const {
        hnswlib::tableint at = enterpoint_node_;
        float nearest = fstdistfunc_(query, getDataByInternalId(at), dist_func_param_);
        for (int layer = maxlevel_; layer > 0; --layer) {
            for (bool moved = true; moved;) {
                moved = false;
                hnswlib::linklistsizeint* list = get_linklist(at, layer);
                for (const hnswlib::tableint next : std::span(reinterpret_cast<const hnswlib::tableint*>(list + 1), getListCount(list))) {
                    const float distance = fstdistfunc_(query, getDataByInternalId(next), dist_func_param_);
                    if (distance < nearest) {
                        nearest = distance;
                        at = next;
                        moved = true;
                    }
                }
            }
        }
        auto queue = filter ? searchBaseLayerST<false>(at, query, ef, filter) : searchBaseLayerST<true>(at, query, ef);
        while (queue.size() > kept)
            queue.pop();
        for (; !queue.empty(); queue.pop())
            found.push_back({static_cast<std::int64_t>(queue.top().second), -queue.top().first});
    }

    const std::byte* vector(std::int64_t row) const {
        return reinterpret_cast<const std::byte*>(getDataByInternalId(static_cast<hnswlib::tableint>(row)));
    }
    std::size_t rows() const { return cur_element_count; }
    std::span<const std::byte> elements() const { return {reinterpret_cast<const std::byte*>(data_level0_memory_), rows() * size_data_per_element_}; }

private:
    void takeShape(const HnswGraph& file) {
        auto* lists = static_cast<char**>(std::realloc(linkLists_, file.rows * sizeof(char*)));
        if (!lists)
            throw std::bad_alloc();
        linkLists_ = lists;
        visited_list_pool_ = std::make_unique<hnswlib::VisitedListPool>(1, static_cast<int>(file.rows));
        element_levels_.resize(file.rows);
        for (std::size_t row = 0; row < file.rows; ++row)
            element_levels_[row] = std::to_integer<int>(file.layersAbove[row]);
        max_elements_ = file.rows;
        enterpoint_node_ = file.entryPoint;
        maxlevel_ = element_levels_[file.entryPoint];
    }
    struct Free {
        void operator()(char* memory) const { std::free(memory); }
    };
    using Memory = std::unique_ptr<char, Free>; ///< as hnswlib has it
    static Memory allocated(std::size_t size) {
        Memory memory(static_cast<char*>(std::malloc(size)));
        if (!memory)
            throw std::bad_alloc();
        return memory;
    }
    static Memory copied(const void* from, std::size_t size) {
        if (size == 0)
            return {};
        Memory memory = allocated(size);
        std::memcpy(memory.get(), from, size);
        return memory;
    }
    /// Leaves nothing that hnswlib would free.
    void letGo() {
        cur_element_count = 0;
        data_level0_memory_ = nullptr;
    }
    /// The same graph in memory of its own, with room to grow.
    void own(std::size_t capacity) {
        Memory elements = allocated(std::max(capacity, rows()) * size_data_per_element_);
        std::memcpy(elements.get(), data_level0_memory_, rows() * size_data_per_element_);
        std::vector<Memory> lists;
        for (std::size_t row = 0; row < rows(); ++row)
            lists.push_back(copied(linkLists_[row], static_cast<std::size_t>(element_levels_[row]) * size_links_per_element_));
        data_level0_memory_ = elements.release();
        for (std::size_t row = 0; row < rows(); ++row)
            linkLists_[row] = lists[row].release();
        m_file.reset();
        drawLevels();
    }
    /// Rows to come get the layers that they would have had if the graph had never been in a file.
    void drawLevels() {
        for (std::size_t row = 0; row < rows(); ++row)
            getRandomLevel(mult_);
    }

    std::shared_ptr<const void> m_file; ///< null: the memory is its own
};

[[noreturn]] void throwTooLarge(std::int64_t rows, const std::exception& error) {
    throw Error(ErrorCode::OutOfMemory, fmt::format("building an index over {} rows failed: {}", rows, error.what()));
}

[[noreturn]] void throwOther(const std::filesystem::path& file) {
    throw Error(ErrorCode::Corrupt, fmt::format("the index file '{}' was made from other vectors or with other settings", file.string()),
                "Build the index again from its vectors; nothing else is lost.");
}

} // namespace

struct HnswIndex::Impl {
    Impl(int vectorDimension, const HnswSettings& chosen)
        : settings(chosen), dimension(static_cast<std::size_t>(vectorDimension)), space(chosen.format, vectorDimension), stride(space.get_data_size()) {}

    std::int64_t inGraph() const { return graph ? static_cast<std::int64_t>(graph->rows()) : 0; }
    std::int64_t rows() const { return inGraph() + static_cast<std::int64_t>(tail.size() / stride); }
    const std::byte* vector(std::int64_t row) const {
        return row < inGraph() ? graph->vector(row) : tail.data() + static_cast<std::size_t>(row - inGraph()) * stride;
    }
    float product(const float* query, const std::byte* vector) const {
        if (settings.format == VectorFormat::Int8)
            return scaleOf(vector) * products.mixed(query, bytesOf(vector), dimension);
        return products.floats(query, reinterpret_cast<const float*>(vector), dimension);
    }
    std::vector<std::byte> encoded(std::span<const float> vectors) const {
        std::vector<std::byte> rowsOf(vectors.size() / dimension * stride);
        for (std::size_t row = 0; row * dimension < vectors.size(); ++row)
            encodeVector(settings.format, vectors.subspan(row * dimension, dimension), rowsOf.data() + row * stride);
        return rowsOf;
    }

    /// Compares rows [first, rows()).
    void compare(const float* query, std::int64_t first, const RowSet* among, std::vector<Neighbour>& found) const {
        const std::int64_t end = among ? std::min(rows(), static_cast<std::int64_t>(among->has.size())) : rows();
        for (std::int64_t row = first; row < end; ++row) {
            if (!among || among->has[static_cast<std::size_t>(row)])
                found.push_back({row, product(query, vector(row))});
        }
    }
    void searchGraph(std::span<const float> query, std::size_t k, std::size_t ef, const RowSet* among, std::vector<Neighbour>& found) const {
        std::optional<InSet> filter;
        if (among)
            filter.emplace(*among);
        InSet* const allowed = filter ? &*filter : nullptr;
        if (settings.format == VectorFormat::Float32)
            return graph->search(query.data(), ef, k, allowed, found);
        graph->search(encoded(query).data(), ef, ef, allowed, found); // the query's own 8 bits may have mixed the best up
        for (Neighbour& one : found)
            one.score = product(query.data(), vector(one.row));
    }
    /// Looking among `count` rows, the graph visits about ef * rows / count nodes with 16 new neighbours each.
    bool comparingIsFaster(std::int64_t count, std::size_t ef) const {
        return static_cast<double>(count) * static_cast<double>(count) < 16.0 * static_cast<double>(ef) * static_cast<double>(rows());
    }
    void checkQuery(std::span<const float> query) const {
        if (query.size() != dimension)
            throw Error(ErrorCode::InvalidArgument, fmt::format("a query of dimension {} does not fit an index of {}", query.size(), dimension));
    }
    bool fits(const HnswGraph& file) const {
        return file.dimension == dimension && file.format == settings.format && file.M == static_cast<std::uint32_t>(settings.M) &&
               file.ef_construction == static_cast<std::uint32_t>(settings.ef_construction);
    }
    /// All of the graph but vectors, note and identity.
    HnswGraph shape(std::vector<std::byte>& layersAbove, std::vector<std::byte>& upper) const;

    HnswSettings settings;
    std::size_t dimension;
    VectorSpace space;
    std::size_t stride; ///< bytes of a vector in `tail` and in the graph
    const VectorProducts& products = vectorProducts();
    std::vector<std::byte> tail;  ///< rows that are not in the graph
    std::unique_ptr<Graph> graph; ///< null while exact
    std::int64_t expected = 0;
};

HnswGraph HnswIndex::Impl::shape(std::vector<std::byte>& layersAbove, std::vector<std::byte>& upper) const {
    if (!graph)
        throw Error(ErrorCode::InvalidArgument, "an exact index has no links to save");
    HnswGraph file;
    file.dimension = static_cast<std::uint32_t>(dimension);
    file.format = settings.format;
    file.M = static_cast<std::uint32_t>(settings.M);
    file.ef_construction = static_cast<std::uint32_t>(settings.ef_construction);
    file.entryPoint = graph->enterpoint_node_;
    file.rows = graph->rows();
    for (std::size_t row = 0; row < file.rows; ++row) {
        const auto layers = static_cast<std::size_t>(graph->element_levels_[row]);
        layersAbove.push_back(static_cast<std::byte>(layers));
        const auto* lists = reinterpret_cast<const std::byte*>(graph->linkLists_[row]);
        upper.insert(upper.end(), lists, lists + layers * file.upperBytes());
    }
    file.layersAbove = layersAbove;
    file.upper = upper;
    return file;
}

HnswIndex::HnswIndex(HnswIndex&&) noexcept = default;
HnswIndex& HnswIndex::operator=(HnswIndex&&) noexcept = default;
HnswIndex::~HnswIndex() = default;

HnswIndex::HnswIndex(int dimension, const HnswSettings& settings) {
    checkSettings(dimension, settings);
    m_impl = std::make_unique<Impl>(dimension, settings);
}

HnswIndex HnswIndex::build(std::span<const float> vectors, int dimension, const HnswSettings& settings, ProgressSink& progress, const std::stop_token& stop) {
    HnswIndex index(dimension, settings);
    index.append(vectors);
    index.absorb(progress, stop);
    return index;
}

HnswIndex HnswIndex::open(const std::filesystem::path& file, std::span<const float> vectors, int dimension, const HnswSettings& settings) {
    HnswIndex index(dimension, settings);
    const auto rows = static_cast<std::uint64_t>(checkVectors(vectors, dimension));
    const HnswGraph links = readHnswFile(file);
    Impl& impl = *index.m_impl;
    if (!impl.fits(links) || links.vectorBytes != 0 || links.rows > rows)
        throwOther(file);
    const std::vector<std::byte> covered = impl.encoded(vectors.first(links.rows * impl.dimension));
    if (links.identity != sha256({reinterpret_cast<const char*>(covered.data()), covered.size()}))
        throwOther(file);
    impl.graph = std::make_unique<Graph>(impl.space, links, covered.data());
    impl.graph->finish();
    impl.tail = impl.encoded(vectors.subspan(links.rows * impl.dimension));
    return index;
}

HnswIndex HnswIndex::open(const std::filesystem::path& file, std::string_view identity, int dimension, const HnswSettings& settings, std::string& note) {
    HnswIndex index(dimension, settings);
    const HnswGraph whole = readHnswFile(file);
    Impl& impl = *index.m_impl;
    if (!impl.fits(whole) || whole.vectorBytes != impl.stride || whole.identity != sha256(identity))
        throwOther(file);
    impl.graph = std::make_unique<Graph>(impl.space, whole);
    note.assign(reinterpret_cast<const char*>(whole.note.data()), whole.note.size());
    return index;
}

std::vector<Neighbour> HnswIndex::search(std::span<const float> query, int k, const RowSet* among, int ef) const {
    m_impl->checkQuery(query);
    if (k < 1)
        return {};
    if (among && among->count >= m_impl->rows())
        among = nullptr;
    const auto candidates = static_cast<std::size_t>(std::max(ef > 0 ? ef : m_impl->settings.ef, k));
    if (!m_impl->graph || (among && m_impl->comparingIsFaster(among->count, candidates)))
        return searchExactly(query, k, among);
    std::vector<Neighbour> found;
    m_impl->searchGraph(query, static_cast<std::size_t>(k), candidates, among, found);
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
    checkVectors(vectors, dimension());
    const std::vector<std::byte> rows = m_impl->encoded(vectors);
    m_impl->tail.insert(m_impl->tail.end(), rows.begin(), rows.end());
}

void HnswIndex::append(std::span<const std::byte> vector) {
    Impl& impl = *m_impl;
    if (vector.size() != vectorBytes(impl.settings.format, impl.dimension))
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} bytes are no vector of dimension {}", vector.size(), impl.dimension));
    if (!isFiniteVector(impl.settings.format, vector.data(), impl.dimension))
        throw Error(ErrorCode::InvalidArgument, fmt::format("row {} of the vectors has a value that is not a finite number", impl.rows()));
    impl.tail.insert(impl.tail.end(), vector.begin(), vector.end());
    impl.tail.resize(impl.tail.size() + impl.stride - vector.size());
}

void HnswIndex::expect(std::int64_t rows) { m_impl->expected = rows; }

void HnswIndex::absorb(ProgressSink& progress, const std::stop_token& stop) {
    Impl& impl = *m_impl;
    const std::int64_t rows = impl.rows(), first = impl.inGraph(), total = std::max(rows, impl.expected);
    if (first == rows || rows < impl.settings.exact_below)
        return;
    const auto finish = [&] {
        impl.tail.erase(impl.tail.begin(), impl.tail.begin() + (impl.inGraph() - first) * static_cast<std::int64_t>(impl.stride));
        if (impl.inGraph() == 0)
            impl.graph.reset();
        else
            impl.graph->finish();
    };
    try {
        if (!impl.graph)
            impl.graph = std::make_unique<Graph>(impl.space, static_cast<std::size_t>(total), impl.settings);
        else
            impl.graph->prepare(static_cast<std::size_t>(total));
        for (std::int64_t row = first; row < rows; ++row) {
            throwIfStopped(stop);
            if (row % 256 == 0)
                progress.progress({row, total, "rows", "index"});
            impl.graph->addPoint(impl.tail.data() + static_cast<std::size_t>(row - first) * impl.stride, static_cast<std::size_t>(row));
        }
    } catch (const std::runtime_error& error) {
        finish();
        throwTooLarge(rows, error);
    } catch (...) {
        finish();
        throw;
    }
    finish();
    impl.tail.shrink_to_fit();
    progress.progress({rows, total, "rows", "index"});
}

bool HnswIndex::isExact() const { return !m_impl->graph; }
std::int64_t HnswIndex::size() const { return m_impl->rows(); }
std::int64_t HnswIndex::waiting() const { return m_impl->graph ? m_impl->rows() - m_impl->inGraph() : 0; }
std::span<const std::byte> HnswIndex::stored(std::int64_t row) const {
    return {m_impl->vector(row), vectorBytes(m_impl->settings.format, m_impl->dimension)};
}
void HnswIndex::readVector(std::int64_t row, std::span<float> to) const { decodeVector(m_impl->settings.format, m_impl->vector(row), to); }
int HnswIndex::dimension() const { return static_cast<int>(m_impl->dimension); }
const HnswSettings& HnswIndex::settings() const { return m_impl->settings; }

void HnswIndex::save(const std::filesystem::path& file, std::string_view identity, std::string_view note) const {
    std::vector<std::byte> layersAbove, upper;
    HnswGraph whole = m_impl->shape(layersAbove, upper);
    whole.vectorBytes = m_impl->stride;
    whole.elements = m_impl->graph->elements();
    whole.elementBytes = whole.elements.size() / whole.rows;
    whole.identity = sha256(identity);
    whole.note = std::as_bytes(std::span(note));
    writeHnswFile(file, whole);
}

void HnswIndex::saveLinks(const std::filesystem::path& file) const {
    std::vector<std::byte> layersAbove, upper, elements;
    HnswGraph links = m_impl->shape(layersAbove, upper);
    links.elementBytes = links.linkBytes();
    std::string vectors;
    const std::span<const std::byte> whole = m_impl->graph->elements();
    const std::size_t wholeBytes = whole.size() / links.rows;
    for (std::size_t row = 0; row < links.rows; ++row) {
        const std::span<const std::byte> element = whole.subspan(row * wholeBytes, wholeBytes);
        elements.insert(elements.end(), element.begin(), element.begin() + static_cast<std::ptrdiff_t>(links.elementBytes));
        vectors.append(reinterpret_cast<const char*>(element.data() + links.elementBytes), m_impl->stride);
    }
    links.elements = elements;
    links.identity = sha256(vectors);
    writeHnswFile(file, links);
}

} // namespace triptych
