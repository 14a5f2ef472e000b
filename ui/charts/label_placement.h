#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <optional>
#include <vector>

namespace triptych::ui {

/// A marker that wants a label beside it.
struct LabelRequest {
    QPointF anchor;       ///< the marker's centre
    qreal markerRadius = 6;
    QSizeF size;          ///< of the text
    int priority = 0;     ///< higher is placed first and so gets the better place
};

/// Places each label beside its marker, inside `bounds`, over no marker and no other label; greedy by
/// priority. A label that finds no free place stays away: its value is still there under the pointer.
std::vector<std::optional<QRectF>> placeLabels(const std::vector<LabelRequest>& requests, const QRectF& bounds);

/// Moves wanted vertical centres apart until neighbours are `distance` from each other, staying in
/// [low, high] as far as that is possible. Order is kept.
std::vector<qreal> spreadApart(const std::vector<qreal>& wanted, qreal distance, qreal low, qreal high);

} // namespace triptych::ui
