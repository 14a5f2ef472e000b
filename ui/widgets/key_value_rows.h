#pragma once

#include "shell/theme.h"

#include <QList>
#include <QWidget>

class QGridLayout;
class QLabel;

namespace triptych::ui {

/// Lines of name and value: the name secondary at the left, the value strong, values aligned with each other.
class KeyValueRows : public QWidget {
    Q_OBJECT
public:
    struct Row {
        QString name;
        QString value;
        QString toolTip;
        Tone tone = Tone::Text;
    };
    explicit KeyValueRows(QWidget* parent = nullptr);
    /// Replaces all rows; labels are kept where the count allows, so that a live value does not flicker.
    void setRows(const QList<Row>& rows);

private:
    QGridLayout* m_grid;
    QList<std::pair<QLabel*, QLabel*>> m_labels;
};

} // namespace triptych::ui
