#include "widgets/interval_strip.h"

#include "l10n/numbers.h"
#include "shell/theme.h"

#include <QPainter>

#include <algorithm>

namespace triptych::ui {

IntervalStrip::IntervalStrip(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setValue({});
}

void IntervalStrip::setRange(double lowest, double highest) {
    m_lowest = lowest;
    m_highest = highest > lowest ? highest : lowest + 1;
    update();
}

void IntervalStrip::setValue(std::optional<double> value, std::optional<double> low, std::optional<double> high) {
    m_value = value;
    m_low = low;
    m_high = high;
    setAccessibleName(intervalText(value, low, high));
    setToolTip(value ? intervalText(value, low, high) : QString());
    update();
}

void IntervalStrip::setColor(const QColor& color) {
    m_color = color;
    update();
}

QSize IntervalStrip::sizeHint() const { return {240, 12}; }
QSize IntervalStrip::minimumSizeHint() const { return {60, 12}; }

void IntervalStrip::paintEvent(QPaintEvent*) {
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const qreal middle = height() / 2.0;
    const qreal left = 5, right = width() - 5;
    painter.setBrush(theme.grid);
    painter.drawRoundedRect(QRectF(0, middle - 3, width(), 6), 3, 3);
    if (!m_value)
        return;
    const auto x = [&](double value) {
        return left + (right - left) * std::clamp((value - m_lowest) / (m_highest - m_lowest), 0.0, 1.0);
    };
    const QColor color = m_color.isValid() ? m_color : theme.accent;
    if (m_low && m_high) {
        QColor band = color;
        band.setAlphaF(0.45f);
        painter.setBrush(band);
        painter.drawRoundedRect(QRectF(QPointF(x(*m_low), middle - 3), QPointF(x(*m_high), middle + 3)), 3, 3);
    }
    painter.setBrush(color);
    painter.drawEllipse(QPointF(x(*m_value), middle), 5, 5);
}

} // namespace triptych::ui
