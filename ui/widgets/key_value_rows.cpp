#include "widgets/key_value_rows.h"

#include "l10n/words.h"

#include <QGridLayout>
#include <QLabel>

namespace triptych::ui {

KeyValueRows::KeyValueRows(QWidget* parent) : QWidget(parent) {
    m_grid = new QGridLayout(this);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(space::m);
    m_grid->setVerticalSpacing(6);
    m_grid->setColumnStretch(0, 1);
}

void KeyValueRows::setRows(const QList<Row>& rows) {
    while (m_labels.size() > rows.size()) {
        delete m_labels.last().first;
        delete m_labels.last().second;
        m_labels.removeLast();
    }
    while (m_labels.size() < rows.size()) {
        auto* name = new QLabel(this);
        auto* value = new QLabel(this);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        setTextStyle(name, TextSize::Body, Tone::Secondary);
        setTextStyle(value, TextSize::Body, Tone::Text, true);
        const int row = static_cast<int>(m_labels.size());
        m_grid->addWidget(name, row, 0);
        m_grid->addWidget(value, row, 1);
        m_labels.emplaceBack(name, value);
    }
    for (qsizetype i = 0; i < rows.size(); ++i) {
        const auto [name, value] = m_labels[i];
        name->setText(rows[i].name);
        value->setText(rows[i].value);
        name->setToolTip(literalText(rows[i].toolTip));
        value->setToolTip(literalText(rows[i].toolTip));
        value->setAccessibleName(rows[i].name);
        value->setAccessibleDescription(rows[i].value);
        if (value->property("toneValue").toInt() != static_cast<int>(rows[i].tone)) {
            value->setProperty("toneValue", static_cast<int>(rows[i].tone));
            setTone(value, rows[i].tone);
        }
    }
}

} // namespace triptych::ui
