#include "pages/common/scroll_column.h"

#include "shell/theme.h"

#include <QVBoxLayout>

namespace triptych::ui {

ScrollColumn::ScrollColumn(QWidget* parent) : QScrollArea(parent) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    auto* content = new QWidget(this);
    content->setObjectName(QStringLiteral("scrolled"));
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(space::xl, space::l, space::xl, space::xl);
    m_column->setSpacing(space::l);
    setWidget(content);
    content->setAutoFillBackground(false);
    viewport()->setAutoFillBackground(false);
}

} // namespace triptych::ui
