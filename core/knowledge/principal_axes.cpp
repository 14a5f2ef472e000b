#include "knowledge/principal_axes.h"

#include "base/error.h"
#include "base/progress.h"
#include "base/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <utility>

namespace triptych {

namespace {

/// Directions that are followed at once: more than two, so that the second is told from the third soon.
constexpr std::size_t kBlock = 8;
constexpr int kMostSteps = 60;
constexpr double kStill = 1e-10; ///< change of the variances in a step, as a share, at which they have been found
constexpr std::uint64_t kSeed = 13;

using Vectors = std::vector<std::vector<double>>;

double product(const std::vector<double>& a, const std::vector<double>& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

void add(std::vector<double>& to, double factor, const std::vector<double>& from) {
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] += factor * from[i];
}

/// Gram-Schmidt, twice against rounding; what depends on those before becomes 0.
void makeOrthonormal(Vectors& block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
        const double before = std::sqrt(product(block[i], block[i]));
        for (int time = 0; time < 2; ++time) {
            for (std::size_t j = 0; j < i; ++j)
                add(block[i], -product(block[i], block[j]), block[j]);
        }
        const double length = std::sqrt(product(block[i], block[i]));
        const bool isIndependent = length > 1e-12 * before && length > 0;
        for (double& value : block[i])
            value = isIndependent ? value / length : 0;
    }
}

/// Eigenvalues of a small symmetric matrix on its diagonal, by Jacobi's rotations; the columns of `rotation` are the vectors.
void diagonalise(Vectors& matrix, Vectors& rotation) {
    const std::size_t n = matrix.size();
    rotation.assign(n, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i)
        rotation[i][i] = 1;
    for (int sweep = 0; sweep < 50; ++sweep) {
        double off = 0, all = 0;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j)
                (i == j ? all : off) += matrix[i][j] * matrix[i][j];
        }
        if (off <= 1e-30 * all)
            return;
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) {
                if (matrix[p][q] == 0)
                    continue;
                const double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
                const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
                const double c = 1 / std::sqrt(t * t + 1), s = t * c;
                for (std::size_t i = 0; i < n; ++i)
                    std::tie(matrix[i][p], matrix[i][q]) = std::pair(c * matrix[i][p] - s * matrix[i][q], s * matrix[i][p] + c * matrix[i][q]);
                for (std::size_t i = 0; i < n; ++i)
                    std::tie(matrix[p][i], matrix[q][i]) = std::pair(c * matrix[p][i] - s * matrix[q][i], s * matrix[p][i] + c * matrix[q][i]);
                for (std::size_t i = 0; i < n; ++i)
                    std::tie(rotation[i][p], rotation[i][q]) = std::pair(c * rotation[i][p] - s * rotation[i][q], s * rotation[i][p] + c * rotation[i][q]);
            }
        }
    }
}

class Iteration {
public:
    Iteration(std::span<const float> vectors, std::size_t dimension, const std::stop_token& stop)
        : mean(dimension), m_vectors(vectors), m_dimension(dimension), m_count(vectors.size() / dimension), m_stop(stop) {
        for (std::size_t i = 0; i < vectors.size(); ++i)
            mean[i % dimension] += static_cast<double>(vectors[i]);
        for (double& value : mean)
            value /= static_cast<double>(m_count);
        for (std::size_t i = 0; i < vectors.size(); ++i) {
            const double off = static_cast<double>(vectors[i]) - mean[i % dimension];
            variance += off * off;
        }
        variance /= static_cast<double>(m_count);
    }

    void run() {
        Random random(kSeed);
        block.assign(std::min(kBlock, m_dimension), std::vector<double>(m_dimension));
        for (std::vector<double>& direction : block) {
            for (double& value : direction)
                value = random.uniform() - 0.5;
        }
        makeOrthonormal(block);
        for (int step = 0; step < kMostSteps; ++step) {
            throwIfStopped(m_stop);
            const std::vector<double> before = variances;
            advance();
            const auto isStill = [&](std::size_t i) { return i >= variances.size() || std::abs(variances[i] - before[i]) <= kStill * variances[0]; };
            if (!before.empty() && isStill(0) && isStill(1))
                break;
        }
    }

    std::vector<double> mean, variances; ///< the latter along the block, greatest first
    double variance = 0;                 ///< in all directions together
    Vectors block;

private:
    /// Multiplies the block by the covariance and turns it into the best directions within what it spans.
    void advance() {
        Vectors multiplied(block.size(), std::vector<double>(m_dimension));
        std::vector<double> centred(m_dimension);
        for (std::size_t row = 0; row < m_count; ++row) {
            for (std::size_t i = 0; i < m_dimension; ++i)
                centred[i] = static_cast<double>(m_vectors[row * m_dimension + i]) - mean[i];
            for (std::size_t b = 0; b < block.size(); ++b)
                add(multiplied[b], product(centred, block[b]) / static_cast<double>(m_count), centred);
        }
        Vectors small(block.size(), std::vector<double>(block.size())), rotation;
        for (std::size_t a = 0; a < block.size(); ++a) {
            for (std::size_t b = 0; b < block.size(); ++b)
                small[a][b] = (product(block[a], multiplied[b]) + product(block[b], multiplied[a])) / 2;
        }
        diagonalise(small, rotation);
        std::vector<std::size_t> order(block.size());
        std::iota(order.begin(), order.end(), 0u);
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return small[a][a] > small[b][b]; });
        variances.clear();
        Vectors turned(block.size(), std::vector<double>(m_dimension));
        for (std::size_t i = 0; i < order.size(); ++i) {
            variances.push_back(small[order[i]][order[i]]);
            for (std::size_t b = 0; b < block.size(); ++b)
                add(turned[i], rotation[b][order[i]], multiplied[b]);
        }
        block = std::move(turned);
        makeOrthonormal(block);
    }

    std::span<const float> m_vectors;
    std::size_t m_dimension, m_count;
    std::stop_token m_stop;
};

} // namespace

std::array<double, 2> PrincipalAxes::place(std::span<const float> vector) const {
    std::array<double, 2> place{};
    for (std::size_t axis = 0; axis < 2; ++axis) {
        for (std::size_t i = 0; i < vector.size(); ++i)
            place[axis] += (static_cast<double>(vector[i]) - mean[i]) * axes[axis][i];
    }
    return place;
}

PrincipalAxes principalAxes(std::span<const float> vectors, int dimension, const std::stop_token& stop) {
    if (dimension < 1 || vectors.empty() || vectors.size() % static_cast<std::size_t>(dimension) != 0)
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} values are no whole number of vectors of dimension {}", vectors.size(), dimension));
    Iteration iteration(vectors, static_cast<std::size_t>(dimension), stop);
    iteration.run();
    PrincipalAxes result;
    result.mean = std::move(iteration.mean);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        std::vector<double>& direction = result.axes[axis];
        direction.assign(static_cast<std::size_t>(dimension), 0);
        if (axis >= iteration.block.size() || iteration.variance <= 0)
            continue;
        direction = std::move(iteration.block[axis]);
        const auto largest = std::max_element(direction.begin(), direction.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
        if (*largest < 0)
            std::transform(direction.begin(), direction.end(), direction.begin(), [](double value) { return -value; });
        result.explained[axis] = std::max(0.0, iteration.variances[axis]) / iteration.variance;
    }
    return result;
}

} // namespace triptych
