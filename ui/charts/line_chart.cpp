#include "charts/line_chart.h"

#include "charts/chart_export.h"
#include "charts/decimate.h"
#include "charts/label_placement.h"
#include "charts/plot_area.h"
#include "charts/tickers.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace triptych::ui {

namespace {

constexpr std::size_t kMostEndLabels = 4;
constexpr int kEndLabelRoom = 96; ///< a longer name is elided

/// Debiased exponential moving average: the first values are not drawn towards zero.
std::vector<double> movingAverage(const std::vector<double>& values, double weight) {
    std::vector<double> result(values.size());
    double mean = 0, bias = 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::isfinite(values[i])) {
            mean = weight * mean + (1 - weight) * values[i];
            bias *= weight;
        }
        result[i] = bias < 1 ? mean / (1 - bias) : values[i];
    }
    return result;
}

std::size_t nearest(const std::vector<double>& x, double wanted) {
    const auto it = std::lower_bound(x.begin(), x.end(), wanted);
    if (it == x.begin())
        return 0;
    const auto i = static_cast<std::size_t>(it - x.begin());
    return it == x.end() || wanted - x[i - 1] < x[i] - wanted ? i - 1 : i;
}

void setPoints(QCPGraph& graph, const std::vector<QPointF>& points) {
    QVector<QCPGraphData> data;
    data.reserve(static_cast<qsizetype>(points.size()));
    for (const QPointF& point : points)
        data.append(QCPGraphData(point.x(), point.y()));
    graph.data()->set(data, true);
}

} // namespace

LineChart::LineChart(QWidget* parent) : Chart(parent) {
    PlotArea& area = plot();
    area.xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PlainTicker));
    area.yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PlainTicker));
    area.axisRect()->setRangeZoom(Qt::Horizontal);
    new PaintedItem(&area, [this](QPainter& painter) { paintEndLabels(painter); });
}

int LineChart::addSeries(const LineSeries& series) {
    Line line;
    line.look = series;
    line.raw = plot().addGraph();
    line.graph = plot().addGraph();
    for (QCPGraph* graph : {line.raw, line.graph}) {
        graph->setAdaptiveSampling(false);
        graph->setSelectable(QCP::stNone);
    }
    m_series.push_back(std::move(line));
    dataChanged();
    return static_cast<int>(m_series.size()) - 1;
}

void LineChart::setSeriesName(int index, const QString& name) {
    m_series[static_cast<std::size_t>(index)].look.name = name;
    dataChanged();
}

void LineChart::removeAllSeries() {
    m_series.clear();
    plot().clearGraphs();
    dataChanged();
}

void LineChart::setData(int index, std::vector<double> x, std::vector<double> y) {
    Line& line = m_series[static_cast<std::size_t>(index)];
    line.x = std::move(x);
    line.y = std::move(y);
    dataChanged();
}

void LineChart::append(int index, double x, double y) {
    Line& line = m_series[static_cast<std::size_t>(index)];
    if (!line.x.empty() && x <= line.x.back()) {
        const auto from = std::lower_bound(line.x.begin(), line.x.end(), x) - line.x.begin();
        line.x.resize(static_cast<std::size_t>(from));
        line.y.resize(static_cast<std::size_t>(from));
    }
    line.x.push_back(x);
    line.y.push_back(y);
    dataChanged();
}

void LineChart::clearData() {
    for (Line& line : m_series) {
        line.x.clear();
        line.y.clear();
    }
    m_hasXEnd = false;
    resetView();
}

void LineChart::setSmoothing(double weight) {
    m_smoothing = std::clamp(weight, 0.0, 0.999);
    dataChanged();
}

void LineChart::setYBounds(std::optional<double> low, std::optional<double> high) {
    m_low = low;
    m_high = high;
    dataChanged();
}

void LineChart::setXEnd(double x) {
    m_xEnd = x;
    m_hasXEnd = true;
    dataChanged();
}

void LineChart::setIntegerX(bool integer) {
    plot().xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PlainTicker(integer)));
}

bool LineChart::hasData() const {
    return std::any_of(m_series.begin(), m_series.end(), [](const Line& line) { return !line.x.empty(); });
}

bool LineChart::labelsAtEnds() const {
    return m_series.size() <= kMostEndLabels;
}

int LineChart::drawnPoints(int index) const {
    return m_series[static_cast<std::size_t>(index)].graph->data()->size();
}

