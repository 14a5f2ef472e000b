#pragma once

#include "item_models/log_model.h"

#include <QWidget>

class QComboBox;
class QLineEdit;
class QTableView;
class QToolButton;

namespace triptych::ui {

/// The log: lowest level, words to look for, copy of what is selected (or of all that is shown).
class LogPanel : public QWidget {
    Q_OBJECT
public:
    LogPanel(LogModel& log, QWidget* parent);
    /// The filter's controls, to stand in the dock's tab line.
    QWidget* controls() const { return m_controls; }
    void copy();
    void retranslate();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    LogModel& m_log;
    LogFilter* m_filter;
    QTableView* m_table;
    QWidget* m_controls;
    QComboBox* m_level;
    QLineEdit* m_words;
    QToolButton* m_copy;
};

} // namespace triptych::ui
