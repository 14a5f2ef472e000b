#pragma once

#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QString>

#include <functional>

class QAction;
class QMenu;
class QWidget;

namespace triptych::ui {

/// Every action of the window in one list: menus, palette and shortcut sheet are made from it, so that none
/// can be missing in one of them.
class ActionSet : public QObject {
    Q_OBJECT
public:
    enum class Group { File, Go, Jobs, View, Help };
    struct Entry {
        QString id;
        Group group;
        QAction* action;
        std::function<QString()> text;
        bool separatorBefore = false;
    };
    /// Actions are added to `window`, so that their shortcuts work all over it.
    explicit ActionSet(QWidget* window);

    QAction* add(Group group, const QString& id, std::function<QString()> text, const QKeySequence& shortcut,
                 const QString& iconName, std::function<void()> run, bool separatorBefore = false);
    QAction* action(const QString& id) const;
    const QList<Entry>& entries() const { return m_entries; }
    static QString groupTitle(Group group);
    void retranslate();
    /// A submenu a group.
    void fill(QMenu* menu) const;

private:
    QWidget* m_window;
    QList<Entry> m_entries;
};

} // namespace triptych::ui
