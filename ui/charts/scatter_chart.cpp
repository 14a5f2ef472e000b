#include "charts/scatter_chart.h"

#include "charts/chart_export.h"
#include "charts/label_placement.h"
#include "charts/plot_area.h"
#include "charts/tickers.h"
#include "shell/theme.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace triptych::ui {

namespace {

/// Width of a marker: 10 px up to one megabyte, then 5 px more for every tenfold size.
qreal markerSize(double bytes) {
    if (bytes <= 1e6)
        return 10;
    return std::min(26.0, 10 + 5 * std::log10(bytes / 1e6));
}

} // namespace

std::vector<std::size_t> paretoFront(const std::vector<ScatterPoint>& points) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return points[a].x != points[b].x ? points[a].x < points[b].x : points[a].y > points[b].y;
    });
    std::vector<std::size_t> front;
    for (const std::size_t i : order) {
        if (front.empty() || points[i].y > points[front.back()].y)
            front.push_back(i);
    }
    return front;
}

ScatterChart::ScatterChart(QWidget* parent) : Chart(parent) {
    PlotArea& area = plot();
    area.xAxis->setScaleType(QCPAxis::stLogarithmic);
    area.xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new LogTicker));
    area.yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PlainTicker));
    new PaintedItem(&area, [this](QPainter& painter) { paint(painter); });
}

void ScatterChart::setPoints(std::vector<ScatterPoint> points) {
    std::erase_if(points, [](const ScatterPoint& point) { return !(point.x > 0) || !std::isfinite(point.y); });
    m_points = std::move(points);
    m_front = paretoFront(m_points);
    m_hovered.reset();
    dataChanged();
}

void ScatterChart::populate() {
    if (m_points.empty() || viewHeld())
        return;
    double left = m_points.front().x, right = left, low = m_points.front().y, high = low;
    for (const ScatterPoint& point : m_points) {
        left = std::min(left, point.x);
        right = std::max(right, point.x);
        low = std::min({low, point.y, point.low.value_or(point.y)});
        high = std::max({high, point.y, point.high.value_or(point.y)});
    }
    const double stretch = std::max(1.7, std::pow(right / left, 0.12));
    plot().xAxis->setRange(left / stretch, right * stretch * 1.15);
    const double padding = std::max((high - low) * 0.15, 0.5);
    plot().yAxis->setRange(low - padding, high + padding);
}

QPointF ScatterChart::pixelOf(const ScatterPoint& point) const {
    return {plot().xAxis->coordToPixel(point.x), plot().yAxis->coordToPixel(point.y)};
}

void ScatterChart::paint(QPainter& painter) const {
    const ThemeTokens& theme = tokens();
    const QRectF area = plot().axisRect()->rect();
    painter.save();
    painter.setClipRect(area.adjusted(-8, -8, 8, 8));
    if (m_front.size() > 1) {
        QPolygonF line;
        for (const std::size_t i : m_front)
            line.append(pixelOf(m_points[i]));
        painter.setPen(QPen(theme.faint, 1.2, Qt::DashLine));
        painter.drawPolyline(line);
    }
    std::vector<LabelRequest> requests;
    const QFont font = textFont(TextSize::Caption), strong = textFont(TextSize::Caption, true);
    const QFontMetricsF metrics(font), strongMetrics(strong);
    for (const ScatterPoint& point : m_points) {
        const QPointF centre = pixelOf(point);
        const qreal size = markerSize(point.bytes);
        const QColor colour = techniqueColor(point.technique, theme);
        if (point.low && point.high) {
            QColor pale = colour;
            pale.setAlphaF(0.45f);
            painter.setPen(QPen(pale, 2));
            painter.drawLine(QPointF(centre.x(), plot().yAxis->coordToPixel(*point.low)),
                             QPointF(centre.x(), plot().yAxis->coordToPixel(*point.high)));
        }
        paintTechniqueShape(painter, point.technique, centre, size, theme);
        if (point.strong) {
            painter.setPen(QPen(colour, 1.5));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(centre, size / 2 + 4, size / 2 + 4);
        }
        const QFontMetricsF& used = point.strong ? strongMetrics : metrics;
        requests.push_back({centre, size / 2 + (point.strong ? 4 : 0),
                            QSizeF(used.horizontalAdvance(point.label) + 2, used.height()), point.strong ? 1 : 0});
    }
    painter.restore();
    const auto places = placeLabels(requests, QRectF(plot().rect()).adjusted(area.left(), 0, 0, 0));
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        if (!places[i] || !area.adjusted(-4, -4, 4, 4).contains(requests[i].anchor))
            continue;
        painter.fillRect(places[i]->adjusted(0, 1, 0, -1), theme.surface); // keeps the front's line out of the words
        painter.setFont(m_points[i].strong ? strong : font);
        painter.setPen(m_points[i].strong ? theme.text : theme.secondary);
        painter.drawText(*places[i], Qt::AlignCenter, m_points[i].label);
    }
}

