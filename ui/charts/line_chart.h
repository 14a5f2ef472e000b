#pragma once

#include "charts/chart.h"
#include "shell/theme.h"

#include <optional>
#include <vector>

class QCPGraph;

namespace triptych::ui {

/// A colour of the theme, so that it follows light and dark.
using ThemeColour = QColor ThemeTokens::*;

struct LineSeries {
    QString name;                                ///< translated; stands at the end of the line
    ThemeColour colour = &ThemeTokens::accent;
    Qt::PenStyle dash = Qt::SolidLine;
    qreal width = 2;
    bool markers = false;                        ///< a dot at each point, for sparse series
};

/// Lines over a common x, live or whole. Up to four lines carry their name at their end, more get a legend.
/// Data of any length are drawn through min-max decimation to the pixel.
class LineChart : public Chart {
    Q_OBJECT
public:
    explicit LineChart(QWidget* parent = nullptr);

    int addSeries(const LineSeries& series); ///< returns its index
    void setSeriesName(int index, const QString& name);
    int seriesCount() const { return static_cast<int>(m_series.size()); }
    void removeAllSeries();
    /// x ascending, same length as y.
    void setData(int index, std::vector<double> x, std::vector<double> y);
    /// A point at the end. An x that was passed already replaces everything from there on: a resumed run
    /// repeats the steps since its last checkpoint.
    void append(int index, double x, double y);
    void clearData();
    /// Exponential moving average, weight in [0, 1); 0 is none. The raw line stays under it, thin and pale.
    void setSmoothing(double weight);
    double smoothing() const { return m_smoothing; }
    /// Bounds of the y axis that hold whatever the data are.
    void setYBounds(std::optional<double> low, std::optional<double> high);
    /// The x axis reaches at least so far: the last step of a run that is under way.
    void setXEnd(double x);
    void setIntegerX(bool integer);

    bool hasData() const override;
    QString csv() const override;
    const std::vector<double>& xs(int index) const { return m_series[static_cast<std::size_t>(index)].x; }
    const std::vector<double>& ys(int index) const { return m_series[static_cast<std::size_t>(index)].y; }
    int drawnPoints(int index) const; ///< points handed to the painter at the last drawing

protected:
    void populate() override;
    void laidOut() override;
    Hover hoverAt(QPointF pixel) const override;
    Hover walk(int direction) override;

private:
    struct Line {
        LineSeries look;
        std::vector<double> x, y, smooth;
        QCPGraph* graph = nullptr;
        QCPGraph* raw = nullptr;
    };
    Hover hoverFor(double x) const;
    void paintEndLabels(QPainter& painter) const;
    bool labelsAtEnds() const;

    std::vector<Line> m_series;
    double m_smoothing = 0;
    std::optional<double> m_low, m_high;
    double m_xEnd = 0;
    bool m_hasXEnd = false;
    std::optional<double> m_hoverX;
};

} // namespace triptych::ui
