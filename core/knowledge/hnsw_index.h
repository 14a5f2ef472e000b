#pragma once

#include "base/progress.h"
#include "knowledge/vector_format.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// hnswlib's parameters (Malkov and Yashunin 2018) under its own names. indexPresets() has sets that go together.
struct HnswSettings {
    int M = 16;                ///< links of a node on the upper layers, twice that on the lowest; 2 to 256
    int ef_construction = 200; ///< candidates while building: higher is better and slower; 1 to 10,000
    int ef = 128;              ///< candidates while searching; at least k is used
    std::int64_t exact_below = 2000; ///< with fewer rows every row is compared: no recall is lost and it is as fast
    VectorFormat format = VectorFormat::Float32; ///< of the vectors in memory
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

/// Nearest rows of a growing matrix by inner product: exact for few rows, a graph for many. Rows that came after the graph was
/// built are compared one by one until absorb() takes them in. A graph may be kept in a file, which is a cache: the vectors are
/// the caller's truth. Vectors of 8 bits are searched by products of whole numbers, and what is found is scored by the query
/// as it is. Searches may run at the same time, changes not.
class HnswIndex {
public:
    /// Without rows. Throws Error{InvalidArgument} naming the setting.
    HnswIndex(int dimension, const HnswSettings& settings);
    /// vectors: row-major (n, dimension). The graph is built in one thread, so that the same vectors always give the
    /// same graph: about a second for 10,000 rows of 384. Throws Error{InvalidArgument} naming the row of a value that is not
    /// finite, or the setting; {Cancelled}.
    static HnswIndex build(std::span<const float> vectors, int dimension, const HnswSettings& settings, ProgressSink& progress, const std::stop_token& stop);
    /// The same with the links of a file that saveLinks() wrote; vectors after those that it covers wait for absorb(). Throws
    /// Error{NotFound}, and {Corrupt} naming the file if it is damaged, was made from other vectors or with other settings:
    /// then build anew.
    static HnswIndex open(const std::filesystem::path& file, std::span<const float> vectors, int dimension, const HnswSettings& settings);
    /// Out of a file that save() wrote: mapped and checked, nothing is copied until the next absorb(). `note` is what it was given.
    /// Throws as above, {Corrupt} also for another identity.
    static HnswIndex open(const std::filesystem::path& file, std::string_view identity, int dimension, const HnswSettings& settings, std::string& note);
    HnswIndex(HnswIndex&&) noexcept;
    HnswIndex& operator=(HnswIndex&&) noexcept;
    ~HnswIndex();

    /// Best first, equal scores by row; fewer than k only if there are fewer rows. `among`: only these rows; the graph is
    /// left for a comparison of all of them where they are so few that this is faster. ef: as in the settings, or another.
    /// Throws Error{InvalidArgument} if the query has another dimension.
    std::vector<Neighbour> search(std::span<const float> query, int k, const RowSet* among = nullptr, int ef = 0) const;
    /// Every row is compared, whatever the size: what search() would find if it lost nothing.
    std::vector<Neighbour> searchExactly(std::span<const float> query, int k, const RowSet* among = nullptr) const;
    /// Inner products of the query with these rows. Throws Error{InvalidArgument}.
    std::vector<float> scores(std::span<const float> query, std::span<const std::int64_t> rows) const;
    /// Further rows. Throws as build() does; then none was added.
    void append(std::span<const float> vectors);
    /// A further row as it is stored, in the format of the settings.
    void append(std::span<const std::byte> vector);
    /// So many rows there will be: memory for them, and what progress counts up to.
    void expect(std::int64_t rows);
    /// Takes the rows that append() added into the graph, or makes it if there are enough rows by now. Throws Error{Cancelled}:
    /// what was taken in until then stays.
    void absorb(ProgressSink& progress, const std::stop_token& stop);
    /// True if every row is compared.
    bool isExact() const;
    std::int64_t size() const;
    std::int64_t waiting() const; ///< rows that are not in the graph though there is one
    /// row from 0 to size() - 1. As it is stored; lives until the next change.
    std::span<const std::byte> stored(std::int64_t row) const;
    void readVector(std::int64_t row, std::span<float> to) const;
    int dimension() const;
    const HnswSettings& settings() const;
    /// The graph with its vectors and the caller's note, atomically. identity: what tells the vectors. Throws
    /// Error{InvalidArgument} if the index is exact and has no graph, {Io}.
    void save(const std::filesystem::path& file, std::string_view identity, std::string_view note) const;
    /// The links alone, for vectors that lie elsewhere, whose hash is their identity.
    void saveLinks(const std::filesystem::path& file) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace triptych
