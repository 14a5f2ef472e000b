#pragma once

#include <QColor>
#include <QWidget>

#include <optional>

namespace triptych::ui {

/// A value with its 95 % interval on a scale, painted: track, band, dot.
class IntervalStrip : public QWidget {
    Q_OBJECT
public:
    explicit IntervalStrip(QWidget* parent = nullptr);

    void setRange(double lowest, double highest);
    /// Without a value the empty track is drawn.
    void setValue(std::optional<double> value, std::optional<double> low = {}, std::optional<double> high = {});
    /// Invalid: the theme's accent.
    void setColor(const QColor& color);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_lowest = 0, m_highest = 1;
    std::optional<double> m_value, m_low, m_high;
    QColor m_color;
};

} // namespace triptych::ui
