#pragma once

#include "base/random.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace triptych {

/// Vectors to search and vectors to search for, of length 1. Nothing but the standard library, so that a program without ours
/// makes the same.
struct VectorSet {
    std::size_t dimension = 0;
    std::vector<float> vectors, queries;
    bool queriesAreRows = false; ///< then a row does not count as its own neighbour
    std::size_t rows() const { return vectors.size() / dimension; }
    std::size_t queryCount() const { return queries.size() / dimension; }
};

inline float gauss(Random& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
    return static_cast<float>(radius * std::cos(2 * M_PI * random.uniform()));
}

inline void normalise(float* vector, std::size_t dimension) {
    double squares = 0;
    for (std::size_t i = 0; i < dimension; ++i)
        squares += static_cast<double>(vector[i]) * vector[i];
    const auto length = static_cast<float>(std::sqrt(squares));
    for (std::size_t i = 0; i < dimension; ++i)
        vector[i] /= length;
}

/// Around random centres, each vector as far from its centre as that is from the origin times `spread`, in `rank` directions
/// (real sentence vectors have some tens), or, with rank = dimension, in all.
inline VectorSet clusteredVectors(std::size_t rows, std::size_t queries, std::size_t dimension, std::size_t clusters, std::size_t rank, double spread,
                                  std::uint64_t seed) {
    Random random(seed);
    const auto draw = [&random](std::size_t count, double deviation) {
        std::vector<float> values(count);
        for (float& value : values)
            value = static_cast<float>(deviation) * gauss(random);
        return values;
    };
    const std::vector<float> centres = draw(clusters * dimension, 1 / std::sqrt(static_cast<double>(dimension)));
    const std::vector<float> directions = draw(rank < dimension ? rank * dimension : 0, 1 / std::sqrt(static_cast<double>(dimension)));
    const auto make = [&](std::size_t count) {
        std::vector<float> made(count * dimension);
        for (std::size_t row = 0; row < count; ++row) {
            const float* centre = centres.data() + random.below(clusters) * dimension;
            const std::vector<float> away = draw(rank, spread / std::sqrt(static_cast<double>(rank)));
            float* vector = made.data() + row * dimension;
            for (std::size_t i = 0; i < dimension; ++i)
                vector[i] = centre[i] + (directions.empty() ? away[i] : 0);
            for (std::size_t r = 0; r * dimension < directions.size(); ++r) {
                for (std::size_t i = 0; i < dimension; ++i)
                    vector[i] += away[r] * directions[r * dimension + i];
            }
            normalise(vector, dimension);
        }
        return made;
    };
    VectorSet set;
    set.dimension = dimension;
    set.vectors = make(rows);
    set.queries = make(queries);
    return set;
}

/// A file of float32 vectors, each of which is searched for among the others.
inline VectorSet vectorsOfFile(const std::string& path, std::size_t dimension) {
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (!file)
        throw std::runtime_error("cannot open " + path);
    VectorSet set;
    set.dimension = dimension;
    set.queriesAreRows = true;
    for (float value = 0; std::fread(&value, sizeof value, 1, file) == 1;)
        set.vectors.push_back(value);
    std::fclose(file);
    set.queries = set.vectors;
    return set;
}

/// FILE DIMENSION, or ROWS QUERIES DIMENSION CLUSTERS RANK SPREAD.
inline VectorSet vectorSetOf(const std::vector<std::string>& words) {
    if (words.size() == 2)
        return vectorsOfFile(words[0], std::stoul(words[1]));
    if (words.size() != 6)
        throw std::runtime_error("give FILE DIMENSION, or ROWS QUERIES DIMENSION CLUSTERS RANK SPREAD");
    return clusteredVectors(std::stoul(words[0]), std::stoul(words[1]), std::stoul(words[2]), std::stoul(words[3]), std::stoul(words[4]), std::stod(words[5]), 17);
}

} // namespace triptych
