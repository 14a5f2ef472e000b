#include "widgets/banner.h"

#include "l10n/words.h"
#include "shell/icons.h"
#include "shell/theme.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace triptych::ui {

namespace {
constexpr QMargins kInner(44, space::s, space::s, space::s);
}

Banner::Banner(QWidget* parent) : QFrame(parent) {
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(kInner);
    line->setSpacing(space::s);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    m_message = new QLabel(this);
    m_message->setWordWrap(true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setTextStyle(m_message, TextSize::Body, Tone::Text, true);
    m_hint = new QLabel(this);
    m_hint->setWordWrap(true);
    m_hint->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    for (QLabel* label : {m_message, m_hint})
        label->setTextFormat(Qt::PlainText); // it may hold what a file or a server says
    setTextStyle(m_hint, TextSize::Body, Tone::Secondary);
    words->addWidget(m_message);
    words->addWidget(m_hint);
    line->addLayout(words, 1);
    m_action = new QPushButton(this);
    connect(m_action, &QPushButton::clicked, this, &Banner::actionTriggered);
    m_copy = new QToolButton(this);
    m_copy->setIcon(icon(QStringLiteral("copy")));
    connect(m_copy, &QToolButton::clicked, this, [this] {
        const QString hint = m_hint->text();
        QGuiApplication::clipboard()->setText(hint.isEmpty() ? m_message->text() : m_message->text() + u'\n' + hint);
    });
    m_close = new QToolButton(this);
    m_close->setIcon(icon(QStringLiteral("close")));
    connect(m_close, &QToolButton::clicked, this, [this] {
        hide();
        Q_EMIT closed();
    });
    for (QWidget* button : std::initializer_list<QWidget*>{m_action, m_copy, m_close})
        line->addWidget(button, 0, Qt::AlignVCenter);
    retranslateUi();
    hide();
}

void Banner::retranslateUi() {
    m_copy->setToolTip(tr("Copy this message"));
    m_copy->setAccessibleName(tr("Copy this message"));
    m_close->setToolTip(tr("Hide this message"));
    m_close->setAccessibleName(tr("Hide this message"));
    switch (m_level) {
    case Level::Info: setAccessibleName(tr("Note")); break;
    case Level::Warning: setAccessibleName(tr("Warning")); break;
    case Level::Error: setAccessibleName(tr("Error")); break;
    }
    if (!m_words)
        return;
    const Words words = m_words();
    m_message->setText(words.message);
    m_hint->setText(words.hint);
    m_hint->setVisible(!words.hint.isEmpty());
    m_action->setText(words.action);
    m_action->setVisible(!words.action.isEmpty());
    setAccessibleDescription(words.message);
}

void Banner::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslateUi();
    QFrame::changeEvent(event);
}

void Banner::showMessage(Level level, std::function<Words()> words) {
    m_level = level;
    m_words = std::move(words);
    retranslateUi();
    show();
    update();
}

void Banner::showError(const Error& error) {
    showMessage(Level::Error, [error] { return Words{errorMessage(error), errorHint(error), {}}; });
}

QString Banner::message() const { return m_message->text(); }

void Banner::setClosable(bool closable) { m_close->setVisible(closable); }

void Banner::setOuterMargins(const QMargins& margins) {
    layout()->setContentsMargins(kInner + margins);
    m_outer = margins;
}

void Banner::paintEvent(QPaintEvent*) {
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor color = m_level == Level::Info ? theme.accent : m_level == Level::Warning ? theme.warning : theme.bad;
    const QRect box = rect().marginsRemoved(m_outer);
    const QRectF frame = QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5);
    QPainterPath shape;
    shape.addRoundedRect(frame, radius::card, radius::card);
    painter.fillPath(shape, theme.surface);
    painter.setPen(theme.border);
    painter.drawPath(shape);
    painter.save();
    painter.setClipPath(shape);
    painter.fillRect(QRectF(box.x(), box.y(), 4, box.height()), color);
    painter.restore();
    const QString name = m_level == Level::Info ? QStringLiteral("info")
                         : m_level == Level::Warning ? QStringLiteral("warning") : QStringLiteral("error");
    painter.drawPixmap(box.x() + 16, box.center().y() - 8, iconPixmap(name, color, 18, devicePixelRatioF()));
}

} // namespace triptych::ui
