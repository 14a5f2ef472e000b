#include "shell/action_set.h"

#include "shell/icons.h"

#include <QAction>
#include <QMenu>

namespace triptych::ui {

ActionSet::ActionSet(QWidget* window) : QObject(window), m_window(window) {}

QAction* ActionSet::add(Group group, const QString& id, std::function<QString()> text, const QKeySequence& shortcut,
                        const QString& iconName, std::function<void()> run, bool separatorBefore) {
    auto* action = new QAction(m_window);
    action->setObjectName(id);
    action->setText(text());
    if (!shortcut.isEmpty())
        action->setShortcut(shortcut);
    if (!iconName.isEmpty())
        action->setIcon(icon(iconName));
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    m_window->addAction(action);
    m_entries.append({id, group, action, std::move(text), separatorBefore});
    return action;
}

QAction* ActionSet::action(const QString& id) const {
    for (const Entry& entry : m_entries) {
        if (entry.id == id)
            return entry.action;
    }
    return nullptr;
}

QString ActionSet::groupTitle(Group group) {
    switch (group) {
    case Group::File: return tr("Workspace");
    //: Menu of the pages
    case Group::Go: return tr("Go");
    case Group::Jobs: return tr("Jobs");
    case Group::View: return tr("View");
    case Group::Help: return tr("Help");
    }
    return {};
}

void ActionSet::retranslate() {
    for (const Entry& entry : std::as_const(m_entries))
        entry.action->setText(entry.text());
}

void ActionSet::fill(QMenu* menu) const {
    menu->clear();
    for (const Group group : {Group::File, Group::Go, Group::Jobs, Group::View, Group::Help}) {
        QMenu* part = menu->addMenu(groupTitle(group));
        for (const Entry& entry : m_entries) {
            if (entry.group != group)
                continue;
            if (entry.separatorBefore)
                part->addSeparator();
            part->addAction(entry.action);
        }
    }
}

} // namespace triptych::ui
