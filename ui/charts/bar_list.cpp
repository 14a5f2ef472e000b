#include "charts/bar_list.h"

#include "charts/chart_export.h"
#include "charts/plot_area.h"
#include "charts/tickers.h"
#include "shell/theme.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace triptych::ui {

namespace {
constexpr double kRowHeight = 20;
constexpr int kNameWidth = 132;
constexpr int kCountWidth = 48;
} // namespace

BarList::BarList(QWidget* parent) : Chart(parent) {
    PlotArea& area = plot();
    area.xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PlainTicker(true)));
    area.yAxis->setTickLabels(false);
    area.yAxis->grid()->setVisible(false);
    area.yAxis->setRangeReversed(true);
    area.axisRect()->setAutoMargins(QCP::msBottom | QCP::msTop);
    area.axisRect()->setMargins(QMargins(kNameWidth, 0, kCountWidth, 0));
    area.setInteractions(QCP::Interactions());
    area.installEventFilter(this);
    new PaintedItem(&area, [this](QPainter& painter) { paint(painter); });
}

void BarList::setBars(std::vector<Bar> bars) {
    m_bars = std::move(bars);
    m_first = 0;
    m_walked.reset();
    dataChanged();
}

void BarList::populate() {
    std::int64_t most = 1;
    for (const Bar& bar : m_bars)
        most = std::max(most, bar.count);
    plot().xAxis->setRange(0, static_cast<double>(most));
}

void BarList::laidOut() {
    m_visible = std::max(1.0, std::floor(plot().axisRect()->height() / kRowHeight));
    m_first = std::clamp(m_first, 0.0, std::max(0.0, static_cast<double>(m_bars.size()) - m_visible));
    plot().yAxis->setRange(m_first, m_first + m_visible);
}

void BarList::scrollTo(double row) {
    m_first = std::clamp(row, 0.0, std::max(0.0, static_cast<double>(m_bars.size()) - m_visible));
    plot().replot(QCustomPlot::rpQueuedReplot);
}

bool BarList::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Wheel && static_cast<double>(m_bars.size()) > m_visible) {
        const auto* wheel = static_cast<QWheelEvent*>(event);
        const double before = m_first;
        scrollTo(m_first - wheel->angleDelta().y() / 40.0);
        // At its end the list hands the wheel on to the page.
        return m_first != before;
    }
    if (event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Down: plot().setHover(walk(1)); return true;
        case Qt::Key_Up: plot().setHover(walk(-1)); return true;
        case Qt::Key_PageDown: scrollTo(m_first + m_visible); return true;
        case Qt::Key_PageUp: scrollTo(m_first - m_visible); return true;
        case Qt::Key_Home: scrollTo(0); return true;
        case Qt::Key_End: scrollTo(static_cast<double>(m_bars.size())); return true;
        default: break;
        }
    }
    return Chart::eventFilter(watched, event);
}

void BarList::paint(QPainter& painter) const {
    const ThemeTokens& theme = tokens();
    const QRectF area = plot().axisRect()->rect();
    const QFont font = textFont(TextSize::Caption);
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    const auto from = static_cast<std::size_t>(m_first);
    const auto to = std::min(m_bars.size(), static_cast<std::size_t>(std::ceil(m_first + m_visible)));
    const qreal height = area.height() / m_visible;
    for (std::size_t i = from; i < to; ++i) {
        const Bar& bar = m_bars[i];
        const qreal top = plot().yAxis->coordToPixel(static_cast<double>(i));
        const QRectF row(area.left(), top, area.width(), height);
        painter.setPen(theme.secondary);
        painter.drawText(QRectF(4, top, kNameWidth - 12, height), Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(bar.name, Qt::ElideRight, kNameWidth - 14));
        const qreal width = plot().xAxis->coordToPixel(static_cast<double>(bar.count)) - area.left();
        const qreal thick = std::min<qreal>(12, height - 4);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.accent);
        painter.drawRoundedRect(QRectF(area.left(), row.center().y() - thick / 2, std::max<qreal>(2, width), thick), 2, 2);
        painter.setPen(theme.text);
        painter.drawText(QRectF(area.left() + width + 6, top, kCountWidth, height), Qt::AlignLeft | Qt::AlignVCenter,
                         QLocale().toString(static_cast<qlonglong>(bar.count)));
    }
    if (static_cast<double>(m_bars.size()) > m_visible) {
        const double all = static_cast<double>(m_bars.size());
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.border);
        const qreal length = std::max(16.0, area.height() * m_visible / all);
        const qreal travel = (area.height() - length) * m_first / std::max(1.0, all - m_visible);
        painter.drawRoundedRect(QRectF(plot().width() - 6, area.top() + travel, 4, length), 2, 2);
    }
}

Hover BarList::hoverFor(std::size_t index) const {
    const Bar& bar = m_bars[index];
    std::int64_t all = 0;
    for (const Bar& other : m_bars)
        all += other.count;
    Hover hover;
    hover.shown = true;
    hover.line = false;
    hover.at = {plot().xAxis->coordToPixel(static_cast<double>(bar.count) / 2),
                plot().yAxis->coordToPixel(static_cast<double>(index) + 0.5)};
    hover.lines.append({bar.name, QColor()});
    hover.lines.append({QStringLiteral("%1 (%2 %)").arg(QLocale().toString(static_cast<qlonglong>(bar.count)),
                            plainNumber(all > 0 ? 100.0 * static_cast<double>(bar.count) / static_cast<double>(all) : 0)),
                        tokens().accent});
    return hover;
}

Hover BarList::hoverAt(QPointF pixel) const {
    const QRect area = plot().axisRect()->rect();
    if (pixel.y() < area.top() || pixel.y() > area.bottom())
        return {};
    const double row = plot().yAxis->pixelToCoord(pixel.y());
    if (row < 0 || row >= static_cast<double>(m_bars.size()))
        return {};
    return hoverFor(static_cast<std::size_t>(row));
}

Hover BarList::walk(int direction) {
    if (m_bars.empty())
        return {};
    const auto last = static_cast<std::ptrdiff_t>(m_bars.size()) - 1;
    const auto at = m_walked ? static_cast<std::ptrdiff_t>(*m_walked) + direction : (direction > 0 ? 0 : last);
    m_walked = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at, 0, last));
    const auto row = static_cast<double>(*m_walked);
    if (row < m_first || row >= m_first + m_visible) {
        m_first = std::clamp(row - m_visible / 2, 0.0, std::max(0.0, static_cast<double>(m_bars.size()) - m_visible));
        plot().replot();
    }
    return hoverFor(*m_walked);
}

QString BarList::csv() const {
    QString text = QStringLiteral("name,%1\n").arg(csvCell(xTitle()));
    for (const Bar& bar : m_bars)
        text += QStringLiteral("%1,%2\n").arg(csvCell(bar.name)).arg(bar.count);
    return text;
}

} // namespace triptych::ui
