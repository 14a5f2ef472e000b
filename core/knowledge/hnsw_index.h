#pragma once

#include "base/progress.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// hnswlib's parameters (Malkov and Yashunin 2018) under its own names.
struct HnswSettings {
    int M = 16;                ///< links of a node on the upper layers, twice that on the lowest; 2 to 256
    int ef_construction = 200; ///< candidates while building: higher is better and slower; 1 to 10,000
    int ef = 64;               ///< candidates while searching; at least k is used
    std::int64_t exact_below = 2000; ///< with fewer rows every row is compared: no recall is lost and it is as fast
};

struct Neighbour {
    std::int64_t row = 0;
    float score = 0; ///< inner product, the cosine of vectors of length 1
};

/// Rows that a search may find.
struct RowSet {
    std::vector<std::uint8_t> has; ///< a byte a row, 0 or 1; rows beyond its end are not in it
    std::int64_t count = 0;        ///< how many are 1
};

/// What tells that the vectors of the first `rows` rows are those that a file of links was made from.
using VectorIdentity = std::function<std::string(std::int64_t rows)>;

/// Nearest rows of a growing matrix by inner product: exact for few rows, a graph for many. The graph's links may be
/// kept in a file; the vectors are the caller's truth, and a file is only believed if it was made from them. Rows that
/// came after the graph was built are compared one by one until absorb() takes them in. Searches may run at the same
/// time, changes not.
class HnswIndex {
public:
    /// vectors: row-major (n, dimension). The graph is built in one thread, so that the same vectors always give the
    /// same graph: about a second for 10,000 rows of 384. `identity` goes into a saved file; without one it is the hash of
    /// the vectors. Throws Error{InvalidArgument} naming the row of a value that is not finite, or the setting; {Cancelled}.
    static HnswIndex build(std::vector<float> vectors, int dimension, const HnswSettings& settings, ProgressSink& progress,
                           const std::stop_token& stop, VectorIdentity identity = {});
    /// The same with the links of a file that save() wrote, every one checked; vectors after those that it covers wait
    /// for absorb(). Throws Error{NotFound}, and {Corrupt} naming the file if it is damaged, was made from other vectors or
    /// with other settings: then build anew.
    static HnswIndex open(const std::filesystem::path& file, std::vector<float> vectors, int dimension, const HnswSettings& settings,
                          VectorIdentity identity = {});
    HnswIndex(HnswIndex&&) noexcept;
    HnswIndex& operator=(HnswIndex&&) noexcept;
    ~HnswIndex();

    /// Best first, equal scores by row; fewer than k only if there are fewer rows. `among`: only these rows; the graph is
    /// left for a comparison of all of them where they are so few that this is faster. Throws Error{InvalidArgument} if the
    /// query has another dimension.
    std::vector<Neighbour> search(std::span<const float> query, int k, const RowSet* among = nullptr) const;
    /// Every row is compared, whatever the size: what search() would find if it lost nothing.
    std::vector<Neighbour> searchExactly(std::span<const float> query, int k, const RowSet* among = nullptr) const;
    /// Inner products of the query with these rows. Throws Error{InvalidArgument}.
    std::vector<float> scores(std::span<const float> query, std::span<const std::int64_t> rows) const;
    /// Further rows. Throws as build() does; then none was added.
    void append(std::span<const float> vectors);
    /// Takes the rows that append() added into the graph, or makes it if there are enough rows by now. Throws Error{Cancelled}:
    /// what was taken in until then stays.
    void absorb(ProgressSink& progress, const std::stop_token& stop);
    /// True if every row is compared.
    bool isExact() const;
    std::int64_t size() const;
    std::int64_t waiting() const; ///< rows that are not in the graph though there is one
    std::span<const float> vector(std::int64_t row) const; ///< lives until the next change; row from 0 to size() - 1
    int dimension() const;
    /// Atomically. Throws Error{InvalidArgument} if the index is exact and has no links, {Io}.
    void save(const std::filesystem::path& file) const;

private:
    struct Impl;
    explicit HnswIndex(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace triptych
