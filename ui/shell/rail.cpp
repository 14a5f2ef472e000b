#include "shell/rail.h"

#include "shell/icons.h"
#include "shell/theme.h"
#include "widgets/ring.h"

#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

namespace triptych::ui {

namespace {
constexpr int kWideWidth = 184;
constexpr int kFoldedWidth = 56;
constexpr int kEntryHeight = 34;
} // namespace

RailButton::RailButton(const QString& iconName, QWidget* parent) : QAbstractButton(parent), m_icon(iconName), m_ring(new Ring(this)) {
    setCheckable(true);
    setAutoExclusive(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
}

void RailButton::setFolded(bool folded) {
    m_folded = folded;
    setToolTip(folded ? text() : QString());
    update();
    resizeEvent(nullptr);
}

QSize RailButton::sizeHint() const { return {m_folded ? 40 : kWideWidth - 16, kEntryHeight}; }

void RailButton::resizeEvent(QResizeEvent*) {
    m_ring->setGeometry(m_folded ? QRect(width() - 16, 0, 14, 14) : QRect(width() - 28, (height() - 16) / 2, 16, 16));
}

void RailButton::enterEvent(QEnterEvent*) { update(); }
void RailButton::leaveEvent(QEvent*) { update(); }

void RailButton::paintEvent(QPaintEvent*) {
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    if (isChecked() || underMouse()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(isChecked() ? theme.accentGround : theme.grid);
        painter.drawRoundedRect(frame, radius::control, radius::control);
    }
    if (hasFocus()) {
        painter.setPen(theme.accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(frame, radius::control, radius::control);
    }
    const QColor color = isChecked() ? theme.accent : theme.secondary;
    const int iconX = m_folded ? (width() - 18) / 2 : 12;
    painter.drawPixmap(iconX, (height() - 18) / 2, iconPixmap(m_icon, color, 18, devicePixelRatioF()));
    if (m_folded)
        return;
    painter.setFont(textFont(TextSize::Body, isChecked()));
    painter.setPen(color);
    const QRect words(40, 0, width() - 40 - 30, height());
    painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft, painter.fontMetrics().elidedText(text(), Qt::ElideRight, words.width()));
}

Rail::Rail(const QList<PageFactory>& pages, QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("rail"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 12, 8, 12);
    column->setSpacing(0);
    for (const PageFactory& page : pages) {
        if (page.separatorBefore) {
            auto* line = new QFrame(this);
            line->setProperty("line", true);
            column->addSpacing(8);
            column->addWidget(line);
            column->addSpacing(8);
        }
        auto* button = new RailButton(page.icon, this);
        column->addWidget(button);
        m_buttons.insert(page.id, button);
        m_order.append(page.id);
        connect(button, &QAbstractButton::clicked, this, [this, id = page.id] { Q_EMIT pageChosen(id); });
    }
    column->addStretch(1);
    setFixedWidth(kWideWidth);
    retranslate(pages);
}

void Rail::retranslate(const QList<PageFactory>& pages) {
    setAccessibleName(tr("Pages"));
    for (const PageFactory& page : pages) {
        RailButton* button = m_buttons.value(page.id);
        button->setText(page.title());
        button->setAccessibleName(page.title());
        button->setFolded(m_folded);
    }
}

void Rail::setCurrent(const QString& page) {
    if (RailButton* button = m_buttons.value(page))
        button->setChecked(true);
}

void Rail::setFolded(bool folded) {
    if (folded == m_folded)
        return;
    m_folded = folded;
    setFixedWidth(folded ? kFoldedWidth : kWideWidth);
    for (RailButton* button : std::as_const(m_buttons))
        button->setFolded(folded);
}

void Rail::setRunning(const QString& page, bool running, std::optional<double> fraction) {
    if (RailButton* button = m_buttons.value(page))
        button->ring()->setRunning(running, fraction);
}

void Rail::keyPressEvent(QKeyEvent* event) {
    const int step = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    if (step == 0)
        return QFrame::keyPressEvent(event);
    for (int i = 0; i < m_order.size(); ++i) {
        if (m_buttons.value(m_order[i])->hasFocus()) {
            const int next = qBound(0, i + step, static_cast<int>(m_order.size()) - 1);
            m_buttons.value(m_order[next])->setFocus(Qt::TabFocusReason);
            return;
        }
    }
}

} // namespace triptych::ui
