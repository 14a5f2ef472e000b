#pragma once

#include "selection/decision.h"

#include <QWidget>

class QLabel;
class QLineEdit;

namespace triptych::ui {

class SegmentedControl;

/// What the user knows: the four questions, each open until answered, and the limits behind them.
class AnswersForm : public QWidget {
    Q_OBJECT
public:
    explicit AnswersForm(QWidget* parent = nullptr);
    /// Emits nothing. A figure that a person is typing stays as it is.
    void setAnswers(const Answers& answers);
    Answers answers() const { return m_answers; }
    /// What is typed and not taken over belongs to another data set: the next setAnswers() writes over it.
    void dropEdits();
    /// Questions of the tree, in its order.
    void setQuestions(const QList<std::pair<QString, QString>>& idsAndQuestions);
    /// Puts the cursor where the figure behind a node is entered; false if it has none.
    bool editFigure(const QString& node);

Q_SIGNALS:
    /// The person changed one.
    void changed(const triptych::Answers& answers);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Choice {
        QString id;
        std::optional<bool> Answers::* field;
        QLabel* question;
        SegmentedControl* control;
    };
    struct Figure {
        std::optional<double> Answers::* field;
        double factor; ///< what is stored for 1 in the field
        QLabel* name;
        QLineEdit* edit;
        QLabel* unit;
    };
    void retranslate();
    void readFigure(const Figure& figure);

    Answers m_answers;
    QList<Choice> m_choices;
    QList<Figure> m_figures;
};

} // namespace triptych::ui
