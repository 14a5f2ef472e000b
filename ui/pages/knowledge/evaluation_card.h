#pragma once

#include "base/json.h"
#include "shell/page.h"
#include "widgets/card.h"

#include <QString>

#include <functional>
#include <optional>

class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace triptych::ui {

class Banner;
class DropArea;
class HeatMap;
class KeyValueRows;
class LineChart;

/// How well the base's settings find the answers to questions that are known: recall against the number of hits for the ways to
/// search side by side, and the best chunk size and overlap.
class EvaluationCard : public Card {
    Q_OBJECT
public:
    explicit EvaluationCard(const PageContext& context, QWidget* parent = nullptr);
    ~EvaluationCard() override;

    void setBase(const QString& workspace, const QString& base);
    void retranslate();
    /// A BEIR folder or a SQuAD file.
    void setQuestions(const QString& path);

Q_SIGNALS:
    /// A measurement is shown, or why there is none.
    void evaluated();

private:
    void measure();
    void sweep();
    void stop();
    void send(const QString& method, Json request, std::function<void(const Json&)> take);
    void showProgress(const Json& params);
    void showAnswer();
    void showSweep();
    void showState();
    Json questions() const;

    PageContext m_context;
    QString m_workspace, m_base;
    quint64 m_request = 0; ///< under way
    std::optional<Json> m_answer, m_sweep;

    DropArea* m_drop;
    QLineEdit* m_path;
    QPushButton *m_measure, *m_sweepButton, *m_stop;
    QSpinBox* m_sample;
    QLabel *m_sampleLabel, *m_progress;
    Banner* m_failed;
    LineChart* m_curve;
    KeyValueRows* m_figures;
    HeatMap* m_heat;
    QLabel* m_best;
};

} // namespace triptych::ui
