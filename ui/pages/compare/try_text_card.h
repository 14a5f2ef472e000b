#pragma once

#include "engine_client/engine_client.h"
#include "item_models/run_summary.h"
#include "widgets/card.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace triptych::ui {

class FoldingRow;

/// One message, answered by every arm side by side: label, confidence, time, and what it rests on.
class TryTextCard : public Card {
    Q_OBJECT
public:
    explicit TryTextCard(EngineClient& engine, QWidget* parent = nullptr);
    /// The runs that answer, at most six; their artefacts lie below the workspace's runs folder.
    void setRuns(const std::filesystem::path& runsFolder, std::vector<RunSummary> runs);
    QLineEdit* input() const { return m_input; }

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Answer {
        QWidget* box;
        QLabel *name, *label, *detail, *evidence;
    };
    void ask();
    void display(std::size_t index, const Json& result);
    void fail(std::size_t index, const Error& error);
    void retranslate();

    EngineClient& m_engine;
    std::filesystem::path m_runsFolder;
    std::vector<RunSummary> m_runs;
    QLineEdit* m_input;
    QPushButton* m_ask;
    QLabel* m_hint;
    FoldingRow* m_row;
    QList<Answer> m_answers;
};

} // namespace triptych::ui
