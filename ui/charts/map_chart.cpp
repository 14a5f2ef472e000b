#include "charts/map_chart.h"

#include "charts/chart_export.h"
#include "charts/plot_area.h"
#include "charts/tickers.h"
#include "shell/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace triptych::ui {

namespace {

constexpr int kColours = 5; ///< that colour-blind eyes tell apart, and from the mark of the query
constexpr double kDot = 2.2, kStrongDot = 5, kReach = 12; ///< pixels
constexpr double kMargin = 0.05;

} // namespace

QColor groupColour(int group) {
    const ThemeTokens& theme = tokens();
    switch (group) {
    case 0: return theme.retrieve;
    case 1: return theme.fineTune;
    case 2: return theme.distil;
    case 3: return theme.hybrid;
    case 4: return theme.warning;
    default: return theme.zeroShot;
    }
}

MapChart::MapChart(QWidget* parent) : Chart(parent) {
    PlotArea& area = plot();
    area.xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PlainTicker));
    area.yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PlainTicker));
    new PaintedItem(&area, [this](QPainter& painter) { paint(painter); });
}

void MapChart::setPoints(std::vector<MapPoint> points, const QStringList& groups) {
    m_points = std::move(points);
    m_groups = groups;
    m_hovered.reset();
    QList<LegendEntry> legend;
    for (int group = 0; group < std::min<int>(kColours, static_cast<int>(groups.size())); ++group)
        legend.append({groups.at(group), groupColour(group), Qt::SolidLine});
    if (groups.size() > kColours)
        legend.append({tr("%n other(s)", nullptr, static_cast<int>(groups.size()) - kColours), groupColour(kColours), Qt::SolidLine});
    setLegend(legend);
    dataChanged();
}

void MapChart::setMark(std::optional<QPointF> mark, const QString& name) {
    m_mark = mark;
    m_markName = name;
    dataChanged();
}

void MapChart::populate() {
    if (m_points.empty() || viewHeld())
        return;
    double left = m_points.front().x, right = left, low = m_points.front().y, high = low;
    for (const MapPoint& point : m_points) {
        left = std::min(left, point.x);
        right = std::max(right, point.x);
        low = std::min(low, point.y);
        high = std::max(high, point.y);
    }
    if (m_mark) {
        left = std::min(left, m_mark->x());
        right = std::max(right, m_mark->x());
        low = std::min(low, m_mark->y());
        high = std::max(high, m_mark->y());
    }
    const double width = std::max(right - left, 1e-6) * kMargin, height = std::max(high - low, 1e-6) * kMargin;
    plot().xAxis->setRange(left - width, right + width);
    plot().yAxis->setRange(low - height, high + height);
}

QPointF MapChart::pixelOf(const MapPoint& point) const { return {plot().xAxis->coordToPixel(point.x), plot().yAxis->coordToPixel(point.y)}; }

void MapChart::paint(QPainter& painter) const {
    const ThemeTokens& theme = tokens();
    painter.save();
    painter.setClipRect(plot().axisRect()->rect());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    for (const bool strong : {false, true}) {
        for (const MapPoint& point : m_points) {
            if (point.strong != strong)
                continue;
            QColor colour = groupColour(point.group);
            colour.setAlphaF(strong ? 1.0F : 0.65F);
            painter.setBrush(colour);
            if (strong)
                painter.setPen(QPen(theme.text, 1.5));
            const double size = strong ? kStrongDot : kDot;
            painter.drawEllipse(pixelOf(point), size, size);
        }
    }
    if (m_mark) {
        const QPointF at(plot().xAxis->coordToPixel(m_mark->x()), plot().yAxis->coordToPixel(m_mark->y()));
        painter.setPen(QPen(theme.bad, 2));
        painter.drawLine(at - QPointF(7, 7), at + QPointF(7, 7));
        painter.drawLine(at - QPointF(7, -7), at + QPointF(7, -7));
        painter.setFont(textFont(TextSize::Caption, true));
        painter.drawText(at + QPointF(10, 4), m_markName);
    }
    painter.restore();
}

std::optional<std::size_t> MapChart::nearest(QPointF pixel) const {
    std::optional<std::size_t> best;
    double least = kReach * kReach;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const QPointF away = pixelOf(m_points[i]) - pixel;
        const double distance = QPointF::dotProduct(away, away);
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

Hover MapChart::hoverFor(std::size_t index) const {
    const MapPoint& point = m_points[index];
    Hover hover;
    hover.shown = true;
    hover.line = false;
    hover.at = pixelOf(point);
    hover.dots.append({hover.at, groupColour(point.group)});
    hover.lines.append({m_groups.value(point.group), QColor()});
    if (m_detail)
        hover.lines.append({m_detail(index), QColor()});
    m_hovered = index;
    return hover;
}

Hover MapChart::hoverAt(QPointF pixel) const {
    m_hovered = nearest(pixel);
    return m_hovered ? hoverFor(*m_hovered) : Hover();
}

Hover MapChart::walk(int direction) {
    if (m_points.empty())
        return {};
    const auto last = static_cast<std::ptrdiff_t>(m_points.size()) - 1;
    const auto next = m_hovered ? static_cast<std::ptrdiff_t>(*m_hovered) + direction : (direction > 0 ? 0 : last);
    return hoverFor(static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(next, 0, last)));
}

void MapChart::activate() {
    if (m_hovered)
        Q_EMIT pointActivated(*m_hovered);
}

QString MapChart::csv() const {
    QString text = QStringLiteral("x,y,group,hit\n");
    for (const MapPoint& point : m_points) {
        text += QStringLiteral("%1,%2,%3,%4\n").arg(csvNumber(point.x), csvNumber(point.y), csvCell(m_groups.value(point.group)), point.strong ? QStringLiteral("1") : QStringLiteral("0"));
    }
    return text;
}

} // namespace triptych::ui
