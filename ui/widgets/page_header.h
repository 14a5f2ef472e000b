#pragma once

#include "selection/decision.h"

#include <QWidget>

#include <optional>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace triptych::ui {

class TechniqueMark;

/// Title, one line of state under it, the page's buttons at the right, the primary one last.
class PageHeader : public QWidget {
    Q_OBJECT
public:
    explicit PageHeader(QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setState(const QString& state);
    /// The technique's icon and shape before the title.
    void setTechnique(std::optional<Technique> technique);
    /// The page's one primary button; made on first use.
    QPushButton* primaryButton();
    /// A further button, left of the primary one.
    QPushButton* addButton(const QString& text = {});
    /// Any other control of the page as a whole, left of the buttons.
    void addControl(QWidget* control);

private:
    QLabel* m_title;
    QLabel* m_state;
    TechniqueMark* m_mark = nullptr;
    QHBoxLayout* m_titleLine;
    QHBoxLayout* m_buttons;
    QPushButton* m_primary = nullptr;
};

} // namespace triptych::ui
