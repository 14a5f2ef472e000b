#include "widgets/segmented_control.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>

namespace triptych::ui {

SegmentedControl::SegmentedControl(QWidget* parent) : QWidget(parent) {
    m_line = new QHBoxLayout(this);
    m_line->setContentsMargins(0, 0, 0, 0);
    m_line->setSpacing(0);
    m_group = new QButtonGroup(this);
    m_group->setExclusive(true);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(m_group, &QButtonGroup::idClicked, this, [this](int index) {
        const QString id = m_segments[index].id;
        if (id == m_current)
            return;
        m_current = id;
        Q_EMIT currentChanged(id);
    });
}

void SegmentedControl::setSegments(const QList<Segment>& segments) {
    const bool sameButtons = segments.size() == m_segments.size();
    m_segments = segments;
    if (!sameButtons) {
        const auto old = m_group->buttons();
        for (QAbstractButton* button : old)
            delete button;
        for (int i = 0; i < segments.size(); ++i) {
            auto* button = new QToolButton(this);
            button->setCheckable(true);
            button->setFocusPolicy(Qt::StrongFocus);
            button->setToolButtonStyle(Qt::ToolButtonTextOnly);
            const char* place = segments.size() == 1 ? "only" : i == 0 ? "first" : i + 1 == segments.size() ? "last" : "middle";
            button->setProperty("segment", QLatin1String(place));
            m_group->addButton(button, i);
            m_line->addWidget(button);
        }
    }
    for (int i = 0; i < segments.size(); ++i) {
        m_group->button(i)->setText(segments[i].text);
        m_group->button(i)->setAccessibleName(segments[i].text);
    }
    setCurrent(m_current);
}

void SegmentedControl::setCurrent(const QString& id) {
    if (m_segments.isEmpty())
        return;
    int index = 0;
    for (int i = 0; i < m_segments.size(); ++i) {
        if (m_segments[i].id == id)
            index = i;
    }
    m_current = m_segments[index].id;
    m_group->button(index)->setChecked(true);
}

} // namespace triptych::ui
