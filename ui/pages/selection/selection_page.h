#pragma once

#include "engine_client/background.h"
#include "pages/common/outlook.h"
#include "shell/page.h"

class QLabel;
class QPushButton;
class QUndoStack;

namespace triptych::ui {

class AnswersForm;
class Card;
class DatasetPicker;
class EmptyState;
class MatrixCard;
class PageHeader;
class ScrollColumn;
class TechniqueMatrix;
class TreeView;

/// Decide: the tree with its evidence, the answers, the trade-offs, what would flip it, the report.
class SelectionPage : public Page {
    Q_OBJECT
public:
    explicit SelectionPage(const PageContext& context, QWidget* parent = nullptr);
    ~SelectionPage() override;

    QString title() const override;
    void refresh() override;
    void open(const QString& what) override;
    QUndoStack& undoStack() { return *m_undo; }
    const std::optional<Outlook>& outlook() const { return m_outlook; }

Q_SIGNALS:
    /// The tree shows a new decision.
    void decided();

protected:
    void retranslateUi() override;

private:
    class ChangeAnswers;
    void apply(const Answers& answers);
    void decideAgain();
    void display();
    void showReasons();
    void askForAnswer(const QString& node);
    void measure(const QString& node);
    void measureMissing();
    QStringList missingMethods(const QString& node) const;
    void exportReport();
    QString dataset() const;

    std::optional<Outlook> m_outlook;
    std::unique_ptr<DecisionTree> m_tree;
    std::unique_ptr<TechniqueMatrix> m_matrix;
    Background m_loading, m_deciding;
    QString m_wanted, m_asked;
    QUndoStack* m_undo;
    QAction *m_undoAction, *m_redoAction;
    PageHeader* m_header;
    DatasetPicker* m_picker;
    QPushButton *m_report, *m_measure;
    ScrollColumn* m_scroll;
    EmptyState* m_empty;
    QWidget* m_content;
    Card* m_treeCard;
    TreeView* m_treeView;
    MatrixCard* m_matrixCard;
    Card *m_answersCard, *m_reasonsCard;
    AnswersForm* m_answers;
    QPushButton *m_undoButton, *m_redoButton;
    QLabel *m_reasons, *m_flipsTitle, *m_flips;
};

} // namespace triptych::ui
