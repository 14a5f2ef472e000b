#pragma once

#include <QFrame>

class QLabel;
class QMenu;
class QPushButton;
class QToolButton;

namespace triptych::ui {

/// Name (opens the menu of all actions), workspace, the field that opens the palette, language, theme.
class TopBar : public QFrame {
    Q_OBJECT
public:
    TopBar(QMenu* mainMenu, QMenu* workspaceMenu, QMenu* languageMenu, QMenu* themeMenu, QWidget* parent);
    /// Empty: none is open.
    void setWorkspaceName(const QString& name, const QString& folder);
    void setLanguage(const QString& language);
    void openMainMenu();
    void retranslate();

Q_SIGNALS:
    void paletteRequested();

private:
    QToolButton* m_wordmark;
    QToolButton* m_workspace;
    QPushButton* m_field;
    QLabel* m_fieldKeys;
    QToolButton* m_language;
    QToolButton* m_theme;
    QString m_workspaceName;
};

} // namespace triptych::ui
