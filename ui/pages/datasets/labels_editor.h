#pragma once

#include "storage/workspace.h"

#include <QWidget>

#include <map>
#include <string>

class QTableWidget;
class QUndoStack;

namespace triptych::ui {

class JobCenter;

/// Labels with their rows and what they mean; the meaning is edited in place, stored at once and can be undone.
class LabelsEditor : public QWidget {
    Q_OBJECT
public:
    explicit LabelsEditor(JobCenter& jobs, QWidget* parent = nullptr);
    void display(const DatasetRecord& dataset);
    QUndoStack& undoStack() { return *m_undo; }
    QTableWidget* table() const { return m_table; }

Q_SIGNALS:
    void changed(const QString& dataset);
    void failed(const QString& message, const QString& hint);

protected:
    void changeEvent(QEvent* event) override;

private:
    class Describe;
    void retranslate();
    void store(const std::string& label, const std::string& description);
    void setText(int row, int column, const QString& text);
    void show(const std::string& label, const std::string& description);

    JobCenter& m_jobs;
    int m_storing = 0; ///< changes on their way into the workspace
    std::string m_dataset;
    std::map<std::string, std::string> m_descriptions;
    bool m_filling = false;
    QTableWidget* m_table;
    QUndoStack* m_undo;
};

} // namespace triptych::ui