Hover ScatterChart::hoverFor(std::size_t index) const {
    const ScatterPoint& point = m_points[index];
    Hover hover;
    hover.shown = true;
    hover.line = false;
    hover.at = pixelOf(point) + QPointF(markerSize(point.bytes) / 2, 0);
    hover.lines.append({point.label, QColor()});
    const QColor colour = techniqueColor(point.technique);
    QString y = QStringLiteral("%1  %2").arg(yTitle(), plainNumber(point.y));
    if (point.low && point.high)
        y += QStringLiteral("  (%1–%2)").arg(plainNumber(*point.low), plainNumber(*point.high));
    hover.lines.append({y, colour});
    hover.lines.append({QStringLiteral("%1  %2").arg(xTitle(), plainNumber(point.x)), colour});
    for (const QString& detail : point.details)
        hover.lines.append({detail, colour});
    return hover;
}

std::optional<std::size_t> ScatterChart::pointAt(QPointF pixel) const {
    std::optional<std::size_t> best;
    qreal bestDistance = 0;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const QPointF to = pixelOf(m_points[i]) - pixel;
        const qreal distance = std::hypot(to.x(), to.y());
        if (distance <= markerSize(m_points[i].bytes) / 2 + 6 && (!best || distance < bestDistance)) {
            best = i;
            bestDistance = distance;
        }
    }
    return best;
}

Hover ScatterChart::hoverAt(QPointF pixel) const {
    m_hovered = pointAt(pixel);
    return m_hovered ? hoverFor(*m_hovered) : Hover();
}

Hover ScatterChart::walk(int direction) {
    if (m_points.empty())
        return {};
    std::vector<std::size_t> order(m_points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [this](std::size_t a, std::size_t b) { return m_points[a].x < m_points[b].x; });
    auto at = m_hovered ? std::find(order.begin(), order.end(), *m_hovered) - order.begin()
                        : (direction > 0 ? std::ptrdiff_t{-1} : static_cast<std::ptrdiff_t>(order.size()));
    at = std::clamp<std::ptrdiff_t>(at + direction, 0, static_cast<std::ptrdiff_t>(order.size()) - 1);
    m_hovered = order[static_cast<std::size_t>(at)];
    return hoverFor(*m_hovered);
}

void ScatterChart::activate() {
    if (m_hovered && *m_hovered < m_points.size())
        Q_EMIT pointActivated(m_points[*m_hovered].id);
}

QString ScatterChart::csv() const {
    QString text = QStringLiteral("name,technique,%1,%2,low,high,size_bytes,pareto\n").arg(csvCell(xTitle()), csvCell(yTitle()));
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const ScatterPoint& point = m_points[i];
        const bool front = std::find(m_front.begin(), m_front.end(), i) != m_front.end();
        const std::string_view technique = techniqueName(point.technique);
        text += QStringList{csvCell(point.label),
                            QString::fromUtf8(technique.data(), static_cast<qsizetype>(technique.size())),
                            csvNumber(point.x), csvNumber(point.y), point.low ? csvNumber(*point.low) : QString(),
                            point.high ? csvNumber(*point.high) : QString(), csvNumber(point.bytes),
                            front ? QStringLiteral("1") : QStringLiteral("0")}
                    .join(QLatin1Char(','));
        text += QLatin1Char('\n');
    }
    return text;
}

} // namespace triptych::ui
