#include "widgets/empty_state.h"

#include "shell/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace triptych::ui {

EmptyState::EmptyState(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setSpacing(space::s);
    column->addStretch(1);
    m_title = new QLabel(this);
    m_title->setAlignment(Qt::AlignCenter);
    m_title->setWordWrap(true);
    setTextStyle(m_title, TextSize::CardTitle, Tone::Text, true);
    m_sentence = new QLabel(this);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    setTextStyle(m_sentence, TextSize::Body, Tone::Secondary);
    m_button = new QPushButton(this);
    column->addWidget(m_title);
    column->addWidget(m_sentence);
    column->addSpacing(space::xs);
    column->addWidget(m_button, 0, Qt::AlignHCenter);
    column->addStretch(1);
    connect(m_button, &QPushButton::clicked, this, &EmptyState::actionTriggered);
}

void EmptyState::setTexts(const QString& title, const QString& sentence, const QString& actionText) {
    m_title->setText(title);
    m_title->setVisible(!title.isEmpty());
    m_sentence->setText(sentence);
    m_button->setText(actionText);
    m_button->setVisible(!actionText.isEmpty());
    setAccessibleName(title.isEmpty() ? sentence : title);
}

} // namespace triptych::ui
