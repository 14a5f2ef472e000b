#pragma once

#include <QScrollArea>

class QVBoxLayout;

namespace triptych::ui {

/// A page's ground: one column with the page's margins that scrolls when the window is too small.
class ScrollColumn : public QScrollArea {
    Q_OBJECT
public:
    explicit ScrollColumn(QWidget* parent = nullptr);
    QVBoxLayout* column() const { return m_column; }

private:
    QVBoxLayout* m_column;
};

} // namespace triptych::ui
