#pragma once

#include "engine_client/job_center.h"
#include "pages/common/outlook.h"
#include "widgets/card.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace triptych::ui {

class Chip;
class EmptyState;
class IntervalStrip;
class KeyValueRows;
class TechniqueMatrix;

/// One of the three panels: the best run of a technique, or what is missing and the button that starts it.
class TechniqueCard : public Card {
    Q_OBJECT
public:
    explicit TechniqueCard(Technique technique, QWidget* parent = nullptr);

    Technique technique() const { return m_technique; }
    /// `run` null: not measured yet.
    void showRun(const RunSummary* run, bool recommended, const TechniqueMatrix& matrix);
    /// A run of this technique that is under way, or none.
    void showJob(const std::optional<JobInfo>& job);
    void setTexts(const QString& emptySentence, const QString& startText);
    /// Ends of the scale that all cards share, so that the strips can be compared.
    void setScale(double low, double high);

Q_SIGNALS:
    void startRequested();
    void runRequested(const QString& runId);

private:
    Technique m_technique;
    QString m_run;
    bool m_running = false;
    Chip* m_recommended;
    QLabel *m_subtitle, *m_figure, *m_unit, *m_interval;
    QWidget* m_measured;
    IntervalStrip* m_strip;
    KeyValueRows* m_rows;
    QPushButton* m_open;
    EmptyState* m_empty;
    QWidget* m_job;
    QLabel* m_jobLine;
    QProgressBar* m_jobBar;
};

} // namespace triptych::ui
