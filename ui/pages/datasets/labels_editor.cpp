#include "pages/datasets/labels_editor.h"

#include "base/error.h"
#include "engine_client/job_center.h"
#include "item_models/run_summary.h"
#include "item_models/table_style.h"
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

LabelsEditor::LabelsEditor(JobCenter& jobs, QWidget* parent) : QWidget(parent), m_jobs(jobs) {
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
    styleTable(m_table);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed | QAbstractItemView::AnyKeyPressed);
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

void LabelsEditor::display(const DatasetRecord& dataset) {
    const bool other = m_dataset != dataset.name;
    if (other)
        m_undo->clear();
    m_dataset = dataset.name;
    if (m_storing > 0 && !other)
        return; // what was read may be older than what is shown; the end of the change reads anew
    m_descriptions.clear();
    m_filling = true;
    // In place: a meaning that is being typed keeps its editor.
    m_table->setRowCount(dataset.labels.is_array() ? static_cast<int>(dataset.labels.size()) : 0);
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const Json& label = dataset.labels[static_cast<std::size_t>(row)];
        const QString name = textAt(label, "name"), description = textAt(label, "description");
        if (!description.isEmpty())
            m_descriptions[name.toStdString()] = description.toStdString();
        const bool same = !other && m_table->item(row, Label) && m_table->item(row, Label)->text() == name;
        setText(row, Label, name);
        setText(row, Rows, countText(static_cast<std::int64_t>(numberAt(label, "count"))));
        if (!same || !m_table->isPersistentEditorOpen(m_table->item(row, Meaning)))
            setText(row, Meaning, description);
    }
    m_table->resizeColumnToContents(Label);
    m_table->resizeColumnToContents(Rows);
    m_table->setColumnWidth(Label, std::min(m_table->columnWidth(Label), 240));
    m_filling = false;
}

void LabelsEditor::setText(int row, int column, const QString& text) {
    QTableWidgetItem* item = m_table->item(row, column);
    if (!item) {
        item = new QTableWidgetItem;
        if (column != Meaning)
            item->setFlags(Qt::ItemIsSelectable | Qt::ItemIsEnabled);
        if (column == Rows)
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        m_table->setItem(row, column, item);
    }
    if (item->text() != text)
        item->setText(text);
    if (column == Meaning)
        item->setToolTip(literalText(text));
}

void LabelsEditor::show(const std::string& label, const std::string& description) {
    m_filling = true;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        if (m_table->item(row, Label)->text().toStdString() == label)
            setText(row, Meaning, qstr(description));
    }
    m_filling = false;
}

void LabelsEditor::store(const std::string& label, const std::string& description) {
    const std::string before = m_descriptions.contains(label) ? m_descriptions[label] : std::string();
    if (description.empty())
        m_descriptions.erase(label);
    else
        m_descriptions[label] = description;
    show(label, description);
    Json all = Json::object();
    for (const auto& [name, text] : m_descriptions)
        all[name] = text;
    ++m_storing;
    m_jobs.change([dataset = m_dataset, all](Workspace& workspace) { workspace.setLabelDescriptions(dataset, all); }, this,
                  [this, dataset = m_dataset] {
                      --m_storing;
                      Q_EMIT changed(qstr(dataset));
                  },
                  [this, dataset = m_dataset, label, before](const Error& error) {
                      --m_storing;
                      if (dataset == m_dataset) {
                          if (before.empty())
                              m_descriptions.erase(label);
                          else
                              m_descriptions[label] = before;
                          show(label, before);
                      }
                      Q_EMIT failed(errorMessage(error), errorHint(error));
                  });
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
