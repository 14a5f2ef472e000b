#pragma once

#include "charts/qcustomplot_header.h"

#include <QColor>
#include <QPointF>
#include <QStringList>
#include <QVector>

#include <functional>

namespace triptych::ui {

/// What stands under the pointer, in pixels of the plot.
struct Hover {
    bool shown = false;
    QPointF at;               ///< the box stands beside it
    bool line = true;         ///< a vertical line through `at`
    struct Dot {
        QPointF at;
        QColor colour;
    };
    QVector<Dot> dots;
    struct Line {
        QString text;
        QColor colour;        ///< of a mark before the text; invalid: none
    };
    QVector<Line> lines;      ///< the first is the head
    QString spoken() const;   ///< one line, for screen readers
};

/// Paints a Hover over the plot; lives on a layer with its own buffer, so that moving the pointer over a
/// hundred thousand points repaints the box alone.
class HoverItem : public QCPAbstractItem {
public:
    explicit HoverItem(QCustomPlot* plot);
    void setHover(Hover hover) { m_hover = std::move(hover); }
    const Hover& hover() const { return m_hover; }
    double selectTest(const QPointF&, bool, QVariant* = nullptr) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    Hover m_hover;
};

/// Item that a chart paints by itself, above axes and grid, clipped to nothing.
class PaintedItem : public QCPAbstractItem {
public:
    PaintedItem(QCustomPlot* plot, std::function<void(QPainter&)> paint);
    double selectTest(const QPointF&, bool, QVariant* = nullptr) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    std::function<void(QPainter&)> m_paint;
};

/// The plot surface: theme, pointer and keyboard. Arrows walk the points, Shift+arrows pan, + and - zoom,
/// Home and double click show everything.
class PlotArea : public QCustomPlot {
    Q_OBJECT
public:
    explicit PlotArea(QWidget* parent = nullptr);

    void applyTheme();
    void setHover(Hover hover);
    const Hover& hover() const { return m_hoverItem->hover(); }
    QSize sizeHint() const override { return {320, 200}; }
    QSize minimumSizeHint() const override { return {160, 110}; }

Q_SIGNALS:
    void hovered(QPointF pixel);
    void hoverLeft();
    void walked(int direction); ///< -1, +1: to the neighbouring point
    void activated();           ///< Return, or a click without a drag
    void resetAsked();
    void viewMoved();           ///< by the user

protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void pan(double shareX, double shareY);
    void zoom(double factor);
    HoverItem* m_hoverItem;
    QPoint m_pressed;
    bool m_focusRing = false;
};

} // namespace triptych::ui
