#include "charts/heat_map.h"

#include "charts/chart_export.h"
#include "charts/plot_area.h"
#include "l10n/numbers.h"
#include "shell/theme.h"

#include <QPainter>

#include <algorithm>

namespace triptych::ui {

namespace {

constexpr double kGap = 1;
constexpr double kPalest = 0.12; ///< share of the colour in the lowest cell, so that it is told from an empty one

std::vector<double> ascending(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

double placeOf(const std::vector<double>& values, double value) {
    return static_cast<double>(std::lower_bound(values.begin(), values.end(), value) - values.begin());
}

QColor mixed(const QColor& from, const QColor& to, double share) {
    const auto part = [share](int a, int b) { return static_cast<int>(a + (b - a) * share); };
    return {part(from.red(), to.red()), part(from.green(), to.green()), part(from.blue(), to.blue())};
}

QSharedPointer<QCPAxisTicker> tickerOf(const std::vector<double>& values) {
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    for (std::size_t i = 0; i < values.size(); ++i)
        ticker->addTick(static_cast<double>(i), QString::number(values[i]));
    return ticker;
}

} // namespace

HeatMap::HeatMap(QWidget* parent) : Chart(parent) {
    PlotArea& area = plot();
    area.axisRect()->setRangeZoom({});
    area.axisRect()->setRangeDrag({});
    new PaintedItem(&area, [this](QPainter& painter) { paint(painter); });
}

void HeatMap::setCells(std::vector<HeatCell> cells, const QString& name) {
    m_cells = std::move(cells);
    m_name = name;
    m_hovered.reset();
    std::vector<double> columns, rows;
    for (const HeatCell& cell : m_cells) {
        columns.push_back(cell.x);
        rows.push_back(cell.y);
    }
    m_columns = ascending(std::move(columns));
    m_rows = ascending(std::move(rows));
    if (!m_cells.empty()) {
        const auto [low, high] = std::minmax_element(m_cells.begin(), m_cells.end(), [](const HeatCell& a, const HeatCell& b) { return a.value < b.value; });
        m_low = low->value;
        m_high = high->value;
    }
    dataChanged();
}

void HeatMap::populate() {
    plot().xAxis->setTicker(tickerOf(m_columns));
    plot().yAxis->setTicker(tickerOf(m_rows));
    plot().xAxis->setRange(-0.5, static_cast<double>(m_columns.size()) - 0.5);
    plot().yAxis->setRange(-0.5, static_cast<double>(m_rows.size()) - 0.5);
}

QRectF HeatMap::rectOf(const HeatCell& cell) const {
    const double column = placeOf(m_columns, cell.x), row = placeOf(m_rows, cell.y);
    const QPointF a(plot().xAxis->coordToPixel(column - 0.5), plot().yAxis->coordToPixel(row + 0.5));
    const QPointF b(plot().xAxis->coordToPixel(column + 0.5), plot().yAxis->coordToPixel(row - 0.5));
    return QRectF(a, b).normalized().adjusted(kGap, kGap, -kGap, -kGap);
}

QColor HeatMap::colourOf(double value) const {
    const double share = m_high > m_low ? (value - m_low) / (m_high - m_low) : 1;
    return mixed(tokens().surface, tokens().retrieve, kPalest + (1 - kPalest) * share);
}

void HeatMap::paint(QPainter& painter) const {
    const ThemeTokens& theme = tokens();
    painter.save();
    painter.setFont(textFont(TextSize::Caption));
    for (const HeatCell& cell : m_cells) {
        const QRectF rect = rectOf(cell);
        const QColor ground = colourOf(cell.value);
        painter.fillRect(rect, ground);
        if (cell.value == m_high) {
            painter.setPen(QPen(theme.text, 2));
            painter.drawRect(rect.adjusted(1, 1, -1, -1));
        }
        painter.setPen(ground.lightness() > 128 ? QColor(Qt::black) : QColor(Qt::white));
        painter.drawText(rect, Qt::AlignCenter, figureText(cell.value));
    }
    painter.restore();
}

Hover HeatMap::hoverFor(std::size_t index) const {
    const HeatCell& cell = m_cells[index];
    Hover hover;
    hover.shown = true;
    hover.line = false;
    hover.at = rectOf(cell).center();
    hover.lines.append({QStringLiteral("%1 %2, %3 %4").arg(xTitle(), QString::number(cell.x), yTitle(), QString::number(cell.y)), QColor()});
    hover.lines.append({QStringLiteral("%1  %2").arg(m_name, figureText(cell.value)), colourOf(cell.value)});
    if (!cell.detail.isEmpty())
        hover.lines.append({cell.detail, QColor()});
    m_hovered = index;
    return hover;
}

Hover HeatMap::hoverAt(QPointF pixel) const {
    for (std::size_t i = 0; i < m_cells.size(); ++i) {
        if (rectOf(m_cells[i]).contains(pixel))
            return hoverFor(i);
    }
    m_hovered.reset();
    return {};
}

Hover HeatMap::walk(int direction) {
    if (m_cells.empty())
        return {};
    const auto last = static_cast<std::ptrdiff_t>(m_cells.size()) - 1;
    const auto next = m_hovered ? static_cast<std::ptrdiff_t>(*m_hovered) + direction : (direction > 0 ? 0 : last);
    return hoverFor(static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(next, 0, last)));
}

void HeatMap::activate() {
    if (m_hovered)
        Q_EMIT cellActivated(m_cells[*m_hovered].x, m_cells[*m_hovered].y);
}

QString HeatMap::csv() const {
    QString text = QStringLiteral("%1,%2,%3\n").arg(csvCell(xTitle()), csvCell(yTitle()), csvCell(m_name));
    for (const HeatCell& cell : m_cells)
        text += QStringLiteral("%1,%2,%3\n").arg(csvNumber(cell.x), csvNumber(cell.y), csvNumber(cell.value));
    return text;
}

} // namespace triptych::ui
