#pragma once

#include <QPointF>

#include <span>
#include <vector>

namespace triptych::ui {

/// Min-max decimation: of all points whose x lies in one of `columns` equal slices of [low, high], the first,
/// the lowest, the highest and the last are kept, in their order. No peak is lost and the drawn line is the
/// same to the pixel. x is sorted ascending and as long as y; columns > 0. Up to 4 * columns + 2 points come
/// back: one neighbour beyond each end stays, so that the line leaves the picture. Points whose y is not
/// finite are skipped. O(points in range).
std::vector<QPointF> decimateMinMax(std::span<const double> x, std::span<const double> y, double low, double high,
                                    int columns);

} // namespace triptych::ui
