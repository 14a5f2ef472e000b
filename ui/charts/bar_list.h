#pragma once

#include "charts/chart.h"

#include <optional>
#include <vector>

namespace triptych::ui {

struct Bar {
    QString name;
    std::int64_t count = 0;
};

/// Horizontal bars with a name each: a label histogram. Names are elided at the left and whole in the hover
/// box; a list longer than the chart scrolls by wheel, drag, arrows and Page keys.
class BarList : public Chart {
    Q_OBJECT
public:
    explicit BarList(QWidget* parent = nullptr);
    /// Drawn in the order given.
    void setBars(std::vector<Bar> bars);
    const std::vector<Bar>& bars() const { return m_bars; }

    bool hasData() const override { return !m_bars.empty(); }
    QString csv() const override;

protected:
    void populate() override;
    void laidOut() override;
    Hover hoverAt(QPointF pixel) const override;
    Hover walk(int direction) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void paint(QPainter& painter) const;
    Hover hoverFor(std::size_t index) const;
    void scrollTo(double row);

    std::vector<Bar> m_bars;
    double m_first = 0; ///< row at the upper edge
    double m_visible = 1;
    std::optional<std::size_t> m_walked;
};

} // namespace triptych::ui