void LineChart::populate() {
    const ThemeTokens& theme = tokens();
    double left = std::numeric_limits<double>::infinity(), right = -left, low = left, high = -left;
    QList<LegendEntry> legend;
    qreal room = 0;
    const QFontMetricsF metrics(textFont(TextSize::Caption));
    for (Line& line : m_series) {
        const QColor colour = theme.*line.look.colour;
        line.smooth = m_smoothing > 0 && !line.look.markers ? movingAverage(line.y, m_smoothing) : std::vector<double>();
        QColor pale = colour;
        pale.setAlphaF(0.3f);
        line.raw->setPen(QPen(pale, 1));
        QPen pen(colour, line.look.width, line.look.dash, Qt::FlatCap, Qt::RoundJoin);
        line.graph->setPen(pen);
        const bool dots = line.look.markers && line.x.size() <= 60;
        line.graph->setScatterStyle(dots ? QCPScatterStyle(QCPScatterStyle::ssDisc, colour, 5) : QCPScatterStyle());
        legend.append({line.look.name, colour, line.look.dash});
        if (line.x.empty())
            continue;
        room = std::max(room, std::min<qreal>(kEndLabelRoom, metrics.horizontalAdvance(line.look.name)));
        left = std::min(left, line.x.front());
        right = std::max(right, line.x.back());
        for (const double value : line.y) {
            if (std::isfinite(value)) {
                low = std::min(low, value);
                high = std::max(high, value);
            }
        }
    }
    setLegend(labelsAtEnds() ? QList<LegendEntry>() : legend);
    QCPAxisRect* area = plot().axisRect();
    area->setAutoMargins(QCP::msLeft | QCP::msBottom | QCP::msTop);
    area->setMargins(QMargins(0, 0, labelsAtEnds() ? static_cast<int>(room) + 14 : 10, 0));
    if (viewHeld() || !hasData())
        return;
    if (m_hasXEnd)
        right = std::max(right, m_xEnd);
    if (right <= left)
        right = left + 1;
    if (low > high) {
        low = 0;
        high = 1;
    }
    const double padding = high > low ? (high - low) * 0.06 : std::max(std::abs(high) * 0.1, 1e-12);
    // A dot at the first or last point is drawn whole.
    const bool dots = std::any_of(m_series.begin(), m_series.end(), [](const Line& line) { return line.look.markers; });
    const double beside = dots ? (right - left) * 0.015 : 0;
    plot().xAxis->setRange(left - beside, right + beside);
    plot().yAxis->setRange(m_low.value_or(low - padding), m_high.value_or(high + padding));
}

void LineChart::laidOut() {
    const QCPRange range = plot().xAxis->range();
    const int columns = std::max(1, plot().axisRect()->width());
    for (Line& line : m_series) {
        const bool smooth = line.smooth.size() == line.y.size() && !line.smooth.empty();
        setPoints(*line.graph, decimateMinMax(line.x, smooth ? line.smooth : line.y, range.lower, range.upper, columns));
        setPoints(*line.raw, smooth ? decimateMinMax(line.x, line.y, range.lower, range.upper, columns)
                                    : std::vector<QPointF>());
    }
}

void LineChart::paintEndLabels(QPainter& painter) const {
    if (!labelsAtEnds())
        return;
    const ThemeTokens& theme = tokens();
    const QFont font = textFont(TextSize::Caption);
    const QFontMetricsF metrics(font);
    const QRectF area = plot().axisRect()->rect();
    std::vector<const Line*> lines;
    std::vector<qreal> wanted, starts;
    for (const Line& line : m_series) {
        if (line.x.empty() || line.look.name.isEmpty())
            continue;
        // The value at the right edge of what is seen, which is the end unless the view was moved.
        const auto beyond = std::upper_bound(line.x.begin(), line.x.end(), plot().xAxis->range().upper);
        if (beyond == line.x.begin())
            continue;
        const auto at = static_cast<std::size_t>(beyond - line.x.begin()) - 1;
        const auto& values = line.smooth.size() == line.y.size() && !line.smooth.empty() ? line.smooth : line.y;
        if (!std::isfinite(values[at]))
            continue;
        lines.push_back(&line);
        wanted.push_back(std::clamp(plot().yAxis->coordToPixel(values[at]), area.top(), area.bottom()));
        starts.push_back(std::min(plot().xAxis->coordToPixel(line.x[at]), area.right()));
    }
    const std::vector<qreal> centres = spreadApart(wanted, metrics.height(), area.top(), area.bottom());
    painter.setFont(font);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        painter.setPen(theme.*lines[i]->look.colour);
        const QString text = metrics.elidedText(lines[i]->look.name, Qt::ElideRight, kEndLabelRoom);
        painter.drawText(QRectF(starts[i] + 6, centres[i] - metrics.height() / 2, kEndLabelRoom + 4, metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, text);
    }
}

