#pragma once

#include <array>
#include <span>
#include <stop_token>
#include <vector>

namespace triptych {

/// The plane in which vectors differ most: their mean and the two directions of greatest variance.
struct PrincipalAxes {
    std::vector<double> mean;
    std::array<std::vector<double>, 2> axes; ///< of length 1, at right angles; the largest value of each is positive
    std::array<double, 2> explained{};       ///< share of all variance along each; 0 where there is none

    /// Where a vector lies in the plane.
    std::array<double, 2> place(std::span<const float> vector) const;
};

/// vectors: row-major (n, dimension). By subspace iteration from a fixed start (Halko, Martinsson and Tropp 2011), so that the same
/// vectors always give the same plane. Time grows with n * dimension. Throws Error{InvalidArgument} for no vectors, {Cancelled}.
PrincipalAxes principalAxes(std::span<const float> vectors, int dimension, const std::stop_token& stop = {});

} // namespace triptych
