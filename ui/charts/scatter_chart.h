#pragma once

#include "charts/chart.h"
#include "selection/decision.h"

#include <optional>
#include <vector>

namespace triptych::ui {

struct ScatterPoint {
    QString id;      ///< what pointActivated carries
    QString label;   ///< beside the marker
    Technique technique = Technique::ZeroShot;
    double x = 0;    ///< > 0: the axis is logarithmic
    double y = 0;
    std::optional<double> low, high; ///< 95 % interval of y
    double bytes = 0;                ///< marker size; 0: smallest
    bool strong = false;             ///< recommended or selected: ringed, labelled first
    QStringList details;             ///< further lines of the hover box
};

/// Indices of the points that none beats: no other has x at most and y at least as large, one of them
/// better. By ascending x.
std::vector<std::size_t> paretoFront(const std::vector<ScatterPoint>& points);

/// Quality against cost: x logarithmic (milliseconds), y upwards; shape and colour by technique, size by
/// bytes, the Pareto front as a dashed line, labels that do not overlap.
class ScatterChart : public Chart {
    Q_OBJECT
public:
    explicit ScatterChart(QWidget* parent = nullptr);

    /// Points with x <= 0 are left out.
    void setPoints(std::vector<ScatterPoint> points);
    const std::vector<ScatterPoint>& points() const { return m_points; }
    /// Further columns of the CSV are size_bytes and the interval.
    bool hasData() const override { return !m_points.empty(); }
    QString csv() const override;

Q_SIGNALS:
    void pointActivated(const QString& id);

protected:
    void populate() override;
    Hover hoverAt(QPointF pixel) const override;
    Hover walk(int direction) override;
    void activate() override;

private:
    void paint(QPainter& painter) const;
    QPointF pixelOf(const ScatterPoint& point) const;
    Hover hoverFor(std::size_t index) const;
    std::optional<std::size_t> pointAt(QPointF pixel) const;

    std::vector<ScatterPoint> m_points;
    std::vector<std::size_t> m_front;
    mutable std::optional<std::size_t> m_hovered;
};

} // namespace triptych::ui
