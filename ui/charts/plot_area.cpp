#include "charts/plot_area.h"

#include "shell/theme.h"

#include <QAbstractScrollArea>
#include <QApplication>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace triptych::ui {

namespace {

/// True if turning the wheel could scroll something around the chart.
bool standsInScrollingArea(const QWidget* widget) {
    for (const QWidget* parent = widget->parentWidget(); parent; parent = parent->parentWidget()) {
        if (const auto* area = qobject_cast<const QAbstractScrollArea*>(parent))
            return area->verticalScrollBar()->maximum() > area->verticalScrollBar()->minimum();
    }
    return false;
}

void moveAxis(QCPAxis* axis, double share) {
    const QCPRange range = axis->range();
    if (axis->scaleType() == QCPAxis::stLogarithmic) {
        const double factor = std::pow(range.upper / range.lower, share);
        axis->setRange(range.lower * factor, range.upper * factor);
    } else {
        const double by = range.size() * share;
        axis->setRange(range.lower + by, range.upper + by);
    }
}

} // namespace

QString Hover::spoken() const {
    QStringList texts;
    for (const Line& entry : lines)
        texts.append(entry.text);
    return texts.join(QStringLiteral(", "));
}

HoverItem::HoverItem(QCustomPlot* plot) : QCPAbstractItem(plot) {
    setSelectable(false);
    setClipToAxisRect(false);
    setLayer(QStringLiteral("overlay"));
}

void HoverItem::draw(QCPPainter* painter) {
    if (!m_hover.shown)
        return;
    const ThemeTokens& theme = tokens();
    const QRectF area = parentPlot()->axisRect()->rect();
    painter->save();
    painter->setClipping(false);
    painter->setAntialiasing(true);
    if (m_hover.line) {
        painter->setPen(QPen(theme.faint, 1, Qt::DotLine));
        painter->drawLine(QPointF(m_hover.at.x(), area.top()), QPointF(m_hover.at.x(), area.bottom()));
    }
    for (const Hover::Dot& dot : m_hover.dots) {
        painter->setPen(QPen(theme.surface, 1.5));
        painter->setBrush(dot.colour);
        painter->drawEllipse(dot.at, 4, 4);
    }
    if (!m_hover.lines.isEmpty()) {
        const QFont body = textFont(TextSize::Caption), head = textFont(TextSize::Caption, true);
        const QFontMetricsF bodyMetrics(body), headMetrics(head);
        qreal width = 0;
        bool marked = false;
        for (qsizetype i = 0; i < m_hover.lines.size(); ++i) {
            width = std::max(width, (i == 0 ? headMetrics : bodyMetrics).horizontalAdvance(m_hover.lines[i].text));
            marked = marked || m_hover.lines[i].colour.isValid();
        }
        const qreal row = bodyMetrics.height() + 2, indent = marked ? 12 : 0;
        QRectF box(0, 0, width + indent + 16, row * static_cast<qreal>(m_hover.lines.size()) + 10);
        const QRectF view = parentPlot()->rect();
        box.moveTopLeft(m_hover.at + QPointF(12, -box.height() / 2));
        if (box.right() > view.right() - 2)
            box.moveRight(m_hover.at.x() - 12);
        if (box.left() < 2)
            box.moveLeft(2);
        box.moveTop(std::clamp(box.top(), view.top() + 2, std::max(view.top() + 2, view.bottom() - box.height() - 2)));
        painter->setPen(QPen(theme.border, 1));
        painter->setBrush(theme.raised);
        painter->drawRoundedRect(box, radius::control, radius::control);
        qreal y = box.top() + 5;
        for (qsizetype i = 0; i < m_hover.lines.size(); ++i) {
            const Hover::Line& entry = m_hover.lines[i];
            if (entry.colour.isValid()) {
                painter->setPen(Qt::NoPen);
                painter->setBrush(entry.colour);
                painter->drawEllipse(QPointF(box.left() + 12, y + row / 2), 3, 3);
            }
            painter->setFont(i == 0 ? head : body);
            painter->setPen(i == 0 ? theme.text : theme.secondary);
            const qreal x = box.left() + 8 + (entry.colour.isValid() ? indent : 0);
            painter->drawText(QRectF(x, y, box.right() - x, row), Qt::AlignVCenter | Qt::AlignLeft, entry.text);
            y += row;
        }
    }
    painter->restore();
}

PaintedItem::PaintedItem(QCustomPlot* plot, std::function<void(QPainter&)> paint)
    : QCPAbstractItem(plot), m_paint(std::move(paint)) {
    setSelectable(false);
    setClipToAxisRect(false);
}

void PaintedItem::draw(QCPPainter* painter) {
    painter->save();
    painter->setClipping(false);
    painter->setAntialiasing(true);
    m_paint(*painter);
    painter->restore();
}

PlotArea::PlotArea(QWidget* parent) : QCustomPlot(parent) {
    layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
    m_hoverItem = new HoverItem(this);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setNoAntialiasingOnDrag(false);
    setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    axisRect()->setRangeZoomFactor(0.85);
    axisRect()->setMinimumMargins(QMargins(8, 8, 8, 4));
    applyTheme();
}

