#pragma once

#include "pages/common/outlook.h"

#include <QWidget>

namespace triptych::ui {

class LeafBox;
class NodeBox;

/// The decision tree, painted: questions down the left, what each "yes" adds at the right, the outcome below.
/// The taken path is bright, the rest dim. Tab and the arrow keys walk the boxes.
class TreeView : public QWidget {
    Q_OBJECT
public:
    explicit TreeView(QWidget* parent = nullptr);

    /// `canMeasure`: nodes whose guess a run would replace.
    void setDecision(const DecisionTree& tree, const Outlook& outlook, const QStringList& canMeasure);
    NodeBox* node(const QString& id) const;
    LeafBox* leaf(Technique technique) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void answerRequested(const QString& node);
    void measureRequested(const QString& node);
    void runRequested(const QString& runId);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Branch {
        NodeBox* node;
        LeafBox* yes;
        LeafBox* no = nullptr; ///< only where "no" ends the tree
    };
    void build(const DecisionTree& tree);
    void arrange();
    QRect boxArea(int row) const;

    QList<Branch> m_branches;
    QHash<QString, QString> m_runs; ///< technique word -> run id
    QString m_outcome, m_outcomeText;
    std::vector<Technique> m_recommended;
};

} // namespace triptych::ui
