#include "widgets/chip.h"

#include <QFontMetrics>
#include <QPainter>

namespace triptych::ui {

Chip::Chip(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }

void Chip::setText(const QString& text) {
    m_text = text;
    setAccessibleName(text);
    updateGeometry();
    update();
}

void Chip::setTone(Tone tone) {
    m_tone = tone;
    update();
}

void Chip::setTechnique(std::optional<Technique> technique) {
    m_technique = technique;
    update();
}

void Chip::setFilled(bool filled) {
    m_filled = filled;
    updateGeometry();
    update();
}

QSize Chip::sizeHint() const {
    return {QFontMetrics(textFont(TextSize::Caption, m_filled)).horizontalAdvance(m_text) + 18, 20};
}

void Chip::paintEvent(QPaintEvent*) {
    const ThemeTokens& theme = tokens();
    const QColor color = m_technique ? techniqueColor(*m_technique, theme) : toneColor(m_tone, theme);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(m_filled ? QPen(Qt::NoPen) : QPen(m_tone == Tone::Secondary && !m_technique ? theme.border : color));
    painter.setBrush(m_filled ? QBrush(color) : QBrush(Qt::NoBrush));
    painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2);
    painter.setFont(textFont(TextSize::Caption, m_filled));
    painter.setPen(m_filled ? theme.onAccent : color);
    painter.drawText(rect(), Qt::AlignCenter, m_text);
}

} // namespace triptych::ui
