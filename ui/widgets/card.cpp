#include "widgets/card.h"

#include "l10n/words.h"
#include "shell/icons.h"
#include "shell/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

namespace triptych::ui {

Card::Card(QWidget* parent) : QFrame(parent) {
    m_outer = new QVBoxLayout(this);
    m_outer->setContentsMargins(space::l, space::l, space::l, space::l);
    m_outer->setSpacing(space::s);
    m_body = new QVBoxLayout;
    m_body->setSpacing(space::s);
    m_outer->addLayout(m_body, 1);
}

void Card::ensureTitleLine() {
    if (m_titleLine)
        return;
    m_titleLine = new QHBoxLayout;
    m_titleLine->setSpacing(space::s);
    m_title = new QLabel(this);
    setTextStyle(m_title, TextSize::CardTitle, Tone::Text, true);
    m_titleLine->addWidget(m_title);
    m_titleLine->addStretch(1);
    m_corner = new QHBoxLayout;
    m_corner->setSpacing(space::s);
    m_titleLine->addLayout(m_corner);
    m_outer->insertLayout(0, m_titleLine);
}

void Card::setTitle(const QString& title) {
    ensureTitleLine();
    m_title->setText(title);
    setAccessibleName(title);
}

void Card::setCaption(const QString& caption) {
    ensureTitleLine();
    if (!m_caption) {
        m_caption = new QLabel(this);
        setTextStyle(m_caption, TextSize::Caption, Tone::Secondary);
        m_corner->insertWidget(0, m_caption);
    }
    m_caption->setText(caption);
}

void Card::addCornerWidget(QWidget* widget) {
    ensureTitleLine();
    m_corner->addWidget(widget);
}

void Card::setTechnique(std::optional<Technique> technique) {
    ensureTitleLine();
    delete m_mark;
    m_mark = nullptr;
    m_technique = technique;
    if (technique) {
        m_mark = new TechniqueMark(*technique, true, this);
        m_titleLine->insertWidget(0, m_mark);
    }
    update();
}

void Card::setHighlighted(bool highlighted) {
    m_highlighted = highlighted;
    update();
}

void Card::paintEvent(QPaintEvent*) {
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor own = m_technique ? techniqueColor(*m_technique, theme) : theme.accent;
    const qreal width = m_highlighted ? 2 : 1;
    const QRectF frame = QRectF(rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2);
    QPainterPath shape;
    shape.addRoundedRect(frame, radius::card, radius::card);
    painter.fillPath(shape, theme.surface);
    if (m_technique) {
        painter.save();
        painter.setClipPath(shape);
        painter.fillRect(QRectF(0, 0, this->width(), m_highlighted ? 5 : 3), own);
        painter.restore();
    }
    painter.setPen(QPen(m_highlighted ? own : theme.border, width));
    if (m_technique && !m_highlighted)
        painter.setClipRect(QRectF(0, 3, this->width(), height()));
    painter.drawPath(shape);
}

TechniqueMark::TechniqueMark(Technique technique, bool withIcon, QWidget* parent)
    : QWidget(parent), m_technique(technique), m_withIcon(withIcon) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setTechnique(technique);
}

void TechniqueMark::setTechnique(Technique technique) {
    m_technique = technique;
    setAccessibleName(techniqueWord(technique));
    update();
}

void TechniqueMark::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        setAccessibleName(techniqueWord(m_technique));
    QWidget::changeEvent(event);
}

QSize TechniqueMark::sizeHint() const { return m_withIcon ? QSize(34, 18) : QSize(14, 18); }

void TechniqueMark::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const qreal middle = height() / 2.0;
    qreal x = 7;
    if (m_withIcon) {
        techniqueIcon(m_technique).paint(&painter, QRect(0, static_cast<int>(middle) - 9, 18, 18));
        x = 27;
    }
    paintTechniqueShape(painter, m_technique, QPointF(x, middle), 11);
}

} // namespace triptych::ui
