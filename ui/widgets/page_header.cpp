#include "widgets/page_header.h"

#include "shell/theme.h"
#include "widgets/card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace triptych::ui {

PageHeader::PageHeader(QWidget* parent) : QWidget(parent) {
    auto* outer = new QHBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(space::l);
    auto* words = new QVBoxLayout;
    words->setSpacing(space::xs);
    m_titleLine = new QHBoxLayout;
    m_titleLine->setSpacing(space::s);
    m_title = new QLabel(this);
    setTextStyle(m_title, TextSize::PageTitle, Tone::Text, true);
    m_titleLine->addWidget(m_title);
    m_titleLine->addStretch(1);
    words->addLayout(m_titleLine);
    m_state = new QLabel(this);
    m_state->setWordWrap(true);
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setTextStyle(m_state, TextSize::Body, Tone::Secondary);
    words->addWidget(m_state);
    outer->addLayout(words, 1);
    m_buttons = new QHBoxLayout;
    m_buttons->setSpacing(space::s);
    outer->addLayout(m_buttons);
    outer->setAlignment(m_buttons, Qt::AlignTop);
}

void PageHeader::setTitle(const QString& title) {
    m_title->setText(title);
    setAccessibleName(title);
}

void PageHeader::setState(const QString& state) { m_state->setText(state); }

void PageHeader::setTechnique(std::optional<Technique> technique) {
    delete m_mark;
    m_mark = nullptr;
    if (technique) {
        m_mark = new TechniqueMark(*technique, true, this);
        m_titleLine->insertWidget(0, m_mark);
    }
}

QPushButton* PageHeader::primaryButton() {
    if (!m_primary) {
        m_primary = new QPushButton(this);
        m_primary->setProperty("primary", true);
        m_buttons->addWidget(m_primary);
    }
    return m_primary;
}

QPushButton* PageHeader::addButton(const QString& text) {
    auto* button = new QPushButton(text, this);
    m_buttons->insertWidget(m_buttons->count() - (m_primary ? 1 : 0), button);
    return button;
}

void PageHeader::addControl(QWidget* control) {
    control->setParent(this);
    m_buttons->insertWidget(0, control);
}

} // namespace triptych::ui