void PlotArea::applyTheme() {
    const ThemeTokens& theme = tokens();
    setBackground(QBrush(theme.surface));
    const QFont font = textFont(TextSize::Caption);
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setBasePen(QPen(theme.border, 1));
        axis->setTickPen(Qt::NoPen);
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelFont(font);
        axis->setTickLabelColor(theme.secondary);
        axis->setLabelFont(font);
        axis->setLabelColor(theme.secondary);
        axis->setTickLabelPadding(6);
        axis->setLabelPadding(4);
        axis->grid()->setPen(QPen(theme.grid, 1));
        axis->grid()->setZeroLinePen(QPen(theme.grid, 1));
        axis->grid()->setSubGridVisible(false);
    }
    yAxis->setBasePen(Qt::NoPen);
    xAxis->grid()->setVisible(false);
}

void PlotArea::setHover(Hover hover) {
    if (!hover.shown && !m_hoverItem->hover().shown)
        return;
    setAccessibleDescription(hover.spoken());
    m_hoverItem->setHover(std::move(hover));
    layer(QStringLiteral("overlay"))->replot();
}

void PlotArea::mouseMoveEvent(QMouseEvent* event) {
    QCustomPlot::mouseMoveEvent(event);
    if (event->buttons() == Qt::NoButton)
        Q_EMIT hovered(event->position());
    else if ((event->position().toPoint() - m_pressed).manhattanLength() > QApplication::startDragDistance())
        Q_EMIT viewMoved();
}

void PlotArea::mousePressEvent(QMouseEvent* event) {
    m_pressed = event->position().toPoint();
    QCustomPlot::mousePressEvent(event);
}

void PlotArea::mouseReleaseEvent(QMouseEvent* event) {
    QCustomPlot::mouseReleaseEvent(event);
    if (event->button() == Qt::LeftButton
        && (event->position().toPoint() - m_pressed).manhattanLength() <= QApplication::startDragDistance()) {
        Q_EMIT hovered(event->position());
        Q_EMIT activated();
    }
}

void PlotArea::mouseDoubleClickEvent(QMouseEvent*) {
    Q_EMIT resetAsked();
}

void PlotArea::leaveEvent(QEvent* event) {
    QCustomPlot::leaveEvent(event);
    Q_EMIT hoverLeft();
}

void PlotArea::wheelEvent(QWheelEvent* event) {
    // On a page that scrolls, the wheel scrolls until the chart was clicked or Ctrl is held.
    if (!hasFocus() && !(event->modifiers() & Qt::ControlModifier) && standsInScrollingArea(this)) {
        event->ignore();
        return;
    }
    QCustomPlot::wheelEvent(event);
    event->accept();
    Q_EMIT viewMoved();
}

void PlotArea::pan(double shareX, double shareY) {
    moveAxis(xAxis, shareX);
    moveAxis(yAxis, shareY);
    Q_EMIT viewMoved();
    replot(rpQueuedReplot);
}

void PlotArea::zoom(double factor) {
    for (QCPAxis* axis : axisRect()->rangeZoomAxes(Qt::Horizontal) + axisRect()->rangeZoomAxes(Qt::Vertical)) {
        const QCPRange range = axis->range();
        const double centre = axis->scaleType() == QCPAxis::stLogarithmic ? std::sqrt(range.lower * range.upper) : range.center();
        axis->scaleRange(factor, centre);
    }
    Q_EMIT viewMoved();
    replot(rpQueuedReplot);
}

void PlotArea::keyPressEvent(QKeyEvent* event) {
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    switch (event->key()) {
    case Qt::Key_Left: shift ? pan(-0.1, 0) : Q_EMIT walked(-1); break;
    case Qt::Key_Right: shift ? pan(0.1, 0) : Q_EMIT walked(1); break;
    case Qt::Key_Up:
        if (!shift)
            return QCustomPlot::keyPressEvent(event);
        pan(0, 0.1);
        break;
    case Qt::Key_Down:
        if (!shift)
            return QCustomPlot::keyPressEvent(event);
        pan(0, -0.1);
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoom(0.8); break;
    case Qt::Key_Minus: zoom(1.25); break;
    case Qt::Key_Home:
    case Qt::Key_0: Q_EMIT resetAsked(); break;
    case Qt::Key_Return:
    case Qt::Key_Enter: Q_EMIT activated(); break;
    case Qt::Key_Escape:
        if (!hover().shown)
            return QCustomPlot::keyPressEvent(event);
        Q_EMIT hoverLeft();
        break;
    default: return QCustomPlot::keyPressEvent(event);
    }
    event->accept();
}

void PlotArea::focusInEvent(QFocusEvent* event) {
    m_focusRing = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason
        || event->reason() == Qt::ShortcutFocusReason;
    QCustomPlot::focusInEvent(event);
    update();
}

void PlotArea::focusOutEvent(QFocusEvent* event) {
    QCustomPlot::focusOutEvent(event);
    Q_EMIT hoverLeft();
    update();
}

void PlotArea::paintEvent(QPaintEvent* event) {
    // A window that moved to a screen of another scale keeps its lines sharp.
    if (!qFuzzyCompare(bufferDevicePixelRatio(), devicePixelRatioF())) {
        setBufferDevicePixelRatio(devicePixelRatioF());
        replot(rpQueuedRefresh);
    }
    QCustomPlot::paintEvent(event);
    if (hasFocus() && m_focusRing) {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(tokens().accent, 1.5));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), radius::control, radius::control);
    }
}

} // namespace triptych::ui
