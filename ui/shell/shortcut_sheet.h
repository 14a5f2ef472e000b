#pragma once

#include <QDialog>

namespace triptych::ui {

class ActionSet;

/// F1: every action that has a shortcut, by menu.
class ShortcutSheet : public QDialog {
    Q_OBJECT
public:
    ShortcutSheet(const ActionSet& actions, QWidget* parent);
};

} // namespace triptych::ui
