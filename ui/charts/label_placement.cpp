#include "charts/label_placement.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace triptych::ui {

std::vector<std::optional<QRectF>> placeLabels(const std::vector<LabelRequest>& requests, const QRectF& bounds) {
    std::vector<std::optional<QRectF>> placed(requests.size());
    std::vector<QRectF> taken;
    for (const LabelRequest& request : requests) {
        const qreal r = request.markerRadius + 1;
        taken.emplace_back(request.anchor.x() - r, request.anchor.y() - r, 2 * r, 2 * r);
    }
    std::vector<std::size_t> order(requests.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return requests[a].priority > requests[b].priority; });

    for (const std::size_t index : order) {
        const LabelRequest& request = requests[index];
        const QPointF c = request.anchor;
        const qreal w = request.size.width(), h = request.size.height(), r = request.markerRadius + 4;
        const std::array<QPointF, 10> corners = {
            QPointF(c.x() + r, c.y() - h / 2),         // right
            QPointF(c.x() + r * 0.7, c.y() - r - h * 0.6), // right, above
            QPointF(c.x() + r * 0.7, c.y() + r - h * 0.4), // right, below
            QPointF(c.x() - r - w, c.y() - h / 2),     // left
            QPointF(c.x() - w / 2, c.y() - r - h),     // above
            QPointF(c.x() - w / 2, c.y() + r),         // below
            QPointF(c.x() - r * 0.7 - w, c.y() - r - h * 0.6),
            QPointF(c.x() - r * 0.7 - w, c.y() + r - h * 0.4),
            QPointF(c.x() - w / 2, c.y() - r - 2 * h),
            QPointF(c.x() - w / 2, c.y() + r + h),
        };
        for (const QPointF& corner : corners) {
            const QRectF box(corner, request.size);
            if (!bounds.contains(box))
                continue;
            const bool free = std::none_of(taken.begin(), taken.end(),
                                           [&](const QRectF& other) { return other.intersects(box); });
            if (free) {
                placed[index] = box;
                taken.push_back(box);
                break;
            }
        }
    }
    return placed;
}

std::vector<qreal> spreadApart(const std::vector<qreal>& wanted, qreal distance, qreal low, qreal high) {
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
    std::vector<qreal> result = wanted;
    qreal next = low;
    for (const std::size_t i : order) {
        result[i] = std::max(wanted[i], next);
        next = result[i] + distance;
    }
    qreal limit = high;
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
        result[*it] = std::min(result[*it], limit);
        limit = result[*it] - distance;
    }
    return result;
}

} // namespace triptych::ui
