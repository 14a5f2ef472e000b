#include "pages/datasets/labels_editor.h"

#include "base/error.h"
#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "shell/theme.h"

#include <QAction>
#include <QEvent>
#include <QHeaderView>
#include <QTableWidget>
#include <QUndoStack>
#include <QVBoxLayout>

namespace triptych::ui {

namespace {
enum Column { Label, Rows, Meaning };
}

class LabelsEditor::Describe : public QUndoCommand {
public:
    Describe(LabelsEditor& editor, std::string label, std::string before, std::string after)
        : QUndoCommand(tr("Describe “%1”").arg(qstr(label))), m_editor(editor), m_label(std::move(label)), m_before(std::move(before)),
          m_after(std::move(after)) {}
    void undo() override { m_editor.store(m_label, m_before); }
    void redo() override { m_editor.store(m_label, m_after); }

private:
    LabelsEditor& m_editor;
    std::string m_label, m_before, m_after;
};

LabelsEditor::LabelsEditor(QWidget* parent) : QWidget(parent) {
    m_undo = new QUndoStack(this);
    QAction* undo = m_undo->createUndoAction(this);
    QAction* redo = m_undo->createRedoAction(this);
    undo->setShortcut(QKeySequence::Undo);
    redo->setShortcut(QKeySequence::Redo);
    for (QAction* action : {undo, redo}) {
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
    }
    m_table = new QTableWidget(this);
    m_table->setColumnCount(3);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(28);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setMinimumHeight(220);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_table);
    connect(m_table, &QTableWidget::cellChanged, this, [this](int row, int cell) {
        if (m_filling || cell != Meaning)
            return;
        const std::string label = m_table->item(row, Label)->text().toStdString();
        const std::string after = m_table->item(row, Meaning)->text().trimmed().toStdString();
        const auto it = m_descriptions.find(label);
        const std::string before = it == m_descriptions.end() ? std::string() : it->second;
        if (before != after)
            m_undo->push(new Describe(*this, label, before, after));
    });
    retranslate();
}

void LabelsEditor::display(std::shared_ptr<Workspace> workspace, const DatasetRecord& dataset) {
    if (m_dataset != dataset.name)
        m_undo->clear();
    m_workspace = std::move(workspace);
    m_dataset = dataset.name;
    m_descriptions.clear();
    m_filling = true;
    m_table->setRowCount(0);
    if (dataset.labels.is_array()) {
        m_table->setRowCount(static_cast<int>(dataset.labels.size()));
        int row = 0;
        for (const Json& label : dataset.labels) {
            const QString name = textAt(label, "name"), description = textAt(label, "description");
            if (!description.isEmpty())
                m_descriptions[name.toStdString()] = description.toStdString();
            auto* first = new QTableWidgetItem(name);
            first->setFlags(Qt::ItemIsSelectable | Qt::ItemIsEnabled);
            auto* count = new QTableWidgetItem(countText(static_cast<std::int64_t>(numberAt(label, "count"))));
            count->setFlags(Qt::ItemIsSelectable | Qt::ItemIsEnabled);
            count->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            auto* meaning = new QTableWidgetItem(description);
            meaning->setToolTip(description);
            m_table->setItem(row, Label, first);
            m_table->setItem(row, Rows, count);
            m_table->setItem(row, Meaning, meaning);
            ++row;
        }
    }
    m_table->resizeColumnToContents(Label);
    m_table->resizeColumnToContents(Rows);
    m_table->setColumnWidth(Label, std::min(m_table->columnWidth(Label), 240));
    m_filling = false;
}

void LabelsEditor::store(const std::string& label, const std::string& description) {
    if (!m_workspace)
        return;
    std::map<std::string, std::string> next = m_descriptions;
    if (description.empty())
        next.erase(label);
    else
        next[label] = description;
    Json all = Json::object();
    for (const auto& [name, text] : next)
        all[name] = text;
    try {
        m_workspace->setLabelDescriptions(m_dataset, all);
    } catch (const Error& error) {
        Q_EMIT failed(errorMessage(error), errorHint(error));
        return;
    }
    m_descriptions = std::move(next);
    m_filling = true;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        if (m_table->item(row, Label)->text().toStdString() == label) {
            m_table->item(row, Meaning)->setText(qstr(description));
            m_table->item(row, Meaning)->setToolTip(qstr(description));
        }
    }
    m_filling = false;
    Q_EMIT changed(qstr(m_dataset));
}

void LabelsEditor::retranslate() {
    m_table->setHorizontalHeaderLabels({tr("Label"), tr("Rows"), tr("What it means (zero-shot compares texts with this)")});
    m_table->horizontalHeaderItem(Label)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeaderItem(Meaning)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->setAccessibleName(tr("Labels and what they mean"));
}

void LabelsEditor::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

} // namespace triptych::ui