Hover LineChart::hoverFor(double x) const {
    Hover hover;
    const ThemeTokens& theme = tokens();
    const QCPRange range = plot().xAxis->range();
    // The line snaps to the nearest point of any series; each series tells its own nearest value.
    double snapped = std::numeric_limits<double>::quiet_NaN();
    for (const Line& line : m_series) {
        if (line.x.empty())
            continue;
        const double candidate = line.x[nearest(line.x, x)];
        if (std::isnan(snapped) || std::abs(candidate - x) < std::abs(snapped - x))
            snapped = candidate;
    }
    if (std::isnan(snapped) || !range.contains(snapped))
        return hover;
    hover.lines.append({QStringLiteral("%1 %2").arg(xTitle(), plainNumber(snapped)), QColor()});
    qreal top = plot().axisRect()->rect().center().y();
    for (const Line& line : m_series) {
        if (line.x.empty() || snapped < line.x.front())
            continue;
        const std::size_t at = nearest(line.x, snapped);
        // A sparse series (dev, once an epoch) speaks only near its own points.
        const double pixels = std::abs(plot().xAxis->coordToPixel(line.x[at]) - plot().xAxis->coordToPixel(snapped));
        if (pixels > 24 || !std::isfinite(line.y[at]))
            continue;
        const QColor colour = theme.*line.look.colour;
        hover.lines.append({QStringLiteral("%1  %2").arg(line.look.name, plainNumber(line.y[at])), colour});
        const QPointF pixel(plot().xAxis->coordToPixel(line.x[at]), plot().yAxis->coordToPixel(line.y[at]));
        hover.dots.append({pixel, colour});
        top = pixel.y();
    }
    hover.at = QPointF(plot().xAxis->coordToPixel(snapped), top);
    hover.shown = hover.lines.size() > 1;
    return hover;
}

Hover LineChart::hoverAt(QPointF pixel) const {
    if (!plot().axisRect()->rect().contains(pixel.toPoint()))
        return {};
    return hoverFor(plot().xAxis->pixelToCoord(pixel.x()));
}

Hover LineChart::walk(int direction) {
    const QCPRange range = plot().xAxis->range();
    const double from = plot().hover().shown && m_hoverX ? *m_hoverX : (direction > 0 ? range.lower : range.upper);
    const bool started = plot().hover().shown && m_hoverX;
    std::optional<double> next;
    for (const Line& line : m_series) {
        const auto begin = line.x.begin(), end = line.x.end();
        if (direction > 0) {
            const auto it = started ? std::upper_bound(begin, end, from) : std::lower_bound(begin, end, from);
            if (it != end && (!next || *it < *next))
                next = *it;
        } else {
            const auto it = started ? std::lower_bound(begin, end, from) : std::upper_bound(begin, end, from);
            if (it != begin && (!next || *(it - 1) > *next))
                next = *(it - 1);
        }
    }
    if (!next || !range.contains(*next))
        return plot().hover();
    m_hoverX = next;
    return hoverFor(*next);
}

QString LineChart::csv() const {
    std::set<double> all;
    QStringList head = {csvCell(xTitle())};
    for (const Line& line : m_series) {
        all.insert(line.x.begin(), line.x.end());
        head.append(csvCell(line.look.name));
    }
    QString text = head.join(QLatin1Char(',')) + QLatin1Char('\n');
    std::vector<std::size_t> at(m_series.size(), 0);
    for (const double x : all) {
        text += csvNumber(x);
        for (std::size_t i = 0; i < m_series.size(); ++i) {
            const Line& line = m_series[i];
            text += QLatin1Char(',');
            if (at[i] < line.x.size() && line.x[at[i]] == x) {
                if (std::isfinite(line.y[at[i]]))
                    text += csvNumber(line.y[at[i]]);
                while (at[i] < line.x.size() && line.x[at[i]] == x)
                    ++at[i];
            }
        }
        text += QLatin1Char('\n');
    }
    return text;
}

} // namespace triptych::ui
