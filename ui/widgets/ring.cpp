#include "widgets/ring.h"

#include "shell/theme.h"

#include <QPainter>
#include <QTimerEvent>

#include <algorithm>

namespace triptych::ui {

Ring::Ring(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

void Ring::setRunning(bool running, std::optional<double> fraction) {
    if (running == m_running && fraction == m_fraction)
        return;
    m_running = running;
    m_fraction = fraction;
    setAccessibleName(!running ? QString() : fraction ? locale().toString(*fraction * 100, 'f', 0) + u'%' : tr("running"));
    updateTimer();
    update();
}

void Ring::updateTimer() {
    if (m_running && !m_fraction && isVisible())
        m_timer.start(80, this);
    else
        m_timer.stop();
}

void Ring::showEvent(QShowEvent*) { updateTimer(); }
void Ring::hideEvent(QHideEvent*) { m_timer.stop(); }

void Ring::timerEvent(QTimerEvent*) {
    m_angle = (m_angle + 24) % 360;
    update();
}

void Ring::paintEvent(QPaintEvent*) {
    if (!m_running)
        return;
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const qreal side = std::min(width(), height()) - 4.0;
    const QRectF circle((width() - side) / 2, (height() - side) / 2, side, side);
    painter.setPen(QPen(theme.border, 2));
    painter.drawEllipse(circle);
    painter.setPen(QPen(theme.accent, 2, Qt::SolidLine, Qt::RoundCap));
    const double span = m_fraction ? std::clamp(*m_fraction, 0.03, 1.0) * 360 : 100;
    const double start = m_fraction ? 90 : 90 - m_angle;
    painter.drawArc(circle, static_cast<int>(start * 16), static_cast<int>(-span * 16));
}

} // namespace triptych::ui
