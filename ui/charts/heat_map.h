#pragma once

#include "charts/chart.h"

#include <QString>

#include <cstddef>
#include <optional>
#include <vector>

namespace triptych::ui {

/// One cell of a heat map.
struct HeatCell {
    double x = 0, y = 0; ///< one of the columns, one of the rows
    double value = 0;
    QString detail;      ///< further line of the hover box
};

/// A value for pairs of two settings: a column for each x, a row for each y, the value written in the cell, so that it does not hang
/// on the colour alone. The best cell is ringed. Pairs without a value stay empty.
class HeatMap : public Chart {
    Q_OBJECT
public:
    explicit HeatMap(QWidget* parent = nullptr);
    /// name: of the value, for hover and CSV.
    void setCells(std::vector<HeatCell> cells, const QString& name);
    const std::vector<HeatCell>& cells() const { return m_cells; }
    bool hasData() const override { return !m_cells.empty(); }
    QString csv() const override;

Q_SIGNALS:
    void cellActivated(double x, double y);

protected:
    void populate() override;
    Hover hoverAt(QPointF pixel) const override;
    Hover walk(int direction) override;
    void activate() override;

private:
    void paint(QPainter& painter) const;
    QRectF rectOf(const HeatCell& cell) const;
    Hover hoverFor(std::size_t index) const;
    QColor colourOf(double value) const;

    std::vector<HeatCell> m_cells;
    std::vector<double> m_columns, m_rows; ///< ascending, without repeats
    double m_low = 0, m_high = 1;
    QString m_name;
    mutable std::optional<std::size_t> m_hovered;
};

} // namespace triptych::ui
