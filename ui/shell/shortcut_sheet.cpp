#include "shell/shortcut_sheet.h"

#include "shell/action_set.h"
#include "shell/theme.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

namespace triptych::ui {

ShortcutSheet::ShortcutSheet(const ActionSet& actions, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keyboard shortcuts"));
    setAccessibleName(windowTitle());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::xl, space::l, space::xl, space::l);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    auto* content = new QWidget;
    content->setObjectName(QStringLiteral("scrolled"));
    auto* grid = new QGridLayout(content);
    grid->setContentsMargins(0, 0, space::m, 0);
    grid->setHorizontalSpacing(space::xl);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(0, 1);
    int row = 0;
    const auto addRow = [&](const QString& what, const QString& keys) {
        auto* name = new QLabel(what, content);
        name->setTextFormat(Qt::PlainText);
        auto* value = new QLabel(keys, content);
        setTextStyle(value, TextSize::Body, Tone::Secondary);
        value->setAlignment(Qt::AlignRight);
        grid->addWidget(name, row, 0);
        grid->addWidget(value, row++, 1);
    };
    const auto addTitle = [&](const QString& text) {
        auto* title = new QLabel(text, content);
        setTextStyle(title, TextSize::CardTitle, Tone::Text, true);
        title->setContentsMargins(0, row == 0 ? 0 : space::m, 0, 0);
        grid->addWidget(title, row++, 0, 1, 2);
    };
    for (const auto group : {ActionSet::Group::File, ActionSet::Group::Go, ActionSet::Group::Jobs, ActionSet::Group::View, ActionSet::Group::Help}) {
        bool first = true;
        for (const ActionSet::Entry& entry : actions.entries()) {
            if (entry.group != group || entry.action->shortcut().isEmpty())
                continue;
            if (std::exchange(first, false))
                addTitle(ActionSet::groupTitle(group));
            addRow(entry.action->text(), entry.action->shortcut().toString(QKeySequence::NativeText));
        }
    }
    addTitle(tr("In the Jobs table"));
    addRow(tr("Pause or resume"), QKeySequence(Qt::Key_Space).toString(QKeySequence::NativeText));
    addRow(tr("Cancel or remove"), QKeySequence(Qt::Key_Delete).toString(QKeySequence::NativeText));
    addRow(tr("Open run"), QKeySequence(Qt::Key_Return).toString(QKeySequence::NativeText));
    grid->setRowStretch(row, 1);
    scroll->setWidget(content);
    column->addWidget(scroll, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addWidget(buttons);
    resize(460, 520);
}

} // namespace triptych::ui
