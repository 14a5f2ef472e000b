#pragma once

#include "base/progress.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
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

/// Nearest rows of a matrix by inner product: exact for few rows, a graph for many. The graph's links may be
/// kept in a file; the vectors are the caller's truth, and a file is only believed if it was made from them.
class HnswIndex {
public:
    /// vectors: row-major (n, dimension). The graph is built in one thread, so that the same vectors always give the
    /// same graph: about a second for 10,000 rows of 384. Throws Error{InvalidArgument} naming the row of a value that is
    /// not finite, or the setting; {Cancelled}.
    static HnswIndex build(std::vector<float> vectors, int dimension, const HnswSettings& settings, ProgressSink& progress,
                           const std::stop_token& stop);
    /// The same with the links of a file that save() wrote, every one checked. Throws Error{NotFound}, and {Corrupt}
    /// naming the file if it is damaged, was made from other vectors or with other settings: then build anew.
    static HnswIndex open(const std::filesystem::path& file, std::vector<float> vectors, int dimension, const HnswSettings& settings);
    HnswIndex(HnswIndex&&) noexcept;
    HnswIndex& operator=(HnswIndex&&) noexcept;
    ~HnswIndex();

    /// Best first, equal scores by row; fewer than k only if there are fewer rows. Throws Error{InvalidArgument} if the
    /// query has another dimension.
    std::vector<Neighbour> search(std::span<const float> query, int k) const;
    /// True if every row is compared.
    bool isExact() const;
    std::int64_t size() const;
    int dimension() const;
    /// Atomically. Throws Error{InvalidArgument} if the index is exact and has no links, {Io}.
    void save(const std::filesystem::path& file) const;

private:
    struct Impl;
    explicit HnswIndex(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace triptych
