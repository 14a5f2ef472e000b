#pragma once

#include "selection/decision.h"

#include <QAbstractButton>

#include <optional>

class QPushButton;

namespace triptych::ui {

/// A question of the tree: answer, evidence, where the evidence is from. A click asks for another answer.
class NodeBox : public QAbstractButton {
    Q_OBJECT
public:
    explicit NodeBox(QWidget* parent = nullptr);
    void setStep(const DecisionStep& step, const QString& question, const QString& evidence);
    void setTexts(const QString& yes, const QString& no);
    void setMeasurable(bool measurable);
    bool isOnPath() const { return m_step.on_path; }
    bool answer() const { return m_step.answer; }
    EvidenceSource source() const { return m_step.source; }
    QString node() const { return QString::fromStdString(m_step.node); }
    QSize sizeHint() const override { return {244, 92}; }

Q_SIGNALS:
    void measureRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    DecisionStep m_step;
    QString m_question, m_evidence, m_yes, m_no;
    QPushButton* m_measure;
};

/// What an answer leads to: a technique with its measured accuracy. A click opens its run.
class LeafBox : public QAbstractButton {
    Q_OBJECT
public:
    explicit LeafBox(Technique technique, QWidget* parent = nullptr);
    enum class Reach { Dim, Taken, Recommended };
    void setLeaf(const QString& title, const QString& figure, Reach reach);
    Technique technique() const { return m_technique; }
    Reach reach() const { return m_reach; }
    QSize sizeHint() const override { return {200, 56}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Technique m_technique;
    QString m_title, m_figure;
    Reach m_reach = Reach::Dim;
};

} // namespace triptych::ui
