#include "pages/selection/node_box.h"

#include "l10n/words.h"
#include "shell/icons.h"
#include "shell/theme.h"

#include <QPainter>
#include <QPushButton>
#include <QTextLayout>

namespace triptych::ui {

namespace {

void paintFrame(QPainter& painter, const QRect& rect, const QColor& border, qreal width, const QColor& ground, bool focus) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(border, width));
    painter.setBrush(ground);
    const qreal inset = width / 2 + 2;
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), radius::card, radius::card);
    if (focus) {
        painter.setPen(QPen(tokens().accent, 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius::card + 2, radius::card + 2);
    }
}

/// Up to `lines` lines of text from a height on; the last is elided.
void paintLines(QPainter& painter, const QString& text, const QFont& font, QRectF area, int lines) {
    QTextLayout layout(text, font);
    layout.beginLayout();
    const QFontMetricsF metrics(font);
    qreal y = area.top();
    for (int i = 0; i < lines; ++i) {
        QTextLine line = layout.createLine();
        if (!line.isValid())
            break;
        line.setLineWidth(area.width());
        QString part = text.mid(line.textStart(), line.textLength());
        if (i + 1 == lines)
            part = metrics.elidedText(text.mid(line.textStart()), Qt::ElideRight, area.width());
        painter.drawText(QRectF(area.left(), y, area.width(), metrics.height()), Qt::AlignLeft | Qt::AlignVCenter, part);
        y += metrics.height();
    }
    layout.endLayout();
}

} // namespace

NodeBox::NodeBox(QWidget* parent) : QAbstractButton(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    m_measure = new QPushButton(this);
    m_measure->setProperty("link", true);
    m_measure->setProperty("textSize", 11);
    m_measure->setCursor(Qt::PointingHandCursor);
    m_measure->hide();
    connect(m_measure, &QPushButton::clicked, this, &NodeBox::measureRequested);
}

void NodeBox::setStep(const DecisionStep& step, const QString& question, const QString& evidence) {
    m_step = step;
    m_question = question;
    m_evidence = evidence;
    const QString answer = step.answer ? m_yes : m_no;
    setAccessibleName(QStringLiteral("%1 %2").arg(question, answer));
    setAccessibleDescription(QStringLiteral("%1 (%2)").arg(evidence, evidenceSourceWord(step.source)));
    setToolTip(literalText(evidence));
    update();
}

void NodeBox::setTexts(const QString& yes, const QString& no) {
    m_yes = yes;
    m_no = no;
    m_measure->setText(tr("Measure"));
    m_measure->adjustSize();
}

void NodeBox::setMeasurable(bool measurable) {
    m_measure->setVisible(measurable);
    m_measure->setAccessibleName(tr("Measure: %1").arg(m_question));
    m_measure->adjustSize();
    m_measure->move(width() - m_measure->width() - 10, height() - m_measure->height() - 6);
}

void NodeBox::resizeEvent(QResizeEvent* event) {
    QAbstractButton::resizeEvent(event);
    m_measure->move(width() - m_measure->width() - 10, height() - m_measure->height() - 6);
}

void NodeBox::paintEvent(QPaintEvent*) {
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    const bool bright = m_step.on_path;
    paintFrame(painter, rect(), bright ? theme.accent : theme.border, bright ? 2 : 1,
               underMouse() || isDown() ? theme.raised : theme.surface, hasFocus());
    const qreal left = 16, width = this->width() - 2 * left;
    QFont strong = textFont(TextSize::Body, true);
    painter.setFont(strong);
    painter.setPen(bright ? theme.text : theme.secondary);
    const QFontMetricsF strongMetrics(strong);
    qreal y = 10;
    painter.drawText(QRectF(left, y, width, strongMetrics.height()), Qt::AlignVCenter | Qt::AlignLeft,
                     strongMetrics.elidedText(m_question, Qt::ElideRight, width));
    y += strongMetrics.height() + 1;
    const QFont body = textFont(TextSize::Caption);
    painter.setFont(body);
    painter.setPen(theme.secondary);
    const QFontMetricsF metrics(body);
    const QString line = QStringLiteral("%1 · %2").arg(m_step.answer ? m_yes : m_no, m_evidence);
    const int lines = std::max(1, static_cast<int>((height() - y - metrics.height() - 12) / metrics.height()));
    paintLines(painter, line, body, QRectF(left, y, width, 0), lines);
    // Where the evidence is from: a filled disc is measured, a ring was entered, a dotted ring is assumed.
    const qreal middle = height() - 10 - metrics.height() / 2;
    const QColor mark = m_step.source == EvidenceSource::Measured ? theme.good
        : m_step.source == EvidenceSource::Entered                ? theme.accent
                                                                  : theme.secondary;
    painter.setPen(QPen(mark, 1.5, m_step.source == EvidenceSource::Default ? Qt::DotLine : Qt::SolidLine));
    painter.setBrush(m_step.source == EvidenceSource::Measured ? QBrush(mark) : QBrush(Qt::NoBrush));
    painter.drawEllipse(QPointF(left + 5, middle), 4, 4);
    painter.setPen(mark);
    painter.drawText(QRectF(left + 15, middle - metrics.height() / 2, width, metrics.height()), Qt::AlignVCenter | Qt::AlignLeft,
                     evidenceSourceWord(m_step.source));
}

LeafBox::LeafBox(Technique technique, QWidget* parent) : QAbstractButton(parent), m_technique(technique) {
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

void LeafBox::setLeaf(const QString& title, const QString& figure, Reach reach) {
    m_title = title;
    m_figure = figure;
    m_reach = reach;
    setAccessibleName(QStringLiteral("%1, %2").arg(title, figure));
    if (reach == Reach::Recommended)
        setAccessibleDescription(tr("Recommended"));
    else
        setAccessibleDescription({});
    setToolTip(literalText(figure));
    update();
}

void LeafBox::paintEvent(QPaintEvent*) {
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    const QColor own = techniqueColor(m_technique, theme);
    const bool dim = m_reach == Reach::Dim;
    QColor border = own;
    if (dim)
        border.setAlphaF(0.55f);
    paintFrame(painter, rect(), border, m_reach == Reach::Recommended ? 3 : 1, underMouse() || isDown() ? theme.raised : theme.surface, hasFocus());
    techniqueIcon(m_technique).paint(&painter, QRect(14, height() / 2 - 17, 16, 16));
    paintTechniqueShape(painter, m_technique, QPointF(22, height() / 2.0 + 11), 10, theme);
    const qreal left = 42, width = this->width() - left - 12;
    const QFont strong = textFont(TextSize::Body, true), body = textFont(TextSize::Caption);
    const QFontMetricsF strongMetrics(strong), metrics(body);
    const qreal top = (height() - strongMetrics.height() - metrics.height() - 2) / 2;
    painter.setFont(strong);
    painter.setPen(dim ? theme.secondary : theme.text);
    painter.drawText(QRectF(left, top, width, strongMetrics.height()), Qt::AlignVCenter | Qt::AlignLeft,
                     strongMetrics.elidedText(m_title, Qt::ElideRight, width));
    painter.setFont(body);
    painter.setPen(theme.secondary);
    painter.drawText(QRectF(left, top + strongMetrics.height() + 2, width, metrics.height()), Qt::AlignVCenter | Qt::AlignLeft,
                     metrics.elidedText(m_figure, Qt::ElideRight, width));
}

} // namespace triptych::ui
