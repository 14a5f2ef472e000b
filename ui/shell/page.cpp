#include "shell/page.h"

#include <QEvent>

#include <utility>

namespace triptych::ui {

Page::Page(PageContext context, QWidget* parent) : QWidget(parent), m_context(std::move(context)) {}

void Page::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslateUi();
    QWidget::changeEvent(event);
}

} // namespace triptych::ui
