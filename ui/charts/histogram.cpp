#include "charts/histogram.h"

#include "charts/chart_export.h"
#include "charts/plot_area.h"
#include "charts/tickers.h"
#include "shell/theme.h"

#include <algorithm>
#include <cmath>

namespace triptych::ui {

std::vector<HistogramBin> histogramBins(const std::vector<double>& values, int wanted) {
    std::vector<HistogramBin> bins;
    if (values.empty() || wanted <= 0)
        return bins;
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    const bool whole = std::all_of(values.begin(), values.end(), [](double v) { return v == std::floor(v); });
    double raw = std::max((*highest - *lowest) / wanted, whole ? 1.0 : 1e-9);
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double digit = raw / power;
    double width = (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power;
    if (whole)
        width = std::max(1.0, std::round(width));
    const double start = std::floor(*lowest / width) * width;
    const auto count = static_cast<std::size_t>(std::floor((*highest - start) / width)) + 1;
    bins.resize(count);
    for (std::size_t i = 0; i < count; ++i)
        bins[i] = {start + static_cast<double>(i) * width, start + static_cast<double>(i + 1) * width, 0};
    for (const double value : values) {
        const auto at = static_cast<std::size_t>(std::max(0.0, std::floor((value - start) / width)));
        ++bins[std::min(at, count - 1)].count;
    }
    return bins;
}

Histogram::Histogram(QWidget* parent) : Chart(parent) {
    PlotArea& area = plot();
    area.xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PlainTicker));
    area.yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PlainTicker(true)));
    area.axisRect()->setRangeZoom(Qt::Horizontal);
    area.axisRect()->setRangeDrag(Qt::Horizontal);
    new PaintedItem(&area, [this](QPainter& painter) { paint(painter); });
}

void Histogram::setBins(std::vector<HistogramBin> bins) {
    m_bins = std::move(bins);
    m_walked.reset();
    dataChanged();
}

void Histogram::setLimit(std::optional<double> limit, const QString& label) {
    m_limit = limit;
    m_limitLabel = label;
    dataChanged();
}

void Histogram::populate() {
    if (m_bins.empty() || viewHeld())
        return;
    std::int64_t most = 1;
    for (const HistogramBin& bin : m_bins)
        most = std::max(most, bin.count);
    double right = m_bins.back().high;
    if (m_limit)
        right = std::max(right, std::min(*m_limit * 1.05, right * 2));
    plot().xAxis->setRange(m_bins.front().low, right);
    plot().yAxis->setRange(0, static_cast<double>(most) * 1.08);
}

void Histogram::paint(QPainter& painter) const {
    const ThemeTokens& theme = tokens();
    const QRectF area = plot().axisRect()->rect();
    painter.save();
    painter.setClipRect(area.adjusted(0, -1, 1, 1));
    painter.setPen(Qt::NoPen);
    for (const HistogramBin& bin : m_bins) {
        if (bin.count == 0)
            continue;
        const qreal left = plot().xAxis->coordToPixel(bin.low), right = plot().xAxis->coordToPixel(bin.high);
        const qreal top = plot().yAxis->coordToPixel(static_cast<double>(bin.count));
        const qreal gap = right - left > 4 ? 1 : 0;
        QColor colour = theme.accent;
        if (m_limit && bin.low >= *m_limit)
            colour = theme.warning;
        painter.setBrush(colour);
        painter.drawRect(QRectF(left, std::min(top, area.bottom() - 1), std::max<qreal>(1, right - left - gap),
                                std::max<qreal>(1, area.bottom() - top)));
    }
    painter.restore();
    if (!m_limit || !plot().xAxis->range().contains(*m_limit))
        return;
    const qreal x = plot().xAxis->coordToPixel(*m_limit);
    painter.setPen(QPen(theme.warning, 1.5, Qt::DashLine));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter.setFont(textFont(TextSize::Caption));
    const qreal width = QFontMetricsF(painter.font()).horizontalAdvance(m_limitLabel) + 4;
    const bool leftSide = x + 4 + width > area.right();
    painter.drawText(QRectF(leftSide ? x - 4 - width : x + 4, area.top(), width, 16),
                     (leftSide ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, m_limitLabel);
}

Hover Histogram::hoverFor(std::size_t index) const {
    const HistogramBin& bin = m_bins[index];
    Hover hover;
    hover.shown = true;
    hover.line = false;
    hover.at = {plot().xAxis->coordToPixel((bin.low + bin.high) / 2),
                plot().yAxis->coordToPixel(static_cast<double>(bin.count))};
    const bool single = bin.high - bin.low == 1 && bin.low == std::floor(bin.low);
    hover.lines.append({single ? QStringLiteral("%1 %2").arg(xTitle(), plainNumber(bin.low))
                               : QStringLiteral("%1 %2–%3").arg(xTitle(), plainNumber(bin.low), plainNumber(bin.high)),
                        QColor()});
    hover.lines.append({QStringLiteral("%1  %2").arg(yTitle(), QLocale().toString(static_cast<qlonglong>(bin.count))),
                        tokens().accent});
    return hover;
}

Hover Histogram::hoverAt(QPointF pixel) const {
    if (!plot().axisRect()->rect().contains(pixel.toPoint()))
        return {};
    const double x = plot().xAxis->pixelToCoord(pixel.x());
    for (std::size_t i = 0; i < m_bins.size(); ++i) {
        if (x >= m_bins[i].low && x < m_bins[i].high)
            return hoverFor(i);
    }
    return {};
}

Hover Histogram::walk(int direction) {
    if (m_bins.empty())
        return {};
    const auto last = static_cast<std::ptrdiff_t>(m_bins.size()) - 1;
    auto at = m_walked ? static_cast<std::ptrdiff_t>(*m_walked) + direction : (direction > 0 ? 0 : last);
    m_walked = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at, 0, last));
    return hoverFor(*m_walked);
}

QString Histogram::csv() const {
    QString text = QStringLiteral("from,to,%1\n").arg(csvCell(yTitle()));
    for (const HistogramBin& bin : m_bins)
        text += QStringLiteral("%1,%2,%3\n").arg(csvNumber(bin.low), csvNumber(bin.high)).arg(bin.count);
    return text;
}

} // namespace triptych::ui
