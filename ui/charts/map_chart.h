#pragma once

#include "charts/chart.h"

#include <QPointF>
#include <QString>
#include <QStringList>

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace triptych::ui {

/// A point of a plane and the group that gives it its colour.
struct MapPoint {
    double x = 0, y = 0;
    int group = 0;
    bool strong = false; ///< ringed and drawn last: a hit
};

/// Points of a plane, coloured by group; what is beyond the first groups is one grey rest. A cross marks a place of its own,
/// the query. Made for tens of thousands of points: they are painted once into a picture.
class MapChart : public Chart {
    Q_OBJECT
public:
    explicit MapChart(QWidget* parent = nullptr);
    /// groups: names; a point's group is an index into them. The first five have colours.
    void setPoints(std::vector<MapPoint> points, const QStringList& groups);
    /// The place of the query, with its name.
    void setMark(std::optional<QPointF> mark, const QString& name = {});
    /// What the hover box says below the group's name.
    void setDetail(std::function<QString(std::size_t)> detail) { m_detail = std::move(detail); }
    const std::vector<MapPoint>& points() const { return m_points; }
    bool hasData() const override { return !m_points.empty(); }
    QString csv() const override;

Q_SIGNALS:
    void pointActivated(std::size_t index);

protected:
    void populate() override;
    Hover hoverAt(QPointF pixel) const override;
    Hover walk(int direction) override;
    void activate() override;

private:
    void paint(QPainter& painter) const;
    Hover hoverFor(std::size_t index) const;
    std::optional<std::size_t> nearest(QPointF pixel) const;
    QPointF pixelOf(const MapPoint& point) const;

    std::vector<MapPoint> m_points;
    QStringList m_groups;
    std::optional<QPointF> m_mark;
    QString m_markName;
    std::function<QString(std::size_t)> m_detail;
    mutable std::optional<std::size_t> m_hovered;
};

/// Colour of a group on a map: five that differ for colour-blind eyes too, then grey.
QColor groupColour(int group);

} // namespace triptych::ui
